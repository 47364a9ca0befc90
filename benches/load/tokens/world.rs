//! One provider and what it is asked for: the same requests of Préau, on either database, and of a peer.

use crate::district::{App, District, Server};
use crate::drive::{self, Done, runtime};
use crate::http::Connection;
use crate::peer;
use crate::person::{Browser, Request};
use crate::postgres::Database;

use super::{AT_ONCE, TIME};

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A token of a client for itself, signed by RS256.
    OwnRs256,
    /// The same by ES256.
    OwnEs256,
    /// The same with a token that says nothing and has a row.
    OwnOpaque,
    /// A code, by a browser that is signed in.
    Authorize,
    /// Tokens for one of the codes that [`Ask::Authorize`] brought last.
    Code,
    /// The next tokens.
    Refresh,
    /// The person of a token that has a row.
    UserInfoOpaque,
    /// The person of a signed token.
    UserInfoJwt,
    /// What a token is worth that has a row.
    IntrospectOpaque,
    /// What a signed token is worth.
    IntrospectJwt,
    /// The metadata.
    Discovery,
    /// The public keys.
    Jwks,
}

/// A provider that serves, and those who ask it.
pub struct World {
    /// What it is called in the table.
    pub name: &'static str,
    server: Server,
    runtime: tokio::runtime::Runtime,
    apps: Apps,
    /// Of each connection.
    askers: Vec<Asker>,
    /// Access tokens of a person: one that has a row, and a signed one where UserInfo and introspection take it.
    shown: (String, Option<String>),
    jwks: String,
    /// What the server works in.
    _district: Option<District>,
}

/// The apps, by what their tokens are.
struct Apps {
    rs256: App,
    es256: App,
    opaque: App,
    /// Its people's access tokens are signed by ES256.
    signed: App,
    /// Its people's access tokens have rows.
    kept: App,
}

/// One connection's person and what they have.
#[derive(Default)]
struct Asker {
    browser: Browser,
    codes: Vec<String>,
    refresh: String,
}

/// Everybody's password is one, and one hash is dear: so many people sign in from all connections.
const PEOPLE: usize = 4;
const SCOPE: &str = "openid profile offline_access";

impl World {
    /// Préau, on a database of PostgreSQL or on one of its own.
    pub fn preau(database: Option<Database>) -> Self {
        let name = if database.is_some() { "PostgreSQL" } else { "SQLite" };
        let district = District::of_in(400, database);
        let runtime = runtime();
        let names = runtime.block_on(district.accounts(PEOPLE));
        let opaque = district.file("opaque.json", "{\"opaque_access_tokens\": true}");
        let own = |words: &[&str], name: &str| {
            let grants = ["--grant", "client_credentials", "authorization_code", "--scope", "openid reports"];
            district.register(name, &[&grants[..], words].concat())
        };
        let people = |words: &[&str], name: &str| {
            let all = ["--scope", SCOPE, "--alg", "ES256"];
            district.register(name, &[&all[..], words].concat())
        };
        let apps = Apps {
            rs256: own(&["--alg", "RS256"], "Rapports"),
            es256: own(&["--alg", "ES256"], "Statistiques"),
            opaque: own(&["--metadata", &opaque], "Bilans"),
            signed: people(&[], "Cahier"),
            kept: people(&["--metadata", &opaque], "Agenda"),
        };
        let server = district.serve();
        Self::begin((name, server, Some(district)), runtime, apps, Some(&names))
    }

    /// The peer, where it is installed.
    pub fn peer() -> Option<Self> {
        let server = peer::start()?;
        let [rs256, es256, opaque, signed, kept] = ["rs256", "es256", "opaque", "jwt", "dull"].map(peer::app);
        Some(Self::begin(("oidc-provider", server, None), runtime(), Apps { rs256, es256, opaque, signed, kept }, None))
    }

    /// Everybody signs in, with a password where they have one, and their app gets its first tokens.
    fn begin(
        (name, server, district): (&'static str, Server, Option<District>),
        runtime: tokio::runtime::Runtime,
        apps: Apps,
        names: Option<&[String]>,
    ) -> Self {
        let (signed, kept) = (Request { app: &apps.signed, scope: SCOPE }, Request { app: &apps.kept, scope: SCOPE });
        let (askers, shown, jwks) = runtime.block_on(async {
            let mut connection = server.connect().await;
            let (mut askers, mut first) = (Vec::new(), String::new());
            for n in 0..AT_ONCE {
                let mut browser = Browser::default();
                let tokens = match names {
                    Some(names) => browser.sign_in(&mut connection, &signed, &names[n % names.len()]).await,
                    None => {
                        let code = browser.walk_in(&mut connection, &signed).await;
                        signed.exchange(&mut connection, &code).await
                    }
                };
                first = word(&tokens, "access_token");
                askers.push(Asker { browser, codes: Vec::new(), refresh: word(&tokens, "refresh_token") });
            }
            let code = askers[0].browser.code(&mut connection, &kept).await;
            let opaque = word(&kept.exchange(&mut connection, &code).await, "access_token");
            let metadata = connection.get(METADATA, "").await.json();
            let jwks = word(&metadata, "jwks_uri");
            let (_, path) = jwks.split_once("//").and_then(|(_, rest)| rest.split_once('/')).expect("an address with a path");
            (askers, (opaque, names.map(|_| first)), format!("/{path}"))
        });
        Self { name, server, runtime, apps, askers, shown, jwks, _district: district }
    }

    /// All connections ask for it; `None` where this provider does not answer such a question.
    pub fn ask(&mut self, what: Ask) -> Option<Done> {
        match what {
            Ask::OwnRs256 => Some(self.own(&self.apps.rs256)),
            Ask::OwnEs256 => Some(self.own(&self.apps.es256)),
            Ask::OwnOpaque => Some(self.own(&self.apps.opaque)),
            Ask::Authorize => Some(self.authorize()),
            Ask::Code => Some(self.exchange()),
            Ask::Refresh => Some(self.refresh()),
            Ask::UserInfoOpaque => Some(self.userinfo(&self.shown.0)),
            Ask::UserInfoJwt => self.shown.1.as_ref().map(|token| self.userinfo(token)),
            Ask::IntrospectOpaque => Some(self.introspect(&self.apps.kept, &self.shown.0)),
            Ask::IntrospectJwt => self.shown.1.as_ref().map(|token| self.introspect(&self.apps.signed, token)),
            Ask::Discovery => Some(self.get(METADATA, "")),
            Ask::Jwks => Some(self.get(&self.jwks, "")),
        }
    }

    fn own(&self, app: &App) -> Done {
        self.each(async |connection| {
            let answer = connection.post("/token", &app.basic, "grant_type=client_credentials&scope=reports").await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        })
    }

    fn userinfo(&self, token: &str) -> Done {
        self.get("/userinfo", &format!("authorization: Bearer {token}\r\n"))
    }

    fn introspect(&self, app: &App, token: &str) -> Done {
        let form = format!("token={token}");
        self.each(async |connection| {
            let answer = connection.post("/introspect", &app.basic, &form).await;
            assert!(answer.status == 200 && answer.text().contains("\"active\":true"), "{}", answer.text());
        })
    }

    fn get(&self, path: &str, headers: &str) -> Done {
        self.each(async |connection| {
            let answer = connection.get(path, headers).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        })
    }

    fn each(&self, work: impl AsyncFn(&mut Connection)) -> Done {
        let mut nobody = [(); AT_ONCE];
        self.runtime
            .block_on(drive::during(&self.server, TIME, &mut nobody, async |connection: &mut Connection, ()| work(connection).await))
    }

    fn authorize(&mut self) -> Done {
        let (server, request) = (&self.server, Request { app: &self.apps.signed, scope: SCOPE });
        self.runtime.block_on(drive::during(server, TIME, &mut self.askers, async |connection, asker: &mut Asker| {
            asker.codes.push(asker.browser.code(connection, &request).await);
        }))
    }

    /// Until no code is left: they were collected first, and only their exchange is counted.
    fn exchange(&mut self) -> Done {
        let (server, request) = (&self.server, Request { app: &self.apps.signed, scope: SCOPE });
        self.runtime.block_on(drive::repeat(server, &mut self.askers, async |connection, asker: &mut Asker| {
            let code = asker.codes.pop().expect("asked only while there is one");
            request.exchange(connection, &code).await;
            !asker.codes.is_empty()
        }))
    }

    fn refresh(&mut self) -> Done {
        let (server, app) = (&self.server, &self.apps.signed);
        self.runtime.block_on(drive::during(server, TIME, &mut self.askers, async |connection, asker: &mut Asker| {
            let form = format!("grant_type=refresh_token&refresh_token={}", asker.refresh);
            asker.refresh = word(&connection.post("/token", &app.basic, &form).await.json(), "refresh_token");
        }))
    }
}

fn word(answer: &serde_json::Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
}

const METADATA: &str = "/.well-known/openid-configuration";
