//! The authorization endpoint.

pub mod next;
pub mod reply;
mod rules;
