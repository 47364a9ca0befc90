//! The table of addresses; the only file that knows every feature.
