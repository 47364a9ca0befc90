//! Whom a client is for. Asked wherever a code is issued or tokens are given, also when nobody sees a page (row P45).

use std::collections::BTreeSet;

use super::error::OAuthError;
use crate::app::App;
use crate::model::AccountId;
use crate::people::{may_sign_in, schools_of_children};
use crate::store::StoreError;
use crate::store::clients::Client;
use crate::store::people::{People, Person};

/// May this client have this account's person?
pub async fn admits(app: &App, client: &Client, account: AccountId) -> Result<bool, OAuthError> {
    if !is_restricted(client) {
        return Ok(true);
    }
    let reader = app.store.read();
    let Some(account) = reader.accounts().find(account).await? else { return Ok(false) };
    let Some(person) = reader.people().find(account.person).await? else { return Ok(false) };
    Ok(admits_person(&reader.people(), client, &person).await?)
}

/// May this client have this person?
pub async fn admits_person(people: &People<'_>, client: &Client, person: &Person) -> Result<bool, StoreError> {
    // What a guardian's children add is asked only where it can matter.
    if may_sign_in(&client.settings, person, &BTreeSet::new()) {
        return Ok(true);
    }
    let children_at = schools_of_children(people, person.id).await?;
    Ok(may_sign_in(&client.settings, person, &children_at))
}

/// The client is for some people only.
pub fn is_restricted(client: &Client) -> bool {
    let settings = &client.settings;
    !settings.roles.is_empty() || !settings.schools.is_empty() && !settings.other_schools
}
