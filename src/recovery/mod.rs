//! Getting back in: one file a stage.
