//! Joining: one file a stage.

pub mod entrance;
pub mod pages;
