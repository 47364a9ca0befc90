//! Whose account a typed name is. The one place where it is decided, so that signing in, getting back in and the
//! command line mean the same person; it alone of this folder reads the store.

use super::{email_key, number_key};
use crate::model::AccountId;
use crate::store::accounts::username_key;
use crate::store::{Reader, StoreError};

/// The account of what was typed: the name to sign in with, the pupil's number in any form, the address on file (A9).
/// Two people of one number or address are nobody: each has a name of their own.
pub async fn find_account(reader: &Reader<'_>, typed: &str) -> Result<Option<AccountId>, StoreError> {
    if let Some(account) = reader.accounts().by_username(typed).await? {
        return Ok(Some(account.id));
    }
    let people = match typed.contains('@') {
        true => reader.people().by_email(&email_key(typed)).await?,
        false => reader.people().by_number(&number_key(typed)).await?,
    };
    let mut found = match typed.contains('@') {
        true => match reader.accounts().by_email(&email_key(typed)).await?.as_slice() {
            [] => None,
            [one] => Some(one.id),
            _ => return Ok(None),
        },
        false => None,
    };
    for person in &people {
        let Some(account) = reader.accounts().of_person(person.id).await? else { continue };
        if found.replace(account.id).is_some_and(|other| other != account.id) {
            return Ok(None);
        }
    }
    Ok(found)
}

/// The one form of a name that nobody has, so that it is counted once however it is written (row E31).
pub fn sign_in_key(typed: &str) -> String {
    let number = number_key(typed);
    match () {
        () if typed.contains('@') => email_key(typed),
        () if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => number,
        () => username_key(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e31_a_name_that_nobody_has_is_one_name_in_all_its_forms() {
        for typed in ["S0123456", "s0123456", "0123456", "123456", " s 0123 456 ", "O123456"] {
            assert_eq!(sign_in_key(typed), "123456", "{typed}");
        }
        assert_eq!(sign_in_key(" Zoe.Roy "), sign_in_key("zoe.roy"));
        assert_eq!(sign_in_key("Zoe@Ecole.Example "), sign_in_key("zoe@ecole.example"));
        assert_ne!(sign_in_key("zoe.roy"), sign_in_key("zoe.ray"));
    }
}
