//! A district's post: an outbox on SQLite, a courier to the mail server, and a clock that is moved.

use std::sync::Arc;
use std::time::Duration;

use preau::clock::{Clock, FixedClock};
use preau::config::keys::KeySettings;
use preau::config::mail::MailSettings;
use preau::keys::KeyStore;
use preau::mail::{Courier, Mailer, Patience, Report};
use preau::model::{Language, Letter, Timestamp};
use preau::pages::{District, Pages};
use preau::random::Random;
use preau::store::{Store, Tx};
use serde_json::json;
use tempfile::TempDir;

/// The post.
#[derive(Clone)]
pub struct Post {
    /// Its clock.
    pub clock: FixedClock,
    whole: Arc<Whole>,
}

struct Whole {
    store: Store,
    keys: KeyStore,
    pages: Pages,
    random: Random,
    mailer: Mailer,
    _folder: TempDir,
}

impl Post {
    /// One that delivers to this port, and waits five seconds for an answer.
    pub async fn new(port: u16) -> Self {
        let (folder, random) = (tempfile::tempdir().unwrap(), Random::system());
        let clock = FixedClock::at(Timestamp(1_800_000_000));
        let store = Store::open(&format!("sqlite:{}", folder.path().join("preau.db").display())).await.unwrap();
        let settings = KeySettings { master_key_file: folder.path().join("master.key"), ..KeySettings::default() };
        let keys = KeyStore::open(&settings, &store, clock.now(), &random).await.unwrap();
        let url = format!("smtp://127.0.0.1:{port}");
        let five = Duration::from_secs(5);
        let mailer = Mailer::open(&MailSettings { url, ..MailSettings::default() }).unwrap();
        let mailer = mailer.with_patience(Patience { line: five, answer: five, letter: five });
        let whole = Whole { store, keys, pages: Pages::load().unwrap(), random, mailer, _folder: folder };
        Self { clock, whole: Arc::new(whole) }
    }

    /// Puts a letter to each of these into the outbox.
    pub async fn add(&self, to: &[&str]) {
        for to in to {
            self.put(letter(to)).await;
        }
    }

    /// Puts one in whose code lives ten minutes.
    pub async fn add_stale(&self, to: &str) {
        let useless_after = Some(self.clock.now() + Duration::from_secs(600));
        self.put(Letter { useless_after, ..letter(to) }).await;
    }

    async fn put(&self, letter: Letter) {
        let (whole, now) = (&self.whole, self.clock.now());
        whole.store.write(async |tx: &Tx| tx.outbox().add(&letter, &whole.keys, &whole.random, now).await).await.unwrap();
    }

    /// One round.
    pub async fn deliver(&self) -> Report {
        self.courier().deliver_due().await.unwrap()
    }

    /// The loop.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        self.courier().run(stop).await;
    }

    /// What is not delivered: why, after how many tries, and whether it was given up.
    pub async fn standing(&self) -> Vec<(String, i32, bool)> {
        let standing = self.whole.store.read().outbox().standing(100).await.unwrap();
        let tell = |letter: preau::store::outbox::Standing| (letter.last_error.unwrap_or_default(), letter.tries, letter.dead_at.is_some());
        standing.into_iter().map(tell).collect()
    }

    fn courier(&self) -> Courier<'_> {
        let Whole { store, keys, pages, mailer, .. } = &*self.whole;
        let district = District { name: "Conseil scolaire des Tilleuls".to_owned(), brand: "#14606b".to_owned(), logo: None };
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
}

fn letter(to: &str) -> Letter {
    let message = "Bonjour,\nla page dit « trop d’essais »\n.\nla fin";
    let data = json!({ "name": "Noé Tremblay", "email": null, "school": null, "message": message, "case": null });
    Letter { kind: "help-request".to_owned(), to: to.to_owned(), language: Language::French, data, useless_after: None }
}
