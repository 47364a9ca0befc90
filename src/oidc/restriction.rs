//! Whom a client is for. Asked wherever a code is issued or tokens are given, also when nobody sees a page (row P45).

use super::error::OAuthError;
use crate::app::App;
use crate::model::AccountId;
use crate::store::clients::Client;
use crate::store::people::Person;

/// May this client have this account's person?
pub async fn admits(app: &App, client: &Client, account: AccountId) -> Result<bool, OAuthError> {
    if !is_restricted(client) {
        return Ok(true);
    }
    let reader = app.store.read();
    let Some(account) = reader.accounts().find(account).await? else { return Ok(false) };
    Ok(reader.people().find(account.person).await?.is_some_and(|person| is_for(client, &person)))
}

/// The client is for some people only.
pub fn is_restricted(client: &Client) -> bool {
    !client.settings.schools.is_empty() || !client.settings.roles.is_empty()
}

/// One of the person's roles is one of the client's, at one of the client's schools.
pub fn is_for(client: &Client, person: &Person) -> bool {
    let settings = &client.settings;
    !is_restricted(client)
        || person.active
            && person.roles.iter().any(|at| {
                (settings.schools.is_empty() || settings.schools.contains(&at.org))
                    && (settings.roles.is_empty() || settings.roles.contains(&at.role))
            })
}
