//! Préau, the identity provider of a school district.
//!
//! The ladder, by which each module may use those below it and none above; `tests/ladder.rs` reads our `use` lines
//! and fails on a step up:
//!
//! ```text
//! main → cli | demo → serve → routes → oidc | login | enrollment | recovery | account | counter → web → app → flow → tools
//!      → mail | limits | passkeys | sources | fetched → roster → people → store → keys | codes | authenticator | authorities | outbound
//!      | password | pages | policy | charters → clock | random | config | console → model
//! ```

pub mod account;
pub mod app;
pub mod authenticator;
pub mod authorities;
pub mod charters;
pub mod cli;
pub mod clock;
pub mod codes;
pub mod config;
pub mod console;
pub mod counter;
pub mod demo;
pub mod enrollment;
pub mod fetched;
pub mod flow;
pub mod keys;
pub mod limits;
pub mod login;
pub mod mail;
pub mod model;
pub mod oidc;
pub mod outbound;
pub mod pages;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod policy;
pub mod random;
pub mod recovery;
pub mod roster;
pub mod routes;
pub mod serve;
pub mod sources;
pub mod store;
pub mod tools;
pub mod web;

#[path = "../migrations/mod.rs"]
pub mod migrations;

#[cfg(test)]
mod tests;
