//! The settings: `preau.toml`, then the environment (`PREAU__SECTION__KEY`). An unknown key is refused with file, line
//! and the nearest known key. Relative paths are relative to the file.

pub mod policy;

/// The effective settings.
pub struct Config {}
