//! `/office/counter`: the sessions that somebody of the office opened today, what opens each, and the buttons that stop one or turn
//! this screen around. For those alone who sit at a school's counter, and of sessions their own.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, Uri};
use axum::response::Response;
use serde_json::json;

use super::pages::{Counter, CounterSession as Shown, CounterSheet, Opened, Standing, says};
use super::sheet::{on_paper, sheet};
use crate::app::App;
use crate::authenticator::Picture;
use crate::model::{AddressSaid, Timestamp};
use crate::store::counter_sessions::{CounterSession, Ended};
use crate::store::events::Event;
use crate::store::people::Person;
use crate::store::{StoreError, Tx};
use crate::web::counter::{counters_of, shown};
use crate::web::{
    self, FrameExtras, PageError, Sent, SignedIn, Visitor, browser_state, cookies, flow, page, paper, see_other, session, with_cookie,
};

/// `GET /office/counter`.
pub async fn list(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let staff = sits_at_a_counter(&app, signed_in).await?;
    let (reader, mut opened) = (app.store.read(), Vec::new());
    for session in reader.counter_sessions().of(signed_in.account.id, visitor.now - TODAY).await? {
        let person = reader.people().find(session.person).await?;
        opened.push(Opened {
            address: address(&session),
            name: person.map(|person| person.display_name()).unwrap_or_default(),
            says: says(state(&session, visitor.now)),
            at: moment(&app, &visitor, session.opened_at),
        });
    }
    let mut schools = Vec::new();
    for school in counters_of(&app.tools.policy, &staff) {
        schools.extend(reader.people().org(school).await?.map(|org| org.name));
    }
    Ok(page(&Counter { schools, opened, open: OPEN }, FrameExtras::default()))
}

/// `GET /office/open-counter`: the first page of the flow, for those who may.
pub async fn start(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(OPEN)) };
    sits_at_a_counter(&app, signed_in).await?;
    flow::start(State(app), visitor, uri).await
}

/// `POST /office/open-counter`.
pub async fn start_with(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(OPEN)) };
    sits_at_a_counter(&app, signed_in).await?;
    flow::start_with(State(app), visitor, uri, sent).await
}

/// `GET /office/counter/{session}`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let session = own(&app, signed_in, &id).await?;
    let reader = app.store.read();
    let person = reader.people().find(session.person).await?.ok_or(PageError::NotFound)?;
    let state = state(&session, visitor.now);
    let issuer = app.tools.config.issuer.trim_end_matches('/');
    let waits = (state == "waiting").then(|| shown(&app.tools.keys, session.id));
    let standing = Standing { value: String::new(), label: person.display_name(), audience: session::audience(&person).word() };
    let about = Shown {
        standing,
        state,
        says: says(state),
        until: moment(&app, &visitor, session.until),
        at: format!("{issuer}/counter"),
        picture: waits.as_ref().map(|shown| Picture::of(&format!("{issuer}/counter#c={}", shown.token))),
        code: waits.map(|shown| shown.code),
        wrong_address: session.address == Some(AddressSaid::Wrong),
        sheet: format!("{}/sheet", address(&session)),
        pdf: format!("{}/sheet.pdf", address(&session)),
    };
    let action = address(&session);
    Ok(page(&about, FrameExtras { action, ..FrameExtras::default() }))
}

/// `POST /office/counter/{session}`: with `stop` it is over, wherever it is; with `here` this browser becomes the counter's, and nobody
/// is signed in in it any more.
pub async fn act(State(app): State<Arc<App>>, visitor: Visitor, Path(id): Path<String>, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let held = own(&app, signed_in, &id).await?;
    let now = visitor.now;
    match sent.form.text("do") {
        "stop" => {
            app.store.write(async |tx: &Tx| stop(tx, signed_in, &held, now).await).await?;
            Ok(see_other(&address(&held)))
        }
        "here" if state(&held, now) == "waiting" => {
            app.store.write(async |tx: &Tx| session::end(tx, signed_in, now).await).await?;
            let code = shown(&app.tools.keys, held.id).code;
            let life = Duration::from_secs(u64::try_from(held.until.since(now)).unwrap_or_default());
            let mut response = with_cookie(see_other("/counter"), cookies::clear(cookies::SESSION));
            response = with_cookie(response, browser_state::clear());
            response = with_cookie(response, cookies::set(cookies::COUNTER, &code, Some(life)));
            response = with_cookie(response, cookies::set(cookies::LANGUAGE, held.language.tag(), None));
            let everything = HeaderValue::from_static("\"cache\", \"storage\"");
            response.headers_mut().insert(HeaderName::from_static("clear-site-data"), everything);
            Ok(response)
        }
        _ => Ok(see_other(&address(&held))),
    }
}

/// `GET /office/counter/{session}/sheet`: the sheet, for a tablet without a printer. It holds nothing that opens anything.
pub async fn print(State(app): State<Arc<App>>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let session = own(&app, signed_in, &id).await?;
    let mut sheet = sheet_of(&app, &session).await?;
    sheet.back = Some(address(&session));
    Ok(page(&sheet, FrameExtras::default()))
}

/// `GET /office/counter/{session}/sheet.pdf`: the same as PDF, in the language that the session was opened in.
pub async fn pdf(State(app): State<Arc<App>>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let session = own(&app, signed_in, &id).await?;
    let sheet = sheet_of(&app, &session).await?;
    let school = app.store.read().people().org(session.school).await?.map(|school| school.name);
    let sheet = app.tools.pages.sheet_on_paper(on_paper(&app.tools, session.language, sheet, school));
    let bytes = paper::set(move || sheet.set().map(|set| set.pdf)).await.map_err(PageError::broken)?;
    Ok(paper::file("sheet.pdf", "application/pdf", bytes))
}

async fn sheet_of(app: &App, session: &CounterSession) -> Result<CounterSheet, PageError> {
    let reader = app.store.read();
    let (account, person) = (reader.accounts().of_person(session.person).await?, reader.people().find(session.person).await?);
    let (Some(account), Some(person)) = (account, person) else { return Err(PageError::NotFound) };
    Ok(sheet(&reader, &account, &person).await?)
}

/// The journey first, then the row, in the order in which the end of a session takes them.
async fn stop(tx: &Tx, signed_in: &SignedIn, held: &CounterSession, now: Timestamp) -> Result<(), StoreError> {
    if let Some(journey) = held.journey {
        tx.journeys().stop(journey).await?;
    }
    if tx.counter_sessions().stop(held.id, now).await? {
        let (actor, person, school) = (Some(signed_in.account.id), Some(held.person), Some(held.school));
        let event = Event { actor, person, school, detail: json!({ "counter": held.id }), ..Event::of("counter.stopped") };
        tx.record(&event, now).await?;
    }
    Ok(())
}

/// Whoever sits at a counter; for others there is no such page (row A02).
async fn sits_at_a_counter(app: &App, signed_in: &SignedIn) -> Result<Person, PageError> {
    let person = app.store.read().people().find(signed_in.person).await?;
    person.filter(|person| !counters_of(&app.tools.policy, person).is_empty()).ok_or(PageError::NotAllowed)
}

/// A session that they opened themselves; somebody else's is not there (row A01).
async fn own(app: &App, signed_in: &SignedIn, id: &str) -> Result<CounterSession, PageError> {
    sits_at_a_counter(app, signed_in).await?;
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let found = app.store.read().counter_sessions().find(id).await?;
    found.filter(|session| session.opened_by == signed_in.account.id).ok_or(PageError::NotFound)
}

/// How it stands: `waiting` for its code, `inside`, `done`, `stopped`, or `over` by the clock.
fn state(session: &CounterSession, now: Timestamp) -> &'static str {
    match (session.ended, session.entered_at) {
        (Some(Ended::Done), _) => "done",
        (Some(Ended::Stopped), _) => "stopped",
        (None, _) if session.until <= now => "over",
        (None, Some(_)) => "inside",
        (None, None) => "waiting",
    }
}

fn moment(app: &App, visitor: &Visitor, at: Timestamp) -> String {
    app.tools.pages.moment(visitor.reading(), at, visitor.now, &web::zone(app))
}

fn address(session: &CounterSession) -> String {
    format!("{ADDRESS}/{}", session.id)
}

fn sign_in_first(here: &str) -> Response {
    let back: String = url::form_urlencoded::byte_serialize(here.as_bytes()).collect();
    see_other(&format!("/sign-in?return_to={back}"))
}

const ADDRESS: &str = "/office/counter";
const OPEN: &str = "/office/open-counter";
/// As far back as the list goes.
const TODAY: Duration = Duration::from_hours(12);
