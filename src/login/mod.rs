//! Signing in: identify, then password.

pub mod pages;
