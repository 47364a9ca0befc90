//! Which questions a name is asked, and what is on file of the answers. Always as many as the district asks, always the
//! same ones for the same name: the account's own where its owner may get back in by them, else decoys, which no answer
//! fits. Only pupils have them, and guardians after their mailbox (row R09); whoever looks cannot tell (rows R01, R07).

use crate::flow::{FlowError, Step};
use crate::keys::{KeyStore, Purpose};
use crate::limits;
use crate::model::draft::{Answered, PasswordHash};
use crate::model::{AccountId, Audience, Draft, Hash};
use crate::policy::QUESTIONS;
use crate::store::accounts::{AccountState, Accounts};
use crate::store::people::People;
use crate::tools::Tools;
use crate::web::session;

/// One question that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// By its id in the catalogue.
    pub question: String,
    /// What is on file; nothing fits a decoy.
    pub answer: Option<PasswordHash>,
}

/// What a journey asks: what it has asked before, or what the name is asked for the first time.
pub(super) async fn asked(tools: &Tools, accounts: &Accounts<'_>, people: &People<'_>, draft: &Draft) -> Result<Vec<Asked>, FlowError> {
    let subject = limits::subject_of(&tools.keys, draft.account, draft.username.as_deref().unwrap_or_default());
    let after_mail = draft.email_shown.is_some();
    let most = usize::from(tools.policy.questions().ask);
    let found = match draft.account {
        Some(account) => {
            let found = on_file(accounts, people, account, after_mail).await?;
            found.filter(|found| found.answers.len() >= most || after_mail && !found.answers.is_empty())
        }
        None => None,
    };
    let questions = match (&draft.recall, &found) {
        (Some(before), _) => before.clone(),
        (None, Some(found)) => {
            let mine: Vec<&str> = found.answers.iter().map(|answered| answered.question.as_str()).collect();
            let picked = pick(&tools.keys, &subject, mine.iter().copied(), most);
            // In the order in which the child once chose them.
            mine.into_iter().filter(|question| picked.iter().any(|found| found == question)).map(str::to_owned).collect()
        }
        (None, None) => pick(&tools.keys, &subject, QUESTIONS.iter().copied(), most),
    };
    let answer = |question: &str| {
        let found = found.as_ref().filter(|found| found.good)?;
        found.answers.iter().find(|answered| answered.question == question).map(|answered| answered.answer.clone())
    };
    Ok(questions.into_iter().map(|question| Asked { answer: answer(&question), question }).collect())
}

/// A pupil's answers.
struct OnFile {
    answers: Vec<Answered>,
    /// They may open the account. Of a shut one the questions stay the same, so that nobody sees that it was shut.
    good: bool,
}

/// Somebody who proved the mailbox has chosen questions that are asked after it.
pub(super) async fn are_due(step: &Step<'_>) -> Result<bool, FlowError> {
    let Some(account) = step.draft.account else { return Ok(false) };
    let (accounts, people) = (step.tx.accounts(), step.tx.people());
    let Some(found) = accounts.find(account).await? else { return Ok(false) };
    let person = people.find(found.person).await?;
    let asked = person.is_some_and(|person| session::audience(&person) == Audience::Guardian);
    Ok(asked && !accounts.security_answers(account).await?.is_empty())
}

/// Only a pupil's, or after the mailbox a guardian's: staff have none (row R09).
async fn on_file(accounts: &Accounts<'_>, people: &People<'_>, account: AccountId, after_mail: bool) -> Result<Option<OnFile>, FlowError> {
    let Some(account) = accounts.find(account).await? else { return Ok(None) };
    let Some(person) = people.find(account.person).await? else { return Ok(None) };
    match session::audience(&person) {
        Audience::Student => {}
        Audience::Guardian if after_mail => {}
        _ => return Ok(None),
    }
    let good = account.state == AccountState::Claimed && person.active;
    Ok(Some(OnFile { answers: accounts.security_answers(account.id).await?, good }))
}

/// So many of the questions, in an order that only the district's key knows and that is always the same for a subject.
fn pick<'a>(keys: &KeyStore, subject: &Hash, questions: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let mut drawn: Vec<(Hash, &str)> =
        questions.map(|question| (keys.mac(Purpose::Decoy, &[&subject.0, question.as_bytes()]), question)).collect();
    drawn.sort_unstable();
    drawn.into_iter().take(most).map(|(_, question)| question.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn r07_a_name_is_asked_the_same_questions_each_time() {
        let keys = KeyStore::for_tests();
        let drawn = |name: &str| pick(&keys, &limits::subject_of(&keys, None, name), QUESTIONS.iter().copied(), 3);
        for names in [["S0999999", "999999"], ["s0999999", " S0 999 999 "], ["nobody@ecole.example", "Nobody@Ecole.Example"]] {
            assert_eq!(drawn(names[0]), drawn(names[1]));
        }
        assert_eq!(drawn("S0999999").into_iter().collect::<BTreeSet<_>>().len(), 3);
    }

    #[test]
    fn r01_every_question_is_some_names_decoy() {
        let keys = KeyStore::for_tests();
        let drawn = |number: u32| pick(&keys, &limits::subject_of(&keys, None, &number.to_string()), QUESTIONS.iter().copied(), 3);
        let all: BTreeSet<String> = (1_000..1_200).flat_map(drawn).collect();
        assert_eq!(all.len(), QUESTIONS.len());
        let orders: BTreeSet<Vec<String>> = (1_000..1_200).map(drawn).collect();
        assert!(orders.len() > 100, "names differ in what they are asked");
    }
}
