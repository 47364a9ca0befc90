//! What is held about somebody, for them to take along. One pure function, [`build`], says what is in it; the page, the JSON and the
//! PDF print the same. Secrets, hashes and answers are not in it, nor what others typed, nor another adult's address.

mod words;

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value, json};

use self::words::{FACTS, SECTIONS, SILENT, WORDS};
use crate::model::{AccountId, Language, Message, PersonId, Timestamp};
use crate::pages::Pages;
use crate::store::about::{Fact, Found, Named};
use crate::store::events::{Filter, Recorded};
use crate::store::{Reader, StoreError};

/// Everything that is held about somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Who.
    pub whose: Whose,
    /// Who holds it: the district.
    pub held_by: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Kind by kind, in this order; also those of which there is nothing.
    pub sections: Vec<Found>,
}

/// Whom an export is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whose {
    /// The person.
    pub person: PersonId,
    /// Their account, if they ever had one.
    pub account: Option<AccountId>,
}

/// A section in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InWords {
    /// Its heading.
    pub title: String,
    /// Thing by thing, the facts about each.
    pub things: Vec<Vec<Said>>,
    /// So many more were left out.
    pub more: usize,
}

/// A fact in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// What it is called.
    pub label: String,
    /// What it says.
    pub value: String,
}

/// What words are written with.
#[derive(Clone, Copy)]
pub struct Writing<'a> {
    /// The texts.
    pub pages: &'a Pages,
    /// The reader's language.
    pub language: Language,
    /// The clock on the schools' walls.
    pub zone: &'a TimeZone,
}

/// Everything that is held about somebody, as the store has it now.
pub async fn of(reader: &Reader<'_>, whose: Whose, held_by: &str, now: Timestamp) -> Result<Export, StoreError> {
    let found = reader.about().everything(whose.person, whose.account).await?;
    let filter = Filter { person: Some(whose.person), ..Filter::default() };
    let events = reader.events().list(&filter, u32::MAX).await?;
    Ok(build(found, &events, whose, held_by, now))
}

/// Puts it together.
pub fn build(mut found: Vec<Found>, events: &[Recorded], whose: Whose, held_by: &str, now: Timestamp) -> Export {
    found.push(Found { section: "events", things: events.iter().map(|event| happened(event, whose)).collect() });
    Export { whose, held_by: held_by.to_owned(), made_at: now, sections: found }
}

impl Export {
    /// For programs: every section, every fact, instants as RFC 3339 has them.
    pub fn json(&self) -> Value {
        let thing = |facts: &Vec<Named>| facts.iter().map(|(name, fact)| ((*name).to_owned(), plain(fact))).collect::<Map<_, _>>();
        let section = |found: &Found| (found.section.to_owned(), found.things.iter().map(thing).collect::<Value>());
        json!({
            "format": FORMAT,
            "made_at": instant(self.made_at),
            "held_by": self.held_by,
            "person": self.whose.person,
            "account": self.whose.account,
            "data": self.sections.iter().map(section).collect::<Map<_, _>>(),
        })
    }

    /// For people: the sections of which there is something, no more than so many things of each.
    pub fn in_words(&self, writing: Writing<'_>, most: usize) -> Vec<InWords> {
        let some = self.sections.iter().filter(|found| !found.things.is_empty());
        some.map(|found| InWords {
            title: writing.say(text_of(SECTIONS, found.section).unwrap_or(found.section)),
            things: found.things.iter().take(most).map(|thing| thing.iter().map(|fact| writing.fact(fact)).collect()).collect(),
            more: found.things.len().saturating_sub(most),
        })
        .collect()
    }

    /// On paper, ready to be set.
    pub fn on_paper(&self, writing: Writing<'_>) -> letters::Record {
        let section = |words: InWords| letters::Section {
            title: words.title,
            note: match i64::try_from(words.more) {
                Ok(0) | Err(_) => String::new(),
                Ok(more) => writing.pages.text(writing.language, &Message::of("data-more-paper").with("count", more)),
            },
            things: words.things.into_iter().map(|thing| thing.into_iter().map(|said| (said.label, said.value)).collect()).collect(),
        };
        let made = Message::of("data-made").with("moment", writing.moment(self.made_at));
        letters::Record {
            language: writing.language.tag().to_owned(),
            paper: letters::Paper::A4,
            holder: self.held_by.clone(),
            title: writing.say("data-title"),
            lead: vec![writing.say("data-paper-lead"), writing.pages.text(writing.language, &made)],
            colon: format!("{} ", writing.say("data-colon")),
            sections: self.in_words(writing, ON_PAPER).into_iter().map(section).collect(),
        }
    }
}

impl Writing<'_> {
    fn say(&self, id: &str) -> String {
        self.pages.text(self.language, &Message::of(id))
    }

    /// Far from today, so that no page says "yesterday" for ever.
    fn moment(&self, at: Timestamp) -> String {
        self.pages.moment(self.language, at, Timestamp(0), self.zone)
    }

    fn fact(&self, (name, fact): &Named) -> Said {
        let value = match fact {
            Fact::Text(text) if DAYS.contains(name) => text.parse().map_or_else(|_| text.clone(), |day| self.pages.day(self.language, day)),
            Fact::Text(text) => text.clone(),
            Fact::Word(text) => self.words(text),
            Fact::Number(number) => number.to_string(),
            Fact::Yes(yes) => self.say(if *yes { "data-yes" } else { "data-no" }),
            Fact::At(at) => self.moment(*at),
        };
        Said { label: text_of(FACTS, name).map_or_else(|| (*name).to_owned(), |id| self.say(id)), value }
    }

    /// Several words of ours stand beside one another with spaces between.
    fn words(&self, text: &str) -> String {
        if text.starts_with("question-") {
            return self.say(text);
        }
        let said = text.split(' ').filter(|word| !SILENT.contains(word));
        let said = said.map(|word| text_of(WORDS, word).map_or_else(|| word.to_owned(), |id| self.say(id)));
        said.collect::<Vec<_>>().join(", ")
    }
}

/// An event, for the one it is about: when, what, and whether it was they who did it. Numbers by which we know things and people
/// are left out of its details: they mean nothing to a reader, and some are other people's.
fn happened(event: &Recorded, whose: Whose) -> Vec<Named> {
    let by = match event.actor {
        Some(actor) if Some(actor) == whose.account => "self",
        Some(_) => "other",
        None => "system",
    };
    let mut facts = vec![("at", Fact::At(event.at)), ("event", Fact::Word(event.kind.clone())), ("by", Fact::Word(by.to_owned()))];
    let detail: Vec<String> = match event.detail.as_object() {
        Some(detail) => detail.iter().filter_map(|(name, value)| Some(format!("{name}: {}", told(value)?))).collect(),
        None => Vec::new(),
    };
    if !detail.is_empty() {
        facts.push(("detail", Fact::Text(detail.join("; "))));
    }
    facts
}

fn told(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (uuid::Uuid::parse_str(text).is_err() && !text.is_empty()).then(|| text.clone()),
        Value::Array(values) => {
            let said: Vec<String> = values.iter().filter_map(told).collect();
            (!said.is_empty()).then(|| said.join(", "))
        }
        Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

fn plain(fact: &Fact) -> Value {
    match fact {
        Fact::Text(text) | Fact::Word(text) => text.as_str().into(),
        Fact::Number(number) => (*number).into(),
        Fact::Yes(yes) => (*yes).into(),
        Fact::At(at) => instant(*at).into(),
    }
}

fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

fn text_of(texts: &'static [(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    texts.iter().find(|(name, _)| *name == word).map(|(_, id)| *id)
}

/// What the JSON calls its own form; another one if it ever changes its shape.
const FORMAT: &str = "preau-data-1";
/// Facts that are days.
const DAYS: &[&str] = &["birth_date", "begin_date", "end_date"];
/// Things of a section that paper has room for.
const ON_PAPER: usize = 500;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::about::QUESTIONS;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn whose() -> Whose {
        Whose { person: PersonId(uuid::Uuid::from_u128(1)), account: Some(AccountId(uuid::Uuid::from_u128(2))) }
    }

    fn event(kind: &str, actor: Option<u128>, detail: Value) -> Recorded {
        let actor = actor.map(|id| AccountId(uuid::Uuid::from_u128(id)));
        Recorded { id: 1, kind: kind.to_owned(), actor, person: Some(whose().person), school: None, detail, at: NOW }
    }

    fn sample() -> Export {
        let found = vec![
            Found {
                section: "account",
                things: vec![vec![("username", Fact::Text("S0123456".to_owned())), ("state", Fact::Word("claimed".to_owned()))]],
            },
            Found { section: "passkeys", things: Vec::new() },
            Found {
                section: "sessions",
                things: vec![vec![
                    ("device", Fact::Text("<b>Firefox".to_owned())),
                    ("amr", Fact::Word("pwd otp mfa".to_owned())),
                    ("ended_at", Fact::At(NOW)),
                ]],
            },
            Found {
                section: "roster",
                things: vec![vec![("birth_date", Fact::Text("2014-03-04".to_owned())), ("active", Fact::Yes(true))]],
            },
        ];
        let other = uuid::Uuid::from_u128(9).to_string();
        let events = [
            event("session.started", Some(2), json!({ "session": other, "amr": ["pwd"] })),
            event("account.reset", None, json!({ "reason": "lost", "sessions_ended": 2, "devices_forgotten": null })),
            event("approval.decided", Some(7), json!({ "by": other })),
        ];
        build(found, &events, whose(), "Conseil scolaire des Tilleuls", NOW)
    }

    #[test]
    fn programs_read_every_section_also_those_of_which_there_is_nothing() {
        let told = sample().json();
        assert_eq!((&told["format"], &told["made_at"]), (&json!("preau-data-1"), &json!("2027-01-15T08:00:00Z")));
        assert_eq!(told["data"]["passkeys"], json!([]));
        assert_eq!(told["data"]["sessions"][0]["ended_at"], "2027-01-15T08:00:00Z");
        assert_eq!(told["data"]["roster"][0]["active"], json!(true));
        let events = told["data"]["events"].as_array().unwrap();
        assert_eq!(events.iter().map(|event| event["by"].as_str().unwrap()).collect::<Vec<_>>(), ["self", "system", "other"]);
        assert_eq!(events[1]["detail"], "reason: lost; sessions_ended: 2");
        assert!(!told.to_string().contains(&uuid::Uuid::from_u128(9).to_string()), "numbers of other things and people stay here");
        assert!(!told.to_string().contains(&uuid::Uuid::from_u128(7).to_string()), "nor who else did it");
    }

    #[test]
    fn people_read_the_same_in_their_language_and_paper_bears_it() {
        let pages = Pages::load().unwrap();
        for (language, heading, day) in
            [(Language::French, "Connexions", "4\u{a0}mars 2014"), (Language::English, "Sign-ins", "4\u{a0}March 2014")]
        {
            let writing = Writing { pages: &pages, language, zone: &TimeZone::UTC };
            let words = sample().in_words(writing, 2);
            assert!(words.iter().all(|section| !section.things.is_empty()), "what there is nothing of is not said");
            let sessions = words.iter().find(|section| section.title == heading).unwrap();
            assert_eq!(sessions.things[0][0].value, "<b>Firefox");
            assert_eq!(sessions.things[0][1].value, if language == Language::French { "mot de passe, code" } else { "password, code" });
            let roster = words.iter().flat_map(|section| section.things.iter().flatten()).find(|said| said.value.contains("2014")).unwrap();
            assert_eq!(roster.value, day);
            assert_eq!(words.last().unwrap().more, 1);
            let record = sample().on_paper(writing);
            assert_eq!(record.sections.len(), words.len());
            let set = record.set().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!((set.pages, set.warnings), (1, Vec::new()));
        }
    }

    /// Whatever the store can find is called something.
    #[test]
    fn every_section_and_fact_has_its_text() {
        let names = |texts: &[(&'static str, &str)]| texts.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>();
        let mut sections: BTreeSet<&str> = QUESTIONS.iter().map(|question| question.section).collect();
        let mut facts: BTreeSet<&str> = QUESTIONS.iter().flat_map(|question| question.facts()).collect();
        sections.insert("events");
        facts.extend(["at", "event", "by", "detail"]);
        assert_eq!(sections, names(SECTIONS));
        assert_eq!(facts, names(FACTS));
        let pages = Pages::load().unwrap();
        let ids: BTreeSet<&str> = pages.text_ids(Language::French).collect();
        for (name, id) in SECTIONS.iter().chain(FACTS).chain(WORDS) {
            assert!(ids.contains(id), "{name}: {id}");
        }
    }
}
