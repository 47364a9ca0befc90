//! The stage `add-passkey`: whoever joins may add a passkey at once. It stands behind the stages that say who it is; whoever
//! has no device for it, or would rather not, goes on without. A newcomer whom no roster knows yet is not asked: the passkey
//! bears the person's number, and there is none.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::pages;
use crate::flow::{FlowError, Form, Look, Origin, Outcome, Prepared, Screen, Stage, Step};
use crate::keys::{KeyStore, Purpose as MacPurpose};
use crate::model::draft::NewPasskey;
use crate::model::{AccountId, Draft, JourneyId, PasskeyId, PersonId};
use crate::passkeys::{self, Asked, Made, Owner, Passkeys, Purpose, Ticket};
use crate::store::events::Event;
use crate::store::passkeys::Passkey;

/// Offers a passkey.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddPasskey {
    /// Whoever would rather not goes on without.
    #[serde(default = "yes")]
    optional: bool,
}

/// What a browser made, if it is what was asked for.
type Answer = Option<(Made, Ticket)>;

#[async_trait]
impl Stage for AddPasskey {
    fn is_open(&self, draft: &Draft) -> bool {
        (draft.person.is_some() || draft.nobody) && !draft.passkey_offered && draft.adds_to.is_none()
    }

    fn is_for_all(&self) -> bool {
        false
    }

    /// A district that does without passkeys offers none.
    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        step.draft.passkey_offered = Passkeys::of(&step.tools.config).is_none();
        Ok(())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let passkeys = Passkeys::of(&look.tools.config).ok_or_else(|| FlowError::Broken("passkeys were switched off".to_owned()))?;
        let person = owner(look.draft, &look.tools.keys, look.journey);
        let options = asked(look.visitor, person).map(|asked| {
            let challenge = passkeys::challenge(&look.tools.keys, &look.tools.random, &asked, look.now);
            // The name to sign in with is made at the end.
            let name = &look.tools.config.district.name;
            passkeys.to_make(&Owner { person: person.0, username: name, name, has: &[] }, &challenge).to_string()
        });
        Ok(Screen::of(&pages::AddPasskey { options, optional: self.optional }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let Some(passkeys) = Passkeys::of(&look.tools.config) else { return Ok(Prepared::Nothing) };
        let made = passkeys.made(form.text("passkey")).inspect_err(|why| tracing::info!(%why, "a new passkey was refused"));
        let person = owner(look.draft, &look.tools.keys, look.journey);
        let ours = |made: Made| {
            let ticket = passkeys::known(&look.tools.keys, &asked(look.visitor, person)?, &made.challenge, look.now)?;
            Some((made, ticket))
        };
        Ok(Prepared::made::<Answer>(made.ok().and_then(ours)))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        if self.optional && form.ticked("without") {
            step.draft.passkey_offered = true;
            return Ok(Outcome::Next);
        }
        let wrong = || Outcome::again("add-passkey", "passkeys-not-added");
        let Some((made, ticket)) = prepared.take::<Answer>().flatten() else { return Ok(wrong()) };
        if !step.tx.passkeys().spend(&ticket.id, ticket.until).await? {
            return Ok(wrong());
        }
        step.draft.passkey_made = Some(NewPasskey {
            whose: owner(step.draft, &step.tools.keys, Some(step.journey)),
            credential: made.credential,
            public_key: made.public_key,
            sign_count: made.sign_count,
            backup_eligible: made.backup_eligible,
            backed_up: made.backed_up,
            name: step.visitor.device.clone(),
        });
        step.draft.passkey_offered = true;
        Ok(Outcome::Next)
    }
}

/// The account is made: what was added on the way is its own, if it was added for this person. Their journey may have found
/// somebody else since.
pub(super) async fn keep(step: &Step<'_>, account: AccountId, person: PersonId) -> Result<(), FlowError> {
    let Some(made) = step.draft.passkey_made.clone().filter(|made| made.whose == person) else { return Ok(()) };
    let passkey = Passkey {
        id: PasskeyId::new(step.now, &step.tools.random),
        account,
        credential: made.credential,
        public_key: made.public_key,
        sign_count: made.sign_count,
        backup_eligible: made.backup_eligible,
        backed_up: made.backed_up,
        name: made.name,
        made_at: step.now,
        used_at: None,
        suspect_at: None,
    };
    if step.tx.passkeys().add(&passkey).await? {
        let detail = json!({ "passkey": passkey.id, "backed_up": passkey.backed_up });
        let event = Event { actor: Some(account), person: Some(person), detail, ..Event::of("passkey.added") };
        step.tx.record(&event, step.now).await?;
    }
    Ok(())
}

/// Whose it becomes. Where pages go on as if somebody had been found, a number that is nobody's (row E01).
fn owner(draft: &Draft, keys: &KeyStore, journey: Option<JourneyId>) -> PersonId {
    if let Some(person) = &draft.person {
        return person.value;
    }
    let journey = journey.map(|journey| journey.0.into_bytes()).unwrap_or_default();
    let decoy = keys.mac(MacPurpose::Decoy, &[b"passkey", &journey]);
    let (random, _) = decoy.0.split_first_chunk::<16>().expect("a hash has 32 bytes");
    PersonId(Uuid::from_bytes(*random))
}

/// In which browser, and for whom, a passkey is made here.
fn asked(visitor: &Origin, person: PersonId) -> Option<Asked> {
    Some(Asked { purpose: Purpose::Make, browser: visitor.browser?, whose: Some(person.0) })
}

fn yes() -> bool {
    true
}
