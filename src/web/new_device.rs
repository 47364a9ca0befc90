//! A sign-in on a device that an account was never seen on: everybody who must know gets a letter, and the letter has a button
//! that shuts the door, without signing in: the account may be in other hands by then (row W07).

use std::time::Duration;

use serde_json::json;

use super::notice;
use super::visitor::given_name;
use crate::flow::{FlowError, Step};
use crate::keys::{KeyStore, Purpose};
use crate::model::{Audience, Hash, Letter, OrgId};
use crate::random::Secret;
use crate::store::accounts::Account;
use crate::store::new_devices::Notice;
use crate::store::people::Person;

/// The account was never seen on this device. Adults are known by a cookie of their own. Pupils, who share devices, are known
/// by the kind of device, and at school nobody looks; nor on a tablet whose first page offers them.
pub(super) async fn is_new(step: &Step<'_>, account: &Account, audience: Audience) -> Result<bool, FlowError> {
    let visitor = step.visitor;
    if visitor.known_device_of == Some(account.id) || step.draft.picked.is_some() {
        return Ok(false);
    }
    if audience != Audience::Student {
        return Ok(true);
    }
    if step.tools.policy.is_school_network(&visitor.network) {
        return Ok(false);
    }
    let mark = step.tools.keys.mac(Purpose::Ticket, &[b"device", account.id.0.as_bytes(), visitor.device.as_bytes()]);
    Ok(step.tx.new_devices().meet(account.id, &mark, step.now).await?)
}

/// Writes the letter.
pub(super) async fn tell(step: &Step<'_>, account: &Account, person: &Person) -> Result<(), FlowError> {
    tell_of(step, (account, person), ("new-device", "device", &step.visitor.device)).await
}

/// The letter about a new password that was chosen at the counter of a school: it has the same button (rows R12, R15).
pub async fn tell_of_counter(step: &Step<'_>, account: &Account, person: &Person, school: OrgId) -> Result<(), FlowError> {
    let school = step.tx.people().org(school).await?.map(|org| org.name).unwrap_or_default();
    tell_of(step, (account, person), ("counter-password", "school", &school)).await
}

/// A letter of this kind, with one thing more in it.
async fn tell_of(step: &Step<'_>, (account, person): (&Account, &Person), (kind, key, said): (&str, &str, &str)) -> Result<(), FlowError> {
    let (tools, now) = (step.tools, step.now);
    let token = tools.random.secret();
    let until = now + TO_SHUT;
    let mut readers = notice::readers(step, person).await?.into_iter().peekable();
    if readers.peek().is_none() {
        return Ok(());
    }
    step.tx.new_devices().add_notice(&Notice { token: mac(&tools.keys, &token), account: account.id, until }).await?;
    for (to, language) in readers {
        let zone = tools.config.district.zone();
        let moment = |at| tools.pages.moment(language, at, now, &zone);
        let data = json!({
            "name": given_name(person), "moment": moment(now), "until": moment(until), key: said, "token": token.expose(),
        });
        let letter = Letter { kind: kind.to_owned(), to, language, data, useless_after: Some(until) };
        step.tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
    }
    Ok(())
}

/// What the store keeps of a letter's token.
pub fn mac(keys: &KeyStore, token: &Secret) -> Hash {
    keys.mac(Purpose::Code, &[b"not me", token.expose().as_bytes()])
}

/// How long a letter's button works.
const TO_SHUT: Duration = Duration::from_hours(7 * 24);
