//! The way to another provider and back (E9). What comes back is tied to this journey, and so to this browser, by the state;
//! the account is found by the roster, never by an address that people give themselves. Whoever is not found hears the
//! same words as whoever may not come in; the log has the reason.

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::json;

use super::pages::SourceLeave;
use crate::config::sources::{RosterKey, SourceSettings};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::keys::{KeyStore, Purpose};
use crate::model::draft::{FromSource, Proven, SignsInAt};
use crate::model::{AccountId, Draft, JourneyId};
use crate::people::number_key;
use crate::random::Secret;
use crate::sources::{Answer, NotTold, Ties, Told};
use crate::store::accounts::AccountState;
use crate::store::events::Event;
use crate::store::people::Person;
use crate::web::session;

/// Waits for the answer of the provider.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceProof {}

/// The stage's name in flow files.
pub(super) const NAME: &str = "source-proof";

/// Why somebody whom a provider vouches for does not come in. For the log.
enum NotHere {
    NoClaim,
    NoRecord,
    SeveralRecords,
    OtherAudience,
    LinkedOtherwise,
    Disabled,
}

#[async_trait]
impl Stage for SourceProof {
    fn is_open(&self, draft: &Draft) -> bool {
        matches!(draft.signs_in_at, Some(SignsInAt::Source { .. })) && draft.source_shown.is_none()
    }

    fn is_for_all(&self) -> bool {
        false
    }

    /// A page that leads on by itself. A form could not: the page's policy lets forms go to no other server.
    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let (source, ties) = asked(look.tools, look.draft, look.journey)?;
        let address = look.tools.sources.address(source, &ties, look.language, look.now).await;
        let here = look.journey.map_or_else(String::new, |journey| format!("/flow/{journey}"));
        if let Err(error) = &address {
            tracing::warn!(source = source.name, %error, "the provider cannot be asked");
        }
        let again = format!("{here}?correct=1");
        Ok(Screen::of(&SourceLeave { label: source.label(look.language).to_owned(), address: address.ok(), here, again }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let (source, ties) = asked(look.tools, look.draft, look.journey)?;
        let answer =
            Answer { code: form.secret(CODE).expose().to_owned(), error: form.text(ERROR).to_owned(), iss: form.text(ISS).to_owned() };
        Ok(Prepared::made(look.tools.sources.told(source, &ties, &answer, look.now).await))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let Some(told) = prepared.take::<Result<Told, NotTold>>() else { return Ok(Outcome::Next) };
        let (source, _) = asked(step.tools, step.draft, Some(step.journey))?;
        let told = match told {
            Ok(told) => told,
            Err(error) => {
                tracing::warn!(source = source.name, %error, "nobody came back from the provider");
                let word = if matches!(error, NotTold::Refused(_)) { "identity-source-refused" } else { "identity-source-silent" };
                return Ok(back(step, word));
            }
        };
        match find(step, source, &told).await? {
            Ok((person, account)) => come_in(step, source, told, person, account).await,
            Err(why) => {
                let detail = json!({ "source": source.name, "why": why.word() });
                step.tx.record(&Event { detail, ..Event::of("source.unmatched") }, step.now).await?;
                Ok(back(step, "identity-source-unknown"))
            }
        }
    }
}

/// To the choice again, with words.
fn back(step: &mut Step<'_>, word: &str) -> Outcome {
    step.draft.signs_in_at = None;
    step.draft.source_wrong = Some(word.to_owned());
    Outcome::Next
}

async fn come_in(
    step: &mut Step<'_>,
    source: &SourceSettings,
    told: Told,
    person: Person,
    account: Option<AccountId>,
) -> Result<Outcome, FlowError> {
    let from = FromSource { source: source.name.clone(), subject: told.subject };
    if let Some(account) = account
        && let Some(known) = step.tx.accounts().find(account).await?
    {
        step.draft.username = Some(known.username);
        step.draft.account = Some(account);
        if !step.tx.linked_identities().link(&from.source, &from.subject, account, step.now).await? {
            return Ok(back(step, "identity-source-unknown"));
        }
    }
    // Nobody's name yet: whoever has no account goes on to join.
    step.draft.username.get_or_insert_default();
    step.draft.person = Some(Proven { value: person.id, at: step.now });
    step.draft.source_shown = Some(Proven { value: from, at: step.now });
    Ok(Outcome::Next)
}

/// Whom the provider means: by the roster, and the same as ever. Their account, if they have one that is theirs.
async fn find(step: &Step<'_>, source: &SourceSettings, told: &Told) -> Result<Result<(Person, Option<AccountId>), NotHere>, FlowError> {
    let Some(claim) = &told.claim else { return Ok(Err(NotHere::NoClaim)) };
    let people = step.tx.people();
    let mut found = match source.names {
        RosterKey::SourcedId => people.by_source_id(claim).await?,
        RosterKey::StudentNumber => people.by_number(&number_key(claim)).await?,
    };
    let person = match (found.pop(), found.is_empty()) {
        (None, _) => return Ok(Err(NotHere::NoRecord)),
        (Some(_), false) => return Ok(Err(NotHere::SeveralRecords)),
        (Some(person), true) => person,
    };
    if !source.audiences.contains(&session::audience(&person)) {
        return Ok(Err(NotHere::OtherAudience));
    }
    let account = step.tx.accounts().of_person(person.id).await?;
    let linked = step.tx.linked_identities().account(&source.name, &told.subject).await?;
    if linked.is_some() && linked != account.as_ref().map(|account| account.id) {
        return Ok(Err(NotHere::LinkedOtherwise));
    }
    Ok(match account {
        Some(account) if account.state == AccountState::Disabled => Err(NotHere::Disabled),
        Some(account) if account.state == AccountState::Claimed => Ok((person, Some(account.id))),
        _ => Ok((person, None)),
    })
}

/// The provider that was chosen, and what ties its answer to this journey.
fn asked<'t>(tools: &'t crate::tools::Tools, draft: &Draft, journey: Option<JourneyId>) -> Result<(&'t SourceSettings, Ties), FlowError> {
    let (Some(SignsInAt::Source { name, salt }), Some(journey)) = (&draft.signs_in_at, journey) else {
        return Err(FlowError::Broken("no provider was chosen".to_owned()));
    };
    let source =
        tools.sources.get(name).ok_or_else(|| FlowError::Broken(format!("the provider {name} is not in the settings any more")))?;
    let tie = |what: &str| tied(&tools.keys, journey, salt, what);
    Ok((
        source,
        Ties {
            state: Secret::new(format!("{journey}.{}", tie("state"))),
            nonce: Secret::new(tie("nonce")),
            verifier: Secret::new(tie("verifier")),
        },
    ))
}

fn tied(keys: &KeyStore, journey: JourneyId, salt: &str, what: &str) -> String {
    let mac = keys.mac(Purpose::Ticket, &[b"source", what.as_bytes(), journey.0.as_bytes(), salt.as_bytes()]);
    BASE64_URL_SAFE_NO_PAD.encode(mac.0)
}

/// The state is the one that this journey sent along.
pub(super) fn is_ours(keys: &KeyStore, journey: JourneyId, draft: &Draft, state: &str) -> bool {
    let Some(SignsInAt::Source { salt, .. }) = &draft.signs_in_at else { return false };
    let ours = tied(keys, journey, salt, "state");
    let theirs = state.split_once('.').map_or("", |(_, mac)| mac);
    subtle::ConstantTimeEq::ct_eq(ours.as_bytes(), theirs.as_bytes()).into()
}

impl NotHere {
    fn word(&self) -> &'static str {
        match self {
            Self::NoClaim => "no-claim",
            Self::NoRecord => "no-record",
            Self::SeveralRecords => "several-records",
            Self::OtherAudience => "other-audience",
            Self::LinkedOtherwise => "linked-otherwise",
            Self::Disabled => "disabled",
        }
    }
}

/// The fields that the callback makes of the answer. None of these names is ever kept.
pub(super) const CODE: &str = "code";
pub(super) const ERROR: &str = "secret-error";
pub(super) const ISS: &str = "secret-iss";
