//! The sample school app, « Cahier de textes »: a relying party like any other, on an address of its own. It speaks to
//! its provider over HTTP alone, and runs against any issuer that knows it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, PostLogoutRedirectUrl, RedirectUrl};
use url::Url;

use super::claims;
use super::pages::SampleApp;
use super::relying_party::{Callback, NoTokens, RelyingParty, Tokens};
use super::site::{Asked, Site};
use super::visits::{Visit, Visits};
use crate::model::{Message, Timestamp};
use crate::outbound::{Outbound, Reach};
use crate::random::{Random, Secret};
use crate::sources::Http;
use crate::web::{assets, headers};

/// How the app is registered with its provider.
pub struct Registration {
    /// The provider, as it writes itself: issuers are compared as text.
    pub issuer: String,
    /// Who the app is.
    pub client_id: String,
    /// What proves it.
    pub secret: Secret,
    /// The app's own address, ending in a slash.
    pub address: Url,
}

/// The sample app.
struct App {
    site: Site,
    party: RelyingParty,
    visits: Visits,
    random: Random,
}

impl Registration {
    /// Where the app takes answers.
    pub fn redirect_uri(address: &Url) -> String {
        format!("{address}callback")
    }

    /// Where a person begins who comes from the home page of the district: signed in there, signed in here.
    pub fn launch_url(address: &Url) -> String {
        format!("{address}sign-in")
    }
}

/// The app, to be served at its address.
pub fn router(site: Site, registration: Registration, random: Random) -> Result<Router, url::ParseError> {
    let Registration { issuer, client_id, secret, address } = registration;
    let party = RelyingParty {
        http: Http(Outbound::new(Reach::of_issuer(&Url::parse(&issuer)?))),
        issuer: IssuerUrl::new(issuer)?,
        client_id: ClientId::new(client_id),
        secret: ClientSecret::new(secret.expose().to_owned()),
        redirect_uri: RedirectUrl::new(Registration::redirect_uri(&address))?,
        after_sign_out: PostLogoutRedirectUrl::new(address.to_string())?,
    };
    let app = Arc::new(App { site, party, visits: Visits::default(), random });
    let router = Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .route("/refresh", post(refresh))
        .route("/sign-out", get(sign_out))
        .with_state(app);
    Ok(router.merge(assets::routes()).layer(axum::middleware::from_fn(headers::secure)))
}

async fn home(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let now = app.site.now();
    let Some(visit) = app.visits.find(asked.cookie(COOKIE), now) else { return app.page(&asked, None, None) };
    let mut visit = visit.lock().await;
    let problem = match &visit.tokens {
        Some(tokens) if tokens.expires_at <= now => app.renew(&mut visit, now).await,
        _ => None,
    };
    app.page(&asked, visit.tokens.as_ref(), problem)
}

async fn sign_in(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let now = app.site.now();
    let (address, pending) = match app.party.begin(&app.random, asked.language).await {
        Ok(begun) => begun,
        Err(error) => return app.refusal(&asked, &error),
    };
    if let Some(visit) = app.visits.find(asked.cookie(COOKIE), now) {
        visit.lock().await.begin(pending);
        return see_other(address.as_str());
    }
    let (cookie, mut visit) = (app.random.secret(), Visit::default());
    visit.begin(pending);
    app.visits.keep(&cookie, visit, now, BEFORE_SIGN_IN);
    with_cookie(see_other(address.as_str()), cookie.expose(), BEFORE_SIGN_IN)
}

async fn callback(State(app): State<Arc<App>>, asked: Asked, Query(callback): Query<Callback>) -> Response {
    let now = app.site.now();
    let visit = app.visits.find(asked.cookie(COOKIE), now);
    let pending = match &visit {
        Some(visit) => visit.lock().await.take(callback.state.as_deref()),
        None => None,
    };
    let Some(pending) = pending else { return app.page(&asked, None, Some(Problem::here("demo-app-stale"))).with(StatusCode::BAD_REQUEST) };
    match app.party.finish(pending, callback, now).await {
        Ok(tokens) => {
            // Another cookie than before: one that somebody planted opens nothing now.
            let cookie = app.random.secret();
            app.visits.end(asked.cookie(COOKIE));
            app.visits.keep(&cookie, Visit { pending: Vec::new(), tokens: Some(tokens) }, now, SIGNED_IN);
            with_cookie(see_other("/"), cookie.expose(), SIGNED_IN)
        }
        Err(error) => app.refusal(&asked, &error),
    }
}

/// Asks the provider again, as the app does by itself when its access token is over.
async fn refresh(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let now = app.site.now();
    let Some(visit) = app.visits.find(asked.cookie(COOKIE), now) else { return see_other("/") };
    let mut visit = visit.lock().await;
    match app.renew(&mut visit, now).await {
        Some(problem) => app.page(&asked, visit.tokens.as_ref(), Some(problem)),
        None => see_other("/"),
    }
}

async fn sign_out(State(app): State<Arc<App>>, asked: Asked) -> Response {
    let visit = app.visits.end(asked.cookie(COOKIE));
    let there = match &visit {
        Some(visit) => visit.lock().await.tokens.as_ref().and_then(|tokens| app.party.sign_out(tokens, asked.language)),
        None => None,
    };
    with_cookie(see_other(there.as_ref().map_or("/", Url::as_str)), "", Duration::ZERO)
}

/// What the page says did not work.
struct Problem {
    text: Message,
    word: Option<String>,
}

impl Problem {
    fn here(text: &'static str) -> Self {
        Self { text: Message::of(text), word: None }
    }

    fn of(error: &NoTokens) -> Self {
        let text = match error {
            NoTokens::Refused(word) if word == "access_denied" => Message::of("demo-app-denied"),
            NoTokens::Refused(_) => Message::of("demo-app-refused"),
            NoTokens::Unreachable(_) => Message::of("demo-app-unreachable"),
            NoTokens::Untrusted(_) => Message::of("demo-app-untrusted"),
        };
        let word = match error {
            NoTokens::Refused(word) => Some(word.clone()),
            _ => None,
        };
        Self { text, word }
    }
}

impl App {
    /// Fresh tokens for a visit. A provider that refuses has ended the session; one that is silent has not.
    async fn renew(&self, visit: &mut Visit, now: Timestamp) -> Option<Problem> {
        match self.party.refresh(visit.tokens.as_ref()?, now).await {
            Ok(tokens) => {
                visit.tokens = Some(tokens);
                None
            }
            Err(error @ NoTokens::Unreachable(_)) => Some(Problem::of(&error)),
            Err(error) => {
                tracing::info!("the app's session ends: {error}");
                visit.tokens = None;
                Some(Problem::here("demo-app-over"))
            }
        }
    }

    fn refusal(&self, asked: &Asked, error: &NoTokens) -> Response {
        tracing::warn!("signing in to the sample app: {error}");
        let status = match error {
            NoTokens::Refused(_) => StatusCode::OK,
            NoTokens::Unreachable(_) => StatusCode::BAD_GATEWAY,
            NoTokens::Untrusted(_) => StatusCode::BAD_REQUEST,
        };
        self.page(asked, None, Some(Problem::of(error))).with(status)
    }

    fn page(&self, asked: &Asked, tokens: Option<&Tokens>, problem: Option<Problem>) -> Response {
        let (problem, word) = problem.map_or((None, None), |problem| (Some(problem.text), problem.word));
        let rows = tokens.map(|tokens| claims::rows(&tokens.claims, &self.site.pages, asked.language, self.site.now()));
        let page = SampleApp {
            person: tokens.map(|tokens| claims::name(&tokens.claims)),
            claims: rows.unwrap_or_default(),
            problem,
            word,
            sign_in: "/sign-in".to_owned(),
            refresh: "/refresh".to_owned(),
            sign_out: "/sign-out".to_owned(),
        };
        self.site.page(asked, &page)
    }
}

/// An answer with another status.
trait With {
    fn with(self, status: StatusCode) -> Self;
}

impl With for Response {
    fn with(mut self, status: StatusCode) -> Self {
        *self.status_mut() = status;
        self
    }
}

fn see_other(address: &str) -> Response {
    let location = HeaderValue::try_from(address).expect("a parsed URL is plain ASCII");
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// `Lax`, because the answer comes from another site; without `Secure`, as [`super::site`] says.
fn with_cookie(mut response: Response, value: &str, life: Duration) -> Response {
    let cookie = format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", life.as_secs());
    response.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).expect("base64url is plain ASCII"));
    response
}

const COOKIE: &str = "cahier";
const BEFORE_SIGN_IN: Duration = Duration::from_secs(30 * 60);
const SIGNED_IN: Duration = Duration::from_secs(10 * 60 * 60);
