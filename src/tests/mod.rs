//! The suite that walks the whole program.
//!
//! - `pages`: every page in every state and language renders, strictly, twice the same, with the ids of docs/contract
//! - `texts`: every text that is used exists in every language, none is unused, and each has the same values everywhere

mod pages;
mod texts;
