//! Passwords: whole sign-ins at an app a CPU second of the server, beside the bare hash.

use std::time::Duration;

use crate::district::District;
use crate::drive::{self, runtime};
use crate::figures::{Rounds, Row, short};
use crate::limit::Hash;
use crate::person::{Browser, Request};

/// Eight people sign in again and again, each as somebody else; the bare hash takes turns with them.
pub fn measure() -> Vec<Row> {
    let runtime = runtime();
    let district = District::of(400);
    let names = runtime.block_on(district.accounts(AT_ONCE));
    let app = district.register("Cahier", &["--scope", "openid profile email", "--alg", "ES256"]);
    let request = Request { app: &app, scope: "openid profile email" };
    let server = district.serve();
    let mut hash = Hash::new();
    let (mut bare, mut ours, mut wall) = (Rounds::default(), Rounds::default(), Rounds::default());
    for round in 0..=ROUNDS {
        let limit = hash.rate(Duration::from_secs(1));
        let mut people: Vec<&str> = names.iter().map(String::as_str).collect();
        let done = runtime.block_on(drive::during(&server, TIME, &mut people, async |connection, name| {
            let tokens = Browser::default().sign_in(connection, &request, name).await;
            assert!(tokens["id_token"].is_string());
        }));
        let after = hash.rate(Duration::from_secs(1));
        // The first round warms up.
        if round > 0 {
            bare.add(f64::midpoint(limit, after));
            ours.add(done.per_cpu_second());
            wall.add(done.per_second());
        }
    }
    let ratio = ours.over(&bare);
    vec![Row {
        what: "password sign-in, whole code flow with PKCE (Argon2id 19 MiB, t=2, p=1; eight at once)".to_owned(),
        preau: format!("{} a CPU second; {} a second", ours, short(wall.median())),
        limit: format!("the bare hash: {bare} a CPU second"),
        ratio: format!("{} % (goal: 90)", short(ratio.median() * 100.0)),
        name: "sign-in",
    }]
}

const AT_ONCE: usize = 8;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(6);
