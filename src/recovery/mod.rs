//! Getting back in: one file a stage.

pub mod pages;
