//! The roster, in: OneRoster files read, matched with the people we know, compared, held or applied, and taken back.
//! And synthetic districts, out. It knows the standard's words and the store's facts, and nothing of accounts.

mod generate;
mod import;
pub mod local;
mod read;
mod report;

pub use generate::{District, GenerateError, Generated, HardCase, Kind, SyntheticPerson, Version, generate};
pub use import::{Inputs, Mode, Options, import, undo};
pub use read::Limits;
pub use report::{Counts, ImportError, Note, Outcome, Report};
