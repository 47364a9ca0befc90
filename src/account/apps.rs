//! `/account/apps`: which apps saw what of the person, and when (the claims receipt). What the person allowed they can
//! take back; what the district gave its own apps it answers for.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::pages::{Apps, Receipt};
use super::sign_in_first;
use crate::app::App;
use crate::store::clients::Client;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};
use crate::web::{self, FrameExtras, PageError, Sent, Visitor, page, see_other, seen};

/// `GET /account/apps`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let reader = app.store.read();
    let name = |client: Client| (client.client_id.clone(), client.name_in(visitor.language).to_owned());
    let names: BTreeMap<String, String> = reader.clients().all().await?.into_iter().map(name).collect();
    let allowed = reader.consents().of_account(signed_in.account.id).await?;
    let zone = web::zone(&app);
    let mut apps = Vec::new();
    for given in reader.tokens().received(signed_in.account.id).await? {
        let Some(name) = names.get(&given.client_id) else { continue };
        apps.push(Receipt {
            name: name.clone(),
            saw: seen::words(&given.scopes),
            when: app.tools.pages.moment(visitor.reading(), given.at, visitor.now, &zone),
            client: allowed.contains(&given.client_id).then(|| given.client_id.clone()),
        });
    }
    Ok(page(&Apps { apps }, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /account/apps`: takes back what the person allowed; what the app was given stops working.
pub async fn withdraw(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let (account, now) = (&signed_in.account, visitor.now);
    let client = sent.form.text("client").to_owned();
    let take_back = async |tx: &Tx| {
        if tx.consents().withdraw(account.id, &client).await? {
            tx.tokens().revoke_for(account.id, &client, now).await?;
            let detail = json!({ "client": client });
            let event = Event { actor: Some(account.id), person: Some(account.person), detail, ..Event::of("consent.withdrawn") };
            tx.record(&event, now).await?;
        }
        Ok::<_, StoreError>(())
    };
    app.store.write(take_back).await?;
    Ok(see_other(ADDRESS))
}

const ADDRESS: &str = "/account/apps";
