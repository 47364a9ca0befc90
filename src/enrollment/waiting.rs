//! « Write to me when the lists of the school have come » (A4). Whoever stands at the neutral page leaves an address; after
//! the next import that changes the roster, or once the school has answered the case, one letter leads back to the claim,
//! where what was typed still stands in the browser that typed it. The letter leaves whether the claim would match now or
//! not, so nobody learns anything by it, and the address goes with it. A mailbox waits once, however often it is typed
//! (row R06).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use crate::app::App;
use crate::keys::{KeyError, KeyStore, Place};
use crate::limits::{self, Rule, Taken};
use crate::model::{FieldError, JourneyId, Letter, Timestamp, WaiterId};
use crate::pages::Page;
use crate::people::is_address;
use crate::store::list_waiters::Waiter;
use crate::store::{StoreError, Tx};
use crate::tools::Tools;
use crate::web::{FrameExtras, PageError, Sent, Visitor, flow, page, see_other};

/// Where should we write?
#[derive(Clone, Debug, Serialize)]
pub struct WriteToMe {
    /// The claim, which waits.
    pub back: String,
}

/// The address is kept.
#[derive(Clone, Debug, Serialize)]
pub struct WriteToMeSent {
    /// The claim, which waits.
    pub back: String,
}

/// Where the page is.
pub(super) const ADDRESS: &str = "/enroll/write-to-me";

/// `GET /enroll/write-to-me`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    match flow::unmatched_here(&app, &visitor).await? {
        Some(claim) => Ok(form(claim.address, FrameExtras::default())),
        None => Ok(see_other("/enroll")),
    }
}

/// `POST /enroll/write-to-me`.
pub async fn keep(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(claim) = flow::unmatched_here(&app, &visitor).await? else { return Ok(see_other("/enroll")) };
    let typed = sent.form.text(FIELD);
    if !is_address(typed) || typed.len() > LONGEST {
        let errors = vec![FieldError::of(FIELD, if typed.is_empty() { "email-missing" } else { "email-odd" })];
        let mut response = form(claim.address, FrameExtras { errors, typed: sent.form.0.clone(), ..FrameExtras::default() });
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let (tools, now, network) = (&app.tools, visitor.now, &visitor.origin.network);
    let id = WaiterId::new(now, &tools.random);
    let mailbox = limits::subject_of_mailbox(&tools.keys, typed);
    let waiter = Waiter {
        id,
        claim: claim.journey,
        flow: claim.flow,
        language: visitor.language,
        mailbox,
        sealed: tools.keys.seal(place(&id.to_string()), typed.as_bytes(), &tools.random),
        since: now,
    };
    let (rule, of_network) = (limits::mail_rule(&tools.policy, network), limits::subject(&tools.keys, &["mail", network]));
    let work = async |tx: &Tx| {
        let taken = limits::take(tx, rule, &of_network, now).await?;
        let Taken::Go { .. } = taken else { return Ok::<_, StoreError>(taken) };
        // Too many for one mailbox: it is not said, and whoever waits there already goes on waiting.
        let by_hour = limits::take(tx, Rule::MailboxByHour, &mailbox, now).await?;
        let by_day = limits::take(tx, Rule::MailboxByDay, &mailbox, now).await?;
        if let (Taken::Go { .. }, Taken::Go { .. }) = (by_hour, by_day) {
            tx.waiters().save(&waiter).await?;
        }
        Ok(taken)
    };
    match app.store.write(work).await? {
        Taken::Go { .. } => Ok(see_other(SENT)),
        Taken::Wait(until) => Err(PageError::TooMany { until }),
        Taken::Closed => Err(PageError::TooMany { until: now + Duration::from_hours(1) }),
    }
}

/// `GET /enroll/write-to-me/sent`.
pub async fn sent(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let back = flow::unmatched_here(&app, &visitor).await?.map_or_else(|| "/enroll".to_owned(), |claim| claim.address);
    Ok(page(&WriteToMeSent { back }, FrameExtras::default()))
}

fn form(back: String, extras: FrameExtras) -> Response {
    page(&WriteToMe { back }, FrameExtras { action: ADDRESS.to_owned(), ..extras })
}

/// Writes to those who waited when the roster last became another one; how many they were. A short write at a time.
pub async fn tell(app: &App) -> Result<u64, StoreError> {
    let mut told = 0;
    let Some(changed) = app.store.read().imports().last_change().await? else { return Ok(0) };
    loop {
        let waiting = app.store.read().waiters().before(changed, AT_ONCE).await?;
        if waiting.is_empty() {
            return Ok(told);
        }
        let now = app.now();
        told += app.store.write(async |tx: &Tx| write_to(tx, &app.tools, &waiting, Why::ListsCame, now).await).await?;
    }
}

/// The school has answered a case: whoever waits because of it need not wait for the lists. How many letters.
pub async fn tell_of_case(tx: &Tx, tools: &Tools, claim: JourneyId, now: Timestamp) -> Result<u64, StoreError> {
    let waiting = tx.waiters().of_claim(claim).await?;
    write_to(tx, tools, &waiting, Why::SchoolAnswered, now).await
}

/// Forgets those for whom no lists came.
pub async fn forget(tx: &Tx, now: Timestamp) -> Result<(), StoreError> {
    tx.waiters().forget_before(now - LONGEST_WAIT).await.map(|_| ())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    ListsCame,
    SchoolAnswered,
}

async fn write_to(tx: &Tx, tools: &Tools, waiting: &[Waiter], why: Why, now: Timestamp) -> Result<u64, StoreError> {
    let mut told = 0;
    for waiter in waiting {
        // Gone with its address, or another node was first.
        if !tx.waiters().forget(waiter.id).await? {
            continue;
        }
        let Ok(to) = opened(&tools.keys, waiter) else {
            tracing::error!(waiter.id = %waiter.id, "an address that was kept cannot be read");
            continue;
        };
        let issuer = tools.config.issuer.trim_end_matches('/');
        let data = json!({
            "link": format!("{issuer}/enroll/{}?again={}", waiter.flow, waiter.claim),
            "answered": why == Why::SchoolAnswered,
        });
        let letter = Letter { kind: "lists-came".to_owned(), to, language: waiter.language, data, useless_after: None };
        tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
        told += 1;
    }
    Ok(told)
}

fn opened(keys: &KeyStore, waiter: &Waiter) -> Result<String, KeyError> {
    let plain = keys.unseal(place(&waiter.id.to_string()), &waiter.sealed)?;
    String::from_utf8(plain.to_vec()).map_err(|_| KeyError::Seal(TABLE))
}

fn place(row: &str) -> Place<'_> {
    Place { table: TABLE, column: "sealed", row }
}

const FIELD: &str = "email";
const SENT: &str = "/enroll/write-to-me/sent";
const TABLE: &str = "list_waiters";
const LONGEST: usize = 254;
/// Letters in one write.
const AT_ONCE: u32 = 100;
const LONGEST_WAIT: Duration = Duration::from_hours(30 * 24);

impl Page for WriteToMe {
    const TEMPLATE: &'static str = "pages/write-to-me.html";

    fn samples() -> Vec<Self> {
        vec![Self { back: "/flow/0192".to_owned() }]
    }
}

impl Page for WriteToMeSent {
    const TEMPLATE: &'static str = "pages/write-to-me-sent.html";

    fn samples() -> Vec<Self> {
        vec![Self { back: "/flow/0192".to_owned() }]
    }
}
