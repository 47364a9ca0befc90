//! Pages as answers. A handler says which page and what is around it; one layer makes HTML of it, in the reader's
//! language, with the district, the app one came for, the person and the form's token. Refusals become pages here too,
//! so every answer to a person is one of the pages of `templates/pages/`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{LOCATION, REFRESH, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use minijinja::Value;

use super::headers::Exceptions;
use super::visitor::Slot;
use super::{PageError, Visitor, browser_state, cookies, csrf, district, logo};
use crate::app::App;
use crate::flow::Screen;
use crate::model::draft::AskedFor;
use crate::model::{FieldError, Timestamp};
use crate::pages::{AskedBy, Frame, Page, Telephone, plain};
use crate::store::people::Org;

/// What stands around a page, as far as its handler knows it. The rest is the same for every page.
#[derive(Clone, Debug, Default)]
pub struct FrameExtras {
    /// Where the page's main form is sent; empty for a page without one.
    pub action: String,
    /// The relying party that the person came for.
    pub client: Option<AskedFor>,
    /// What was wrong with the form.
    pub errors: Vec<FieldError>,
    /// What was typed, to be shown again; never a secret.
    pub typed: BTreeMap<String, String>,
    /// Step n of so many.
    pub progress: Option<(usize, usize)>,
    /// A child reads it (A32).
    pub child: bool,
    /// Everything is bigger: somebody stands before it, at a counter.
    pub large: bool,
    /// The page leaves by itself.
    pub closes: Option<Closes>,
    /// Origins that the page frames.
    pub frames: Vec<String>,
    /// The request ended its own session: the page is nobody's already.
    pub nobody: bool,
    /// Where this page can be fetched again, if not at the request's own address.
    pub here: Option<String>,
}

/// When a page leaves by itself, and to where: also without JavaScript, and with nobody before it.
#[derive(Clone, Debug)]
pub struct Closes {
    /// Then.
    pub at: Timestamp,
    /// From the request on, in seconds.
    pub seconds: i64,
    /// To this address of ours.
    pub to: &'static str,
}

/// A page that is still to be rendered.
#[derive(Clone)]
struct Shown {
    template: &'static str,
    data: Value,
    extras: FrameExtras,
}

/// A page as an answer. Change its status where it is not 200.
pub fn page<P: Page>(page: &P, extras: FrameExtras) -> Response {
    screen(Screen::of(page), extras)
}

/// A screen of a flow as an answer.
pub fn screen(screen: Screen, extras: FrameExtras) -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Shown { template: screen.template, data: screen.data, extras });
    response
}

/// On to another page, by 303: no browser sends a form's body along (row P25).
pub fn see_other(address: &str) -> Response {
    match HeaderValue::try_from(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
        Err(_) => PageError::NotFound.into_response(),
    }
}

/// The answer, with one more cookie.
pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// The token of a letter's link goes into a cookie for half an hour, and out of the address and the history (row R04).
pub fn carry_token(cookie: &str, token: &str, to: &str) -> Response {
    let plain = token.len() <= LONGEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    with_cookie(see_other(to), if plain { cookies::set(cookie, token, Some(TOKEN_LIFE)) } else { cookies::clear(cookie) })
}

/// A handler that gave up gives up for its own request alone (row I17).
pub fn after_panic(panic: &(dyn std::any::Any + Send)) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    PageError::broken(said.unwrap_or("a handler panicked")).into_response()
}

/// Makes pages of what the handlers said. Lies around every route that answers people.
pub async fn dress(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let slot = Slot::default();
    parts.extensions.insert(slot.clone());
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let refused = response.extensions().get::<PageError>().cloned();
    let shown = response.extensions().get::<Shown>().cloned();
    let (shown, refused) = match (shown, refused, slot.get()) {
        (None, None, None) => return response,
        (None, None, Some(visitor)) => return remember(visitor, response),
        (shown, refused, _) => (shown, refused),
    };
    let visitor = match slot.get_or_try_init(|| Visitor::of(&asked, &app)).await {
        Ok(visitor) => visitor,
        Err(error) => return last_resort(&error),
    };
    let response = match refused {
        Some(error) => refuse(&app, visitor, response, &error).await,
        None => match shown {
            Some(shown) => match render(&app, visitor, &shown).await {
                Ok(html) => fill(response, html, &shown),
                Err(error) => refuse(&app, visitor, response, &error).await,
            },
            None => response,
        },
    };
    remember(visitor, browser_state::corrected(with_pre(visitor, response), visitor))
}

/// The language that this request chose stays chosen.
fn remember(visitor: &Visitor, response: Response) -> Response {
    match visitor.language_choice() {
        Some(choice) => with_cookie(response, cookies::set(cookies::LANGUAGE, &choice, Some(LANGUAGE_LIFE))),
        None => response,
    }
}

/// A browser that is shown its first page gets what its forms are tied to.
fn with_pre(visitor: &Visitor, response: Response) -> Response {
    match &visitor.fresh_pre {
        Some(secret) => with_cookie(response, cookies::set(cookies::PRE, secret.expose(), None)),
        None => response,
    }
}

fn fill(response: Response, html: String, shown: &Shown) -> Response {
    let (mut parts, _) = response.into_parts();
    let page = Html(html).into_response();
    parts.headers.extend(page.headers().clone());
    if let Some(Closes { seconds, to, .. }) = &shown.extras.closes {
        let after = HeaderValue::try_from(format!("{seconds};url={to}")).expect("a number and an address of ours are plain");
        parts.headers.insert(REFRESH, after);
    }
    let form_to = shown.extras.client.as_ref().map(|client| client.origin.clone());
    parts.extensions.insert(Exceptions { form_to, frames: shown.extras.frames.clone(), framed_by_anybody: false });
    Response::from_parts(parts, page.into_body())
}

async fn render(app: &App, visitor: &Visitor, shown: &Shown) -> Result<String, PageError> {
    let nobody = shown.extras.nobody.then(|| Visitor { signed_in: None, ..visitor.clone() });
    let frame = frame(app, nobody.as_ref().unwrap_or(visitor), &shown.extras).await?;
    Ok(app.tools.pages.render_screen(shown.template, shown.data.clone(), &frame)?)
}

async fn frame(app: &App, visitor: &Visitor, extras: &FrameExtras) -> Result<Frame, PageError> {
    let tools = &app.tools;
    let place = extras.action.split('?').next().unwrap_or_default();
    let roster_of = app.store.read().people().roster_of().await?;
    let school = school(app, visitor).await?;
    let mut typed = extras.typed.clone();
    if let Some(school) = &school {
        // Where a school is asked for, it is theirs until they say otherwise.
        typed.entry("school".to_owned()).or_insert_with(|| school.id.to_string());
    }
    let zone = district::zone(app);
    let words = |at| tools.pages.moment(visitor.reading(), at, visitor.now, &zone);
    let schedule = tools.config.roster.schedule.schedule().ok().flatten();
    Ok(Frame {
        here: Some(extras.here.clone().unwrap_or_else(|| visitor.here.clone())),
        action: extras.action.clone(),
        csrf: csrf::token(&tools.keys, &tools.random, &visitor.holder(), place, visitor.now),
        asked_by: asked_by(app, visitor, extras.client.as_ref()).await?,
        signed_in: visitor.signed_in.as_ref().map(|signed_in| signed_in.name.clone()),
        errors: extras.errors.clone(),
        typed,
        school: school.map(|school| school.name),
        progress: extras.progress,
        child: extras.child,
        large: extras.large,
        closes: extras.closes.as_ref().map(|closes| words(closes.at)),
        telephones: telephones(app, visitor).await?,
        roster_of: roster_of.map(&words),
        roster_next: schedule.map(|schedule| words(schedule.next(visitor.now, &zone))),
        ..Frame::new(visitor.language, district(app))
    })
}

/// The school whose address the visitor came by, while it is one.
async fn school(app: &App, visitor: &Visitor) -> Result<Option<Org>, PageError> {
    let Some(id) = visitor.cookie(cookies::SCHOOL).and_then(|id| id.expose().parse().ok()) else { return Ok(None) };
    Ok(app.store.read().people().org(id).await?)
}

/// Where a person answers: the district's numbers, and those of the schools of whoever is signed in (B15).
async fn telephones(app: &App, visitor: &Visitor) -> Result<Vec<Telephone>, PageError> {
    let district = app.tools.config.district.telephones.iter().filter_map(|number| Telephone::of(None, number));
    let mut telephones: Vec<Telephone> = district.collect();
    if let Some(signed_in) = &visitor.signed_in {
        let schools = app.store.read().people().telephones(signed_in.person).await?;
        telephones.extend(schools.into_iter().filter_map(|(school, number)| Telephone::of(Some(school), &number)));
    }
    Ok(telephones)
}

/// The relying party as its record has it now, never as a request names it (row P19).
async fn asked_by(app: &App, visitor: &Visitor, client: Option<&AskedFor>) -> Result<Option<AskedBy>, PageError> {
    let Some(asked) = client else { return Ok(None) };
    let client = app.store.client(&asked.client_id, visitor.now).await?;
    Ok(client.map(|client| {
        let settings = &client.settings;
        let said = |member| settings.about.said_in(member, visitor.language).map(str::to_owned);
        AskedBy {
            name: client.name_in(visitor.language).to_owned(),
            logo: logo::of(&client),
            policy: said("policy_uri").or_else(|| settings.policy_uri.clone()),
            terms: said("tos_uri").or_else(|| settings.tos_uri.clone()),
        }
    }))
}

async fn refuse(app: &App, visitor: &Visitor, response: Response, error: &PageError) -> Response {
    let (shown, retry) = refusal(app, visitor, error);
    match render(app, visitor, &shown).await {
        Ok(html) => {
            let mut response = fill(response, html, &shown);
            *response.status_mut() = error.status();
            if let Some(seconds) = retry {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        Err(error) => last_resort(&error),
    }
}

/// The page of a refusal, and the seconds after which to try again.
fn refusal(app: &App, visitor: &Visitor, error: &PageError) -> (Shown, Option<i64>) {
    let shown = |screen: Screen| Shown {
        template: screen.template,
        data: screen.data,
        extras: FrameExtras { here: (visitor.chose.is_none() && !refetched(error)).then(|| "/".to_owned()), ..FrameExtras::default() },
    };
    match error {
        PageError::NotFound => (shown(Screen::of(&plain::NotFound {})), None),
        PageError::Expired { again } | PageError::Stale { again, .. } => {
            (shown(Screen::of(&plain::Expired { again: again.clone() })), None)
        }
        PageError::NotAllowed => (shown(Screen::of(&plain::NotAllowed {})), None),
        PageError::Malformed { detail, .. } => {
            (shown(Screen::of(&plain::Refused { code: "invalid_request", detail: (*detail).to_owned() })), None)
        }
        PageError::TooMany { until } => {
            let wait = app.tools.pages.wait(visitor.language, *until, visitor.now);
            (shown(Screen::of(&plain::TooMany { wait })), Some(until.since(visitor.now).max(1)))
        }
        PageError::Busy => (shown(Screen::of(&plain::Busy {})), Some(BUSY_RETRY)),
        PageError::Broken(cause) => {
            let request = request_number(app);
            tracing::error!(request.id = request, error = %cause, "a request failed");
            (shown(Screen::of(&plain::Broken { request })), None)
        }
    }
}

/// The page of a GET can be asked for again in another language; that of a POST cannot.
fn refetched(error: &PageError) -> bool {
    matches!(error, PageError::NotFound | PageError::Expired { .. })
}

/// By it the district finds a request in its log.
fn request_number(app: &App) -> String {
    app.tools.random.bytes::<6>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// When even the page of a failure cannot be made: the database is gone.
fn last_resort(error: &PageError) -> Response {
    if let PageError::Broken(cause) = error {
        tracing::error!(error = %cause, "a page could not be made");
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, HeaderValue::from(BUSY_RETRY))], Html(Body::from(LAST_RESORT))).into_response()
}

const BUSY_RETRY: i64 = 5;
const LANGUAGE_LIFE: Duration = Duration::from_hours(24 * 365);
const LAST_RESORT: &str = "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><title>Préau</title><main id=\"page-busy\"><h1>Un instant…</h1>\
    <p>Réessayez dans quelques secondes.</p><p lang=\"en\">Try again in a few seconds.</p></main></html>";

const LONGEST_TOKEN: usize = 64;
const TOKEN_LIFE: Duration = Duration::from_mins(30);
