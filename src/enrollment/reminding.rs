//! Reminders before an invitation ends (E3): whoever was given a code or a provisional password, has not joined and has an
//! address on file hears of it so many days before (`policy.reminder_days`), each time once, by a letter without any secret.
//! What ends is the invitation and not the person, and the letter says so.

use jiff::civil::Date;
use serde_json::json;

use crate::app::App;
use crate::model::{Language, Letter, Timestamp};
use crate::store::reminders::{Ending, Ends, Step};
use crate::store::{StoreError, Tx};
use crate::tools::Tools;

/// Writes what is due; how many letters. Any number of nodes may do it at once.
pub async fn remind(app: &App) -> Result<u64, StoreError> {
    let now = app.now();
    if !is_day(&app.tools, now) {
        return Ok(0);
    }
    let mut written = 0;
    for step in steps(app.tools.policy.reminder_days()) {
        for kind in Ends::ALL {
            written += remind_of(app, *kind, step, now).await?;
        }
    }
    Ok(written)
}

/// Nobody is written to at night.
pub(super) fn is_day(tools: &Tools, now: Timestamp) -> bool {
    let at = tools.config.district.zone().to_datetime(jiff::Timestamp::from_second(now.0).unwrap_or_default());
    (FIRST_HOUR..LAST_HOUR).contains(&at.hour())
}

/// The day on which an instant is the last one, in the district.
pub(super) fn last_day(tools: &Tools, until: Timestamp) -> Date {
    tools.config.district.zone().to_datetime(jiff::Timestamp::from_second(until.0 - 1).unwrap_or_default()).date()
}

/// The steps before an end: each with the one that follows it, so that whoever was not written to at one, because the
/// server stood still, is written to at the next and not twice.
fn steps(days: &[u16]) -> Vec<Step> {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.dedup();
    let before = std::iter::once(0).chain(days.iter().copied());
    days.iter().copied().zip(before).map(|(days, next)| Step { days, next }).collect()
}

async fn remind_of(app: &App, kind: Ends, step: Step, now: Timestamp) -> Result<u64, StoreError> {
    let mut written = 0;
    loop {
        let ending = app.store.read().reminders().ending(kind, step, now, AT_ONCE).await?;
        if ending.is_empty() {
            return Ok(written);
        }
        let work = async |tx: &Tx| {
            let mut some = 0;
            for one in &ending {
                if tx.reminders().once(one.cause, one.person, one.until, step.days.into(), now).await? {
                    let letter = letter(&app.tools, kind, one);
                    tx.outbox().add(&letter, &app.tools.keys, &app.tools.random, now).await?;
                    some += 1;
                }
            }
            Ok::<_, StoreError>(some)
        };
        written += app.store.write(work).await?;
    }
}

fn letter(tools: &Tools, kind: Ends, ending: &Ending) -> Letter {
    let config = &tools.config;
    let issuer = config.issuer.trim_end_matches('/');
    let language = ending.language.or(config.languages.first().copied()).unwrap_or(Language::ALL[0]);
    let address = match kind {
        Ends::MailedCode => "/enroll/guardian-invitation",
        Ends::CodeOnPaper => "/enroll/guardian-code",
        Ends::ProvisionalPassword => "/sign-in",
    };
    let data = json!({
        "name": ending.name,
        "kind": kind.word(),
        "until": tools.pages.day(language, last_day(tools, ending.until)),
        "address": format!("{issuer}{address}"),
        "again": format!("{issuer}{AGAIN}"),
    });
    let to = ending.email.trim().to_owned();
    Letter { kind: "invitation-ends".to_owned(), to, language, data, useless_after: Some(ending.until) }
}

/// Where an invitation by mail is asked for once more.
const AGAIN: &str = super::activation_code::AGAIN;
const FIRST_HOUR: i8 = 8;
const LAST_HOUR: i8 = 20;
/// Letters in one write.
const AT_ONCE: u32 = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_ends_where_the_next_begins() {
        let pairs: Vec<(u16, u16)> = steps(&[30, 1, 7, 7]).iter().map(|step| (step.days, step.next)).collect();
        assert_eq!(pairs, [(1, 0), (7, 1), (30, 7)]);
        assert_eq!(steps(&[]), []);
    }
}
