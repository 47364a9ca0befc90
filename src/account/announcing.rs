//! Announcements (C21 to C24): the school writes to guardians, pupils or both, of a school, a class or some grades. Whoever
//! has an account finds the message in their inbox and gets a copy by mail, in their language; whoever has none is counted,
//! so that the sender can invite them. A guardian who may not be written to about a child is not, for that child. A run
//! that was cut short goes on where it stopped, and nobody gets anything twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::App;
use crate::model::{AccountId, AnnouncementId, Language, Letter, PersonId};
use crate::store::announcements::{Announcement, Words};
use crate::store::circle::{Around, Contact};
use crate::store::events::Event;
use crate::store::families::Which;
use crate::store::{Reader, StoreError, Tx};

/// For whom an announcement is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Guardians, pupils or both.
    pub to: To,
    /// Of this school, by the source's id.
    pub school: Option<String>,
    /// Of this class, by the source's id.
    pub class: Option<String>,
    /// Of these grades; none: all.
    pub grades: Vec<String>,
}

/// Who is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum To {
    /// The guardians of the pupils.
    Guardians,
    /// The pupils.
    Pupils,
    /// Both.
    Both,
}

/// Whom it reaches, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// People who are meant and may be written to.
    pub people: u64,
    /// Of them, those who have an account: it lies in their inbox.
    pub reached: u64,
    /// Of these, those who get a copy by mail.
    pub by_mail: u64,
    /// Guardians without an account.
    pub guardians_without_account: u64,
    /// Pupils without an account.
    pub pupils_without_account: u64,
    /// Guardians who may not be written to about any of these children.
    pub not_allowed: u64,
}

/// Why nothing was announced.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The roster has no such place.
    #[error("the roster has no {0} with the sourcedId {1}")]
    Unknown(&'static str, String),
    /// What it says.
    #[error("{0}")]
    Words(String),
    /// Nobody has an account.
    #[error("nobody would be reached: of {0} people nobody has an account yet")]
    Nobody(u64),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What it says, language by language, checked: the district's first language is there, a subject is one line.
pub fn check(words: &BTreeMap<Language, Words>, languages: &[Language]) -> Result<(), Refused> {
    let first = languages.first().copied().unwrap_or(Language::ALL[0]);
    let refuse = |what: String| Err(Refused::Words(what));
    if !words.contains_key(&first) {
        return refuse(format!("the message has no [{}], the district's first language", first.tag()));
    }
    for (language, said) in words {
        let tag = language.tag();
        if said.subject.trim().is_empty() || said.text.trim().is_empty() {
            return refuse(format!("[{tag}]: `subject` and `text` must say something"));
        }
        if said.subject.contains(['\n', '\r']) || said.subject.chars().count() > LONGEST_SUBJECT {
            return refuse(format!("[{tag}]: `subject` must be one line of at most {LONGEST_SUBJECT} characters"));
        }
        if said.text.chars().count() > LONGEST_TEXT {
            return refuse(format!("[{tag}]: `text` must have at most {LONGEST_TEXT} characters"));
        }
    }
    Ok(())
}

/// Whom it would reach.
pub async fn preview(app: &App, asked: &Asked, told: &(dyn Fn(u64) + Sync)) -> Result<Reach, Refused> {
    places(&app.store.read(), asked).await?;
    Ok(Delivery { app, asked, made: None, told }.walk().await?)
}

/// Writes it down and delivers it.
pub async fn announce(
    app: &App,
    asked: &Asked,
    words: BTreeMap<Language, Words>,
    made_by: Option<AccountId>,
    told: &(dyn Fn(u64) + Sync),
) -> Result<(Announcement, Reach), Refused> {
    check(&words, &app.tools.config.languages)?;
    let would = preview(app, asked, &|_| {}).await?;
    if would.reached == 0 {
        return Err(Refused::Nobody(would.people));
    }
    let now = app.now();
    let id = AnnouncementId::new(now, &app.tools.random);
    let made = Announcement { id, made_by, asked: json!(asked), words, made_at: now, done_at: None };
    let work = async |tx: &Tx| {
        tx.announcements().add(&made).await?;
        tx.announcements().lease(id, now, now + LEASE).await?;
        let detail = json!({ "announcement": id, "to": asked });
        tx.record(&Event { actor: made_by, detail, ..Event::of("announcement.made") }, now).await
    };
    app.store.write(work).await?;
    let reach = Delivery { app, asked, made: Some(&made), told }.walk().await?;
    Ok((made, reach))
}

/// Goes on with deliveries that were cut short; how many there were.
pub async fn go_on(app: &App) -> Result<u64, StoreError> {
    let mut done = 0;
    for made in app.store.read().announcements().unfinished(app.now()).await? {
        let now = app.now();
        let mine = app.store.write(async |tx: &Tx| tx.announcements().lease(made.id, now, now + LEASE).await).await?;
        let Ok(asked) = serde_json::from_value::<Asked>(made.asked.clone()) else { continue };
        if mine {
            Delivery { app, asked: &asked, made: Some(&made), told: &|_| {} }.walk().await?;
            done += 1;
        }
    }
    Ok(done)
}

/// Forgets what is older than a school year and its summer.
pub async fn forget(app: &App) -> Result<(), StoreError> {
    let before = app.now() - REMEMBERED;
    while app.store.write(async |tx: &Tx| tx.announcements().forget(before).await).await? {}
    Ok(())
}

/// The schools that are walked, or the one class.
async fn places(reader: &Reader<'_>, asked: &Asked) -> Result<Vec<String>, Refused> {
    let circle = reader.circle();
    let known = async |which: Which<'_>, kind: &'static str, id: &String| match circle.name(which).await? {
        Some(_) => Ok(vec![id.clone()]),
        None => Err(Refused::Unknown(kind, id.clone())),
    };
    match (&asked.school, &asked.class) {
        (_, Some(id)) => known(Which::Class(id), "class", id).await,
        (Some(id), None) => known(Which::School(id), "school", id).await,
        (None, None) => Ok(circle.schools(Around::Pupils).await?.into_iter().map(|(id, _)| id).collect()),
    }
}

/// One walk through those who are meant; without an announcement it only counts.
struct Delivery<'a> {
    app: &'a App,
    asked: &'a Asked,
    made: Option<&'a Announcement>,
    told: &'a (dyn Fn(u64) + Sync),
}

impl Delivery<'_> {
    async fn walk(&self) -> Result<Reach, StoreError> {
        let reader = self.app.store.read();
        let (mut reach, mut seen, mut shut) = (Reach::default(), HashSet::new(), HashSet::new());
        let places = match places(&reader, self.asked).await {
            Ok(places) => places,
            Err(Refused::Store(error)) => return Err(error),
            // The place left the roster meanwhile: nobody is there.
            Err(_) => Vec::new(),
        };
        for place in places {
            let which = if self.asked.class.is_some() { Which::Class(&place) } else { Which::School(&place) };
            let pupils: Vec<PersonId> = reader.families().pupils(which).await?.into_iter().map(|pupil| pupil.id).collect();
            let pupils = reader.circle().of_grades(&pupils, &self.asked.grades).await?;
            for chunk in pupils.chunks(CHUNK) {
                let (mut meant, mut guardians) = (Vec::new(), HashMap::new());
                if self.asked.to != To::Guardians {
                    meant.extend(chunk.iter().copied());
                }
                if self.asked.to != To::Pupils {
                    for near in reader.circle().near(chunk).await? {
                        *guardians.entry(near.guardian).or_insert(false) |= near.hears;
                    }
                    meant.extend(guardians.iter().filter(|(_, hears)| **hears).map(|(guardian, _)| *guardian));
                    shut.extend(guardians.iter().filter(|(_, hears)| !**hears).map(|(guardian, _)| *guardian));
                }
                meant.retain(|person| seen.insert(*person));
                meant.sort_unstable();
                for some in meant.chunks(AT_ONCE) {
                    self.deliver(&reader, some, &guardians, &mut reach).await?;
                }
                (self.told)(reach.people);
            }
        }
        reach.not_allowed = shut.difference(&seen).count() as u64;
        if let Some(made) = self.made {
            let now = self.app.now();
            self.app.store.write(async |tx: &Tx| tx.announcements().finish(made.id, now).await).await?;
        }
        Ok(reach)
    }

    async fn deliver(
        &self,
        reader: &Reader<'_>,
        people: &[PersonId],
        guardians: &HashMap<PersonId, bool>,
        reach: &mut Reach,
    ) -> Result<(), StoreError> {
        let contacts = reader.circle().contacts(people).await?;
        let mut owners: Vec<(PersonId, &Contact)> = Vec::new();
        for (person, contact) in people.iter().filter_map(|person| Some((*person, contacts.get(person)?))) {
            reach.people += 1;
            if contact.has_joined() {
                reach.reached += 1;
                reach.by_mail += u64::from(contact.news_address().is_some());
                owners.push((person, contact));
            } else if guardians.contains_key(&person) {
                reach.guardians_without_account += 1;
            } else {
                reach.pupils_without_account += 1;
            }
        }
        let Some(made) = self.made.filter(|_| !owners.is_empty()) else { return Ok(()) };
        let (tools, now) = (&self.app.tools, self.app.now());
        let letters: Vec<(PersonId, Option<Letter>)> =
            owners.iter().map(|(person, contact)| (*person, self.letter(made, contact))).collect();
        let work = async |tx: &Tx| {
            tx.announcements().renew(made.id, now + LEASE).await?;
            for (person, letter) in &letters {
                if let (true, Some(letter)) = (tx.announcements().deliver(made.id, *person, now).await?, letter) {
                    tx.outbox().add(letter, &tools.keys, &tools.random, now).await?;
                }
            }
            Ok::<_, StoreError>(())
        };
        self.app.store.write(work).await
    }

    fn letter(&self, made: &Announcement, contact: &Contact) -> Option<Letter> {
        let config = &self.app.tools.config;
        let to = contact.news_address()?.to_owned();
        let language = contact.reads().or(config.languages.first().copied()).unwrap_or(Language::ALL[0]);
        let said = made.said(language)?;
        let issuer = config.issuer.trim_end_matches('/');
        let data =
            json!({ "subject": said.subject, "paragraphs": paragraphs(&said.text), "link": format!("{issuer}/account/inbox/{}", made.id) });
        Some(Letter { kind: "announcement".to_owned(), to, language, data, useless_after: None })
    }
}

/// An empty line begins another paragraph.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.trim().lines().map(str::trim_end) {
        match paragraphs.last_mut().filter(|_| open && !line.is_empty()) {
            Some(last) => {
                last.push('\n');
                last.push_str(line);
            }
            None if !line.is_empty() => paragraphs.push(line.to_owned()),
            None => {}
        }
        open = !line.is_empty();
    }
    paragraphs
}

/// How long somebody may be silent before another goes on.
const LEASE: Duration = Duration::from_mins(5);
const REMEMBERED: Duration = Duration::from_hours(400 * 24);
const CHUNK: usize = 512;
/// Inboxes and letters in one write.
const AT_ONCE: usize = 100;
const LONGEST_SUBJECT: usize = 120;
const LONGEST_TEXT: usize = 4_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_begins_another_paragraph() {
        assert_eq!(paragraphs("Bonjour,\r\nla sortie est demain.\n\n\nMerci.\n"), ["Bonjour,\nla sortie est demain.", "Merci."]);
        assert_eq!(paragraphs("  "), Vec::<String>::new());
    }

    #[test]
    fn c21_a_message_says_something_in_the_districts_first_language() {
        let words = |language, subject: &str, text: &str| {
            BTreeMap::from([(language, Words { subject: subject.to_owned(), text: text.to_owned() })])
        };
        let languages = [Language::French, Language::English];
        assert!(check(&words(Language::French, "Sortie", "Demain."), &languages).is_ok());
        for wrong in [
            words(Language::English, "Trip", "Tomorrow."),
            words(Language::French, " ", "Demain."),
            words(Language::French, "a\nBcc: b", "Demain."),
            words(Language::French, &"a".repeat(121), "Demain."),
            words(Language::French, "Sortie", &"a".repeat(4_001)),
        ] {
            assert!(check(&wrong, &languages).is_err(), "{wrong:?}");
        }
    }
}
