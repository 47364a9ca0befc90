//! What the targets share: the whole program over a database in memory, with three apps that are registered, and the rules that hold
//! for every answer. The clock goes on by a second with each request, so that nobody waits for a limit and nothing is a surprise.

pub mod keys;

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use preau::app::App;
use preau::clock::FixedClock;
use preau::config::Config;
use preau::config::registration::RegistrationMode;
use preau::model::{Scopes, Timestamp};
use preau::random::Secret;
use preau::store::Tx;
use preau::store::clients::{AuthMethod, Client, GrantType, Profile, ResponseType, Secrets, Settings};
use preau::{oidc, routes, serve};
use tower::ServiceExt;

/// The instant at which every run begins.
pub const NOW: Timestamp = Timestamp(1_800_000_000);
/// The host of the issuer.
pub const HOST: &str = "localhost:8080";
/// Where the apps are answered.
pub const CALLBACKS: &[&str] = &["https://rp.test/cb", "http://127.0.0.1/cb"];
/// The secret of the apps that have one.
pub const SECRET: &str = "a-secret-of-more-than-thirty-two-letters";

/// The program, and a runtime to ask it in.
pub struct Program {
    runtime: tokio::runtime::Runtime,
    // Neither is dropped: a connection is closed by its runtime, and a thread that ends is in none any more.
    app: ManuallyDrop<Arc<App>>,
    router: ManuallyDrop<Router>,
    clock: FixedClock,
    asked: u32,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl Program {
    /// A fresh one. In memory where the machine has a folder for that: what is measured here is no disk.
    pub fn start() -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a folder of our own");
        let mut config = Config::default();
        config.data_dir = folder.path().to_owned();
        config.database.url = format!("sqlite:{}", folder.path().join("preau.db").display());
        config.keys.master_key_file = folder.path().join("keys/master.key");
        config.keys.rsa_bits = 2048;
        config.registration.mode = RegistrationMode::Open;
        let clock = FixedClock::at(NOW);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let app = runtime.block_on(async {
            let app = Arc::new(serve::assemble(config, Arc::new(clock.clone())).await.expect("the program starts"));
            let add = async |tx: &Tx| {
                for client in clients() {
                    tx.clients().add(&client).await?;
                }
                Ok::<_, preau::store::StoreError>(())
            };
            app.store.write(add).await.expect("the apps are registered");
            app
        });
        let router = ManuallyDrop::new(routes::router(Arc::clone(&app)));
        Self { runtime, app: ManuallyDrop::new(app), router, clock, asked: 0, _folder: folder }
    }

    /// Asks, and looks at what is true of every answer.
    pub fn ask(&mut self, mut request: Request<Body>) -> Answer {
        self.clock.advance(Duration::from_secs(1));
        self.asked += 1;
        request.headers_mut().entry(header::HOST).or_insert(HOST.parse().expect("a host"));
        let shown = format!("{} {}", request.method(), request.uri());
        let router = Router::clone(&self.router);
        let answer = self.runtime.block_on(async move {
            let response = router.oneshot(request).await.expect("a router does not fail");
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("an answer has an end").to_vec();
            Answer { status: parts.status, headers: parts.headers, body }
        });
        // What is a day old is forgotten, as the server does it.
        if self.asked.is_multiple_of(20_000) {
            self.runtime.block_on(oidc::tidy(&self.app)).expect("what is over is forgotten");
        }
        answer.check(&shown);
        answer
    }
}

impl Answer {
    /// Nothing is broken; a form is never sent on with its body (row P25); the way leads to us or to a registered address; what is
    /// said in JSON is JSON.
    fn check(&self, shown: &str) {
        assert!(!self.status.is_server_error(), "{shown}: {self:?}");
        let status = self.status.as_u16();
        assert!(!self.status.is_redirection() || status == 303 || status == 304, "{shown}: {self:?}");
        let to = self.location();
        let ours = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
        let theirs = CALLBACKS
            .iter()
            .any(|registered| to.strip_prefix(registered).is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#'])))
            || of_loopback(to);
        assert!(to.is_empty() || ours || theirs || to.starts_with(&format!("http://{HOST}/")), "{shown} leads to {to}");
        if self.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
            let read: Result<serde_json::Value, _> = serde_json::from_slice(&self.body);
            assert!(read.is_ok(), "{shown}: {self:?}");
        }
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default()
    }
}

/// RFC 8252 section 7.3: the port is the program's own.
fn of_loopback(to: &str) -> bool {
    let Some(rest) = to.strip_prefix("http://127.0.0.1:") else { return false };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && (rest[digits..].starts_with("/cb?") || rest[digits..].starts_with("/cb#") || &rest[digits..] == "/cb")
}

/// An app of a school, one on people's own devices, and one of ten years ago.
fn clients() -> Vec<Client> {
    let app = Settings {
        redirect_uris: vec![CALLBACKS[0].to_owned()],
        post_logout_redirect_uris: vec![CALLBACKS[0].to_owned()],
        first_party: true,
        sector: "rp.test".to_owned(),
        scopes: Scopes::parse("openid profile email offline_access"),
        grants: GrantType::ALL.iter().copied().filter(|grant| *grant != GrantType::Implicit).collect(),
        jwks: Some(keys::set()),
        ..Settings::default()
    };
    let native = Settings {
        redirect_uris: vec![CALLBACKS[1].to_owned()],
        auth_method: AuthMethod::None,
        grants: [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::DeviceCode].into(),
        sector: "client:native".to_owned(),
        jwks: None,
        ..app.clone()
    };
    let mut older = Settings { profile: Profile::Openid, auth_method: AuthMethod::ClientSecretPost, ..app.clone() };
    older.requests.response_types = ResponseType::ALL.iter().copied().collect();
    older.grants.insert(GrantType::Implicit);
    let by_key = Settings { auth_method: AuthMethod::PrivateKeyJwt, ..app.clone() };
    let named = [("app", app), ("native", native), ("older", older), ("signer", by_key)];
    named.into_iter().map(|(client_id, settings)| client(client_id, settings)).collect()
}

/// One of them.
pub fn client(client_id: &str, settings: Settings) -> Client {
    Client {
        client_id: client_id.to_owned(),
        name: "Cahier".to_owned(),
        enabled: true,
        secrets: Secrets { current: Some(Secret::new(SECRET).hash()), previous: None },
        settings,
        created_at: NOW,
        updated_at: NOW,
    }
}
