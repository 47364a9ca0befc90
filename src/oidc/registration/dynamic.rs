//! Apps that register themselves (RFC 7591, OpenID Connect Registration) and look after their registration (RFC 7592), as far
//! as the settings let them: not at all, with an initial access token, or everybody. Whoever came without a token is unknown to
//! the district until an administrator says otherwise, and people are told so (row P23).

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::Url;

use super::metadata::{self, Metadata};
use super::{Maker, Mistake, NewClient, made, remove, rules, sector};
use crate::app::App;
use crate::config::registration::{RegistrationMode, RegistrationProfile};
use crate::flow::Origin;
use crate::limits::{self, Rule, Taken};
use crate::model::{Scopes, Timestamp};
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{issuer, paths};
use crate::random::Secret;
use crate::store::clients::{Client, GrantType, Profile, SelfRegistered, Settings, TokenSettings};
use crate::store::{StoreError, Tx};

/// `POST /register`.
pub async fn register(State(app): State<Arc<App>>, origin: Origin, headers: HeaderMap, body: Bytes) -> Response {
    match add(&app, &origin, &headers, &body).await {
        Ok(told) => answer(StatusCode::CREATED, told),
        Err(refusal) => refusal.into_response(),
    }
}

/// `GET /register/{client_id}`.
pub async fn show(State(app): State<Arc<App>>, Path(client_id): Path<String>, headers: HeaderMap) -> Response {
    match own(&app, &client_id, &headers).await {
        Ok((client, token)) => answer(StatusCode::OK, tell(&app, &client, &token, None)),
        Err(refusal) => refusal.into_response(),
    }
}

/// `PUT /register/{client_id}`: what is said takes the place of everything that was.
pub async fn replace(State(app): State<Arc<App>>, Path(client_id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    match change(&app, &client_id, &headers, &body).await {
        Ok(told) => answer(StatusCode::OK, told),
        Err(refusal) => refusal.into_response(),
    }
}

/// `DELETE /register/{client_id}`.
pub async fn delete(State(app): State<Arc<App>>, Path(client_id): Path<String>, headers: HeaderMap) -> Response {
    let removed = async {
        own(&app, &client_id, &headers).await?;
        Ok::<_, Refusal>(remove(&app.store, app.now(), &client_id).await?)
    };
    match removed.await {
        Ok(_) => (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Whether apps may register themselves; discovery says where.
pub fn is_offered(app: &App) -> bool {
    app.tools.config.registration.mode != RegistrationMode::Off
}

async fn add(app: &App, origin: &Origin, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let now = app.now();
    let ticket = admit(app, origin, headers, now).await?;
    let token = app.tools.random.secret();
    let said = said(headers, body)?;
    let mut settings =
        Settings { registered_itself: Some(SelfRegistered { token: token.hash(), approved: ticket.is_some() }), ..blank(app) };
    let name = read(app, &said, &mut settings).await?;
    let registered = made(maker(app), now, NewClient { client_id: None, name, settings })?;
    let kept = app
        .store
        .write(async |tx: &Tx| {
            // Of two apps with one token for one, the second leaves no trace.
            let admitted = match &ticket {
                Some(ticket) => tx.registration_tokens().spend(&ticket.hash(), now).await?,
                None => true,
            };
            Ok::<_, StoreError>(admitted && registered.add(tx, now).await?)
        })
        .await?;
    match kept {
        true => Ok(tell(app, &registered.client, &token, registered.secret.as_ref())),
        false => Err(Refusal::Token),
    }
}

fn maker(app: &App) -> Maker<'_> {
    Maker { random: &app.tools.random, keys: &app.tools.keys }
}

/// May somebody register an app? With what, if it takes something.
async fn admit(app: &App, origin: &Origin, headers: &HeaderMap, now: Timestamp) -> Result<Option<Secret>, Refusal> {
    let presented = bearer(headers);
    match (app.tools.config.registration.mode, presented) {
        (RegistrationMode::Off, _) => Err(Refusal::Off),
        (_, Some(token)) => match app.store.read().registration_tokens().is_good(&token.hash(), now).await? {
            true => Ok(Some(token)),
            false => Err(Refusal::Token),
        },
        (RegistrationMode::Token, None) => Err(Refusal::Token),
        (RegistrationMode::Open, None) => {
            let subject = limits::subject(&app.tools.keys, &["registration", &origin.network]);
            match app.store.write(async |tx: &Tx| limits::take(tx, Rule::Registration, &subject, now).await).await? {
                Taken::Wait(until) => Err(Refusal::OAuth(OAuthError::slow_down(now, until))),
                Taken::Go { .. } | Taken::Closed => Ok(None),
            }
        }
    }
}

/// What was sent (RFC 7591 section 3.1). A page of another site has a browser send anything but JSON without asking us first (row S11).
fn said(headers: &HeaderMap, body: &[u8]) -> Result<Metadata, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        true => Ok(Metadata::parse(body)?),
        false => Err(Refusal::Kind),
    }
}

/// What an app is that says nothing (RFC 7591 section 2).
fn blank(app: &App) -> Settings {
    let district = &app.tools.config.registration;
    Settings {
        grants: BTreeSet::from([GrantType::AuthorizationCode]),
        scopes: Scopes::parse(&district.scopes),
        profile: match district.profile {
            RegistrationProfile::SchoolApp => Profile::SchoolApp,
            RegistrationProfile::Openid => Profile::Openid,
        },
        ..Settings::default()
    }
}

/// Reads what an app says of itself over what it is so far; its name.
async fn read(app: &App, said: &Metadata, settings: &mut Settings) -> Result<String, Refusal> {
    said.apply(settings)?;
    // Row P40: no app gives itself more than the district allows such apps.
    let allowed = Scopes::parse(&app.tools.config.registration.scopes);
    settings.scopes = settings.scopes.only(|value| allowed.has(value));
    let name = said.client_name()?.unwrap_or_else(|| nameless(settings));
    rules::check(&name, settings)?;
    listed_in_sector(app, settings).await?;
    Ok(name)
}

/// What people read of an app that has not said its name: the host it sends them back to.
fn nameless(settings: &Settings) -> String {
    let host = settings.redirect_uris.first().and_then(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "app".to_owned())
}

/// OpenID Connect Core section 8.1: the list at the sector's address holds every redirect address of the client.
async fn listed_in_sector(app: &App, settings: &Settings) -> Result<(), Mistake> {
    let Some(address) = &settings.sector_identifier_uri else { return Ok(()) };
    let address = Url::parse(address).map_err(|_| Mistake::Sector("is not an address"))?;
    let answer = app.tools.outbound.get(address).await.ok().filter(|answer| answer.status.is_success());
    let answer = answer.ok_or(Mistake::Sector("could not be fetched"))?;
    let listed: Vec<String> = serde_json::from_slice(&answer.body).map_err(|_| Mistake::Sector("is not a JSON list of addresses"))?;
    match settings.redirect_uris.iter().all(|uri| listed.contains(uri)) {
        true => Ok(()),
        false => Err(Mistake::Sector("does not list every redirect URI")),
    }
}

/// The client whose own token the request holds, and the token. Unknown and wrong are one answer.
async fn own(app: &App, client_id: &str, headers: &HeaderMap) -> Result<(Client, Secret), Refusal> {
    let token = bearer(headers).ok_or(Refusal::Token)?;
    let client = app.store.read().clients().find(client_id).await?.filter(|client| client.enabled).ok_or(Refusal::Token)?;
    let fits = client.settings.registered_itself.as_ref().is_some_and(|registered| registered.token == token.hash());
    if fits { Ok((client, token)) } else { Err(Refusal::Token) }
}

/// RFC 7592 section 2.2. What the district decided stays, and so does the sector: the `sub` of nobody changes.
async fn change(app: &App, client_id: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let now = app.now();
    let (client, token) = own(app, client_id, headers).await?;
    let said = said(headers, body)?;
    if said.text("client_id") != Some(client_id) {
        return Err(Mistake::Member { name: "client_id", expected: "must be the client's own" }.into());
    }
    let before = &client.settings;
    let mut settings = Settings {
        first_party: before.first_party,
        launch_url: before.launch_url.clone(),
        profile: before.profile,
        schools: before.schools.clone(),
        other_schools: before.other_schools,
        roles: before.roles.clone(),
        registered_itself: before.registered_itself.clone(),
        sealed_secrets: before.sealed_secrets.clone(),
        tokens: TokenSettings { trust: before.tokens.trust.clone(), ..TokenSettings::default() },
        ..blank(app)
    };
    let name = read(app, &said, &mut settings).await?;
    if !is_the_same_to_people(&client, &name, &settings) {
        settings.registered_itself = settings.registered_itself.map(|registered| SelfRegistered { approved: false, ..registered });
    }
    settings.sector = sector(&settings, client_id);
    if settings.sector != before.sector {
        return Err(Mistake::OtherSector.into());
    }
    let (client, secret) = Client { name, settings, updated_at: now, ..client }.with_a_secret(maker(app));
    let saved = super::save(&app.store, now, "client.changed", client).await??;
    Ok(tell(app, &saved, &token, secret.as_ref()))
}

/// The district said yes to an app as people know it: its name, its pictures and papers, the hosts that it sends them to. Under
/// another name it is an unknown one again (row P23).
fn is_the_same_to_people(before: &Client, name: &str, settings: &Settings) -> bool {
    let shown = |settings: &Settings| {
        let (logo, policy, terms) = (settings.logo_uri.clone(), settings.policy_uri.clone(), settings.tos_uri.clone());
        let about = (settings.about.client_uri.clone(), settings.about.by_language.clone());
        (logo, policy, terms, settings.initiate_login_uri.clone(), about)
    };
    let hosts = |settings: &Settings| -> BTreeSet<String> {
        let addresses = settings.redirect_uris.iter().chain(&settings.post_logout_redirect_uris);
        addresses.filter_map(|uri| Url::parse(uri).ok()?.host_str().map(str::to_owned)).collect()
    };
    before.name == name && shown(&before.settings) == shown(settings) && hosts(settings).is_subset(&hosts(&before.settings))
}

/// RFC 7591 section 3.2.1, RFC 7592 section 3: everything that is registered, and what the app needs to come back.
fn tell(app: &App, client: &Client, token: &Secret, secret: Option<&Secret>) -> Value {
    let mut told = metadata::describe(client);
    if let Some(members) = told.as_object_mut() {
        members.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()));
        members.insert("client_id_issued_at".to_owned(), client.created_at.0.into());
        members.insert("registration_client_uri".to_owned(), format!("{}{}/{}", issuer(app), paths::REGISTER, client.client_id).into());
        members.insert("registration_access_token".to_owned(), token.expose().into());
        if let Some(secret) = secret {
            members.insert("client_secret".to_owned(), secret.expose().into());
            members.insert("client_secret_expires_at".to_owned(), 0.into());
        }
    }
    told
}

fn answer(status: StatusCode, told: Value) -> Response {
    (status, [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(told)).into_response()
}

/// RFC 6750 section 2.1.
fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| Secret::new(token))
}

/// Why nothing was registered or changed.
enum Refusal {
    /// Apps do not register themselves here.
    Off,
    /// No token, or none that opens this.
    Token,
    /// The body does not say that it is JSON.
    Kind,
    /// What was said of the app.
    Mistake(Mistake),
    /// As everywhere else.
    OAuth(OAuthError),
}

impl From<Mistake> for Refusal {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl From<StoreError> for Refusal {
    fn from(cause: StoreError) -> Self {
        Self::OAuth(cause.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Off => StatusCode::NOT_FOUND.into_response(),
            Self::Token => {
                let mut response = ErrorCode::InvalidToken.because("the token is missing, or opens nothing here").into_response();
                let scheme = HeaderValue::from_static("Bearer realm=\"registration\", error=\"invalid_token\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
                response
            }
            Self::Kind => {
                let told = json!({ "error": "invalid_client_metadata", "error_description": "the body must be application/json" });
                answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, told)
            }
            Self::Mistake(mistake) => {
                let told = json!({ "error": word(&mistake), "error_description": plain(&mistake) });
                answer(StatusCode::BAD_REQUEST, told)
            }
            Self::OAuth(error) => error.into_response(),
        }
    }
}

/// RFC 7591 section 3.2.2.
fn word(mistake: &Mistake) -> &'static str {
    match mistake {
        Mistake::Address { field: "redirect URI", .. } | Mistake::NoRedirectUri | Mistake::OtherSector => "invalid_redirect_uri",
        _ => "invalid_client_metadata",
    }
}

/// Which rule, in the letters of an `error_description` (RFC 6749 section 5.2) and not too many; nothing that was sent (row P30).
fn plain(mistake: &Mistake) -> String {
    let text = match mistake {
        Mistake::Address { field, why, .. } => format!("{field}: {why}"),
        Mistake::Scope(_) => "a scope value is not printable ASCII".to_owned(),
        other => other.to_string(),
    };
    text.chars().filter(|letter| matches!(letter, ' '..='~') && !matches!(letter, '"' | '\\')).take(LONGEST_DESCRIPTION).collect()
}

const LONGEST_DESCRIPTION: usize = 400;
