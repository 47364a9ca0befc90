//! Tokens and what is public: requests a CPU second of the server, beside a bare signature. S is one RSA-2048 signature
//! by openssl in the same minute.

use std::time::Duration;

use crate::district::{App, District, Server};
use crate::drive::{self, Done, runtime};
use crate::figures::{Rounds, Row, short};
use crate::http::Connection;
use crate::limit::{self, Signatures};
use crate::person::{Browser, Request};

/// One kind of request.
struct Kind {
    what: &'static str,
    goal: f64,
    beside: Beside,
    ours: Rounds,
    wall: Rounds,
}

/// What stands beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Rs256,
    Es256,
}

/// All kinds take turns, with the bare signatures between them.
pub fn measure() -> Vec<Row> {
    let runtime = runtime();
    let district = District::of(400);
    let names = runtime.block_on(district.accounts(1));
    let own = ["--grant", "client_credentials", "authorization_code", "--scope", "openid reports"];
    let people = ["--scope", "openid profile offline_access", "--alg", "ES256"];
    let rs256 = district.register("Rapports", &[&own[..], &["--alg", "RS256"]].concat());
    let es256 = district.register("Statistiques", &[&own[..], &["--alg", "ES256"]].concat());
    let app = district.register("Cahier", &people);
    let request = Request { app: &app, scope: "openid profile offline_access" };
    let server = district.serve();
    let mut world = World { runtime, server, refresh: Vec::new(), browser: Browser::default() };
    world.prepare(&request, &names[0]);

    let signatures = Signatures::new();
    let (mut s, mut bare_rs256, mut bare_es256) = (Rounds::default(), Rounds::default(), Rounds::default());
    let mut kinds = KINDS.map(|(what, goal, beside)| Kind { what, goal, beside, ours: Rounds::default(), wall: Rounds::default() });
    for round in 0..=ROUNDS {
        let (rsa, ecdsa) = (signatures.rs256(BARE), signatures.es256(BARE));
        let unit = limit::openssl().unwrap_or(rsa);
        let done = [
            world.own(&rs256),
            world.own(&es256),
            world.refresh(&app),
            world.codes(&request),
            world.public("/.well-known/openid-configuration"),
            world.public(&world.jwks()),
        ];
        if round == 0 {
            continue;
        }
        s.add(f64::midpoint(unit, limit::openssl().unwrap_or(rsa)));
        bare_rs256.add(f64::midpoint(rsa, signatures.rs256(BARE)));
        bare_es256.add(f64::midpoint(ecdsa, signatures.es256(BARE)));
        for (kind, done) in kinds.iter_mut().zip(done) {
            kind.ours.add(done.per_cpu_second());
            kind.wall.add(done.per_second());
        }
    }
    let row = |kind: &Kind| {
        let (name, bare) = match kind.beside {
            Beside::Rs256 => ("RS256", &bare_rs256),
            Beside::Es256 => ("ES256", &bare_es256),
        };
        Row {
            what: kind.what.to_owned(),
            preau: format!("{} a CPU second; {} a second", kind.ours, short(kind.wall.median())),
            limit: format!("bare {name} {} a CPU second; S = {}", short(bare.median()), short(s.median())),
            ratio: format!("{} S (goal: {})", short(s.over(&kind.ours).median()), kind.goal),
            name: "tokens",
        }
    };
    kinds.iter().map(row).collect()
}

struct World {
    runtime: tokio::runtime::Runtime,
    server: Server,
    /// The refresh token of each connection.
    refresh: Vec<String>,
    browser: Browser,
}

impl World {
    /// Somebody signs in, and the app gets a refresh token for each connection.
    fn prepare(&mut self, request: &Request<'_>, name: &str) {
        let (server, browser, refresh) = (&self.server, &mut self.browser, &mut self.refresh);
        self.runtime.block_on(async {
            let mut connection = server.connect().await;
            browser.sign_in(&mut connection, request, name).await;
            for _ in 0..AT_ONCE {
                let code = browser.code(&mut connection, request).await;
                refresh.push(refresh_token(&request.exchange(&mut connection, &code).await));
            }
        });
    }

    fn own(&self, app: &App) -> Done {
        self.runtime.block_on(drive::during(&self.server, TIME, &mut [(); AT_ONCE], async |connection: &mut Connection, ()| {
            let answer = connection.post("/token", &app.basic, "grant_type=client_credentials&scope=reports").await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }))
    }

    fn refresh(&mut self, app: &App) -> Done {
        let (server, tokens) = (&self.server, &mut self.refresh);
        self.runtime.block_on(drive::during(server, TIME, tokens, async |connection, token| {
            let form = format!("grant_type=refresh_token&refresh_token={token}");
            *token = refresh_token(&connection.post("/token", &app.basic, &form).await.json());
        }))
    }

    /// Codes are collected first, each from a browser that is signed in; only their exchange is counted.
    fn codes(&mut self, request: &Request<'_>) -> Done {
        let (server, browser) = (&self.server, &mut self.browser);
        self.runtime.block_on(async {
            let mut codes = vec![Vec::new(); AT_ONCE];
            let mut connection = server.connect().await;
            for n in 0..CODES {
                codes[n % AT_ONCE].push(browser.code(&mut connection, request).await);
            }
            drive::repeat(server, &mut codes, async |connection, codes: &mut Vec<String>| {
                let code = codes.pop().expect("asked only while there is one");
                request.exchange(connection, &code).await;
                !codes.is_empty()
            })
            .await
        })
    }

    fn public(&self, path: &str) -> Done {
        self.runtime.block_on(drive::during(&self.server, TIME, &mut [(); AT_ONCE], async |connection: &mut Connection, ()| {
            assert_eq!(connection.get(path, "").await.status, 200);
        }))
    }

    fn jwks(&self) -> String {
        let found = self.runtime.block_on(async {
            let mut connection = self.server.connect().await;
            connection.get("/.well-known/openid-configuration", "").await.json()["jwks_uri"].as_str().expect("an address").to_owned()
        });
        let (_, path) = found.split_once("//").and_then(|(_, rest)| rest.split_once('/')).expect("an address with a path");
        format!("/{path}")
    }
}

fn refresh_token(answer: &serde_json::Value) -> String {
    answer["refresh_token"].as_str().expect("the app may refresh").to_owned()
}

const KINDS: [(&str, f64, Beside); 6] = [
    ("client credentials, RS256 JWT", 1.2, Beside::Rs256),
    ("client credentials, ES256 JWT", 0.25, Beside::Es256),
    ("refresh: rotated, committed, ES256 access and ID token", 1.2, Beside::Es256),
    ("code for tokens: spent, committed, ES256 access and ID token", 1.2, Beside::Es256),
    ("discovery", 0.04, Beside::Rs256),
    ("JWKS", 0.04, Beside::Rs256),
];
const AT_ONCE: usize = 16;
const CODES: usize = 1_000;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(3);
const BARE: Duration = Duration::from_millis(300);
