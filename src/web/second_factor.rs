//! Second factors, as signing in and one's own account both meet them: what is made on the way is sealed in the journey, and becomes
//! the account's in the write that ends it, with its event and a letter to everybody who must know.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use serde_json::json;
use uuid::Uuid;

use super::{notice, session};
use crate::authenticator::SharedSecret;
use crate::codes::Code;
use crate::config::assurance::Level;
use crate::flow::{FlowError, Step};
use crate::keys::{KeyStore, Place, Purpose};
use crate::model::draft::{NewAuthenticator, NewRecovery};
use crate::model::{AccountId, AuthenticatorId, Hash, JourneyId, OrgId, Role};
use crate::passkeys::Passkeys;
use crate::policy;
use crate::random::Random;
use crate::store::accounts::Account;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::store::second_factors::Authenticator;

/// A fresh secret for an app, for this journey.
pub fn new_authenticator(keys: &KeyStore, random: &Random, journey: JourneyId) -> NewAuthenticator {
    let sealed = seal(keys, random, journey, "authenticator", SharedSecret::new(random).bytes());
    NewAuthenticator { sealed, ..NewAuthenticator::default() }
}

/// The secret of an app that is being set up.
pub fn secret(keys: &KeyStore, journey: JourneyId, new: &NewAuthenticator) -> Result<SharedSecret, FlowError> {
    let bytes = unseal(keys, journey, "authenticator", &new.sealed)?;
    SharedSecret::from_bytes(&bytes).ok_or_else(|| FlowError::Broken("an authenticator's secret has another length".to_owned()))
}

/// The secret of an app of an account.
pub fn secret_of(keys: &KeyStore, app: &Authenticator) -> Result<SharedSecret, FlowError> {
    let bytes = keys.unseal(place_of(&app.id.to_string()), &app.secret).map_err(|error| FlowError::Broken(error.to_string()))?;
    SharedSecret::from_bytes(&bytes).ok_or_else(|| FlowError::Broken("an authenticator's secret has another length".to_owned()))
}

/// Fresh recovery codes, for this journey.
pub fn new_recovery(keys: &KeyStore, random: &Random, journey: JourneyId) -> NewRecovery {
    let codes: Vec<String> = (0..CODES).map(|_| Code::new(random).text().expose().to_owned()).collect();
    NewRecovery { sealed: Some(seal(keys, random, journey, "recovery", codes.join(" ").as_bytes())), kept: false }
}

/// The recovery codes that are being handed out, as they are printed.
pub fn codes(keys: &KeyStore, journey: JourneyId, new: &NewRecovery) -> Result<Vec<String>, FlowError> {
    let Some(sealed) = &new.sealed else { return Ok(Vec::new()) };
    let text = String::from_utf8(unseal(keys, journey, "recovery", sealed)?);
    let text = text.map_err(|_| FlowError::Broken("recovery codes are no text".to_owned()))?;
    Ok(text.split(' ').map(str::to_owned).collect())
}

/// What the store keeps of a recovery code: nothing to guess at without our key, and no other account's (decisions 14).
pub fn kept_of(keys: &KeyStore, account: AccountId, code: &Code) -> Hash {
    keys.mac(Purpose::Code, &[b"recovery", account.0.as_bytes(), code.text().expose().as_bytes()])
}

/// Writes what was set up on the way: the app, the codes; false where there is nothing. Whoever must know hears of it (row W06).
pub async fn keep(step: &Step<'_>, account: &Account) -> Result<bool, FlowError> {
    let (keys, random) = (&step.tools.keys, &step.tools.random);
    let mut what = None;
    if let Some((new, first)) = step.draft.authenticator.as_ref().and_then(|new| Some((new, new.step?))) {
        let id = AuthenticatorId::new(step.now, random);
        let sealed = keys.seal(place_of(&id.to_string()), secret(keys, step.journey, new)?.bytes(), random);
        let app = Authenticator {
            id,
            account: account.id,
            secret: sealed,
            name: new.name.clone(),
            confirmed_at: step.now,
            last_step: first,
            last_used_at: None,
        };
        step.tx.second_factors().add(&app).await?;
        record(step, account, "second-factor.added", json!({ "authenticator": id })).await?;
        what = Some("mail-second-factor-added");
    }
    if let Some(new) = step.draft.recovery.as_ref().filter(|new| new.kept && new.sealed.is_some())
        && step.tx.second_factors().has_any(account.id).await?
    {
        let mut kept = Vec::new();
        for text in codes(keys, step.journey, new)? {
            let code = Code::parse(&text).map_err(|_| FlowError::Broken("a recovery code is none".to_owned()))?;
            kept.push(kept_of(keys, account.id, &code));
        }
        step.tx.second_factors().replace_codes(account.id, Uuid::from_bytes(random.bytes()), &kept).await?;
        record(step, account, "recovery-codes.made", json!({ "codes": kept.len() })).await?;
        what = what.or(Some("mail-second-factor-codes"));
    }
    if let Some(what) = what {
        tell(step, account, what).await?;
    }
    Ok(what.is_some())
}

/// What the district and their schools ask of the owner of an account at the door (`[assurance]`).
pub async fn asked_of(step: &Step<'_>, account: &Account) -> Result<Level, FlowError> {
    let Some(person) = step.tx.people().find(account.person).await? else { return Ok(Level::Password) };
    let settings = &step.tools.config.assurance;
    let roles: Vec<Role> = person.roles.iter().map(|at| at.role).collect();
    let schools = if settings.schools.is_empty() { Vec::new() } else { schools(step, &person).await? };
    Ok(policy::asked_at_the_door(settings, session::audience(&person), &roles, &schools))
}

/// A code may be mailed to somebody who has an app: they need show no more than that, and the district lets them choose.
pub async fn may_be_mailed_instead(step: &Step<'_>, account: &Account) -> Result<bool, FlowError> {
    // Whoever changes their own account, or what an app asks for, is asked for what they have.
    let plain = step.draft.session.is_none() && step.draft.rises.is_none() && step.draft.source_shown.is_none();
    Ok(plain && step.tools.config.assurance.mailed_code_instead && asked_of(step, account).await? <= Level::MailedCode)
}

/// The schools of somebody, and those of a guardian's children, with all that these belong to, by the source's ids.
async fn schools(step: &Step<'_>, person: &Person) -> Result<Vec<String>, FlowError> {
    let people = step.tx.people();
    let mut theirs: BTreeSet<OrgId> = person.roles.iter().map(|at| at.org).collect();
    for tie in people.relationships(person.id).await?.iter().filter(|tie| tie.guardian == person.id) {
        let child = people.find(tie.child).await?.filter(|child| child.active);
        theirs.extend(child.into_iter().flat_map(|child| child.roles).map(|at| at.org));
    }
    let mut schools = Vec::new();
    for school in theirs {
        schools.extend(people.lineage(school).await?);
    }
    Ok(schools)
}

/// One factor is all that an account has of what the district demands of its owner: it stays (row W06).
pub async fn is_last(step: &Step<'_>, account: &Account) -> Result<bool, FlowError> {
    let apps = step.tx.second_factors().authenticators(account.id).await?.len();
    let passkeys = match Passkeys::of(&step.tools.config) {
        Some(_) => step.tx.passkeys().of_account(account.id).await?.iter().filter(|passkey| passkey.suspect_at.is_none()).count(),
        None => 0,
    };
    Ok(apps + passkeys == 1 && asked_of(step, account).await? == Level::TwoFactor)
}

/// Writes to everybody who must know what became of the second factor: `what` is the text that says it.
pub async fn tell(step: &Step<'_>, account: &Account, what: &str) -> Result<(), FlowError> {
    match step.tx.people().find(account.person).await? {
        Some(person) => notice::tell_what(step, &person, "second-factor-changed", Some(what)).await,
        None => Ok(()),
    }
}

/// Writes it down.
pub async fn record(step: &Step<'_>, account: &Account, kind: &'static str, detail: serde_json::Value) -> Result<(), FlowError> {
    let event = Event { actor: Some(account.id), person: Some(account.person), detail, ..Event::of(kind) };
    step.tx.record(&event, step.now).await?;
    Ok(())
}

fn place_of(row: &str) -> Place<'_> {
    Place { table: "totp", column: "secret", row }
}

/// Seals something for one journey.
pub(super) fn seal(keys: &KeyStore, random: &Random, journey: JourneyId, column: &'static str, plain: &[u8]) -> String {
    BASE64_STANDARD_NO_PAD.encode(keys.seal(Place { table: "journeys", column, row: &journey.to_string() }, plain, random))
}

/// Opens it again.
pub(super) fn unseal(keys: &KeyStore, journey: JourneyId, column: &'static str, sealed: &str) -> Result<Vec<u8>, FlowError> {
    let broken = |error: &dyn std::fmt::Display| FlowError::Broken(format!("what a journey sealed does not open: {error}"));
    let bytes = BASE64_STANDARD_NO_PAD.decode(sealed).map_err(|error| broken(&error))?;
    keys.unseal(Place { table: "journeys", column, row: &journey.to_string() }, &bytes).map_err(|error| broken(&error))
}

/// A sheet of them.
const CODES: usize = 10;
