//! An alarm is told: in the event log, in the server's log, and by a letter to the district's help address.

use serde_json::json;

use crate::app::App;
use crate::flow::{FlowError, Step};
use crate::limits::alarm::{self, Raised};
use crate::limits::{self, Rule, Taken};
use crate::model::{AccountId, Language, Letter, Timestamp};
use crate::store::events::Event;
use crate::store::people::Person;
use crate::store::{StoreError, Tx};

/// Looks whether more goes wrong in the whole district than is usual, and tells what began just now.
pub async fn sound(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let raise = async |tx: &Tx| {
        let raised = alarm::watch(tx, now).await?;
        for raised in &raised {
            tell(app, tx, *raised, now).await?;
        }
        Ok::<_, StoreError>(raised)
    };
    for Raised { what, failures, usual } in app.store.write(raise).await? {
        tracing::warn!(what = what.word(), failures, usual, "alarm: more goes wrong in the whole district than is usual");
    }
    Ok(())
}

/// Somebody of an office wants to open more sessions at the counter than a day has families. Told once a day; the log says who.
pub async fn of_counter(step: &Step<'_>, account: AccountId, staff: &Person) -> Result<(), FlowError> {
    let (tools, now) = (step.tools, step.now);
    let subject = limits::subject_of_account(&tools.keys, account);
    if !matches!(limits::take(step.tx, Rule::CounterAlarm, &subject, now).await?, Taken::Go { .. }) {
        return Ok(());
    }
    let detail = json!({ "what": "counter" });
    let event = Event { actor: Some(account), person: Some(staff.id), detail, ..Event::of("alarm.raised") };
    step.tx.record(&event, now).await?;
    let language = tools.config.languages.first().copied().unwrap_or(Language::ALL[0]);
    let moment = tools.pages.moment(language, now, now, &tools.config.district.zone());
    let data = json!({ "name": staff.display_name(), "moment": moment });
    let to = tools.config.district.help_address.clone();
    let letter = Letter { kind: "counter-alarm".to_owned(), to, language, data, useless_after: None };
    Ok(step.tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?)
}

async fn tell(app: &App, tx: &Tx, raised: Raised, now: Timestamp) -> Result<(), StoreError> {
    let (tools, what) = (&app.tools, raised.what.word());
    let figures = json!({ "what": what, "failures": raised.failures, "usual": raised.usual });
    tx.record(&Event { detail: figures.clone(), ..Event::of("alarm.raised") }, now).await?;
    let language = tools.config.languages.first().copied().unwrap_or(Language::ALL[0]);
    let mut data = figures;
    data["moment"] = tools.pages.moment(language, now, now, &tools.config.district.zone()).into();
    let to = tools.config.district.help_address.clone();
    let letter = Letter { kind: "alarm".to_owned(), to, language, data, useless_after: None };
    tx.outbox().add(&letter, &tools.keys, &tools.random, now).await
}
