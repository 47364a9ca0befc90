//! Another address of one's own (B16), and the way back from it. The roster keeps the school's; this one is the account's.
//! Whoever reads a mailbox from before can take the change back for a week, without signing in: the account may be in other
//! hands by then (row R16). The link's token goes into a cookie and out of the address, and a page with one button is shown,
//! so that no mail scanner undoes anything (row R03).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::pages::AddressUndo;
use super::record;
use crate::app::App;
use crate::flow::{FlowError, Step};
use crate::keys::{KeyStore, Purpose};
use crate::model::{Hash, Letter};
use crate::people::email_key;
use crate::random::Secret;
use crate::store::accounts::Account;
use crate::store::address_changes::AddressChange;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};
use crate::web::{FrameExtras, PageError, Sent, Visitor, carry_token, cookies, notice, page, see_other, with_cookie};

/// The account's own address is this one from now on. Everybody who must know hears of it; the owner's mailboxes from before
/// get a way back.
pub(super) async fn change(step: &Step<'_>, account: &Account, to: &str) -> Result<(), FlowError> {
    let (tools, tx, now) = (step.tools, step.tx, step.now);
    let before = tx.accounts().email(account.id).await?;
    let person = tx.people().find(account.person).await?;
    let on_file = person.as_ref().and_then(|person| person.email.clone());
    let owners: Vec<String> = before.iter().chain(&on_file).map(|address| email_key(address)).collect();
    let readers = match &person {
        Some(person) => notice::readers(step, person).await?,
        None => Vec::new(),
    };
    let undo = tools.random.secret();
    let change =
        AddressChange { account: account.id, before, after: to.to_owned(), undo: undo_mac(&tools.keys, &undo), until: now + TO_UNDO };
    tx.address_changes().add(&change).await?;
    tx.accounts().set_email(account.id, (to, &email_key(to)), now).await?;
    tx.mail_proofs().kill(account.person, now).await?;
    record(step, account, "address.changed", json!({})).await?;
    for (address, language) in readers.into_iter().filter(|(address, _)| email_key(address) != email_key(to)) {
        let zone = tools.config.district.zone();
        let moment = |at| tools.pages.moment(language, at, now, &zone);
        let token = owners.contains(&email_key(&address)).then(|| undo.expose());
        let name = person.as_ref().map(crate::web::visitor::given_name);
        let data = json!({ "name": name, "moment": moment(now), "until": moment(change.until), "token": token });
        let letter = Letter { kind: "address-changed".to_owned(), to: address, language, data, useless_after: None };
        tx.outbox().add(&letter, &tools.keys, &tools.random, now).await?;
    }
    Ok(())
}

/// `GET /undo/{token}`: what the letter's link leads to. Writes nothing.
pub async fn open(Path(token): Path<String>) -> Response {
    carry_token(cookies::UNDO, &token, ADDRESS)
}

/// `GET /undo`: one button. Writes nothing.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let open = match visitor.cookie(cookies::UNDO) {
        Some(token) => app.store.read().address_changes().open(&undo_mac(&app.tools.keys, token), visitor.now).await?,
        None => None,
    };
    let state = if open.is_some() { "confirm" } else { "late" };
    Ok(page(&AddressUndo { state }, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /undo`: the address from before is the account's again, and whoever is signed in is not any more.
pub async fn undo(State(app): State<Arc<App>>, visitor: Visitor, _sent: Sent) -> Result<Response, PageError> {
    let Some(token) = visitor.cookie(cookies::UNDO) else { return Ok(see_other(ADDRESS)) };
    let (mac, now) = (undo_mac(&app.tools.keys, token), visitor.now);
    let undone = app.store.write(async |tx: &Tx| take_back(tx, &mac, now).await).await?;
    if !undone {
        return Ok(see_other(ADDRESS));
    }
    let response = page(&AddressUndo { state: "done" }, FrameExtras::default());
    Ok(with_cookie(response, cookies::clear(cookies::UNDO)))
}

async fn take_back(tx: &Tx, mac: &Hash, now: crate::model::Timestamp) -> Result<bool, StoreError> {
    let Some(change) = tx.address_changes().undo(mac, now).await? else { return Ok(false) };
    let before = change.before.as_deref().map(|before| (before, email_key(before)));
    let before = before.as_ref().map(|(before, key)| (*before, key.as_str()));
    tx.accounts().restore_email(change.account, before, now).await?;
    let ended = tx.sessions().end_all(change.account, None, now).await?;
    tx.devices().forget_all(change.account).await?;
    let person = tx.accounts().find(change.account).await?.map(|account| account.person);
    if let Some(person) = person {
        tx.mail_proofs().kill(person, now).await?;
    }
    let event = Event { person, detail: json!({ "sessions_ended": ended }), ..Event::of("address.restored") };
    tx.record(&event, now).await?;
    Ok(true)
}

fn undo_mac(keys: &KeyStore, token: &Secret) -> Hash {
    keys.mac(Purpose::Code, &[b"address undo", token.expose().as_bytes()])
}

const ADDRESS: &str = "/undo";
/// Row R16.
const TO_UNDO: Duration = Duration::from_hours(7 * 24);
