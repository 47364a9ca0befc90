//! What an app hears of a person: the claims of its scopes, from the roster as it is now. Nothing else leaves (row
//! P40).

use serde_json::{Map, Value, json};

use super::error::{ErrorCode, OAuthError};
use super::{claims_request, subject};
use crate::app::App;
use crate::keys::KeyStore;
use crate::model::{Language, OrgId, Scopes};
use crate::store::accounts::Account;
use crate::store::clients::Client;
use crate::store::people::Person;
use crate::store::tokens::Family;
use crate::store::{Reader, StoreError};

/// Whom, for whom, and how much.
pub struct About<'a> {
    /// Makes the subjects.
    pub keys: &'a KeyStore,
    /// The roster.
    pub reader: &'a Reader<'a>,
    /// Who asks.
    pub client: &'a Client,
    /// Whom it is about.
    pub account: &'a Account,
    /// The same, as the roster has it.
    pub person: &'a Person,
    /// What was granted.
    pub scopes: &'a Scopes,
}

/// The claims (OpenID Connect Core section 5.1, contract.md 7). What the roster does not know is left out.
pub async fn of(about: &About<'_>) -> Result<Map<String, Value>, StoreError> {
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), subject::of(about.keys, about.client, about.account.id).into());
    if about.scopes.has("profile") {
        profile(about, &mut claims);
    }
    if let Some(email) = about.person.email.as_ref().filter(|_| about.scopes.has("email")) {
        claims.insert("email".to_owned(), email.clone().into());
        // On file at the school; that its reader is this person is not proven to us.
        claims.insert("email_verified".to_owned(), false.into());
    }
    if let Some(phone) = about.person.phone.as_ref().filter(|_| about.scopes.has("phone")) {
        claims.insert("phone_number".to_owned(), phone.clone().into());
        claims.insert("phone_number_verified".to_owned(), false.into());
    }
    if about.scopes.has("edu_roles") {
        let roles = about.person.roles.iter().map(|at| json!({ "role": at.role.word(), "org": at.org }));
        claims.insert("edu_roles".to_owned(), roles.collect());
    }
    if about.scopes.has("edu_orgs") {
        claims.insert("edu_orgs".to_owned(), orgs(about).await?);
    }
    if let Some(grade) = about.person.grade.as_ref().filter(|_| about.scopes.has("edu_grade")) {
        claims.insert("edu_grade".to_owned(), grade.clone().into());
    }
    if let Some(number) = about.person.student_number.as_ref().filter(|_| about.scopes.has("edu_student_number")) {
        claims.insert("edu_student_number".to_owned(), number.clone().into());
    }
    if about.scopes.has("edu_children") {
        claims.insert("edu_children".to_owned(), children(about).await?);
    }
    Ok(claims)
}

/// Single claims that a client asked for (OpenID Connect Core section 5.5), as far as it may still have them.
pub async fn named(about: &About<'_>, names: &[String]) -> Result<Map<String, Value>, StoreError> {
    let owners: Vec<&str> = names.iter().filter_map(|name| claims_request::scope_of(name)).collect();
    let scopes = Scopes::parse(&owners.join(" ")).only(|value| about.client.settings.scopes.has(value));
    let mut claims = of(&About { scopes: &scopes, ..*about }).await?;
    claims.retain(|name, _| names.contains(name));
    Ok(claims)
}

/// What the ID tokens of a family say of its person beside who they are: what was asked for there, and nothing else.
pub async fn in_id_token(app: &App, client: &Client, family: &Family) -> Result<Map<String, Value>, OAuthError> {
    let names = &family.told.claims.id_token;
    if names.is_empty() {
        return Ok(Map::new());
    }
    let reader = app.store.read();
    let (account, person) = whose(&reader, family).await?;
    let about = About { keys: &app.tools.keys, reader: &reader, client, account: &account, person: &person, scopes: &Scopes::default() };
    Ok(named(&about, names).await?)
}

/// The claims of a family's scopes, for an answer that opens nothing else. `sub` is said by whoever asks.
pub async fn of_family(app: &App, client: &Client, family: &Family) -> Result<Map<String, Value>, OAuthError> {
    let reader = app.store.read();
    let (account, person) = whose(&reader, family).await?;
    let about = About { keys: &app.tools.keys, reader: &reader, client, account: &account, person: &person, scopes: &family.scopes };
    let mut claims = of(&about).await?;
    claims.remove("sub");
    Ok(claims)
}

async fn whose(reader: &Reader<'_>, family: &Family) -> Result<(Account, Person), OAuthError> {
    let gone = ErrorCode::AccessDenied.because("the person is no longer here");
    let account = reader.accounts().find(family.account).await?.ok_or(gone.clone())?;
    let person = reader.people().find(account.person).await?.ok_or(gone)?;
    Ok((account, person))
}

/// The names that the person goes by.
fn profile(about: &About<'_>, claims: &mut Map<String, Value>) {
    let person = about.person;
    let given = person.preferred_given_name.as_ref().unwrap_or(&person.given_name);
    let family = person.preferred_family_name.as_ref().unwrap_or(&person.family_name);
    claims.insert("name".to_owned(), person.display_name().into());
    claims.insert("given_name".to_owned(), given.clone().into());
    claims.insert("family_name".to_owned(), family.clone().into());
    if let Some(middle) = &person.middle_name {
        claims.insert("middle_name".to_owned(), middle.clone().into());
    }
    claims.insert("preferred_username".to_owned(), about.account.username.clone().into());
    if let Some(language) = about.account.language.or(person.language) {
        claims.insert("locale".to_owned(), Language::tag(language).into());
    }
}

async fn orgs(about: &About<'_>) -> Result<Value, StoreError> {
    let mut ids: Vec<OrgId> = about.person.roles.iter().map(|at| at.org).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut orgs = Vec::new();
    for id in ids {
        if let Some(org) = about.reader.people().org(id).await? {
            orgs.push(json!({ "id": org.id, "sourced_id": org.source_id, "name": org.name, "type": org.kind }));
        }
    }
    Ok(orgs.into())
}

/// Only children whose records the person may see: what a court took away is not told (guardians of `contract.md` 7).
async fn children(about: &About<'_>) -> Result<Value, StoreError> {
    let mut children = Vec::new();
    for tie in about.reader.people().relationships(about.person.id).await? {
        if tie.guardian != about.person.id || !tie.can_access_records {
            continue;
        }
        let Some(child) = about.reader.people().find(tie.child).await?.filter(|child| child.active) else { continue };
        let school = match child.roles.first() {
            Some(at) => about.reader.people().org(at.org).await?.map(|org| org.name),
            None => None,
        };
        let sub = about.reader.accounts().of_person(child.id).await?.map(|account| subject::of(about.keys, about.client, account.id));
        let given = child.preferred_given_name.unwrap_or(child.given_name);
        let mut told = json!({ "given_name": given, "school": school, "relationship": tie.kind });
        // A child who has not claimed an account yet has no `sub` anywhere.
        if let Some(sub) = sub {
            told["sub"] = sub.into();
        }
        children.push(told);
    }
    Ok(children.into())
}
