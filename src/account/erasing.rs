//! Erasing somebody at the school's word: every row that names them, in one write. A look at it comes first and changes nothing. What
//! stays is told with its reason; and whoever still stands in the school's lists comes back with the next of them, as somebody who has no
//! account.

use serde::Serialize;
use serde_json::json;

use super::export::Whose;
use crate::limits::{self, Rule};
use crate::model::Timestamp;
use crate::store::about::{Fate, PLACES};
use crate::store::erasure::Rows;
use crate::store::events::Event;
use crate::store::{Reader, StoreError, Tx};
use crate::tools::Tools;
use crate::web::notice::Desk;

/// What goes and what stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Look {
    /// Rows that go, table by table.
    pub goes: Vec<Rows>,
    /// What stays, and why.
    pub stays: Vec<Stays>,
    /// The present lists have them: the next import brings them back, without an account.
    pub comes_back: bool,
}

/// Something that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stays {
    /// The table, or the thing.
    pub what: &'static str,
    /// Why.
    pub why: &'static str,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// Sign-ins that ended; their apps hear of it.
    pub sessions_ended: u64,
    /// The same as the look before.
    #[serde(flatten)]
    pub look: Look,
}

/// What would go; changes nothing.
pub async fn look(reader: &Reader<'_>, whose: Whose) -> Result<Look, StoreError> {
    let goes = reader.erasure(whose.person, whose.account).count().await?;
    let comes_back = reader.people().find(whose.person).await?.is_some_and(|person| person.active);
    Ok(Look { goes, stays: stays(), comes_back })
}

/// Erases them. Sign-ins end first, so that apps hear of it; whoever must know is told while we still know who they are.
pub async fn erase(tools: &Tools, tx: &Tx, whose: Whose, reason: Option<&str>, now: Timestamp) -> Result<Erased, StoreError> {
    forget_tries(tools, tx, whose).await?;
    let person = tx.people().find(whose.person).await?;
    if let Some(person) = &person {
        Desk { tools, tx, now }.tell(person, "account-erased", None).await?;
    }
    let sessions_ended = match whose.account {
        Some(account) => tx.sessions().end_all(account, None, now).await?,
        None => 0,
    };
    let goes = tx.erasure(whose.person, whose.account).erase().await?;
    let rows: u64 = goes.iter().map(|rows| rows.rows).sum();
    let detail = json!({ "reason": reason, "rows": rows, "sessions_ended": sessions_ended });
    tx.record(&Event { person: Some(whose.person), detail, ..Event::of("account.erased") }, now).await?;
    let comes_back = person.is_some_and(|person| person.active);
    Ok(Erased { sessions_ended, look: Look { goes, stays: stays(), comes_back } })
}

/// Counters bear no name; those that we can find by the account's are emptied all the same. They come first, as in a sign-in, or the
/// two could wait for each other.
async fn forget_tries(tools: &Tools, tx: &Tx, whose: Whose) -> Result<(), StoreError> {
    if let Some(account) = whose.account {
        let subject = limits::subject_of_account(&tools.keys, account);
        for rule in OF_ACCOUNTS {
            limits::reset(tx, *rule, &subject).await?;
        }
        let mailed = limits::subject_of_mailed_codes(&tools.keys, account);
        for rule in [Rule::MailboxByHour, Rule::MailboxByDay, Rule::MailCode] {
            limits::reset(tx, rule, &mailed).await?;
        }
    }
    limits::reset(tx, Rule::RecordClaim, &limits::subject_of_record(&tools.keys, whose.person)).await?;
    Ok(())
}

fn stays() -> Vec<Stays> {
    let mut stays: Vec<Stays> = Vec::new();
    for place in PLACES {
        if let Fate::Stays(why) = place.fate
            && !stays.iter().any(|known| known.what == place.table)
        {
            stays.push(Stays { what: place.table, why });
        }
    }
    stays.extend(BESIDE);
    stays
}

/// What no column names.
const BESIDE: [Stays; 3] = [
    Stays {
        what: "outbox",
        why: "letters that are on their way, sealed, with the one that tells of this: each is gone once it is delivered",
    },
    Stays { what: "throttles", why: "counts of tries by numbers that give no name back: gone after thirty quiet days" },
    Stays { what: "backups", why: "copies that were made before have it until they are thrown away: docs/admin/data.md" },
];

const OF_ACCOUNTS: &[Rule] = &[
    Rule::AccountPassword,
    Rule::KnownDevice,
    Rule::SecondFactor,
    Rule::SecurityAnswers,
    Rule::ResetByHour,
    Rule::ResetByDay,
    Rule::MailboxByHour,
    Rule::MailboxByDay,
    Rule::MailCode,
    Rule::DeviceCode,
    Rule::DataCopies,
];
