//! Apps fetch tokens while keys are rotated, in peace and in an emergency, while a secret is exchanged, and while the server is
//! stopped and started by a service manager: nothing is lost. A connection that nobody takes is asked for again; an error, a refusal
//! of what was good, or a token that nobody can verify is a loss.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::app::{App, Ledger, authorize, code_in, exchange};
use crate::pupil::{Browser, Pupil};
use crate::server::{Database, District, Server, setting};

#[tokio::test(flavor = "multi_thread")]
async fn f11_nothing_is_lost_while_keys_and_secrets_and_servers_change_on_sqlite() {
    change_everything(&District::new(Database::Sqlite).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_nothing_is_lost_while_keys_and_secrets_and_servers_change_on_postgresql() {
    let Some(url) = setting("PREAU_TEST_POSTGRES") else {
        assert!(setting("PREAU_TEST_EVERYTHING").is_none(), "PREAU_TEST_POSTGRES is not set");
        return;
    };
    change_everything(&District::new(Database::Postgres(url)).await).await;
}

async fn change_everything(district: &District) {
    let rounds = if setting("PREAU_TEST_LONG").is_some() { 40 } else { 2 };
    let server = district.serve().await;
    let issuer = server.address.clone();
    let (client_id, secret) = district.register();
    // One worker has each new secret at once; another is changed by hand, later on the same day.
    let (quick, slow) = (Arc::new(Mutex::new(secret.clone())), Arc::new(Mutex::new(secret)));
    let (ledger, over) = (Arc::new(Ledger::default()), Arc::new(AtomicBool::new(false)));
    let mut workers = Vec::new();
    for (kind, secret) in [("quick", &quick), ("slow", &slow)] {
        let app = App::new(kind, &issuer, &client_id, Arc::clone(secret), &ledger).await;
        workers.push(tokio::spawn(ask_for_itself(app, Arc::clone(&over))));
    }
    let mut pupils = district.pupils().into_iter();
    for kind in ["code", "refresh", "refresh"] {
        let app = App::new(kind, &issuer, &client_id, Arc::clone(&quick), &ledger).await;
        let browser = signed_in(&issuer, pupils.next().unwrap()).await;
        let work = ask_for_a_pupil(app, browser, Arc::clone(&over), Arc::clone(&ledger));
        workers.push(tokio::spawn(work));
    }
    let mut server = Some(server);
    for round in 0..rounds {
        if round == 0 {
            district.run(&["key", "rotate"]);
        }
        district.run(&["key", "rotate", "--now"]);
        server = Some(restarted(district, server.take().unwrap()).await);
        let exchanged = district.json(&["client", "rotate-secret", &client_id, "--json"]);
        quick.lock().unwrap().clone_from(&exchanged["client_secret"].as_str().unwrap().to_owned());
        moment().await;
        // Once more before a server has looked: the key that signs next was published a moment ago and not before.
        district.run(&["key", "rotate", "--now", "--alg", "RS256"]);
        district.run(&["key", "rotate", "--now", "--alg", "RS256"]);
        tokio::time::sleep(Duration::from_secs(6)).await;
        server = Some(restarted(district, server.take().unwrap()).await);
        let newest = quick.lock().unwrap().clone();
        slow.lock().unwrap().clone_from(&newest);
        moment().await;
    }
    over.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await.expect("a worker tells its losses and does not fall over them");
    }
    ledger.settle(&["quick", "slow", "code", "refresh"], 20, 3);
}

/// As a service manager does it.
async fn restarted(district: &District, mut old: Server) -> Server {
    moment().await;
    assert!(old.stop().await, "it ends well when it is asked to");
    district.serve().await
}

async fn moment() {
    tokio::time::sleep(Duration::from_millis(700)).await;
}

async fn ask_for_itself(mut app: App, over: Arc<AtomicBool>) {
    while !over.load(Ordering::Relaxed) {
        app.fetch(&[("grant_type", "client_credentials")]).await;
        tokio::time::sleep(PAUSE).await;
    }
}

/// A code for tokens, again and again; or once, and from then on each refresh token for the next.
async fn ask_for_a_pupil(mut app: App, mut browser: Browser, over: Arc<AtomicBool>, ledger: Arc<Ledger>) {
    let mut held: Option<String> = None;
    while !over.load(Ordering::Relaxed) {
        tokio::time::sleep(PAUSE).await;
        let told = match held.take() {
            Some(token) => app.fetch(&[("grant_type", "refresh_token"), ("refresh_token", &token)]).await,
            None => {
                let Some(code) = code(&mut browser, &app.client_id, &ledger).await else { continue };
                app.fetch(&exchange(&code)).await
            }
        };
        if app.kind == "refresh" {
            held = told.and_then(|told| told["refresh_token"].as_str().map(str::to_owned));
        }
    }
}

/// A code for whoever sits at this browser; none where nobody answered, and the person tries again.
async fn code(browser: &mut Browser, client_id: &str, ledger: &Ledger) -> Option<String> {
    let place = browser.is_sent_to(&authorize(client_id)).await.ok()?;
    let code = code_in(&place);
    if code.is_none() {
        ledger.lose(format!("somebody who is signed in was sent to {place}"));
    }
    code
}

async fn signed_in(address: &str, pupil: Pupil) -> Browser {
    let mut browser = Browser::new(address, pupil);
    browser.claim().await;
    browser
}

const PAUSE: Duration = Duration::from_millis(30);
