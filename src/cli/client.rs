//! `preau client`: relying parties. A secret is printed once, where it is made.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::alg::Alg;
use crate::keys::Algorithm;
use crate::model::{OrgId, Role, Scopes, Timestamp};
use crate::oidc::acr;
use crate::oidc::registration::metadata::{self, Metadata};
use crate::oidc::registration::{self, Maker, Mistake, NewClient, Registered};
use crate::random::Secret;
use crate::store::clients::{AuthMethod, Client, GrantType, Profile, ResponseType, Settings, SubjectType, Trust};
use crate::store::events::Event;
use crate::store::registration_tokens::RegistrationToken;
use crate::store::{Store, StoreError, Tx};

/// Relying parties.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register an app. Its secret is printed once.
    Register(Register),
    /// List the apps.
    List,
    /// Show one app.
    Show {
        /// Its client_id.
        client_id: String,
    },
    /// Change an app: what is given replaces what was there.
    Update {
        /// Its client_id.
        client_id: String,
        /// Its new name.
        #[arg(long)]
        name: Option<String>,
        /// Shut the app: it gets nothing, and what it has stops working.
        #[arg(long, conflicts_with = "enable")]
        disable: bool,
        /// Open it again.
        #[arg(long)]
        enable: bool,
        /// What else changes.
        #[command(flatten)]
        about: Box<About>,
    },
    /// Give an app a new secret, printed once. The old one works for one more day, or as long as you say; `client show` says until when.
    RotateSecret {
        /// Its client_id.
        client_id: String,
        /// The old secret works for so many hours more. The one before it no longer does.
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=24 * 90))]
        grace: u64,
        /// The old secret ends now: it may be stolen.
        #[arg(long, conflicts_with = "grace")]
        now: bool,
    },
    /// What the district trusts an app with: services that its tokens may be for or be exchanged for, names under which it may ask what a
    /// token is worth, issuers whose word it may bring, seconds for answers that were lost. Replaces what was there.
    Trust {
        /// Its client_id.
        client_id: String,
        /// A JSON object with `identifiers`, `targets`, `exchange`, `issuers`, `refresh_grace`; what is missing is taken away.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Make a token with which apps may register themselves; it is printed once.
    RegistrationToken {
        /// What it is for, for whoever finds it in the list.
        #[arg(long, default_value = "")]
        note: String,
        /// So many apps may register with it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        uses: u32,
        /// For so many days.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
        days: u32,
    },
    /// Remove an app, with every consent and token it had.
    Remove {
        /// Its client_id.
        client_id: String,
    },
}

/// What `client register` takes.
#[derive(Debug, Args)]
pub struct Register {
    /// The name that people read; else the `client_name` of the metadata.
    #[arg(long, required_unless_present = "metadata")]
    name: Option<String>,
    /// The client_id; made up if not given.
    #[arg(long)]
    client_id: Option<String>,
    #[command(flatten)]
    about: Box<About>,
}

/// Everything else about a client.
#[derive(Debug, Default, Args)]
pub struct About {
    /// A file of client metadata (a JSON object in the words of RFC 7591 and OpenID Connect Registration); what else is given
    /// here stands over it.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// Where answers may go (repeat for several): https, or http on this machine.
    #[arg(long = "redirect-uri", value_name = "URI", num_args = 1..)]
    redirect_uris: Vec<String>,
    /// Where the browser may go after signing out (repeat for several).
    #[arg(long = "post-logout-redirect-uri", value_name = "URI", num_args = 1..)]
    post_logout_redirect_uris: Vec<String>,
    /// Where the app begins, for people's home page.
    #[arg(long, value_name = "URL")]
    launch_url: Option<String>,
    /// Its logo.
    #[arg(long, value_name = "URL")]
    logo: Option<String>,
    /// Its privacy policy.
    #[arg(long, value_name = "URL")]
    policy: Option<String>,
    /// Its terms of use.
    #[arg(long, value_name = "URL")]
    terms: Option<String>,
    /// One of the district's own: nobody is asked for consent.
    #[arg(long)]
    first_party: bool,
    /// The district knows this app, which registered itself.
    #[arg(long)]
    approve: bool,
    /// An app that cannot keep a secret, in a browser or on a phone; the same as --auth none.
    #[arg(long, conflicts_with = "auth")]
    public: bool,
    /// How it proves itself at the token endpoint.
    #[arg(long, alias = "token-endpoint-auth-method", value_enum)]
    auth: Option<Auth>,
    /// Its public keys (a JSON Web Key Set), for --auth private_key_jwt.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// A grant that it may use (repeat for several).
    #[arg(long = "grant-type", alias = "grant", value_enum, value_name = "GRANT", num_args = 1..)]
    grants: Vec<Grant>,
    /// The rules of the protocol that hold for it: school-app (codes with PKCE), openid (everything that OpenID Connect allows, for
    /// older apps), fapi2 (FAPI 2.0: pushed requests, keys instead of secrets, tokens bound to their holder).
    #[arg(long, value_enum)]
    profile: Option<ProfileWord>,
    /// What its requests may be answered with, such as `code` or `code id_token` (repeat for several).
    #[arg(long = "response-type", value_name = "WORDS", num_args = 1..)]
    response_types: Vec<String>,
    /// An address of a signed request that may be fetched (repeat for several).
    #[arg(long = "request-uri", value_name = "URI", num_args = 1..)]
    request_uris: Vec<String>,
    /// Take only requests that it pushed; `--pushed-only false` takes all again.
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    pushed_only: Option<bool>,
    /// Take only requests that it signed; `--signed-only false` takes all again.
    #[arg(long, value_name = "YES", num_args = 0..=1, default_missing_value = "true")]
    signed_only: Option<bool>,
    /// What must sign its requests; any algorithm of its keys if not given.
    #[arg(long, value_name = "ALGORITHM", value_enum)]
    request_alg: Option<Alg>,
    /// What signs answers to it, where it asks for signed ones; what signs its ID tokens if not given.
    #[arg(long, value_name = "ALGORITHM", value_enum)]
    answer_alg: Option<Alg>,
    /// Seconds after which somebody signs in anew for it, where a request does not say.
    #[arg(long, value_name = "SECONDS")]
    default_max_age: Option<u32>,
    /// An assurance that it wishes for, where a request does not say (repeat for several, best first).
    #[arg(long = "default-acr", value_name = "ACR", num_args = 1..)]
    default_acr_values: Vec<String>,
    /// The assurance without which nobody comes in to it, such as urn:preau:acr:two-factor; `none` takes that back.
    #[arg(long = "require-acr", value_name = "ACR")]
    required_acr: Option<String>,
    /// A scope that it may ask for (repeat for several, or in one, with spaces).
    #[arg(long = "scope", value_name = "SCOPE", num_args = 1..)]
    scopes: Vec<String>,
    /// Which `sub` it sees: one of its own (pairwise), or the same as other public ones.
    #[arg(long, value_enum)]
    subject: Option<Subject>,
    /// Apps of one sector see the same pairwise `sub`; by default the host of the redirect URIs. Fixed at registration.
    #[arg(long, value_name = "HOST")]
    sector: Option<String>,
    /// What signs its tokens.
    #[arg(long, value_name = "ALGORITHM", value_enum)]
    alg: Option<Alg>,
    /// Offer it to people of this school, by its id in the roster (repeat for several); guardians count where their
    /// children do. Whoever it is not offered to may still sign in to it.
    #[arg(long = "school", value_name = "ID", num_args = 1..)]
    schools: Vec<String>,
    /// Let nobody else sign in than people of these schools.
    #[arg(long, conflicts_with = "other_schools_too")]
    only_these_schools: bool,
    /// Let people of other schools sign in again.
    #[arg(long)]
    other_schools_too: bool,
    /// Only people with this role, in OneRoster's words (repeat for several).
    #[arg(long = "role", value_name = "ROLE", num_args = 1..)]
    roles: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Auth {
    #[value(alias = "client_secret_basic")]
    Basic,
    #[value(alias = "client_secret_post")]
    Post,
    #[value(name = "client_secret_jwt")]
    SecretJwt,
    #[value(name = "private_key_jwt")]
    PrivateKeyJwt,
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Grant {
    AuthorizationCode,
    RefreshToken,
    ClientCredentials,
    DeviceCode,
    TokenExchange,
    JwtBearer,
    Implicit,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "kebab-case")]
enum ProfileWord {
    SchoolApp,
    Openid,
    Fapi2,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Subject {
    Pairwise,
    Public,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// A rule of registration.
    #[error(transparent)]
    Mistake(#[from] Mistake),
    /// A file of keys or of metadata.
    #[error("{0}: {1}")]
    File(PathBuf, String),
    /// No such school.
    #[error("there is no school {0} in the roster")]
    School(String),
    /// No such response type.
    #[error("{0} is no response type (such as code, id_token, code id_token)")]
    ResponseType(String),
    /// No such assurance.
    #[error("{0} is no assurance of ours (such as urn:preau:acr:two-factor; docs/assurance.md has them)")]
    Assurance(String),
    /// No such role.
    #[error("{0} is not a role of OneRoster (such as student, teacher, parent, administrator)")]
    Role(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; what it answers is one JSON value, which `--json` prints as it is.
pub async fn run(command: Command, store: &Store, maker: Maker<'_>, now: Timestamp) -> Result<Value, Failed> {
    match command {
        Command::Register(Register { name, client_id, about }) => {
            let name = name.map_or_else(|| about.said()?.client_name().map_err(Failed::from), |name| Ok(Some(name)))?.unwrap_or_default();
            let mut settings = Settings { sector: about.sector.clone().unwrap_or_default(), ..Settings::default() };
            about.apply(&mut settings, store).await?;
            let registered = registration::register(store, maker, now, NewClient { client_id, name, settings }).await??;
            Ok(told_once(&registered, now))
        }
        Command::List => Ok(store.read().clients().all().await?.iter().map(|client| describe(client, now)).collect()),
        Command::Show { client_id } => {
            let client = store.read().clients().find(&client_id).await?;
            Ok(describe(&client.ok_or(Mistake::Unknown(client_id))?, now))
        }
        Command::Update { client_id, name, disable, enable, about } => {
            let found = store.read().clients().find(&client_id).await?;
            let mut settings = found.ok_or(Mistake::Unknown(client_id.clone()))?.settings;
            about.apply(&mut settings, store).await?;
            let change = move |client: &mut Client| {
                client.settings = settings;
                client.enabled = enable || client.enabled && !disable;
                if let Some(name) = name {
                    client.name = name;
                    // Whoever renames an app means every reader.
                    client.settings.about.by_language.retain(|member, _| !member.starts_with("client_name#"));
                }
            };
            Ok(describe(&registration::update(store, now, &client_id, change).await??, now))
        }
        Command::RotateSecret { client_id, grace, now: at_once } => {
            let grace = if at_once { Duration::ZERO } else { Duration::from_hours(grace) };
            Ok(told_once(&registration::rotate_secret(store, maker, now, &client_id, grace).await??, now))
        }
        Command::Trust { client_id, file } => {
            let trust = trust_of(&file)?;
            Ok(describe(&registration::update(store, now, &client_id, move |client| client.settings.tokens.trust = trust).await??, now))
        }
        Command::RegistrationToken { note, uses, days } => {
            let token = maker.random.secret();
            let expires_at = now + Duration::from_secs(u64::from(days) * A_DAY);
            let kept = RegistrationToken { hash: token.hash(), note, uses, expires_at };
            let event = Event { detail: json!({ "note": kept.note, "uses": uses }), ..Event::of("registration-token.made") };
            store
                .write(async |tx: &Tx| {
                    tx.registration_tokens().add(&kept).await?;
                    tx.record(&event, now).await.map(|_| ())
                })
                .await?;
            Ok(json!({ "registration_token": token.expose(), "uses": uses, "expires_at": expires_at }))
        }
        Command::Remove { client_id } => {
            registration::remove(store, now, &client_id).await??;
            Ok(json!({ "removed": client_id }))
        }
    }
}

fn trust_of(file: &Path) -> Result<Trust, Failed> {
    let mistake = |why: String| Failed::File(file.to_owned(), why);
    let text = std::fs::read_to_string(file).map_err(|error| mistake(error.to_string()))?;
    // An object: a list would be read as its members in their order.
    let object: serde_json::Map<String, Value> = serde_json::from_str(&text).map_err(|error| mistake(format!("not an object: {error}")))?;
    serde_json::from_value(Value::Object(object)).map_err(|error| mistake(error.to_string()))
}

impl About {
    /// The metadata of the file, if there is one.
    fn said(&self) -> Result<Metadata, Failed> {
        let Some(file) = &self.metadata else { return Ok(Metadata::default()) };
        let text = std::fs::read(file).map_err(|error| Failed::File(file.clone(), error.to_string()))?;
        Ok(Metadata::parse(&text)?)
    }

    /// Writes what was given over what was there.
    async fn apply(self, settings: &mut Settings, store: &Store) -> Result<(), Failed> {
        self.said()?.apply(settings)?;
        let lists =
            [(&mut settings.redirect_uris, self.redirect_uris), (&mut settings.post_logout_redirect_uris, self.post_logout_redirect_uris)];
        for (kept, given) in lists {
            if !given.is_empty() {
                *kept = given;
            }
        }
        let single = [
            (&mut settings.launch_url, self.launch_url),
            (&mut settings.logo_uri, self.logo),
            (&mut settings.policy_uri, self.policy),
            (&mut settings.tos_uri, self.terms),
        ];
        for (kept, given) in single {
            if given.is_some() {
                *kept = given;
            }
        }
        settings.first_party |= self.first_party;
        if let Some(registered) = settings.registered_itself.as_mut().filter(|_| self.approve) {
            registered.approved = true;
        }
        if let Some(auth) = self.auth.or(self.public.then_some(Auth::None)) {
            settings.auth_method = auth.into();
        }
        if let Some(file) = self.jwks {
            let text = std::fs::read_to_string(&file).map_err(|error| Failed::File(file.clone(), error.to_string()))?;
            settings.jwks = Some(serde_json::from_str(&text).map_err(|error| Failed::File(file, error.to_string()))?);
        }
        if !self.grants.is_empty() {
            settings.grants = self.grants.into_iter().map(GrantType::from).collect();
        }
        if let Some(profile) = self.profile {
            settings.profile = profile.into();
        }
        if !self.response_types.is_empty() {
            let answer = |words: String| ResponseType::from_words(&words).ok_or(Failed::ResponseType(words));
            settings.requests.response_types = self.response_types.into_iter().map(answer).collect::<Result<_, _>>()?;
        }
        if !self.request_uris.is_empty() {
            settings.requests.request_uris = self.request_uris;
        }
        let requests = &mut settings.requests;
        requests.pushed_only = self.pushed_only.unwrap_or(requests.pushed_only);
        requests.signed_only = self.signed_only.unwrap_or(requests.signed_only);
        requests.object_alg = self.request_alg.map(Algorithm::from).or(requests.object_alg);
        requests.response_alg = self.answer_alg.map(Algorithm::from).or(requests.response_alg);
        requests.default_max_age = self.default_max_age.or(requests.default_max_age);
        if !self.default_acr_values.is_empty() {
            requests.default_acr_values = self.default_acr_values;
        }
        match self.required_acr {
            Some(word) if word == "none" => requests.required_acr = None,
            Some(word) if acr::WORDS.contains(&word.as_str()) => requests.required_acr = Some(word),
            Some(word) => return Err(Failed::Assurance(word)),
            None => {}
        }
        if !self.scopes.is_empty() {
            settings.scopes = Scopes::parse(&self.scopes.join(" "));
        }
        if let Some(subject) = self.subject {
            settings.subject = subject.into();
        }
        if let Some(alg) = self.alg {
            settings.id_token_alg = alg.into();
            settings.access_token_alg = alg.into();
        }
        if !self.schools.is_empty() {
            // Named for the first time, schools offer and do not shut; what was shut to others stays shut.
            settings.other_schools |= settings.schools.is_empty();
            settings.schools = schools(store, self.schools).await?;
        }
        settings.other_schools = (settings.other_schools || self.other_schools_too) && !self.only_these_schools;
        if !self.roles.is_empty() {
            let role = |word: String| Role::from_word(&word).ok_or(Failed::Role(word));
            settings.roles = self.roles.into_iter().map(role).collect::<Result<_, _>>()?;
        }
        Ok(())
    }
}

/// Schools by our id, by the roster's, or by name.
async fn schools(store: &Store, given: Vec<String>) -> Result<BTreeSet<OrgId>, Failed> {
    let known = store.read().people().schools().await?;
    let find = |word: String| {
        let named = |org: &&crate::store::people::Org| org.source_id == word || org.id.to_string() == word || org.name == word;
        known.iter().find(named).map(|org| org.id).ok_or(Failed::School(word))
    };
    given.into_iter().map(find).collect()
}

fn told_once(registered: &Registered, now: Timestamp) -> Value {
    let mut told = describe(&registered.client, now);
    if let Some(secret) = registered.secret.as_ref().map(Secret::expose) {
        told["client_secret"] = secret.into();
    }
    told
}

/// A client in the words of its metadata, and what an administrator alone decides.
fn describe(client: &Client, now: Timestamp) -> Value {
    let settings = &client.settings;
    let mut told = metadata::describe(client);
    let ours = json!({
        "enabled": client.enabled,
        "first_party": settings.first_party,
        "registered_itself": settings.registered_itself.is_some(),
        "approved": !settings.is_unknown(),
        "required_acr": settings.requests.required_acr,
        "launch_url": settings.launch_url,
        "profile": settings.profile,
        "sector": settings.sector,
        "trust": settings.tokens.trust,
        "schools": settings.schools,
        "only_these_schools": !settings.schools.is_empty() && !settings.other_schools,
        "roles": settings.roles,
        "old_secret_until": client.secrets.previous.map(|(_, until)| until).filter(|until| *until > now),
        "created_at": client.created_at,
        "updated_at": client.updated_at,
    });
    if let (Some(told), Value::Object(ours)) = (told.as_object_mut(), ours) {
        told.extend(ours);
    }
    told
}

impl From<Auth> for AuthMethod {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::Basic => Self::ClientSecretBasic,
            Auth::Post => Self::ClientSecretPost,
            Auth::SecretJwt => Self::ClientSecretJwt,
            Auth::PrivateKeyJwt => Self::PrivateKeyJwt,
            Auth::None => Self::None,
        }
    }
}

impl From<Grant> for GrantType {
    fn from(grant: Grant) -> Self {
        match grant {
            Grant::AuthorizationCode => Self::AuthorizationCode,
            Grant::RefreshToken => Self::RefreshToken,
            Grant::ClientCredentials => Self::ClientCredentials,
            Grant::DeviceCode => Self::DeviceCode,
            Grant::TokenExchange => Self::TokenExchange,
            Grant::JwtBearer => Self::JwtBearer,
            Grant::Implicit => Self::Implicit,
        }
    }
}

impl From<ProfileWord> for Profile {
    fn from(word: ProfileWord) -> Self {
        match word {
            ProfileWord::SchoolApp => Self::SchoolApp,
            ProfileWord::Openid => Self::Openid,
            ProfileWord::Fapi2 => Self::Fapi2,
        }
    }
}

impl From<Subject> for SubjectType {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Pairwise => Self::Pairwise,
            Subject::Public => Self::Public,
        }
    }
}

const A_DAY: u64 = 86_400;
