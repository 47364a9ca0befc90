//! From a zip or a folder to rows: the set of files, their headers, their lines. It streams; a file of any size is read
//! in constant memory. It knows the standard's words, and nothing of the store.

mod guard;
mod layout;
mod package;
mod table;

pub use layout::{LAYOUTS, PASSED_OVER, layout};
pub use package::{Limits, Package};
pub use table::{Row, Rows};
