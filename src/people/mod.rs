//! Rules on what the roster says of people: how names, numbers and addresses are folded, when what a family types means
//! what the school wrote, whose account a name is, and whose an app is. Pure, but for the few that ask the store.

mod addresses;
mod apps;
mod dates;
mod family;
mod find;
mod fold;
mod names;

pub use addresses::{is_address, likely_meant, masked};
pub use apps::{is_offered, may_sign_in, schools_of_children};
pub use dates::{age, day};
pub use family::children_of;
pub use find::{find_account, sign_in_key};
pub use fold::{answer_key, email_key, house_number_key, name_key, number_key};
pub use names::{family_name_matches, full_name_key, names_match};
