//! Telling people what happened to an account: at every address on file, the owner's and those of the guardians who see
//! the records, also those that they proved themselves, so that nobody takes an account over in silence (row R15). Letters leave with the write that caused
//! them, or not at all.

use std::collections::BTreeSet;

use serde_json::json;

use super::visitor::given_name;
use crate::flow::{FlowError, Step};
use crate::model::{Language, Letter};
use crate::people::email_key;
use crate::store::people::Person;

/// Writes a letter of this kind, which says whose account it is and when it happened, to everybody who must know.
pub async fn tell(step: &Step<'_>, person: &Person, kind: &str) -> Result<(), FlowError> {
    let (tools, now) = (step.tools, step.now);
    for (to, language) in readers(step, person).await? {
        let moment = tools.pages.moment(language, now, now, &tools.config.district.zone());
        let data = json!({ "name": given_name(person), "moment": moment });
        let letter = Letter { kind: kind.to_owned(), to, language, data, useless_after: None };
        step.tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
    }
    Ok(())
}

/// The addresses on file and those that were proven, each once, with the language to write in.
pub async fn readers(step: &Step<'_>, person: &Person) -> Result<Vec<(String, Language)>, FlowError> {
    let people = step.tx.people();
    let mut told = vec![person.clone()];
    for tie in people.relationships(person.id).await? {
        if tie.child == person.id && tie.can_access_records {
            told.extend(people.find(tie.guardian).await?.filter(|guardian| guardian.active));
        }
    }
    let (mut seen, mut readers) = (BTreeSet::new(), Vec::new());
    for reader in told {
        let account = step.tx.accounts().of_person(reader.id).await?;
        let own = match &account {
            Some(account) => step.tx.accounts().email(account.id).await?,
            None => None,
        };
        let language = account.and_then(|account| account.language).or(reader.language).unwrap_or(Language::ALL[0]);
        for address in own.into_iter().chain(reader.email).filter(|address| seen.insert(email_key(address))) {
            readers.push((address.trim().to_owned(), language));
        }
    }
    Ok(readers)
}
