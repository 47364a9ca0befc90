//! The suite that walks the whole program.
//!
//! - `ladder`: the ladder of `lib.rs`, read from our own `use` lines
//! - `letters`: every letter renders in every language, and every folder of templates/mail/ has a sample
//! - `pages`: every page in every state and language renders, strictly, twice the same, with the ids of docs/contract
//! - `texts`: every text that is used exists in every language, none is unused, and each has the same values everywhere

mod ladder;
mod letters;
mod pages;
mod texts;
