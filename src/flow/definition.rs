//! Flow files: TOML in, [`Flow`](super::Flow) out. Every mistake is found at start-up, with file, line and remedy.
