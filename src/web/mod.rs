//! What every handler shares: who is asking, cookies, CSRF, pages as responses, languages, security headers.

pub mod assets;
pub mod headers;
pub mod help;

use crate::flow::Origin;
use crate::model::{Hash, Language, PersonId, Timestamp};
use crate::store::accounts::Account;
use crate::store::sessions::Session;

/// Who is asking: an extractor, made once a request.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The request's instant.
    pub now: Timestamp,
    /// The language to answer in: the account's, else the cookie's, else the browser's, else the district's.
    pub language: Language,
    /// The live session of this browser.
    pub signed_in: Option<SignedIn>,
    /// As far as limits care.
    pub origin: Origin,
    /// The hash of the pre-session cookie, if the browser has one.
    pub pre: Option<Hash>,
    /// Path and query of the request.
    pub here: String,
}

/// The person of a live session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Its account.
    pub account: Account,
    /// The person.
    pub person: PersonId,
    /// The name to greet with.
    pub name: String,
}
