//! An alarm is told: in the event log, in the server's log, and by a letter to the district's help address.

use serde_json::json;

use crate::app::App;
use crate::limits::alarm::{self, Raised};
use crate::model::{Language, Letter, Timestamp};
use crate::store::events::Event;
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
