//! The authorization endpoint.

mod decide;
pub mod next;
pub mod pages;
pub mod reply;
mod rules;
