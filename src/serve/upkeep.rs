//! What the server does by itself: letters leave, events are chained, keys are made and retired by their instants, what
//! is over is forgotten. On several nodes each does it; every step is a conditional write, so nothing happens twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::imports;
use crate::account::announcing;
use crate::app::App;
use crate::enrollment::{campaigns, reminding, waiting};
use crate::mail::Courier;
use crate::store::{StoreError, Tx};
use crate::web::alarm;
use crate::{limits, oidc, web};

/// Works until the server stops.
pub(super) async fn run(app: Arc<App>, stopped: watch::Receiver<bool>) {
    let jobs = [
        tokio::spawn(every(Arc::clone(&app), FIVE_SECONDS, stopped.clone(), keys)),
        tokio::spawn(every(Arc::clone(&app), TEN_MINUTES, stopped.clone(), forget)),
        tokio::spawn(every(Arc::clone(&app), MINUTE, stopped.clone(), alarms)),
        tokio::spawn(every(Arc::clone(&app), FIVE_SECONDS, stopped.clone(), flows)),
        tokio::spawn(every(Arc::clone(&app), SECOND, stopped.clone(), logouts)),
        tokio::spawn(every(Arc::clone(&app), MINUTE, stopped.clone(), roster)),
        tokio::spawn(every(Arc::clone(&app), TEN_MINUTES, stopped.clone(), reminders)),
        tokio::spawn(events(Arc::clone(&app), stopped.clone())),
        tokio::spawn(letters(app, stopped)),
    ];
    for job in jobs {
        let _ = job.await;
    }
}

/// Does a job again and again; a failure is logged and tried again at its next turn.
async fn every<F>(app: Arc<App>, pause: Duration, mut stopped: watch::Receiver<bool>, job: fn(Arc<App>) -> F)
where
    F: Future<Output = Result<(), Box<dyn std::error::Error + Send + Sync>>>,
{
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        if let Err(error) = job(Arc::clone(&app)).await {
            tracing::error!(%error, "upkeep failed and is tried again");
        }
    }
}

/// Delivers what the outbox holds, until the end.
async fn letters(app: Arc<App>, stopped: watch::Receiver<bool>) {
    let tools = &app.tools;
    let courier = Courier {
        store: &app.store,
        keys: &tools.keys,
        pages: &tools.pages,
        mailer: &tools.mailer,
        clock: &*tools.clock,
        district: web::district(&app),
        answers_to: Some(&tools.config.district.help_address),
        issuer: oidc::issuer(&app),
    };
    courier.run(told(stopped)).await;
}

/// Links the event log and forgets its beginning, until the end.
async fn events(app: Arc<App>, stopped: watch::Receiver<bool>) {
    app.store.event_chain(&app.tools.keys).tend(&*app.tools.clock, told(stopped)).await;
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // Whoever could say stop is gone: that is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn keys(app: Arc<App>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(app.tools.keys.refresh(&app.store, app.now(), &app.tools.random).await?)
}

/// The district's flow files, if they changed. A mistake changes nothing and is told once.
async fn flows(app: Arc<App>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    match app.flows.reload() {
        Ok(true) => tracing::info!("the flow files changed and were read again"),
        Ok(false) => {}
        Err(mistakes) => tracing::error!(%mistakes, "the flow files changed and hold mistakes; the flows stay as they were"),
    }
    Ok(())
}

/// Apps hear that a session is over, where nobody waited for it, or they did not hear.
async fn logouts(app: Arc<App>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let round = oidc::logout::deliver_due(&app).await;
    if round.is_err() {
        // A database that is away is not asked, and not complained of, every second.
        tokio::time::sleep(FIVE_SECONDS * 6).await;
    }
    Ok(round?)
}

/// Whether more goes wrong in the whole district than is usual (rows E05, E33).
async fn alarms(app: Arc<App>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(alarm::sound(&app).await?)
}

/// The roster by its schedule, and then those who waited for it.
async fn roster(app: Arc<App>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    imports::by_schedule(&app).await?;
    waiting::tell(&app).await?;
    Ok(())
}

/// Whoever has not joined hears before it is too late; and a message that was being delivered when a node stopped arrives.
async fn reminders(app: Arc<App>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    reminding::remind(&app).await?;
    campaigns::remind_due(&app).await?;
    announcing::go_on(&app).await?;
    Ok(())
}

async fn forget(app: Arc<App>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let now = app.now();
    oidc::tidy(&app).await?;
    announcing::forget(&app).await?;
    let renewed = app.store.read().foreign_hashes().unused().await?;
    let forgotten = async |tx: &Tx| {
        tx.journeys().forget(now - A_DAY).await?;
        tx.sessions().forget(now - A_DAY).await?;
        tx.devices().forget(now).await?;
        tx.passkeys().forget(now).await?;
        tx.shared_devices().forget(now - web::shared_device::LIFE).await?;
        tx.mail_proofs().forget(now - 7 * A_DAY).await?;
        tx.address_changes().forget(now).await?;
        tx.new_devices().forget(now - 400 * A_DAY, now).await?;
        tx.approvals().forget(now - 30 * A_DAY).await?;
        tx.counter_sessions().forget(now - A_DAY).await?;
        limits::prune(tx, now).await?;
        for kind in &renewed {
            tx.foreign_hashes().forget(kind).await?;
        }
        waiting::forget(tx, now).await?;
        tx.reminders().forget(now - A_DAY).await?;
        // Codes of a batch whose making was cut short: they never opened anything.
        tx.codes().forget_unpublished(now - A_DAY).await?;
        Ok::<_, StoreError>(())
    };
    Ok(app.store.write(forgotten).await?)
}

const SECOND: Duration = Duration::from_secs(1);
const FIVE_SECONDS: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_mins(1);
const TEN_MINUTES: Duration = Duration::from_mins(10);
const A_DAY: Duration = Duration::from_hours(24);
