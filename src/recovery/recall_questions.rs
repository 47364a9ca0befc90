//! The recall questions (A21). The limiter stands before the hashes; all answers are compared, whether they can be right
//! or not, so that nobody learns from the time it took which of them was (rows E02, R01, R07).

use async_trait::async_trait;
use serde::Deserialize;

use super::{pages, recall};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Network, Rule, Taken};
use crate::model::draft::{PasswordHash, Proven};
use crate::model::{Draft, FieldError, Hash, Timestamp};
use crate::password::Verdict;
use crate::people::answer_key;
use crate::policy::Policy;
use crate::random::Secret;
use crate::tools::Tools;

/// Asks the questions that the pupil chose, or decoys.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecallQuestions {
    /// After the mailbox was proven, guardians who have chosen questions are asked them too (B20).
    #[serde(default)]
    after_mail: bool,
}

/// The stage's name, by which people choose it.
pub(super) const NAME: &str = "recall-questions";

/// What was found out before the write.
enum Before {
    /// Something was not filled in.
    Missing(Vec<FieldError>),
    /// The limiter would refuse it.
    Limited,
    Network(Network),
    Compared(Compared),
}

struct Compared {
    /// So many answers were right.
    right: usize,
    /// What they were compared with; something else by now makes the count worthless.
    against: Vec<recall::Asked>,
}

#[async_trait]
impl Stage for RecallQuestions {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.recall_shown.is_none()
            && match draft.way.as_deref() {
                None => true,
                Some(way) => way == NAME || self.after_mail && draft.email_shown.is_some() && draft.recall_due,
            }
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        let asked = asked_in(step).await?;
        step.draft.recall = Some(asked.into_iter().map(|asked| asked.question).collect());
        Ok(())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let asked = asked_before(look).await?;
        let questions = asked.into_iter().map(|asked| asked.question).collect();
        Ok(Screen::of(&pages::RecallQuestions { questions, enroll: look.link("/enroll") }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let (tools, now) = (look.tools, look.now);
        let asked = asked_before(look).await?;
        let missing: Vec<FieldError> = (1..=asked.len())
            .map(field)
            .filter(|field| form.text(field).is_empty())
            .map(|field| FieldError::of(&field, "recall-questions-missing"))
            .collect();
        if !missing.is_empty() {
            return Ok(Prepared::made(Before::Missing(missing)));
        }
        let waits = look.draft.waits_until.is_some_and(|until| until > now);
        if waits || limits::would_wait(&look.reader, Rule::SecurityAnswers, &subject(tools, look.draft), now).await? {
            return Ok(Prepared::made(Before::Limited));
        }
        match limits::network(&look.reader, &tools.keys, &tools.policy, &look.visitor.network, now).await? {
            Network::Open => {}
            Network::Challenge { .. } if look.visitor.challenge_passed => {}
            asked => return Ok(Prepared::made(Before::Network(asked))),
        }
        let typed: Vec<Secret> = (1..=asked.len()).map(|number| Secret::new(answer_key(form.text(&field(number))))).collect();
        let pairs: Vec<_> = typed.iter().zip(&asked).map(|(typed, asked)| (typed, asked.answer.as_ref())).collect();
        let verdicts = tools.hasher.verify_each(&pairs).await?;
        let right = verdicts.into_iter().filter(|verdict| *verdict != Verdict::Wrong).count();
        Ok(Prepared::made(Before::Compared(Compared { right, against: asked })))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let Some(before) = prepared.take::<Before>() else { return Ok(once_more()) };
        if let Some(until) = step.draft.waits_until.filter(|until| *until > step.now) {
            return Ok(wait(until));
        }
        match before {
            Before::Missing(missing) => return Ok(Outcome::Again(missing)),
            Before::Network(Network::Closed { until }) => return Ok(wait(until)),
            Before::Network(_) => return Ok(Outcome::Challenge),
            Before::Limited | Before::Compared(_) => {}
        }
        let subject = subject(step.tools, step.draft);
        let left = match limits::take(step.tx, Rule::SecurityAnswers, &subject, step.now).await? {
            Taken::Go { left } => left,
            Taken::Wait(until) => return Ok(wait(until)),
            Taken::Closed => return Ok(Outcome::again(FIRST, "recall-questions-closed")),
        };
        let Before::Compared(compared) = before else { return Ok(once_more()) };
        if !enough(&step.tools.policy, compared.right, compared.against.len()) || asked_in(step).await? != compared.against {
            limits::failed(step.tx, &step.tools.keys, &step.visitor.network, &subject, step.now).await?;
            return Ok(Outcome::Again(vec![FieldError::of(FIRST, "recall-questions-wrong").with("left", i64::from(left))]));
        }
        limits::clear(step.tx, Rule::SecurityAnswers, &subject).await?;
        step.draft.recall_shown = Some(Proven { value: on_file(step).await?, at: step.now });
        Ok(Outcome::Next)
    }
}

/// As many right answers as the district asks for; decoys have none.
fn enough(policy: &Policy, right: usize, asked: usize) -> bool {
    right > 0 && right + usize::from(policy.questions().may_be_wrong) >= asked
}

/// The password that this proof replaces.
async fn on_file(step: &Step<'_>) -> Result<Option<PasswordHash>, FlowError> {
    let Some(account) = step.draft.account else { return Ok(None) };
    Ok(step.tx.accounts().password(account).await?.map(|password| password.hash))
}

async fn asked_before(look: &Look<'_>) -> Result<Vec<recall::Asked>, FlowError> {
    recall::asked(look.tools, &look.reader.accounts(), &look.reader.people(), look.draft).await
}

async fn asked_in(step: &Step<'_>) -> Result<Vec<recall::Asked>, FlowError> {
    recall::asked(step.tools, &step.tx.accounts(), &step.tx.people(), step.draft).await
}

fn subject(tools: &Tools, draft: &Draft) -> Hash {
    limits::subject_of(&tools.keys, draft.account, draft.username.as_deref().unwrap_or_default())
}

fn field(number: usize) -> String {
    format!("answer_{number}")
}

fn wait(until: Timestamp) -> Outcome {
    Outcome::Wait(vec![FieldError::of(FIRST, "recall-questions-wait")], until)
}

fn once_more() -> Outcome {
    Outcome::again(FIRST, "recall-questions-once-more")
}

/// What is said of all answers together stands at the first one: which of them was wrong is not said.
const FIRST: &str = "answer_1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::policy::{PolicySettings, QuestionSettings};

    #[test]
    fn a38_so_many_may_be_wrong_as_the_district_says_but_never_all() {
        for (may_be_wrong, right, expected) in
            [(0, 3, true), (0, 2, false), (0, 0, false), (1, 2, true), (1, 1, false), (2, 1, true), (2, 0, false)]
        {
            let questions = QuestionSettings { answer: 3, ask: 3, may_be_wrong };
            let policy = Policy::new(PolicySettings { questions, ..PolicySettings::default() }).unwrap();
            assert_eq!(enough(&policy, right, 3), expected, "{right} right, {may_be_wrong} may be wrong");
        }
    }

    #[test]
    fn it_is_open_until_it_is_answered_and_only_for_those_who_chose_it() {
        let stage = |after_mail| RecallQuestions { after_mail };
        let chosen = |way: Option<&str>| Draft { way: way.map(str::to_owned), ..Draft::default() };
        assert!(stage(false).is_open(&chosen(Some(NAME))) && stage(false).is_open(&chosen(None)));
        assert!(!stage(true).is_open(&chosen(Some("mailed-link"))));
        let shown = Draft { recall_shown: Some(Proven { value: None, at: Timestamp(1) }), ..chosen(Some(NAME)) };
        assert!(!stage(false).is_open(&shown));
        let proven = |due| Draft {
            email_shown: Some(Proven { value: String::new(), at: Timestamp(1) }),
            recall_due: due,
            ..chosen(Some("mailed-link"))
        };
        assert!(stage(true).is_open(&proven(true)) && !stage(true).is_open(&proven(false)) && !stage(false).is_open(&proven(true)));
    }
}
