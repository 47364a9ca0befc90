//! Telling people what happened to an account: at every address on file, the owner's and those of the guardians who see
//! the records, also those that they proved themselves, so that nobody takes an account over in silence (row R15). Letters leave with the write that caused
//! them, or not at all.

use std::collections::BTreeSet;

use serde_json::json;

use super::visitor::given_name;
use crate::flow::{FlowError, Step};
use crate::model::{Language, Letter, Timestamp};
use crate::people::email_key;
use crate::store::people::Person;
use crate::store::{StoreError, Tx};
use crate::tools::Tools;

/// Where letters are written that no flow causes: by what the school does, or on a page of one's own.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Pages, keys, chance.
    pub tools: &'a Tools,
    /// The write that causes them.
    pub tx: &'a Tx,
    /// When it does.
    pub now: Timestamp,
}

/// Writes a letter of this kind, which says whose account it is and when it happened, to everybody who must know.
pub async fn tell(step: &Step<'_>, person: &Person, kind: &str) -> Result<(), FlowError> {
    tell_what(step, person, kind, None).await
}

/// The same, of a letter that serves several happenings: `what` is the text that says which.
pub async fn tell_what(step: &Step<'_>, person: &Person, kind: &str, what: Option<&str>) -> Result<(), FlowError> {
    Ok(desk(step).tell(person, kind, what).await?)
}

/// Where the guardians of a pupil can be written to who may see the records, each once, with the language to write in.
pub async fn guardians(step: &Step<'_>, person: &Person) -> Result<Vec<(String, Language)>, FlowError> {
    let own: Vec<String> = desk(step).addresses(person).await?.iter().map(|address| email_key(address)).collect();
    let all = readers(step, person).await?;
    Ok(all.into_iter().filter(|(address, _)| !own.contains(&email_key(address))).collect())
}

/// The addresses on file and those that were proven, each once, with the language to write in.
pub async fn readers(step: &Step<'_>, person: &Person) -> Result<Vec<(String, Language)>, FlowError> {
    Ok(desk(step).readers(person).await?)
}

fn desk<'a>(step: &'a Step<'_>) -> Desk<'a> {
    Desk { tools: step.tools, tx: step.tx, now: step.now }
}

impl Desk<'_> {
    /// Writes a letter of this kind to everybody who must know what happened to somebody's account; `what` is the text that says
    /// it, of a letter that serves several happenings.
    pub async fn tell(&self, person: &Person, kind: &str, what: Option<&str>) -> Result<(), StoreError> {
        let Self { tools, tx, now } = *self;
        for (to, language) in self.readers(person).await? {
            let moment = tools.pages.moment(language, now, now, &tools.config.district.zone());
            let mut data = json!({ "name": given_name(person), "moment": moment });
            if let Some(what) = what {
                data["what"] = what.into();
            }
            let letter = Letter { kind: kind.to_owned(), to, language, data, useless_after: None };
            tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
        }
        Ok(())
    }

    async fn readers(&self, person: &Person) -> Result<Vec<(String, Language)>, StoreError> {
        let people = self.tx.people();
        let mut told = vec![person.clone()];
        for tie in people.relationships(person.id).await? {
            if tie.child == person.id && tie.can_access_records {
                told.extend(people.find(tie.guardian).await?.filter(|guardian| guardian.active));
            }
        }
        let (mut seen, mut readers) = (BTreeSet::new(), Vec::new());
        for reader in told {
            let chosen = self.tx.accounts().of_person(reader.id).await?.and_then(|account| account.language);
            let language = chosen.or(reader.language).unwrap_or(Language::ALL[0]);
            let addresses = self.addresses(&reader).await?;
            let fresh = addresses.into_iter().filter(|address| seen.insert(email_key(address)));
            readers.extend(fresh.map(|address| (address.trim().to_owned(), language)));
        }
        Ok(readers)
    }

    /// The address that somebody proved, and the one on file.
    async fn addresses(&self, person: &Person) -> Result<Vec<String>, StoreError> {
        let own = match self.tx.accounts().of_person(person.id).await? {
            Some(account) => self.tx.accounts().email(account.id).await?,
            None => None,
        };
        Ok(own.into_iter().chain(person.email.clone()).collect())
    }
}
