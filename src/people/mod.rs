//! Rules on what the roster says of people: how names, numbers and addresses are folded, when what a family types means
//! what the school wrote, and whose account a name is. All but the last are pure.

mod addresses;
mod dates;
mod find;
mod fold;
mod names;

pub use addresses::{is_address, likely_meant};
pub use dates::{age, day};
pub use find::{find_account, sign_in_key};
pub use fold::{answer_key, email_key, house_number_key, name_key, number_key};
pub use names::{family_name_matches, full_name_key, names_match};
