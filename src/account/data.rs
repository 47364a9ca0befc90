//! `/account/data`: everything that is held about somebody, in words, with a copy to take along as PDF or as JSON. It is shown to whoever
//! showed who they are within the last five minutes (row S10); each copy that is taken leaves an event and a letter to everybody who
//! must know, with the way back. A guardian's page of a child (`child_data.rs`) shows and gives the same.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::child_data::may_take;
use super::export::{self, Export, Whose, Writing};
use super::pages::Data;
use super::sign_in_first;
use crate::app::App;
use crate::limits::{self, Rule, Taken};
use crate::model::{Audience, PersonId, Timestamp};
use crate::passkeys::Passkeys;
use crate::people::age;
use crate::store::accounts::Account;
use crate::store::events::Event;
use crate::store::{StoreError, Tx};
use crate::tools::Tools;
use crate::web::notice::Desk;
use crate::web::session::audience;
use crate::web::{self, FrameExtras, PageError, Sent, SignedIn, Visitor, page, paper, see_other};

/// How a copy is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For another program.
    Json,
    /// To read or print.
    Pdf,
}

impl Format {
    /// Its word, in the log and in file names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Pdf => "pdf",
        }
    }
}

/// `GET /account/data`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    if !is_fresh(&app, signed_in, visitor.now).await? {
        return show_who(&app, signed_in, ADDRESS).await;
    }
    let whose = Whose { person: signed_in.person, account: Some(signed_in.account.id) };
    let data = in_words(&app, &visitor, whose, None).await?;
    let child = is_child(&app, signed_in, visitor.now).await?;
    Ok(page(&data, FrameExtras { action: ADDRESS.to_owned(), child, ..FrameExtras::default() }))
}

/// What is held about somebody, for the page; `child`: whose it is, where that is not the reader.
pub(super) async fn in_words(app: &App, visitor: &Visitor, whose: Whose, child: Option<String>) -> Result<Data, StoreError> {
    let export = export::of(&app.store.read(), whose, &app.tools.config.district.name, visitor.now).await?;
    let zone = web::zone(app);
    let writing = Writing { pages: &app.tools.pages, language: visitor.language, zone: &zone };
    Ok(Data { again: false, child, sections: export.in_words(writing, ON_THE_PAGE) })
}

/// `POST /account/data`: a copy, as `format` says.
pub async fn take(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    if !is_fresh(&app, signed_in, visitor.now).await? {
        return Ok(see_other(ADDRESS));
    }
    let whose = Whose { person: signed_in.person, account: Some(signed_in.account.id) };
    give(&app, &visitor, signed_in, whose, &sent).await
}

/// Gives a copy of what is held about somebody to whoever is signed in. A guardian's right to it is asked once more in the write that
/// notes it (rows E27, R17).
pub(super) async fn give(app: &App, visitor: &Visitor, signed_in: &SignedIn, whose: Whose, sent: &Sent) -> Result<Response, PageError> {
    let now = visitor.now;
    let format = match sent.form.text("format") {
        "json" => Format::Json,
        "pdf" => Format::Pdf,
        _ => return Err(PageError::NotFound),
    };
    let account = &signed_in.account;
    let subject = limits::subject_of_account(&app.tools.keys, account.id);
    let counter = limits::look(&app.store.read(), Rule::DataCopies, &subject, now).await?;
    if let Some(until) = counter.waits_until {
        return Err(PageError::TooMany { until });
    }
    let export = export::of(&app.store.read(), whose, &app.tools.config.district.name, now).await?;
    let zone = web::zone(app);
    let writing = Writing { pages: &app.tools.pages, language: visitor.language, zone: &zone };
    let bytes = match format {
        Format::Json => serde_json::to_vec_pretty(&export.json()).map_err(PageError::broken)?,
        Format::Pdf => set(&export, writing).await.map_err(PageError::broken)?,
    };
    let work = async |tx: &Tx| {
        if whose.person != account.person && may_take(&tx.people(), &app.tools, account.person, whose.person, now).await?.is_none() {
            return Ok(Some(PageError::NotAllowed));
        }
        match limits::take(tx, Rule::DataCopies, &subject, now).await? {
            Taken::Go { .. } => record(&app.tools, tx, whose, Some(account), format, now).await.map(|()| None),
            Taken::Wait(until) => Ok(Some(PageError::TooMany { until })),
            Taken::Closed => Ok(Some(PageError::TooMany { until: now })),
        }
    };
    match app.store.write(work).await? {
        Some(refused) => Err(refused),
        None => Ok(file(format, bytes, now)),
    }
}

/// Writes down that a copy was taken, by its owner, by a guardian or, without anybody, by the school; and whoever must know hears of it.
pub async fn record(tools: &Tools, tx: &Tx, whose: Whose, by: Option<&Account>, format: Format, now: Timestamp) -> Result<(), StoreError> {
    let guardian = by.is_some_and(|by| by.person != whose.person);
    let detail = if guardian { json!({ "format": format.word(), "right": "guardian" }) } else { json!({ "format": format.word() }) };
    let event = Event { actor: by.map(|account| account.id), person: Some(whose.person), detail, ..Event::of("data.taken") };
    tx.record(&event, now).await?;
    let what = match by {
        Some(_) if guardian => "mail-data-taken-guardian",
        Some(_) => "mail-data-taken-own",
        None => "mail-data-taken-school",
    };
    match tx.people().find(whose.person).await? {
        Some(person) => Desk { tools, tx, now }.tell(&person, "data-taken", Some(what)).await,
        None => Ok(()),
    }
}

/// Sets it as PDF on a thread that may wait, one at a time.
pub async fn set(export: &Export, writing: Writing<'_>) -> Result<Vec<u8>, String> {
    let record = export.on_paper(writing);
    paper::set(move || record.set().map(|set| set.pdf)).await
}

/// Who it is was asked a moment ago: at the sign-in, by password or passkey, or since. Who got back in by a mailbox or by answers showed
/// neither (row S10).
pub(super) async fn is_fresh(app: &App, signed_in: &SignedIn, now: Timestamp) -> Result<bool, StoreError> {
    let session = &signed_in.session;
    let weak = session.amr.iter().any(|method| WEAK.contains(&method.as_str()));
    let strong = session.amr.iter().any(|method| STRONG.contains(&method.as_str()));
    if (strong || !weak) && now.since(session.auth_time) <= FRESH {
        return Ok(true);
    }
    let shown = app.store.read().sessions().shown_at(session.id).await?;
    Ok(shown.is_some_and(|at| now.since(at) <= FRESH))
}

/// To the flow that asks who it is, and back to this page; whoever has nothing to show here signs in anew where they do.
pub(super) async fn show_who(app: &App, signed_in: &SignedIn, back: &str) -> Result<Response, PageError> {
    let (reader, account) = (app.store.read(), signed_in.account.id);
    let passkey = Passkeys::of(&app.tools.config).is_some() && reader.passkeys().has_any(account).await?;
    if passkey || reader.accounts().password(account).await?.is_some() {
        let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
        return Ok(see_other(&format!("/account/own-data?return_to={back}")));
    }
    Ok(page(&Data { again: true, child: None, sections: Vec::new() }, FrameExtras::default()))
}

/// Of primary school, by the school's own records (A32).
async fn is_child(app: &App, signed_in: &SignedIn, now: Timestamp) -> Result<bool, StoreError> {
    let person: PersonId = signed_in.person;
    let Some(person) = app.store.read().people().find(person).await? else { return Ok(false) };
    let age = person.birth_date.as_deref().and_then(|born| age(born, now, &web::zone(app)));
    Ok(audience(&person) == Audience::Student && age.is_some_and(|age| age < CHILD_UNDER))
}

fn file(format: Format, bytes: Vec<u8>, now: Timestamp) -> Response {
    let day = jiff::Timestamp::from_second(now.0).unwrap_or_default().strftime("%Y-%m-%d").to_string();
    let kind = match format {
        Format::Json => "application/json",
        Format::Pdf => "application/pdf",
    };
    paper::file(&format!("data-{day}.{}", format.word()), kind, bytes)
}

/// Where the page is.
const ADDRESS: &str = "/account/data";
/// Seconds (security.md 2.4).
const FRESH: i64 = 5 * 60;
const WEAK: &[&str] = &["kba", "mca", "otp"];
const STRONG: &[&str] = &["pwd", "pop"];
/// Things of a section; the file has all of them.
const ON_THE_PAGE: usize = 10;
const CHILD_UNDER: i16 = 12;
