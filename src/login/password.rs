//! The password. The limiter stands before the hash; a name that nobody has is hashed and limited like any other
//! (rows R01, E02, R19; security.md 2.5). A passkey of the same person does as well.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use super::passkey::{self, AskPasskey};
use crate::flow::{FlowError, Form, Look, Origin, Outcome, Prepared, Screen, Stage, Step};
use crate::keys::KeyStore;
use crate::limits::{self, Network, Rule, Taken};
use crate::model::draft::{PasswordHash, Proven};
use crate::model::{AccountId, Draft, FieldError, Hash, PersonId};
use crate::password::Verdict;
use crate::store::accounts::AccountState;

/// Asks for the password of the name before.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Password {
    /// Asks for the provisional password of a letter, and opens nothing to anybody else (E10).
    #[serde(default)]
    provisional: bool,
}

/// What was found out before the write.
struct Seen {
    verdict: Verdict,
    /// The hash it was compared with; another one by now makes the verdict worthless.
    against: Option<PasswordHash>,
    /// The same password under today's parameters, where it was under older ones or another system's.
    rehashed: Option<PasswordHash>,
    /// It was given: true of this very hash, which a new gift would have replaced.
    given: bool,
    /// Whose invitation it opens.
    invited: Option<PersonId>,
}

/// A password on file, and what it is worth.
struct OnFile {
    hash: PasswordHash,
    given: bool,
    invited: Option<PersonId>,
}

/// Why it was not even compared.
enum Before {
    Seen(Seen),
    /// The limiter would refuse it.
    Limited,
    /// A passkey came in its place.
    Passkey(passkey::Answer),
    Network(Network),
}

#[async_trait]
impl Stage for Password {
    fn is_open(&self, draft: &Draft) -> bool {
        let proven = draft.rises.as_ref().is_some_and(|rises| rises.proven);
        draft.owner_shown_at().is_none() && draft.source_shown.is_none() && !proven
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let picked = look.draft.picked.clone();
        let username = look.draft.username.clone().unwrap_or_default();
        let carried: String = url::form_urlencoded::byte_serialize(username.as_bytes()).collect();
        // A shared device shows nobody's username, in no address either (A18).
        let recover = if picked.is_some() { "/recover".to_owned() } else { format!("/recover?username={carried}") };
        // An app's request begins a new journey by itself, with everything that it asked.
        let back = if look.draft.client.is_some() { look.return_to.as_str().to_owned() } else { look.link("/sign-in") };
        Ok(Screen::of(&pages::Password {
            passkey: AskPasskey::of(look).filter(|_| !self.provisional),
            back,
            recover: look.link(&recover),
            picked: picked.is_some(),
            username: picked.unwrap_or(username),
        }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        if let Some(answer) = passkey::look_at(look, form).await?.filter(|_| !self.provisional) {
            return Ok(Prepared::made(Before::Passkey(answer)));
        }
        let typed = form.secret("password");
        if typed.expose().is_empty() {
            return Ok(Prepared::Nothing);
        }
        let tools = look.tools;
        let (rule, subject) = counter(&tools.keys, look.draft, look.visitor);
        if limits::would_wait(&look.reader, rule, &subject, look.now).await? {
            return Ok(Prepared::made(Before::Limited));
        }
        if rule != Rule::KnownDevice {
            match limits::network(&look.reader, &tools.keys, &tools.policy, &look.visitor.network, look.now).await? {
                Network::Open => {}
                Network::Challenge { .. } if look.visitor.challenge_passed => {}
                asked => return Ok(Prepared::made(Before::Network(asked))),
            }
        }
        let on_file = self.on_file(look).await?;
        let (given, invited) = on_file.as_ref().map_or((false, None), |on_file| (on_file.given, on_file.invited));
        let against = on_file.map(|on_file| on_file.hash);
        let levels = look.reader.foreign_hashes().levels().await?;
        let verdict = tools.hasher.verify_among(&typed, against.as_ref(), &levels).await?;
        let rehashed = if verdict == Verdict::RightButWeak { Some(tools.hasher.hash(&typed).await?) } else { None };
        Ok(Prepared::made(Before::Seen(Seen { verdict, against, rehashed, given, invited })))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let Some(before) = prepared.take::<Before>() else { return Ok(Outcome::again("password", "password-missing")) };
        let before = match before {
            Before::Passkey(answer) => {
                let named = step.draft.account;
                return passkey::judge(step, answer, Some(named)).await;
            }
            Before::Network(Network::Closed { until }) => {
                return Ok(Outcome::Wait(vec![FieldError::of("password", "password-wait")], until));
            }
            Before::Network(_) => return Ok(Outcome::Challenge),
            before => before,
        };
        let (rule, subject) = counter(&step.tools.keys, step.draft, step.visitor);
        let left = match limits::take(step.tx, rule, &subject, step.now).await? {
            Taken::Go { left } => left,
            Taken::Wait(until) => return Ok(Outcome::Wait(vec![FieldError::of("password", "password-wait")], until)),
            Taken::Closed => return Ok(Outcome::again("password", "password-closed")),
        };
        let Before::Seen(seen) = before else { return Ok(Outcome::again("password", "password-once-more")) };
        match step.draft.account.filter(|_| seen.verdict != Verdict::Wrong) {
            Some(account) if still_on_file(step, account, &seen).await? => self.right(step, form, account, seen, (rule, subject)).await,
            _ => {
                limits::failed(step.tx, &step.tools.keys, &step.visitor.network, &subject, step.now).await?;
                Ok(Outcome::Again(vec![FieldError::of("password", "password-wrong").with("left", i64::from(left))]))
            }
        }
    }
}

impl Password {
    async fn right(
        &self,
        step: &mut Step<'_>,
        form: &Form,
        account: AccountId,
        seen: Seen,
        (rule, subject): (Rule, Hash),
    ) -> Result<Outcome, FlowError> {
        limits::clear(step.tx, rule, &subject).await?;
        if let (Some(old), Some(new)) = (&seen.against, &seen.rehashed) {
            step.tx.accounts().rehash(account, old, new).await?;
        }
        // Row E23: a password that was given opens one page, where another is chosen.
        step.draft.must_change = seen.given;
        step.draft.replaces = seen.rehashed.or(seen.against);
        // A provisional password signs nobody in; it says whose invitation this is (E10, row E23).
        if let Some(person) = seen.invited {
            step.draft.chosen_for = Some(person);
            step.draft.person = Some(Proven { value: person, at: step.now });
        }
        step.draft.shared_device = step.draft.picked.is_some() || form.ticked("shared_device");
        step.draft.password_shown = Some(Proven { value: (), at: step.now });
        Ok(Outcome::Next)
    }
}

impl Password {
    /// The hash to compare with; none for a name that nobody has, an account that is shut, a password that is over.
    async fn on_file(&self, look: &Look<'_>) -> Result<Option<OnFile>, FlowError> {
        let accounts = look.reader.accounts();
        let Some(id) = look.draft.account else { return Ok(None) };
        let account = accounts.find(id).await?.filter(|account| match account.state {
            AccountState::Claimed => !self.provisional,
            AccountState::Invited => true,
            AccountState::Unclaimed | AccountState::Disabled => false,
        });
        let password = accounts.password(id).await?.filter(|password| password.expires_at.is_none_or(|end| end > look.now));
        let (Some(account), Some(password)) = (account, password) else { return Ok(None) };
        let invited = (account.state == AccountState::Invited).then_some(account.person);
        Ok(Some(OnFile { hash: password.hash, given: password.must_change, invited }))
    }
}

async fn still_on_file(step: &Step<'_>, account: AccountId, seen: &Seen) -> Result<bool, FlowError> {
    match &seen.against {
        Some(against) => Ok(step.tx.accounts().hold_password(account, against).await?),
        None => Ok(false),
    }
}

/// Which counter a try is taken from: the account's, whatever it was named by (row E31), or that of its known device.
fn counter(keys: &KeyStore, draft: &Draft, visitor: &Origin) -> (Rule, Hash) {
    let known = draft.account.is_some() && visitor.known_device_of == draft.account;
    let subject = limits::subject_of(keys, draft.account, draft.username.as_deref().unwrap_or_default());
    (if known { Rule::KnownDevice } else { Rule::AccountPassword }, subject)
}
