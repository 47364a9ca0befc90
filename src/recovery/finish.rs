//! The end of a recovery: the new password stands, whatever the old one opened is shut, whoever must know is told, and
//! the person is signed in where they were going (rows R14, R15, R21; A23).

use async_trait::async_trait;
use serde_json::json;

use crate::flow::definition::ASSURANCES;
use crate::flow::{Finish, Finished, Flow, FlowError, Step};
use crate::limits::{self, Rule};
use crate::model::draft::SignsInAt;
use crate::model::{Audience, Draft, LocalPath};
use crate::store::accounts::{Account, AccountState};
use crate::store::events::Event;
use crate::store::people::Person;
use crate::web::notice;
use crate::web::session::{self, Proof};

/// The draft becomes a new password and a session.
pub(super) struct BackIn;

#[async_trait]
impl Finish for BackIn {
    /// Asks once more for everything that was proven: the account may have been shut or reset, and another recovery may
    /// have been faster. Without an account, which decoys have not, there is no end.
    async fn finish(&self, step: &mut Step<'_>, flow: &Flow) -> Result<Finished, FlowError> {
        let Some((account, person)) = whose(step).await? else { return Ok(begin_again()) };
        let draft = &*step.draft;
        let approved = draft.approved.as_ref().is_some_and(|approved| approved.value == person.id);
        let replaces = match (&draft.email_shown, &draft.recall_shown) {
            (Some(_), _) => &draft.replaces,
            (None, Some(shown)) => &shown.value,
            (None, None) if approved => &draft.replaces,
            (None, None) => return Ok(begin_again()),
        };
        let Some(password) = &draft.password else { return Ok(begin_again()) };
        let on_file = step.tx.accounts().password(account.id).await?.map(|password| password.hash);
        if on_file != *replaces {
            return Ok(begin_again());
        }
        // What was guessed at the old password says nothing of the new one; the answers' counter is their own (R21).
        // Counters come before the password, as in a sign-in, or the two could wait for each other.
        let subject = limits::subject_of_account(&step.tools.keys, account.id);
        for rule in [Rule::AccountPassword, Rule::KnownDevice] {
            limits::reset(step.tx, rule, &subject).await?;
        }
        if !step.tx.accounts().replace_password(account.id, on_file.as_ref(), password, step.now).await? {
            return Ok(begin_again());
        }
        step.tx.mail_proofs().kill(person.id, step.now).await?;
        let ended = step.tx.sessions().end_all(account.id, None, step.now).await?;
        let devices = step.tx.devices().forget_all(account.id).await?;
        let detail = json!({ "flow": flow.name, "way": step.draft.way, "sessions_ended": ended, "devices_forgotten": devices });
        let event = Event { actor: Some(account.id), person: Some(person.id), detail, ..Event::of("password.recovered") };
        step.tx.record(&event, step.now).await?;
        notice::tell(step, &person, "password-changed").await?;
        // Row R13: a new password is a new password. Whoever has a second factor shows both at the door.
        if step.tx.second_factors().has_any(account.id).await? {
            return Ok(to_the_door(step, &account));
        }
        let account = Account { assurance: weaker(&account.assurance, &flow.assurance).to_owned(), ..account };
        let amr = methods(step.draft);
        session::begin(step, &account, &person, &Proof { amr: &amr, acr: None, know_device: false, told: true }).await
    }
}

/// What was shown (RFC 8176, row P38): answers, a mailbox, or both. A mailed code is no second factor (D3).
fn methods(draft: &Draft) -> Vec<&'static str> {
    let answers = draft.recall_shown.as_ref().map(|_| "kba");
    let mailbox = draft.email_shown.as_ref().map(|_| "mca");
    answers.into_iter().chain(mailbox).collect()
}

/// Whose proof it was, if the account is still open to them: a pupil's answers, or anybody's mailbox (rows R09, S07).
async fn whose(step: &Step<'_>) -> Result<Option<(Account, Person)>, FlowError> {
    let Some(id) = step.draft.account else { return Ok(None) };
    let account = step.tx.accounts().find(id).await?.filter(|account| account.state == AccountState::Claimed);
    let Some(account) = account else { return Ok(None) };
    let person = step.tx.people().find(account.person).await?;
    let by_mail = step.draft.email_shown.is_some();
    let may = |person: &Person| match session::audience(person) {
        Audience::Student => true,
        Audience::Guardian => by_mail || step.draft.approved.is_some(),
        Audience::Staff => by_mail,
    };
    let owner = person.filter(|person| person.active && may(person));
    Ok(owner.map(|person| (account, person)))
}

/// The journey goes on as a sign-in, on the way to where it went.
fn to_the_door(step: &mut Step<'_>, account: &Account) -> Finished {
    *step.draft = Draft {
        username: Some(account.username.clone()),
        account: Some(account.id),
        signs_in_at: Some(SignsInAt::Here),
        client: step.draft.client.clone(),
        language: step.draft.language,
        ..Draft::default()
    };
    Finished::Into("sign-in".to_owned())
}

fn begin_again() -> Finished {
    Finished::Elsewhere(LocalPath::parse("/recover").expect("it is a path"))
}

/// A recovery reaches no more than its flow does, and no more than the account ever did (row P38).
fn weaker<'a>(one: &'a str, other: &'a str) -> &'a str {
    let rank = |word: &str| ASSURANCES.iter().position(|known| *known == word).unwrap_or(ASSURANCES.len());
    if rank(one) <= rank(other) { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p38_a_recovery_reaches_the_weaker_of_two_assurances() {
        let [identified, proven] = ["urn:preau:acr:identified", "urn:preau:acr:proven"];
        assert_eq!(weaker(identified, proven), identified);
        assert_eq!(weaker(proven, identified), identified);
        assert_eq!(weaker(proven, proven), proven);
        assert_eq!(weaker("urn:preau:acr:two-factor", identified), identified);
    }
}
