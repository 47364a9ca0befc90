//! Deliveries on a clock that is moved: when a letter is tried again, when it is given up, and that it goes out once.
//! The server here is a small one of our own; `tests/smtp/` has a real one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail_parser::{Message, MessageParser};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::clock::{Clock, FixedClock};
use crate::keys::KeyStore;
use crate::model::{Language, Letter, Timestamp};
use crate::pages::{District, Pages};
use crate::random::Random;
use crate::store::events::Filter;
use crate::store::{Store, Tx, testing};

const NOW: Timestamp = Timestamp(1_800_000_000);
const MINUTE: i64 = 60;

/// A district with a mailer, on a clock that stands.
struct Post {
    store: Store,
    keys: KeyStore,
    pages: Pages,
    random: Random,
    clock: FixedClock,
    mailer: Mailer,
}

impl Post {
    fn new(store: Store, mailer: Mailer) -> Self {
        let (keys, pages) = (KeyStore::for_tests(), Pages::load().unwrap());
        Self { store, keys, pages, random: Random::seeded(3), clock: FixedClock::at(NOW), mailer }
    }

    fn to_server(store: Store, server: &Server) -> Self {
        let url = format!("smtp://127.0.0.1:{}", server.port);
        let mailer = Mailer::open(&MailSettings { url, ..MailSettings::default() }).unwrap();
        let short = Patience { line: Duration::from_secs(2), answer: Duration::from_secs(2), letter: Duration::from_secs(1) };
        Self::new(store, mailer.with_patience(short))
    }

    fn courier(&self) -> Courier<'_> {
        let district = District { name: "Conseil scolaire des Tilleuls".to_owned(), brand: "#14606b".to_owned(), logo: None };
        let (store, keys, pages, mailer) = (&self.store, &self.keys, &self.pages, &self.mailer);
        Courier {
            store,
            keys,
            pages,
            mailer,
            clock: &self.clock,
            district,
            answers_to: Some("aide@ecole.example"),
            issuer: "https://compte.tilleuls.example",
        }
    }

    async fn add(&self, letter: &Letter) {
        let now = self.clock.now();
        self.store.write(async |tx: &Tx| tx.outbox().add(letter, &self.keys, &self.random, now).await).await.unwrap();
    }

    async fn deliver(&self) -> Report {
        self.courier().deliver_due().await.unwrap()
    }

    /// Delivers at each instant at which something is due, until nothing waits; the seconds of each try since the start.
    async fn deliver_to_the_end(&self, server: &Server, to: &str) -> Vec<i64> {
        let (mut instants, mut tried) = (Vec::new(), 0);
        for _ in 0..100 {
            self.deliver().await;
            if server.tries(to) > tried {
                tried = server.tries(to);
                instants.push(self.clock.now().since(NOW));
            }
            let standing = self.store.read().outbox().standing(10).await.unwrap();
            let Some(next) = standing.iter().filter(|letter| letter.dead_at.is_none()).map(|letter| letter.next_at).min() else { break };
            // A second earlier nothing is due.
            self.clock.set(Timestamp(next.0 - 1));
            assert_eq!(self.deliver().await, Report::default());
            self.clock.set(next);
        }
        instants
    }

    async fn why(&self) -> String {
        let standing = self.store.read().outbox().standing(10).await.unwrap();
        standing.first().and_then(|letter| letter.last_error.clone()).unwrap_or_default()
    }
}

fn letter(to: &str) -> Letter {
    let data = json!({ "name": "Noé Tremblay", "email": null, "school": null, "message": "Aidez-moi", "case": null });
    Letter { kind: "help-request".to_owned(), to: to.to_owned(), language: Language::French, data, useless_after: None }
}

/// A mail server with the manners of `tests/smtp/server.py`: what it does stands in the recipient's name.
struct Server {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    tries: BTreeMap<String, usize>,
    taken: Vec<(String, String)>,
    lines: usize,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, state) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(State::default())));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().lines += 1;
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { port, state }
    }

    /// How often a letter to this address was begun.
    fn tries(&self, to: &str) -> usize {
        self.state.lock().unwrap().tries.get(to).copied().unwrap_or_default()
    }

    /// The letters that this address was sent whole.
    fn taken(&self, to: &str) -> Vec<String> {
        self.state.lock().unwrap().taken.iter().filter(|(whom, _)| whom == to).map(|(_, text)| text.clone()).collect()
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading).lines();
    let _ = writing.write_all(b"220 mail.tilleuls.example\r\n").await;
    let mut to = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "MAIL" | "RSET" | "NOOP" => "250 ok\r\n",
            "EHLO" => "250-mail.tilleuls.example\r\n250 8BITMIME\r\n",
            "RCPT" => {
                to = line.trim_start_matches("RCPT TO:<").split('>').next().unwrap_or_default().to_owned();
                *state.lock().unwrap().tries.entry(to.clone()).or_default() += 1;
                match to.split('@').next().unwrap_or_default() {
                    "never" => "550 5.1.1 there is no such letterbox\r\n",
                    "later" => "451 4.3.0 not now\r\n",
                    "closing" => "421 4.3.2 going down\r\n",
                    _ => "250 ok\r\n",
                }
            }
            "DATA" => {
                let _ = writing.write_all(b"354 go on\r\n").await;
                let mut text = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                }
                let manner = to.split('@').next().unwrap_or_default().to_owned();
                if manner == "drop" {
                    return;
                }
                state.lock().unwrap().taken.push((to.clone(), text));
                match manner.as_str() {
                    "mute" => continue,
                    "spam" => "554 5.7.1 no\r\n",
                    _ => "250 taken\r\n",
                }
            }
            "QUIT" => return,
            _ => "500 what\r\n",
        };
        if writing.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn parse(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

/// Every header line, unfolded: what a mail program could take for one.
fn headers(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    head.split("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_letter_is_delivered_once_with_what_a_letter_needs() {
    for store in testing::stores().await {
        let post = Post::new(store, Mailer::memory());
        post.add(&letter("aide@tilleuls.example")).await;
        assert_eq!(post.deliver().await, Report { delivered: 1, ..Report::default() });
        assert_eq!(post.deliver().await, Report::default());
        let sent = post.mailer.remembered();
        let mail = parse(&sent[0].bytes);
        assert_eq!(sent.len(), 1);
        assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("aide@tilleuls.example"));
        assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("Préau"));
        assert!(mail.subject().unwrap().contains("Noé Tremblay"));
        assert_eq!(mail.date().unwrap().to_timestamp(), NOW.0);
        let id = mail.message_id().unwrap();
        assert!(id.ends_with("@compte.tilleuls.example") && id.len() > 50, "{id}");
        assert!(mail.body_text(0).unwrap().contains("Aidez-moi"));
        assert!(mail.body_html(0).unwrap().contains("<html lang=\"fr\">"));
        for header in ["Auto-Submitted: auto-generated", "Content-Language: fr", "X-Auto-Response-Suppress: All"] {
            assert!(headers(&sent[0].bytes).iter().any(|line| line == header), "{header}");
        }
    }
}

#[tokio::test]
async fn i09_tries_grow_rare_and_end_after_two_days() {
    let server = Server::start().await;
    for store in testing::stores().await {
        let post = Post::to_server(store, &server);
        let to = format!("later@{:?}.example", post.store.backend()).to_lowercase();
        post.add(&letter(&to)).await;
        let instants = post.deliver_to_the_end(&server, &to).await;
        let minutes: Vec<i64> = instants.iter().map(|seconds| seconds / MINUTE).collect();
        assert_eq!(minutes, [0, 1, 6, 21, 81, 261, 621, 1_341, 2_781]);
        assert_eq!(post.why().await, "rcpt-451");
        assert_eq!(post.store.read().outbox().counts().await.unwrap().dead, 1);
        // The alarm: an event that says which letter, and nothing of what is in it.
        let filter = Filter { kind: Some("letter.dead".to_owned()), ..Filter::default() };
        let events = post.store.read().events().list(&filter, 10).await.unwrap();
        assert_eq!(events.len(), 1);
        assert_eq!((&events[0].detail["kind"], &events[0].detail["tries"]), (&json!("help-request"), &json!(9)));
        assert!(!events[0].detail.to_string().contains('@'));
    }
}

#[tokio::test]
async fn f05_a_letter_that_is_refused_for_good_is_given_up_at_once() {
    let server = Server::start().await;
    for store in testing::stores().await {
        let post = Post::to_server(store, &server);
        for (to, why) in [("never@tilleuls.example", "rcpt-550"), ("spam@tilleuls.example", "letter-554")] {
            post.add(&letter(to)).await;
            assert_eq!(post.deliver().await, Report { dead: 1, ..Report::default() });
            let standing = post.store.read().outbox().standing(10).await.unwrap();
            assert!(standing.iter().any(|letter| letter.last_error.as_deref() == Some(why) && letter.tries == 1), "{standing:?}");
        }
    }
}

#[tokio::test]
async fn f05_a_refusal_of_one_letter_leaves_the_line_to_the_others() {
    let server = Server::start().await;
    let post = Post::to_server(Store::open(&testing::sqlite()).await.unwrap(), &server);
    for n in 0..20 {
        post.add(&letter(&format!("never@{n}.example"))).await;
        post.add(&letter(&format!("eleve{n}@tilleuls.example"))).await;
    }
    assert_eq!(post.deliver().await, Report { delivered: 20, dead: 20, ..Report::default() });
    assert!((0..20).all(|n| server.taken(&format!("eleve{n}@tilleuls.example")).len() == 1));
    assert_eq!(server.state.lock().unwrap().lines, 3);
}

#[tokio::test]
async fn f05_a_line_that_breaks_is_tried_again() {
    let server = Server::start().await;
    for store in testing::stores().await {
        let post = Post::to_server(store, &server);
        post.add(&letter("drop@tilleuls.example")).await;
        assert_eq!(post.deliver().await, Report { again: 1, ..Report::default() });
        assert_eq!(post.why().await, "letter-broken");
        let standing = post.store.read().outbox().standing(1).await.unwrap();
        assert_eq!(standing[0].next_at.since(NOW), MINUTE);
    }
}

#[tokio::test]
async fn f05_a_server_that_takes_a_letter_and_never_answers_gets_it_twice_and_no_oftener() {
    let server = Server::start().await;
    for store in testing::stores().await {
        let post = Post::to_server(store, &server);
        let to = format!("mute@{:?}.example", post.store.backend()).to_lowercase();
        post.add(&letter(&to)).await;
        assert_eq!(post.deliver_to_the_end(&server, &to).await, [0, 15 * MINUTE]);
        assert_eq!(post.why().await, "unanswered");
        let copies = server.taken(&to);
        assert_eq!(copies.len(), 2);
        // Whoever gets both can tell that they are one.
        assert_eq!(copies[0], copies[1]);
    }
}

#[tokio::test]
async fn i09_letters_wait_for_a_server_that_is_away_without_using_up_tries() {
    let server = Server::start().await;
    for store in testing::stores().await {
        let mut post = Post::to_server(store, &server);
        let there = std::mem::replace(&mut post.mailer, nobody().await);
        for n in 0..5 {
            post.add(&letter(&format!("eleve{n}@{:?}.example", post.store.backend()).to_lowercase())).await;
        }
        for _ in 0..120 {
            let report = post.deliver().await;
            assert_eq!((report.delivered, report.dead, report.no_server.as_deref()), (0, 0, Some("line-broken")));
            post.clock.advance(Duration::from_secs(60));
        }
        let standing = post.store.read().outbox().standing(10).await.unwrap();
        assert!(standing.iter().all(|letter| letter.tries == 0 && letter.dead_at.is_none()), "{standing:?}");
        // Two hours later it is back: each letter goes out at once, and once.
        post.mailer = there;
        assert_eq!(post.deliver().await, Report { delivered: 5, ..Report::default() });
        for n in 0..5 {
            assert_eq!(server.taken(&format!("eleve{n}@{:?}.example", post.store.backend()).to_lowercase()).len(), 1);
        }
    }
}

#[tokio::test]
async fn i09_a_server_that_is_going_down_keeps_no_letter_and_costs_none() {
    let server = Server::start().await;
    let post = Post::to_server(Store::open(&testing::sqlite()).await.unwrap(), &server);
    post.add(&letter("closing@tilleuls.example")).await;
    assert_eq!(post.deliver().await.no_server.as_deref(), Some("rcpt-421"));
    post.clock.advance(Duration::from_secs(2 * 86_400 + 1));
    assert_eq!(post.deliver().await.dead, 1, "nobody waits for ever");
}

/// A mailer to a port where nobody listens.
async fn nobody() -> Mailer {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    Mailer::open(&MailSettings { url: format!("smtp://127.0.0.1:{port}"), ..MailSettings::default() }).unwrap()
}

#[tokio::test]
async fn f05_a_code_past_its_life_is_not_sent() {
    let server = Server::start().await;
    for store in testing::stores().await {
        let post = Post::to_server(store, &server);
        let to = format!("eleve@stale-{:?}.example", post.store.backend()).to_lowercase();
        post.add(&Letter { useless_after: Some(NOW + Duration::from_secs(600)), ..letter(&to) }).await;
        post.clock.advance(Duration::from_secs(601));
        assert_eq!(post.deliver().await, Report { too_late: 1, ..Report::default() });
        assert_eq!(server.tries(&to), 0);
        // One that would be tried again too late is not kept either.
        let to = format!("later@stale-{:?}.example", post.store.backend()).to_lowercase();
        post.add(&Letter { useless_after: Some(post.clock.now() + Duration::from_secs(90)), ..letter(&to) }).await;
        assert_eq!(post.deliver().await, Report { again: 1, ..Report::default() });
        post.clock.advance(Duration::from_secs(60));
        assert_eq!(post.deliver().await, Report { too_late: 1, ..Report::default() });
        assert_eq!(server.tries(&to), 2);
        let counts = post.store.read().outbox().counts().await.unwrap();
        assert_eq!((counts.queued, counts.dead), (0, 0), "what came too late is no alarm");
    }
}

/// Two nodes deliver at once, to a real server, from one database.
#[tokio::test(flavor = "multi_thread")]
async fn f05_couriers_that_race_send_each_letter_once() {
    for url in [Some(testing::sqlite()), testing::postgres().await].into_iter().flatten() {
        let server = Server::start().await;
        let one = Arc::new(Post::to_server(Store::open(&url).await.unwrap(), &server));
        let other = Arc::new(Post::to_server(Store::connect(&url).await.unwrap(), &server));
        for n in 0..40 {
            one.add(&letter(&format!("eleve{n}@tilleuls.example"))).await;
        }
        let both: Vec<_> = [one, other].into_iter().map(|post| tokio::spawn(async move { post.deliver().await })).collect();
        let mut delivered = 0;
        for courier in both {
            delivered += courier.await.unwrap().delivered;
        }
        assert_eq!(delivered, 40);
        assert!((0..40).all(|n| server.taken(&format!("eleve{n}@tilleuls.example")).len() == 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_loop_delivers_what_is_added_meanwhile_and_ends_when_it_is_told() {
    let post = Arc::new(Post::new(Store::open(&testing::sqlite()).await.unwrap(), Mailer::memory()));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn({
        let post = Arc::clone(&post);
        async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            post.courier().run(stopped).await;
        }
    });
    post.add(&letter("aide@tilleuls.example")).await;
    let arrives = async {
        while post.mailer.remembered().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), arrives).await.expect("the letter is delivered");
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), running).await.expect("the loop ends").unwrap();
}

/// What is in the letter is whatever somebody typed; it stays inside.
#[tokio::test]
async fn r18_what_is_typed_becomes_no_header_and_no_markup() {
    let nasty = [
        "A\r\nBcc: evil@x.example",
        "A\nBcc: evil@x.example\n\n<script>alert(1)</script>",
        "A\rBcc: evil@x.example",
        "A\u{2028}Bcc: evil@x.example",
        "A\u{0}\u{b}Bcc: evil@x.example",
        "=?utf-8?q?=0D=0ABcc:_evil@x.example?=",
        "<a href=\"https://evil.example\">ici</a>",
        "\"><img src=x onerror=alert(1)>",
        "{{ 7*7 }}{% include 'x' %}${7*7}",
        ".\r\n.\r\nMAIL FROM:<evil@x.example>",
    ];
    let server = Server::start().await;
    let post = Post::to_server(Store::open(&testing::sqlite()).await.unwrap(), &server);
    for (n, text) in nasty.iter().enumerate() {
        let to = format!("aide@n{n}.example");
        let data = json!({ "name": text, "email": text, "school": text, "message": text, "case": text });
        post.add(&Letter { data, ..letter(&to) }).await;
        assert_eq!(post.deliver().await.delivered, 1, "{text:?}");
        let sent = server.taken(&to).remove(0);
        let mail = parse(sent.as_bytes());
        let names: Vec<String> = headers(sent.as_bytes()).iter().map(|line| line.split(':').next().unwrap().to_lowercase()).collect();
        let expected = [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "content-language",
            "auto-submitted",
            "x-auto-response-suppress",
            "mime-version",
            "content-type",
        ];
        assert_eq!(names, expected, "{text:?}");
        assert_eq!(mail.to().unwrap().iter().count(), 1);
        assert!(mail.cc().is_none() && mail.bcc().is_none(), "{text:?}");
        let html = mail.body_html(0).unwrap();
        for markup in ["<script", "<img", "href=\"https://evil.example\"", ">49<"] {
            assert!(!html.contains(markup), "{text:?} {markup}");
        }
    }
    assert_eq!(server.state.lock().unwrap().taken.len(), nasty.len(), "no letter made another");
}

#[tokio::test]
async fn r18_a_strange_address_gets_nothing_and_breaks_nothing() {
    let strange = [
        "",
        "@",
        "lea",
        "@tilleuls.example",
        "lea@",
        "lea@tilleuls.example\r\nBcc: evil@x.example",
        "lea@tilleuls.example>\r\nRCPT TO:<evil@x.example",
        "lea@tilleuls.example, evil@x.example",
        "lea@tilleuls.example;evil@x.example",
        "<lea@tilleuls.example>",
        "Léa <lea@tilleuls.example>",
        "\"lea evil\"@tilleuls.example",
        "lea(comment)@tilleuls.example",
        "lea@evil@tilleuls.example",
        "lea@[127.0.0.1]",
        "lea@127.0.0.1",
        "lea@tilleuls .example",
        "lea\u{0}@tilleuls.example",
        "lea@tilleuls.example\u{2028}",
        "..@tilleuls.example",
        "lea@-.example",
    ];
    let long = format!("{}@tilleuls.example", "a".repeat(300));
    let post = Post::new(Store::open(&testing::sqlite()).await.unwrap(), Mailer::memory());
    for address in strange.iter().copied().chain([long.as_str()]) {
        post.add(&letter(address)).await;
        assert_eq!(post.deliver().await, Report { dead: 1, ..Report::default() }, "{address:?}");
    }
    assert_eq!(post.mailer.remembered(), []);
    let standing = post.store.read().outbox().standing(100).await.unwrap();
    assert!(standing.iter().all(|letter| letter.last_error.as_deref() == Some("address") && letter.tries == 1));
}

#[tokio::test]
async fn addresses_that_are_odd_and_right_get_their_letter() {
    let post = Post::new(Store::open(&testing::sqlite()).await.unwrap(), Mailer::memory());
    let table = [
        ("o'brien+ecole@tilleuls.example", "o'brien+ecole@tilleuls.example"),
        ("LEA@Tilleuls.Example", "LEA@tilleuls.example"),
        ("lea@école.example", "lea@xn--cole-9oa.example"),
        ("préau@tilleuls.example", "préau@tilleuls.example"),
    ];
    for (n, (written, sent)) in table.iter().enumerate() {
        post.add(&letter(written)).await;
        assert_eq!(post.deliver().await.delivered, 1, "{written}");
        assert_eq!(post.mailer.remembered()[n].envelope.to()[0].to_string(), *sent);
    }
}

/// proptest: whatever is typed as an address, there is one recipient or none, and nobody panics.
#[test]
fn r18_any_text_as_an_address_is_one_recipient_or_none() {
    use proptest::prelude::*;
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(local in "\\PC{0,20}|[ -~]{0,20}", domain in "\\PC{0,20}|[a-z.-]{0,20}", control in prop::char::range('\0', '\u{a0}'))| {
        for text in [format!("{local}@{domain}"), format!("{local}{control}@{domain}.example"), format!("{local}@{domain}{control}")] {
            if let Some(address) = message::address(&text) {
                let wire = address.to_string();
                prop_assert_eq!(wire.matches('@').count(), 1);
                prop_assert!(!wire.contains(|sign: char| sign.is_control() || sign.is_whitespace() || "<>,;\"".contains(sign)), "{:?}", wire);
            }
        }
    });
}

#[tokio::test]
async fn b22_a_letter_can_be_answered() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("mail");
    let mailer = Mailer::open(&MailSettings { url: format!("file:{}", folder.display()), ..MailSettings::default() }).unwrap();
    let post = Post::new(Store::open(&testing::sqlite()).await.unwrap(), mailer);
    let asked = |email: Value| Letter {
        data: json!({ "name": "Anne", "email": email, "school": null, "message": "Aidez-moi", "case": null }),
        ..letter("erables@ecole.example")
    };
    let changed =
        Letter { kind: "password-changed".to_owned(), data: json!({ "name": "Anne", "moment": "hier" }), ..letter("anne@famille.example") };
    for (letter, answered_by) in [
        (changed, Some("aide@ecole.example")),
        (asked(json!("anne@famille.example")), Some("anne@famille.example")),
        (asked(json!("x@y.z\r\nBcc: evil@ailleurs.example")), None),
        (asked(json!(null)), Some("aide@ecole.example")),
    ] {
        post.add(&letter).await;
        assert_eq!(post.deliver().await.delivered, 1);
        post.clock.advance(Duration::from_secs(1));
        let newest = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
        let text = std::fs::read_to_string(newest).unwrap();
        let said = text.lines().find_map(|line| line.strip_prefix("Reply-To: "));
        assert_eq!(said, answered_by, "{text}");
        assert!(!text.split("\r\n\r\n").next().unwrap().contains("\nBcc:"));
    }
}

#[tokio::test]
async fn letters_in_a_folder_are_whole_and_sorted_by_time() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("mail");
    let mailer = Mailer::open(&MailSettings { url: format!("file:{}", folder.display()), ..MailSettings::default() }).unwrap();
    let post = Post::new(Store::open(&testing::sqlite()).await.unwrap(), mailer);
    post.mailer.check().await.unwrap();
    for n in 0..3 {
        post.add(&letter(&format!("eleve{n}@tilleuls.example"))).await;
        assert_eq!(post.deliver().await.delivered, 1);
        post.clock.advance(Duration::from_secs(1));
    }
    let mut names: Vec<String> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(names.iter().all(|name| name.ends_with(".eml")) && names.len() == 3, "{names:?}");
    for (n, name) in names.iter().enumerate() {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let to = parse(&bytes).to().unwrap().first().unwrap().address().unwrap().to_owned();
        assert_eq!(to, format!("eleve{n}@tilleuls.example"));
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_keeps_letters_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let blocked = dir.path().join("mail");
    std::fs::write(&blocked, "a file where the folder should be").unwrap();
    let mailer = Mailer::open(&MailSettings { url: format!("file:{}", blocked.display()), ..MailSettings::default() }).unwrap();
    let post = Post::new(Store::open(&testing::sqlite()).await.unwrap(), mailer);
    assert!(post.mailer.check().await.is_err());
    post.add(&letter("aide@tilleuls.example")).await;
    assert_eq!(post.deliver().await.no_server.as_deref(), Some("folder"));
    std::fs::remove_file(&blocked).unwrap();
    assert_eq!(post.deliver().await.delivered, 1);
}

#[test]
fn a_sender_is_a_name_and_an_address() {
    let table = [
        ("Préau <ne-pas-repondre@ecole.example>", Some((Some("Préau"), "ne-pas-repondre@ecole.example"))),
        ("\"École, des Tilleuls\" <ecole@tilleuls.example>", Some((Some("École, des Tilleuls"), "ecole@tilleuls.example"))),
        ("ecole@tilleuls.example", Some((None, "ecole@tilleuls.example"))),
        ("<ecole@tilleuls.example>", Some((None, "ecole@tilleuls.example"))),
        ("Préau", None),
        ("Préau <ecole@tilleuls.example", None),
        ("Pré\nau <ecole@tilleuls.example>", None),
        ("", None),
    ];
    for (text, expected) in table {
        let found = message::sender(text);
        let found = found.as_ref().map(|sender| (sender.name.as_deref(), sender.email.to_string()));
        assert_eq!(found, expected.map(|(name, address)| (name, address.to_owned())), "{text:?}");
    }
    let error = Mailer::open(&MailSettings { from: "Préau".to_owned(), ..MailSettings::default() }).err().unwrap();
    assert!(error.to_string().starts_with("mail.from: must be a name and an address"), "{error}");
}

/// C1: nothing of a letter is in what the courier writes down about it.
#[tokio::test]
async fn c1_what_a_server_says_about_somebody_is_not_written_down() {
    let server = Server::start().await;
    let post = Post::to_server(Store::open(&testing::sqlite()).await.unwrap(), &server);
    post.add(&letter("never@secret-place.example")).await;
    post.deliver().await;
    let standing = post.store.read().outbox().standing(10).await.unwrap();
    let events = post.store.read().events().list(&Filter::default(), 10).await.unwrap();
    let told = format!("{standing:?} {}", events.iter().map(|event| &event.detail).cloned().collect::<Value>());
    assert!(!told.contains("secret-place") && !told.contains("letterbox"), "{told}");
}

/// A letter whose seal does not open is told and put aside, and the others go on.
#[tokio::test]
async fn a_letter_that_cannot_be_read_does_not_hold_up_the_others() {
    for store in testing::stores().await {
        let post = Post::new(store, Mailer::memory());
        post.add(&letter("a@tilleuls.example")).await;
        let spoil = async |tx: &Tx| testing::execute(tx, "UPDATE outbox SET sealed = NULL", []).await;
        post.store.write(spoil).await.unwrap();
        post.add(&letter("b@tilleuls.example")).await;
        assert_eq!(post.deliver().await, Report { delivered: 1, dead: 1, ..Report::default() });
        assert_eq!(post.why().await, "unreadable");
    }
}
