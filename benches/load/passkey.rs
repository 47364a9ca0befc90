//! Passkeys: what a whole sign-in at an app costs by one, without a name being typed; and what of it is the page that asks for it
//! and the answer.

use std::time::Duration;

use crate::authenticator::Authenticator;
use crate::district::{App, District, Server};
use crate::drive::{self, Done, runtime};
use crate::figures::{Rounds, Row, short};
use crate::person::{Browser, Request};

/// Somebody with a passkey, and the browsers in which an app has sent them to the sign-in page.
struct Person {
    passkey: Authenticator,
    waiting: Vec<(Browser, String)>,
}

/// Eight people sign in again and again, each with a passkey of their own that they added at their account page.
pub fn measure() -> Vec<Row> {
    let runtime = runtime();
    let district = District::of(400);
    let names = runtime.block_on(district.accounts(AT_ONCE));
    let app = district.register("Cahier", &["--scope", SCOPE, "--alg", "ES256"]);
    let server = district.serve();
    let mut people = runtime.block_on(with_passkeys(&server, &names));
    let (mut whole, mut apart, mut wall, mut waits) = (Rounds::default(), Rounds::default(), Rounds::default(), Rounds::default());
    for round in 0..=ROUNDS {
        let done = runtime.block_on(sign_in(&server, &app, &mut people));
        let asked = runtime.block_on(show(&server, &app, &mut people));
        // The first round warms up.
        if round > 0 {
            whole.add(milliseconds(&done));
            apart.add(milliseconds(&asked));
            wall.add(done.per_second());
            waits.join(&done.waits);
        }
    }
    let row = |what: &str, preau: String, cost: &Rounds| Row {
        what: what.to_owned(),
        preau,
        limit: String::new(),
        ratio: format!("{} (goal: {GOAL} ms)", short(cost.median() / GOAL)),
        name: "passkey",
    };
    let wall = format!("{} a second, p50 {} ms, p99 {} ms", short(wall.median()), short(waits.median()), short(waits.at(0.99)));
    vec![
        row(
            "passkey sign-in, no name typed, whole code flow with PKCE (ES256; eight at once)",
            format!("{whole} ms of CPU each; {wall}"),
            &whole,
        ),
        row("of it the page that asks for the passkey, and the answer", format!("{apart} ms of CPU each"), &apart),
    ]
}

async fn with_passkeys(server: &Server, names: &[String]) -> Vec<Person> {
    let mut people = Vec::new();
    for name in names {
        let passkey = Browser::default().add_passkey(&mut server.connect().await, name).await;
        people.push(Person { passkey, waiting: Vec::new() });
    }
    people
}

/// Whole sign-ins, each in a browser that has never been here.
async fn sign_in(server: &Server, app: &App, people: &mut [Person]) -> Done {
    let request = Request { app, scope: SCOPE };
    drive::during(server, TIME, people, async |connection, person| {
        let mut browser = Browser::default();
        let page = browser.led_to_sign_in(connection, &request).await;
        let proven = browser.show_passkey(connection, &page, &person.passkey).await;
        let tokens = browser.come_back(connection, &request, proven).await;
        assert!(tokens["id_token"].is_string());
    })
    .await
}

/// The middle of as many sign-ins at once as the CPU time of a process can tell apart, whose beginnings were made before.
async fn show(server: &Server, app: &App, people: &mut [Person]) -> Done {
    let request = Request { app, scope: SCOPE };
    drive::repeat(server, people, async |connection, person| {
        let mut browser = Browser::default();
        let page = browser.led_to_sign_in(connection, &request).await;
        person.waiting.push((browser, page));
        person.waiting.len() < EACH
    })
    .await;
    drive::repeat(server, people, async |connection, person| {
        let (mut browser, page) = person.waiting.pop().expect("somebody waits");
        browser.show_passkey(connection, &page, &person.passkey).await;
        !person.waiting.is_empty()
    })
    .await
}

/// Of the server's CPU, each time.
fn milliseconds(done: &Done) -> f64 {
    1e3 / done.per_cpu_second()
}

const SCOPE: &str = "openid profile email";
const AT_ONCE: usize = 8;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(6);
/// Sign-ins that each person has begun before the middle of them is measured.
const EACH: usize = 100;
/// Milliseconds.
const GOAL: f64 = 2.0;
