//! Telling apps that a session is over, from our server to theirs (OpenID Connect Back-Channel Logout 1.0) or by frames of the
//! signed-out page (`front_channel`). Whatever ends a session owes each app a word in the same transaction
//! (`store/logout_outbox`); here the word is sent. Whoever signs out waits a moment for it and never for an app that hangs
//! (row P28): what was not heard then is sent again, for a day.

mod addresses;
mod front_channel;
pub mod token;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use url::{Url, form_urlencoded};

pub(super) use self::addresses::addresses;
pub use self::front_channel::Left;
use self::token::logout_token;
use crate::app::App;
use crate::model::{SessionId, Timestamp};
use crate::store::clients::Client;
use crate::store::events::Event;
use crate::store::logout_outbox::Owed;
use crate::store::{StoreError, Tx};

/// Tells the apps of a session that it is over, and comes back when all have heard or when the person has waited long enough.
/// The sending goes on without them.
pub async fn tell(app: &Arc<App>, session: SessionId) {
    let Ok(permit) = TELLING.try_acquire() else { return };
    let app = Arc::clone(app);
    let telling = tokio::spawn(async move {
        let told = match app.store.read().logout_outbox().of_session(session).await {
            Ok(owed) => send_all(&app, owed).await,
            Err(cause) => Err(cause),
        };
        if let Err(error) = told {
            tracing::error!(%error, "apps could not be told of a sign-out and are told later");
        }
        drop(permit);
    });
    let _ = tokio::time::timeout(PATIENCE, telling).await;
}

/// Sends what is due: one round of the courier.
pub async fn deliver_due(app: &Arc<App>) -> Result<(), StoreError> {
    let due = app.store.read().logout_outbox().due(AT_ONCE, OF_ONE_CLIENT, app.now()).await?;
    send_all(app, due).await
}

/// Gives up what nobody heard for a day.
pub(super) async fn give_up(app: &App, now: Timestamp) -> Result<(), StoreError> {
    let unheard = app
        .store
        .write(async |tx: &Tx| {
            let unheard = tx.logout_outbox().give_up(now - A_DAY).await?;
            for client in &unheard {
                let detail = json!({ "client": client.client_id, "sessions": client.sessions });
                tx.record(&Event { detail, ..Event::of("logout.unheard") }, now).await?;
            }
            Ok::<_, StoreError>(unheard)
        })
        .await?;
    for client in unheard {
        tracing::error!(
            client.id = client.client_id,
            sessions = client.sessions,
            "an app did not hear for a day that people signed out, and is not told any more"
        );
    }
    Ok(())
}

async fn send_all(app: &Arc<App>, owed: Vec<Owed>) -> Result<(), StoreError> {
    let mut sending = JoinSet::new();
    for owed in owed {
        let app = Arc::clone(app);
        sending.spawn(async move { send(&app, &owed).await });
    }
    let mut done = Ok(());
    while let Some(sent) = sending.join_next().await {
        // One that gave up by a panic is sent again when its lease ends.
        done = done.and(sent.unwrap_or(Ok(())));
    }
    done
}

/// Sends one, if nobody else does. Of several servers that take it at once one gets it.
async fn send(app: &App, owed: &Owed) -> Result<(), StoreError> {
    let now = app.now();
    if !app.store.write(async |tx: &Tx| tx.logout_outbox().take(owed, LEASE, now).await).await? {
        return Ok(());
    }
    let client = app.store.client(&owed.client_id, now).await?.filter(|client| client.enabled);
    let address = client.as_ref().and_then(|client| client.settings.logout.backchannel_logout_uri.as_ref());
    let (Some(client), Some(address)) = (&client, address.and_then(|address| Url::parse(address).ok())) else {
        // The client was shut or does not want to hear any more.
        return app.store.write(async |tx: &Tx| tx.logout_outbox().done(owed).await).await;
    };
    let heard = post(app, client, owed, address, now).await;
    let now = app.now();
    let next_at = now + delay(owed.tries);
    let settle = async |tx: &Tx| match &heard {
        Ok(()) => {
            tx.logout_outbox().done(owed).await?;
            tx.logout_outbox().hurry(&owed.client_id, now).await
        }
        Err(why) => tx.logout_outbox().again(owed, next_at, why).await,
    };
    app.store.write(settle).await?;
    if let Err(why) = heard {
        let tries = owed.tries + 1;
        tracing::warn!(client.id = owed.client_id, tries, why, next_at = next_at.0, "an app did not hear of a sign-out and is told again");
    }
    Ok(())
}

/// OpenID Connect Back-Channel Logout 1.0 section 2.5. What the app says beside its status is nothing to us.
async fn post(app: &App, client: &Client, owed: &Owed, address: Url, now: Timestamp) -> Result<(), String> {
    let token = logout_token(app, client, owed, now).map_err(|error| error.to_string())?;
    let body = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
    match app.tools.outbound.post(address, "application/x-www-form-urlencoded", body.into_bytes()).await {
        Ok(answer) if answer.status.is_success() => Ok(()),
        Ok(answer) => Err(format!("it answered {}", answer.status.as_u16())),
        Err(error) => Err(error.to_string()),
    }
}

/// How long until the next try, after so many before this one.
fn delay(tries: i32) -> Duration {
    let tries = usize::try_from(tries).unwrap_or_default();
    Duration::from_secs(DELAYS[tries.min(DELAYS.len() - 1)])
}

/// Seconds; the last goes on until a day has passed.
const DELAYS: [u64; 6] = [10, 60, 300, 900, 1_800, 3_600];
const A_DAY: Duration = Duration::from_hours(24);
/// How long somebody who signs out waits for their apps.
const PATIENCE: Duration = Duration::from_millis(700);
/// Longer than any call may take (`outbound`).
const LEASE: Duration = Duration::from_secs(60);
const AT_ONCE: usize = 32;
const OF_ONE_CLIENT: usize = 4;
/// People whose apps are told while they wait; the courier tells those of the others.
static TELLING: Semaphore = Semaphore::const_new(64);
