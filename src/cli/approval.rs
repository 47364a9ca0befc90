//! `preau approval`: the school says yes or no to somebody who waits. The family reads out the number on its page; whoever
//! sits at the counter looks at who is asking, and writes down how they knew (A28, row R12).

use clap::Subcommand;
use serde_json::{Value, json};

use crate::console::Answer;
use crate::model::Timestamp;
use crate::store::approvals::{Approval, Deciding, Decision};
use crate::store::events::Event;
use crate::store::{Reader, Store, StoreError, Tx};

/// Those who wait for a yes of the school.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List those who wait, the longest first.
    List,
    /// Say yes: you know who is asking.
    Approve {
        /// The number on their page.
        number: String,
        /// How you knew them: `identity card`, `their teacher knows them`. It is kept in the event log.
        #[arg(long, value_name = "HOW")]
        seen: String,
        /// The two digits on their page, read out by them.
        #[arg(long, value_name = "DIGITS")]
        digits: i32,
    },
    /// Say no.
    Refuse {
        /// The number on their page.
        number: String,
        /// Why. It is kept in the event log.
        #[arg(long)]
        reason: String,
    },
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// No such number waits.
    #[error("nobody waits with the number {0}; `preau approval list` shows who does")]
    Unknown(String),
    /// It is not the school's to decide.
    #[error("{0} waits for a guardian alone: the flow does not let the school say yes")]
    NotOurs(String),
    /// The digits are another's.
    #[error("these are not the digits of {0}: ask once more whose page you are looking at; nothing was decided")]
    OtherDigits(String),
    /// Decided already, or over.
    #[error("{0} was decided already, or its time is over")]
    Over(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it.
pub async fn run(command: Command, store: &Store, now: Timestamp) -> Result<Answer, Failed> {
    match command {
        Command::List => {
            let reader = store.read();
            let mut told = Vec::new();
            for asked in reader.approvals().open(now).await? {
                told.push(describe(&reader, &asked).await?);
            }
            Ok(Answer::of(told.into(), &["number", "name", "flow", "by", "asked_at", "until"]))
        }
        Command::Approve { number, seen, digits } => decide(store, &number, (Decision::Approved, &seen), Some(digits), now).await,
        Command::Refuse { number, reason } => decide(store, &number, (Decision::Refused, &reason), None, now).await,
    }
}

async fn decide(
    store: &Store,
    number: &str,
    (decision, reason): (Decision, &str),
    digits: Option<i32>,
    now: Timestamp,
) -> Result<Answer, Failed> {
    let plain: String = number.chars().filter(char::is_ascii_digit).collect();
    let written = if plain.len() == 8 { format!("{}-{}", &plain[..4], &plain[4..]) } else { number.to_owned() };
    let deciding = async |tx: &Tx| {
        let asked = tx.approvals().by_number(&written).await?.filter(|asked| asked.person.is_some());
        let asked = asked.ok_or_else(|| Failed::Unknown(number.to_owned()))?;
        if !asked.by_whom.iter().any(|by| by == "school") {
            return Err(Failed::NotOurs(written.clone()));
        }
        if digits.is_some_and(|digits| digits != asked.matching) {
            return Err(Failed::OtherDigits(written.clone()));
        }
        if !tx.approvals().decide(&written, &Deciding { decision, by: None, reason }, now).await? {
            return Err(Failed::Over(written.clone()));
        }
        let detail = json!({ "number": written, "decision": decision.word(), "reason": reason, "flow": asked.flow, "by": "school" });
        tx.record(&Event { person: asked.person, detail, ..Event::of("approval.decided") }, now).await?;
        Ok(())
    };
    store.write(deciding).await?;
    let json = json!({ "number": written, "decision": decision.word() });
    let text = match decision {
        Decision::Approved => format!("{written}: yes. They go on by the button on their page."),
        Decision::Refused => format!("{written}: no. Their page says so."),
    };
    Ok(Answer { json, text })
}

async fn describe(reader: &Reader<'_>, asked: &Approval) -> Result<Value, StoreError> {
    let person = match asked.person {
        Some(person) => reader.people().find(person).await?,
        None => None,
    };
    Ok(json!({
        "number": asked.number,
        "name": person.map(|person| person.display_name()),
        "flow": asked.flow,
        "by": asked.by_whom.join(", "),
        "asked_at": instant(asked.asked_at),
        "until": instant(asked.until),
    }))
}

fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0).map(|at| at.to_string()).unwrap_or_default()
}
