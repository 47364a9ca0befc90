//! Somebody else says yes: the school, or a guardian or a teacher of the pupil on a page of their own (D14, A21, A28). Whoever waits sees a
//! number for the school and two digits that the one who decides must know, so that nobody says yes to somebody else's
//! asking. For a name that nobody has, the same page waits for ever (row R01).

use std::time::Duration;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::pages;
use crate::flow::{Flow, FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::draft::Proven;
use crate::model::{Audience, Draft, Language, Letter, Timestamp};
use crate::store::accounts::AccountState;
use crate::store::approvals::{Approval, Decision};
use crate::store::people::Person;
use crate::web::approval::{GUARDIAN, NAME, TEACHER};
use crate::web::cases::free_number;
use crate::web::notice;
use crate::web::session;

/// Waits for the yes of somebody else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AwaitApproval {
    /// Who may say it.
    by: Vec<By>,
    /// Nobody says it after so many days.
    #[serde(default = "fortnight")]
    days: u16,
    /// It is one of the ways back that a person chooses from, and is not asked of the others.
    #[serde(default)]
    as_way: bool,
}

/// Who may say yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum By {
    /// The school's office.
    School,
    /// A guardian who may see the pupil's records.
    Guardian,
    /// A teacher of a class of the pupil.
    Teacher,
}

#[async_trait]
impl Stage for AwaitApproval {
    fn is_open(&self, draft: &Draft) -> bool {
        let wanted = !self.as_way || draft.way.as_deref() == Some(NAME);
        let theirs = draft.person.as_ref().map(|proven| proven.value);
        wanted && draft.approved.as_ref().is_none_or(|approved| theirs.is_some() && Some(approved.value) != theirs)
    }

    fn is_for_all(&self) -> bool {
        !self.as_way
    }

    fn check(&self, _flow: &Flow) -> Result<(), String> {
        match self.by.is_empty() || self.days == 0 {
            true => {
                Err("`by` names who says yes: \"school\", \"guardian\", \"teacher\" or several of them; `days` is at least 1".to_owned())
            }
            false => Ok(()),
        }
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        let person = self.asks_for(step).await?;
        let asked = step.tx.approvals().of_journey(step.journey).await?;
        // Who comes back tomorrow, and is the same, still waits for what was asked today. Getting back in, the name is the
        // journey's own: it is asked once, whether anybody has it or not, or a number that changes would tell (row R01).
        let same = |asked: &Approval| self.as_way || asked.person == person.as_ref().map(|person| person.id);
        if asked.is_some_and(|asked| asked.until > step.now && same(&asked)) {
            return Ok(());
        }
        // A recovery that was begun too often asks nobody, and says nothing of it.
        let person = person.filter(|_| step.draft.waits_until.is_none_or(|until| until <= step.now));
        let random = &step.tools.random;
        let approval = Approval {
            journey: step.journey,
            number: free_number(&step.tx.cases(), random).await?,
            person: person.as_ref().map(|person| person.id),
            flow: step.flow.to_owned(),
            by_whom: self.by.iter().map(|by| by.word().to_owned()).collect(),
            matching: i32::try_from(10 + random.below(90)).unwrap_or(10),
            asked_at: step.now,
            until: step.now + Duration::from_hours(24 * u64::from(self.days)),
            decision: None,
            decided_at: None,
        };
        step.tx.approvals().ask(&approval).await?;
        match person.filter(|_| self.by.contains(&By::Guardian)) {
            Some(person) => tell_guardians(step, &person).await,
            None => {
                let letter = letter("nobody@invalid", Language::ALL[0], json!({ "name": "", "moment": "" }));
                Ok(step.tx.outbox().pretend(&letter, &step.tools.keys, random, step.now).await?)
            }
        }
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let asked = match look.journey {
            Some(journey) => look.reader.approvals().of_journey(journey).await?,
            None => None,
        };
        let zone = look.tools.config.district.zone();
        let moment = |at| look.tools.pages.moment(look.language, at, look.now, &zone);
        let state = asked.as_ref().map_or("over", |asked| self.state(asked, look.now));
        Ok(Screen::of(&pages::Waiting {
            state,
            number: asked.as_ref().map(|asked| asked.number.clone()).unwrap_or_default(),
            matching: asked.as_ref().map(|asked| asked.matching.to_string()).unwrap_or_default(),
            until: asked.as_ref().map(|asked| moment(asked.until)).unwrap_or_default(),
            school: self.by.contains(&By::School),
            guardian: self.by.contains(&By::Guardian),
            teacher: self.by.contains(&By::Teacher),
            again: look.link(if self.as_way { "/recover" } else { "/enroll" }),
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let Some(asked) = step.tx.approvals().of_journey(step.journey).await? else { return Ok(Outcome::Next) };
        let person = self.asks_for(step).await?.map(|person| person.id);
        let yes = self.state(&asked, step.now) == "approved";
        if let Some(id) = person.filter(|_| yes && asked.person == person) {
            step.draft.approved = Some(Proven { value: id, at: step.now });
            // The yes replaces the password of this moment, and no other (row R14).
            step.draft.replaces = match step.draft.account {
                Some(account) => step.tx.accounts().password(account).await?.map(|password| password.hash),
                None => None,
            };
        }
        Ok(Outcome::Next)
    }
}

impl AwaitApproval {
    /// Who asks, if somebody else may say yes for them: nobody does for those who work at the school (rows R09, R12).
    async fn asks_for(&self, step: &Step<'_>) -> Result<Option<Person>, FlowError> {
        let id = match (&step.draft.person, step.draft.account) {
            (Some(proven), _) => Some(proven.value),
            (None, Some(account)) => {
                let account = step.tx.accounts().find(account).await?.filter(|account| account.state == AccountState::Claimed);
                account.map(|account| account.person)
            }
            (None, None) => None,
        };
        let Some(id) = id else { return Ok(None) };
        let person = step.tx.people().find(id).await?;
        Ok(person.filter(|person| person.active && session::audience(person) != Audience::Staff))
    }

    /// How a question stands. A yes to get back in is for whoever waits at the page now: half an hour later somebody else may
    /// sit there, and nothing else asks who it is (decisions 13).
    fn state(&self, asked: &Approval, now: Timestamp) -> &'static str {
        let stale = self.as_way && asked.decided_at.is_some_and(|at| now.since(at) > FRESH);
        match asked.decision {
            Some(Decision::Approved) if !stale => "approved",
            Some(Decision::Refused) => "refused",
            Some(Decision::Approved) => "over",
            None if asked.until <= now => "over",
            None => "waiting",
        }
    }
}

impl By {
    fn word(self) -> &'static str {
        match self {
            Self::School => "school",
            Self::Guardian => GUARDIAN,
            Self::Teacher => TEACHER,
        }
    }
}

/// A letter to each guardian who may decide, where they can be reached and are not written to too often. It holds no digits:
/// those are on the child's screen.
async fn tell_guardians(step: &Step<'_>, person: &Person) -> Result<(), FlowError> {
    let (tools, now) = (step.tools, step.now);
    for (address, language) in notice::guardians(step, person).await? {
        let subject = limits::subject_of_mailbox(&tools.keys, &address);
        let mut goes = true;
        for rule in [Rule::MailboxByHour, Rule::MailboxByDay] {
            goes &= matches!(limits::take(step.tx, rule, &subject, now).await?, Taken::Go { .. });
        }
        if goes {
            let moment = tools.pages.moment(language, now, now, &tools.config.district.zone());
            let data = json!({ "name": crate::web::visitor::given_name(person), "moment": moment });
            step.tx.outbox().add(&letter(&address, language, data), &tools.keys, &tools.random, now).await?;
        }
    }
    Ok(())
}

fn letter(to: &str, language: Language, data: Value) -> Letter {
    Letter { kind: "approval-asked".to_owned(), to: to.to_owned(), language, data, useless_after: None }
}

fn fortnight() -> u16 {
    14
}

/// Seconds for which a yes to get back in can be taken up.
const FRESH: i64 = 30 * 60;
