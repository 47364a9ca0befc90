//! The proof of a mailbox, which joining and getting back in share. One letter leaves, to the address on file and to no
//! other (rows D1, E06), with a link that no mail scanner can use up and a code for another device. Where there is nobody
//! to write to, or nothing to say, the same work is done and the same page is shown (rows E01, E02, R01); a letter that
//! would be one too many does not leave, whether anybody has the mailbox or not (row R06).

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::visitor::given_name;
use crate::flow::{FlowError, Form, Look, Outcome, Screen, Step};
use crate::keys::{KeyStore, Purpose};
use crate::limits::{self, Rule, Taken};
use crate::model::draft::Mailbox;
use crate::model::{AccountId, FieldError, Hash, JourneyId, Language, Letter, PersonId};
use crate::pages::Page;
use crate::people::likely_meant;
use crate::random::{Random, Secret};
use crate::store::accounts::AccountState;
use crate::store::mail_proofs::{MailProof, Tried};
use crate::store::people::Person;

/// A letter is on its way, or seems to be.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CheckMail {
    /// The address as it was typed, where it was.
    pub address: Option<String>,
    /// What was probably meant, where a slip of the finger stands in it.
    pub meant: Option<String>,
    /// When the letter left.
    pub sent: Option<String>,
    /// Too many left: when the next one may.
    pub wait: Option<String>,
    /// A code can be typed.
    pub live: bool,
    /// Where to type another address.
    pub change: String,
    /// This page again.
    pub here: String,
}

/// The page that a letter's link leads to.
#[derive(Clone, Debug, Serialize)]
pub struct MailLink {
    /// `confirm`: its button confirms; `late`: it is over.
    pub state: &'static str,
    /// The journey is this browser's own.
    pub here: bool,
    /// Where to go on, where the link is over: to the journey, or to where it begins.
    pub again: String,
}

/// What a letter is about.
pub struct Asked<'a> {
    /// Whose mailbox is to be proven; nobody's, where no proof will be right.
    pub person: Option<&'a Person>,
    /// The letter to them, such as `enroll-proof`.
    pub kind: &'a str,
    /// How long its link lives.
    pub life: Duration,
    /// Where nobody's mailbox is to be proven: who hears that somebody tried, by which letter.
    pub hears: Option<(&'a Person, &'a str)>,
    /// Whose letters are counted: the mailbox, by the name that was typed for it.
    pub subject: Hash,
    /// It kills no other proof of the same mailbox and is killed by none: a stranger who asks for a way back does not shut its owner out.
    pub beside: bool,
}

/// What became of an answer to the page.
pub enum Answer {
    /// The mailbox is proven.
    Proven,
    /// Another letter is wanted.
    Again,
    /// Neither: what to answer.
    Not(Outcome),
}

/// Sends a letter and remembers when; one that would be too many does not leave, and the one before stays good.
pub async fn send(step: &mut Step<'_>, asked: &Asked<'_>) -> Result<(), FlowError> {
    let (tools, tx, now) = (step.tools, step.tx, step.now);
    let network = limits::subject(&tools.keys, &["mail", &step.visitor.network]);
    let by_network = limits::mail_rule(&tools.policy, &step.visitor.network);
    let mut waits_until = None;
    for (rule, subject) in [(Rule::MailboxByHour, &asked.subject), (Rule::MailboxByDay, &asked.subject), (by_network, &network)] {
        if let Taken::Wait(until) = limits::take(tx, rule, subject, now).await? {
            waits_until = Some(until);
            break;
        }
    }
    let before = step.draft.mailbox.take().unwrap_or_default();
    step.draft.mailbox = Some(Mailbox { waits_until, sent_at: if waits_until.is_some() { before.sent_at } else { Some(now) }, ..before });
    if waits_until.is_some() {
        return Ok(());
    }
    let (token, code) = (tools.random.secret(), digits(&tools.random));
    let macs = (link_mac(&tools.keys, &token), code_mac(&tools.keys, step.journey, &code));
    let person = asked.person.filter(|_| !asked.beside).map(|person| person.id);
    let proof = MailProof::new(step.journey, macs, person, now, asked.life);
    tx.mail_proofs().add(&proof).await?;
    let hears = asked.hears.filter(|_| asked.person.is_none());
    let (reader, kind) = match (asked.person, hears) {
        (Some(person), _) => (Some(person), asked.kind),
        (None, Some((person, kind))) => (Some(person), kind),
        (None, None) => (None, asked.kind),
    };
    let chosen = tx.accounts().of_person(reader.map_or(NOBODY, |person| person.id)).await?.and_then(|account| account.language);
    let language = chosen.or(reader.and_then(|person| person.language)).or(step.draft.language).unwrap_or(Language::ALL[0]);
    let moment = tools.pages.moment(language, now, now, &tools.config.district.zone());
    let mut data = json!({
        "name": reader.map(given_name),
        "moment": moment,
        "device": Some(step.visitor.device.as_str()).filter(|device| !device.is_empty()),
    });
    if asked.person.is_some() {
        data["token"] = token.expose().into();
        data["code"] = Value::String(format!("{} {}", &code[..4], &code[4..]));
    }
    let to = reader.and_then(|person| person.email.as_deref()).map(str::trim).filter(|to| !to.is_empty());
    let useless_after = Some(proof.link_until);
    let letter = Letter { kind: kind.to_owned(), to: to.unwrap_or_default().to_owned(), language, data, useless_after };
    match to {
        Some(_) => tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?,
        None => tx.outbox().pretend(&letter, &tools.keys, &tools.random, now).await?,
    }
    Ok(())
}

/// The owner of an account that is open to them, if a letter can reach them, with the address that it goes to: the one that they proved
/// counts before the one on file (B16, E6).
pub async fn reachable(step: &Step<'_>, account: Option<AccountId>) -> Result<Option<Person>, FlowError> {
    let Some(id) = account else { return Ok(None) };
    let Some(account) = step.tx.accounts().find(id).await?.filter(|account| account.state == AccountState::Claimed) else {
        return Ok(None);
    };
    let Some(mut person) = step.tx.people().find(account.person).await?.filter(|person| person.active) else { return Ok(None) };
    let own = step.tx.accounts().email(account.id).await?;
    person.email = own.or(person.email);
    Ok(Some(person).filter(|person| person.email.is_some()))
}

/// The page that waits.
pub async fn show(look: &Look<'_>) -> Result<Screen, FlowError> {
    let mailbox = look.draft.mailbox.clone().unwrap_or_default();
    let proof = match look.journey {
        Some(journey) => look.reader.mail_proofs().of_journey(journey).await?,
        None => None,
    };
    let here = look.journey.map_or_else(String::new, |journey| format!("/flow/{journey}"));
    let zone = look.tools.config.district.zone();
    let moment = |at| look.tools.pages.moment(look.language, at, look.now, &zone);
    Ok(Screen::of(&CheckMail {
        meant: mailbox.typed.as_deref().and_then(likely_meant),
        address: mailbox.typed,
        sent: mailbox.sent_at.map(moment),
        wait: mailbox.waits_until.filter(|until| *until > look.now).map(moment),
        live: proof.is_some_and(|proof| proof.takes_a_code(look.now)),
        change: format!("{here}?correct=1"),
        here,
    }))
}

/// Judges what was sent back: a code, the token of the link, or the wish for another letter. Wrong codes are counted for the
/// mailbox, `subject`, whatever letters they were meant for; the link is good all the same (row R20).
pub async fn judge(step: &mut Step<'_>, form: &Form, subject: &Hash) -> Result<Answer, FlowError> {
    let (tools, tx, now, journey) = (step.tools, step.tx, step.now, step.journey);
    if form.ticked(AGAIN) {
        return Ok(Answer::Again);
    }
    if form.ticked(LINK) {
        let spent = tx.mail_proofs().spend_link(journey, &link_mac(&tools.keys, &form.secret(LINK)), now).await?;
        return Ok(if spent { Answer::Proven } else { Answer::Not(Outcome::again(CODE, "check-mail-over")) });
    }
    let typed: String =
        form.secret(CODE).expose().chars().filter_map(|symbol| symbol.to_digit(10)).map(|digit| digit.to_string()).collect();
    if typed.len() != CODE_LENGTH {
        return Ok(Answer::Not(Outcome::again(CODE, if typed.is_empty() { "check-mail-missing" } else { "check-mail-length" })));
    }
    if !matches!(limits::take(tx, Rule::MailCode, subject, now).await?, Taken::Go { .. }) {
        return Ok(Answer::Not(Outcome::again(CODE, "check-mail-over")));
    }
    match tx.mail_proofs().try_code(journey, &code_mac(&tools.keys, journey, &typed), now).await? {
        Tried::Right => {
            limits::clear(tx, Rule::MailCode, subject).await?;
            Ok(Answer::Proven)
        }
        Tried::Over => Ok(Answer::Not(Outcome::again(CODE, "check-mail-over"))),
        Tried::Wrong(left) => {
            limits::failed(tx, &tools.keys, &step.visitor.network, subject, now).await?;
            let error = FieldError::of(CODE, "check-mail-wrong").with("left", i64::from(left));
            Ok(Answer::Not(Outcome::Again(vec![error])))
        }
    }
}

/// What the store keeps of a link's token.
pub fn link_mac(keys: &KeyStore, token: &Secret) -> Hash {
    keys.mac(Purpose::Code, &[b"mail link", token.expose().as_bytes()])
}

fn code_mac(keys: &KeyStore, journey: JourneyId, code: &str) -> Hash {
    keys.mac(Purpose::Code, &[b"mail code", journey.0.as_bytes(), code.as_bytes()])
}

fn digits(random: &Random) -> String {
    format!("{:08}", random.below(100_000_000))
}

/// The stages that wait for a proof, by their names in flow files.
pub(super) const STAGES: &[&str] = &["email-proof", "mailed-link"];
/// The field of the code, of the link's token, and of the wish for another letter.
const CODE: &str = "code";
pub(super) const LINK: &str = "link";
const AGAIN: &str = "again";
const CODE_LENGTH: usize = 8;
const NOBODY: PersonId = PersonId(uuid::Uuid::nil());

impl Page for CheckMail {
    const TEMPLATE: &'static str = "pages/check-mail.html";

    fn samples() -> Vec<Self> {
        let sample = |typed: Option<&str>| Self {
            address: typed.map(str::to_owned),
            meant: typed.and_then(likely_meant),
            sent: Some("aujourd’hui à 6\u{a0}h 05".to_owned()),
            wait: None,
            live: true,
            change: "/flow/0192?correct=1".to_owned(),
            here: "/flow/0192".to_owned(),
        };
        let wait = Some("aujourd’hui à 7\u{a0}h".to_owned());
        vec![
            sample(Some("anne.roy@famille.example")),
            sample(Some("anne.roy@gmial.com")),
            Self { live: false, ..sample(None) },
            Self { wait, ..sample(None) },
        ]
    }
}

impl Page for MailLink {
    const TEMPLATE: &'static str = "pages/mail-link.html";

    fn samples() -> Vec<Self> {
        let page = |state, here| Self { state, here, again: "/enroll/parent-portal".to_owned() };
        vec![page("confirm", true), page("confirm", false), page("late", true), page("late", false)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r02_a_row_of_the_database_opens_nothing() {
        let keys = KeyStore::for_tests();
        let token = Secret::new("token");
        let stored = link_mac(&keys, &token);
        assert_ne!(link_mac(&keys, &Secret::new(String::from_utf8_lossy(&stored.0).into_owned())), stored);
        let (one, other) = (JourneyId(uuid::Uuid::from_u128(1)), JourneyId(uuid::Uuid::from_u128(2)));
        assert_ne!(code_mac(&keys, one, "12345678"), code_mac(&keys, other, "12345678"), "a code is its journey's own (row E18)");
    }

    #[test]
    fn a_code_has_eight_digits() {
        let random = Random::seeded(1);
        assert!((0..1_000).all(|_| digits(&random).len() == 8));
    }
}
