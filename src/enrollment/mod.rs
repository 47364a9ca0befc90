//! Joining: one file a stage.
