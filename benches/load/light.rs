//! What a light request waits, alone and while eight people sign in without pause.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::district::{App, District, Server, now};
use crate::drive::runtime;
use crate::figures::{Rounds, Row, short};
use crate::person::{Browser, Request};

/// The two take turns: nobody else, and eight who sign in.
pub fn measure() -> Vec<Row> {
    let district = District::of(400);
    let names = runtime().block_on(district.accounts(AT_ONCE));
    let app = district.register("Cahier", &["--scope", "openid", "--alg", "ES256"]);
    let server = district.serve();
    let paths = ["/jwks", "/sign-in"];
    ask(&server, &paths, 200);
    let mut alone = [Rounds::default(), Rounds::default()];
    let mut beside = [Rounds::default(), Rounds::default()];
    let mut sign_ins = Rounds::default();
    for _ in 0..ROUNDS {
        join(&mut alone, &ask(&server, &paths, REQUESTS));
        let over = AtomicBool::new(false);
        let busy = std::thread::scope(|scope| {
            let people = scope.spawn(|| sign_in(&server, &app, &names, &over));
            // Until all of them have begun.
            std::thread::sleep(Duration::from_secs(1));
            let busy = ask(&server, &paths, REQUESTS);
            over.store(true, Ordering::Relaxed);
            sign_ins.add(people.join().expect("they sign in"));
            busy
        });
        join(&mut beside, &busy);
    }
    let row = |(n, path): (usize, &&str)| Row {
        what: format!("GET {path} while eight people sign in"),
        preau: format!(
            "p50 {} ms, p99 {} ms ({} sign-ins a second)",
            short(beside[n].median()),
            short(beside[n].at(0.99)),
            short(sign_ins.median())
        ),
        limit: format!("alone: p50 {} ms, p99 {} ms", short(alone[n].median()), short(alone[n].at(0.99))),
        ratio: format!("p99 {} ms (goal: 5)", short(beside[n].at(0.99))),
        name: "light",
    };
    paths.iter().enumerate().map(row).collect()
}

fn join(all: &mut [Rounds; 2], more: &[Rounds; 2]) {
    all.iter_mut().zip(more).for_each(|(all, more)| all.join(more));
}

/// Milliseconds of so many requests of each path, one after another with a pause between them.
fn ask(server: &Server, paths: &[&str; 2], count: usize) -> [Rounds; 2] {
    let mut waited = [Rounds::default(), Rounds::default()];
    runtime().block_on(async {
        let mut connection = server.connect().await;
        for n in 0..count * paths.len() {
            tokio::time::sleep(Duration::from_millis(1 + n as u64 % 3)).await;
            let begun = now();
            let answer = connection.get(paths[n % paths.len()], "").await;
            waited[n % paths.len()].add(begun.elapsed().as_secs_f64() * 1e3);
            assert_eq!(answer.status, 200, "{}", paths[n % paths.len()]);
        }
    });
    waited
}

/// Each signs in again as soon as they are signed in; sign-ins a second.
fn sign_in(server: &Server, app: &App, names: &[String], over: &AtomicBool) -> f64 {
    let (request, count, begun) = (Request { app, scope: "openid" }, Cell::new(0_u32), now());
    runtime().block_on(crate::drive::repeat(server, &mut names.to_vec(), async |connection, name| {
        Browser::default().sign_in(connection, &request, name).await;
        count.set(count.get() + 1);
        !over.load(Ordering::Relaxed)
    }));
    f64::from(count.get()) / begun.elapsed().as_secs_f64()
}

const AT_ONCE: usize = 8;
const ROUNDS: usize = 3;
const REQUESTS: usize = 1_000;
