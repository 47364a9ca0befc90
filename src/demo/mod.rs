//! `preau demo`: a district, a sample app and a mailbox page. The app is a real relying party on an address of its own.

pub mod pages;
