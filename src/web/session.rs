//! How a session begins and ends. Every feature that signs somebody in comes through here, so every session has a new
//! id (row S03), the lifetimes of its owner's audience, a truthful `acr` (row P38) and an event.

use std::time::Duration;

use serde_json::json;

use super::{SignedIn, new_device};
use crate::flow::{Finished, FlowError, Step};
use crate::model::draft::Agreed;
use crate::model::{Audience, Role, SessionId, Timestamp};
use crate::random::Secret;
use crate::store::accounts::Account;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::store::sessions::{SeenOn, Session};
use crate::store::{StoreError, Tx};

/// What [`begin`] is told of a sign-in.
pub struct Proof<'a> {
    /// How the person proved who they are (RFC 8176), such as `["pwd"]`.
    pub amr: &'a [&'a str],
    /// The assurance that they reached by it; `None`: no more than the one by which the account was claimed.
    pub acr: Option<&'a str>,
    /// The device is to be known: the person asks for it.
    pub know_device: bool,
    /// The account began or came back just now, and its owner hears of that: no letter says that the device is new.
    pub told: bool,
}

/// Signs an account's owner in. The flow's walker turns what this returns into cookies.
pub async fn begin(step: &mut Step<'_>, account: &Account, person: &Person, proof: &Proof<'_>) -> Result<Finished, FlowError> {
    let (now, tools, tx) = (step.now, step.tools, step.tx);
    let audience = audience(person);
    let shared = step.draft.shared_device;
    let life = if shared { SHARED } else { tools.policy.session_life(audience, step.visitor.known_device_of == Some(account.id)) };
    let session = Session {
        id: SessionId::new(now, &tools.random),
        account: account.id,
        auth_time: now,
        acr: proof.acr.unwrap_or(&account.assurance).to_owned(),
        amr: proof.amr.iter().map(|method| (*method).to_owned()).collect(),
        seen_at: now,
        expires_at: now + life,
    };
    let on = SeenOn { device: step.visitor.device.clone(), network: step.visitor.network.clone() };
    tx.sessions().add(&session, &step.session_secret.hash(), idle(audience), &on).await?;
    let detail = json!({ "session": session.id, "amr": session.amr });
    let event = Event { actor: Some(account.id), person: Some(account.person), detail, ..Event::of("session.started") };
    tx.record(&event, now).await?;
    if new_device::is_new(step, account, audience).await? && !proof.told {
        new_device::tell(step, account, person).await?;
    }
    let known = step.visitor.known_device_of == Some(account.id);
    let wanted = !shared && !known && (audience != Audience::Student || proof.know_device);
    let device = if wanted { Some(know_device(step, account).await?) } else { None };
    Ok(Finished::SignedIn {
        session: session.id,
        secret: step.session_secret.clone(),
        account: account.id,
        persistent_until: None,
        device,
        welcome: None,
    })
}

/// Keeps what the person agreed to on the way, if anything was asked (E16).
pub async fn keep_agreement(step: &Step<'_>, account: &Account) -> Result<(), FlowError> {
    let Some(Agreed::To { charter, version, language, at }) = &step.draft.agreed else { return Ok(()) };
    step.tx.charters().accept(account.id, (charter, version), *language, *at).await?;
    let detail = json!({ "charter": charter, "version": version, "language": language });
    let event = Event { actor: Some(account.id), person: Some(account.person), detail, ..Event::of("charter.accepted") };
    step.tx.record(&event, step.now).await?;
    Ok(())
}

/// Ends the session of this browser: the person signs out, or somebody else signs in.
pub async fn end(tx: &Tx, signed_in: &SignedIn, now: Timestamp) -> Result<(), StoreError> {
    if tx.sessions().end(signed_in.session.id, now).await? {
        let detail = json!({ "session": signed_in.session.id });
        let event = Event { actor: Some(signed_in.account.id), person: Some(signed_in.person), detail, ..Event::of("session.ended") };
        tx.record(&event, now).await?;
    }
    Ok(())
}

/// Whose rules hold for a person: the strictest that one of their roles asks for.
pub fn audience(person: &Person) -> Audience {
    let of = |wanted: Audience| person.roles.iter().map(|at| at.role).map(Role::audience).any(|audience| audience == wanted);
    match () {
        () if of(Audience::Staff) => Audience::Staff,
        () if of(Audience::Guardian) => Audience::Guardian,
        () if of(Audience::Student) => Audience::Student,
        // Without a role at all, the roster has somebody for the sake of a child.
        () => Audience::Guardian,
    }
}

async fn know_device(step: &mut Step<'_>, account: &Account) -> Result<(Secret, Timestamp), FlowError> {
    let (secret, until) = (step.tools.random.secret(), step.now + DEVICE);
    step.tx.devices().add(&secret.hash(), account.id, step.now, until).await?;
    Ok((secret, until))
}

/// How long a session may lie unused (security.md 2.4).
fn idle(audience: Audience) -> Duration {
    match audience {
        Audience::Student => Duration::from_mins(30),
        Audience::Guardian | Audience::Staff => Duration::from_hours(1),
    }
}

/// A device that several people use (A18).
const SHARED: Duration = Duration::from_hours(2);
const DEVICE: Duration = Duration::from_hours(30 * 24);
