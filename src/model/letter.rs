//! A letter to be mailed: whom to, in which language, and what fills its template in.

use serde::{Deserialize, Serialize};

use crate::model::{Language, Timestamp};

/// One letter. Its template is the folder `templates/mail/<kind>/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Which letter, by its folder's name, such as `password-changed`.
    pub kind: String,
    /// The address, as the roster or the account has it.
    pub to: String,
    /// The reader's language.
    pub language: Language,
    /// What the template is filled in with. It is sealed in the outbox and wiped after delivery, for it may hold a code.
    pub data: serde_json::Value,
    /// After this instant it is worth nothing and is not sent any more: the life of the code in it.
    pub useless_after: Option<Timestamp>,
}
