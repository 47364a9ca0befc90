//! Pure rules on what the roster says of people: how names, numbers and addresses are folded, and when what a family
//! types means what the school wrote. Nothing here reads the store.

mod fold;
mod names;

pub use fold::{email_key, name_key, number_key};
pub use names::{full_name_key, names_match};
