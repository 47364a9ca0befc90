//! Joining: one file a stage.

pub mod pages;
