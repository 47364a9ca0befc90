//! `preau demo`: a district, a sample app and a mailbox page. The app is a real relying party on an address of its own.

pub mod app;
mod claims;
pub mod mailbox;
pub mod pages;
mod relying_party;
mod site;
mod visits;

pub use site::Site;
