//! `preau demo`: a district, a sample app and a mailbox page. The app is a real relying party on an address of its own.

mod addresses;
pub mod app;
mod claims;
mod district;
mod folder;
pub mod mailbox;
pub mod pages;
mod people;
mod phrase;
mod relying_party;
pub mod run;
mod site;
mod tell;
mod visits;

pub use site::Site;
