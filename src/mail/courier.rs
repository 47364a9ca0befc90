//! Delivers what is due: takes a letter by lease, fills its template in, hands it over, and writes down what became of
//! it. Any number of couriers on any number of nodes share the work; a letter goes out twice only where one of them
//! died between the server's answer and its own note, or the server never answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::message::Parts;
use super::smtp::Line;
use super::{Handed, Mail, Mailer};
use crate::clock::Clock;
use crate::keys::KeyStore;
use crate::model::Timestamp;
use crate::pages::{District, Pages};
use crate::store::events::Event;
use crate::store::outbox::Taken;
use crate::store::{Store, StoreError, Tx};

/// Carries letters from one district's outbox to its mail server.
pub struct Courier<'a> {
    /// Where the outbox is.
    pub store: &'a Store,
    /// What it is sealed with.
    pub keys: &'a KeyStore,
    /// Templates and texts.
    pub pages: &'a Pages,
    /// Where letters go.
    pub mailer: &'a Mailer,
    /// What time it is.
    pub clock: &'a dyn Clock,
    /// Whose name and colour letters bear.
    pub district: District,
    /// Who reads what families answer; nobody, if it is not said.
    pub answers_to: Option<&'a str>,
    /// The address of Préau, which every link in a letter begins with (security.md R05).
    pub issuer: &'a str,
}

/// What a round of deliveries came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Letters that were taken.
    pub delivered: u64,
    /// Letters that are tried again later.
    pub again: u64,
    /// Letters that were given up.
    pub dead: u64,
    /// Letters that would have come too late.
    pub too_late: u64,
    /// Why the round was broken off, where nobody serves us: what was left waits.
    pub no_server: Option<String>,
}

/// What becomes of a letter that was not delivered.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It is tried at this instant.
    Again(Timestamp),
    /// It is given up.
    Dead,
    /// By then it would be worth nothing.
    TooLate,
}

impl Courier<'_> {
    /// Delivers everything that is due, and comes back when nothing is left, or when nobody serves us.
    pub async fn deliver_due(&self) -> Result<Report, StoreError> {
        self.round(&AtomicBool::new(false)).await
    }

    /// Delivers until `stop` is ready; the letters that are in hand then are still brought to their end. While the
    /// server does not serve us it is asked at longer and longer intervals, and letters wait without using up tries.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let stopping = AtomicBool::new(false);
        let (mut outage, mut tidy_at) = (Outage::default(), self.clock.now());
        loop {
            let round = {
                let mut round = std::pin::pin!(self.round(&stopping));
                tokio::select! {
                    done = &mut round => done,
                    () = &mut stop => {
                        stopping.store(true, Ordering::Relaxed);
                        round.await
                    }
                }
            };
            let pause = outage.after(round);
            if self.clock.now() >= tidy_at {
                tidy_at = self.clock.now() + AN_HOUR;
                self.tidy().await;
            }
            if stopping.load(Ordering::Relaxed) {
                return;
            }
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    async fn round(&self, stopping: &AtomicBool) -> Result<Report, StoreError> {
        let due = self.store.read().outbox().due(LINES, self.clock.now()).await?;
        let (first, second, third) = tokio::join!(self.lane(due > 0, stopping), self.lane(due > 1, stopping), self.lane(due > 2, stopping));
        Ok(first?.and(second?).and(third?))
    }

    /// One line's share of a round.
    async fn lane(&self, needed: bool, stopping: &AtomicBool) -> Result<Report, StoreError> {
        let (mut report, mut line) = (Report::default(), Line::default());
        while needed && report.no_server.is_none() && !stopping.load(Ordering::Relaxed) {
            let now = self.clock.now();
            match self.store.write(async |tx: &Tx| tx.outbox().take(LEASE, now).await).await {
                Ok(Some(taken)) => match self.deliver(&taken, &mut line).await {
                    Ok(one) => report = report.and(one),
                    Err(error) => {
                        self.mailer.hang_up(line).await;
                        return Err(error);
                    }
                },
                Ok(None) => break,
                Err(error) => {
                    self.mailer.hang_up(line).await;
                    return Err(error);
                }
            }
        }
        self.mailer.hang_up(line).await;
        Ok(report)
    }

    async fn deliver(&self, taken: &Taken, line: &mut Line) -> Result<Report, StoreError> {
        let now = self.clock.now();
        if taken.useless_after.is_some_and(|end| now > end) {
            return self.settle(taken, Fate::TooLate, "too-late").await;
        }
        let mail = match self.make(taken) {
            Ok(mail) => mail,
            Err(Unmade::ForNow(why)) => return self.settle(taken, later(taken, now), why).await,
            Err(Unmade::ForGood(why)) => return self.settle(taken, Fate::Dead, why).await,
        };
        match self.mailer.hand(line, &mail).await {
            Handed::Taken => self.note_delivery(taken).await,
            Handed::Refused(why) => self.settle(taken, Fate::Dead, &why).await,
            Handed::Later(why) => self.settle(taken, later(taken, self.clock.now()), &why).await,
            Handed::Unanswered => self.settle(taken, after_silence(taken, self.clock.now()), UNANSWERED).await,
            Handed::NoServer(why) => self.wait_for_a_server(taken, why).await,
        }
    }

    fn make(&self, taken: &Taken) -> Result<Mail, Unmade> {
        let letter = taken.open(self.keys).map_err(|error| {
            tracing::error!(letter.id = %taken.id, "{error}");
            Unmade::ForGood("unreadable")
        })?;
        // A template is mended by the next version, which finds the letter still here.
        let rendered = self.pages.letter(&letter, &self.district, self.issuer).map_err(|error| {
            tracing::error!(letter.id = %taken.id, letter.kind = taken.kind, "the letter's template does not fit it: {error}");
            Unmade::ForNow("template")
        })?;
        // A family's request is answered to the family.
        let asker = letter.data.get("email").and_then(|email| email.as_str()).filter(|_| letter.kind == "help-request");
        let parts = Parts {
            id: taken.id,
            from: &self.mailer.from,
            reply_to: asker.or(self.answers_to),
            to: &letter.to,
            language: letter.language,
            written_at: taken.created_at,
            rendered,
            issuer: self.issuer,
        };
        Mail::make(parts).ok_or(Unmade::ForGood("address"))
    }

    /// The letter is gone and cannot be called back: the note of it is worth some patience with a database that is
    /// away for a moment, for without it the letter would go out again.
    async fn note_delivery(&self, taken: &Taken) -> Result<Report, StoreError> {
        let mut left = 5;
        loop {
            let now = self.clock.now();
            match self.store.write(async |tx: &Tx| tx.outbox().delivered(taken.id, now).await).await {
                Ok(()) => return Ok(Report { delivered: 1, ..Report::default() }),
                Err(error) if left == 0 => return Err(error),
                Err(_) => left -= 1,
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn settle(&self, taken: &Taken, fate: Fate, why: &str) -> Result<Report, StoreError> {
        let now = self.clock.now();
        // That a letter may be out already is not forgotten over what happens to it later.
        let why = if was_unanswered(taken) && why != UNANSWERED { &format!("{UNANSWERED}, {why}") } else { why };
        let work = async |tx: &Tx| match fate {
            Fate::Again(at) => tx.outbox().again(taken, at, why).await,
            Fate::TooLate => tx.outbox().drop_useless(taken, now).await,
            Fate::Dead => {
                let buried = tx.outbox().bury(taken, why, now).await?;
                if buried {
                    let detail = json!({ "letter": taken.id, "kind": taken.kind, "tries": taken.tries, "why": why });
                    tx.record(&Event { detail, ..Event::of("letter.dead") }, now).await?;
                }
                Ok(buried)
            }
        };
        if !self.store.write(work).await? {
            // Our lease ended meanwhile: the letter is another courier's to tell of.
            return Ok(Report::default());
        }
        let (id, kind, tries) = (&taken.id, &taken.kind, taken.tries);
        Ok(match fate {
            Fate::Again(at) => {
                tracing::info!(letter.id = %id, letter.kind = kind, tries, why, next_at = at.0, "a letter is tried again later");
                Report { again: 1, ..Report::default() }
            }
            Fate::TooLate => {
                tracing::warn!(letter.id = %id, letter.kind = kind, tries, "a letter would have come too late and was not sent");
                Report { too_late: 1, ..Report::default() }
            }
            Fate::Dead => {
                tracing::error!(letter.id = %id, letter.kind = kind, tries, why, "a letter could not be delivered and was given up");
                Report { dead: 1, ..Report::default() }
            }
        })
    }

    /// Gives the letter back without counting the try, unless it has waited longer than any server is away.
    async fn wait_for_a_server(&self, taken: &Taken, why: String) -> Result<Report, StoreError> {
        let now = self.clock.now();
        let mut report = if now.since(taken.created_at) > LONGEST_OUTAGE {
            self.settle(taken, Fate::Dead, &why).await?
        } else {
            self.store.write(async |tx: &Tx| tx.outbox().put_back(taken, &why).await).await?;
            Report::default()
        };
        report.no_server = Some(why);
        Ok(report)
    }

    async fn tidy(&self) {
        let before = self.clock.now() - REMEMBERED;
        if let Err(error) = self.store.write(async |tx: &Tx| tx.outbox().forget(before).await).await {
            tracing::error!("old letters could not be forgotten: {error}");
        }
    }
}

impl Report {
    fn and(self, other: Self) -> Self {
        Self {
            delivered: self.delivered + other.delivered,
            again: self.again + other.again,
            dead: self.dead + other.dead,
            too_late: self.too_late + other.too_late,
            no_server: self.no_server.or(other.no_server),
        }
    }
}

/// Why there is nothing to hand over.
enum Unmade {
    ForNow(&'static str),
    ForGood(&'static str),
}

/// How long nobody has served us: told once when it begins, and once when it ends.
#[derive(Default)]
struct Outage(usize);

impl Outage {
    /// How long to wait before the next round.
    fn after(&mut self, round: Result<Report, StoreError>) -> Duration {
        let why = match round {
            Ok(Report { no_server: None, .. }) => {
                if std::mem::take(&mut self.0) > 0 {
                    tracing::info!("mail is delivered again");
                }
                return LOOK;
            }
            Ok(Report { no_server: Some(why), .. }) => why,
            Err(error) => error.to_string(),
        };
        if self.0 == 0 {
            tracing::error!(why, "mail cannot be delivered; letters wait");
        }
        let pause = PAUSES[self.0.min(PAUSES.len() - 1)];
        self.0 += 1;
        Duration::from_secs(pause)
    }
}

/// After a refusal that may pass.
fn later(taken: &Taken, now: Timestamp) -> Fate {
    let tries = usize::try_from(taken.tries).unwrap_or_default();
    let delay = DELAYS.get(tries.saturating_sub(1));
    delay.map_or(Fate::Dead, |minutes| again(taken, now + Duration::from_secs(minutes * 60)))
}

/// After a silence: the letter may have been taken, so it is sent once more, and then no more.
fn after_silence(taken: &Taken, now: Timestamp) -> Fate {
    if was_unanswered(taken) { Fate::Dead } else { again(taken, now + AFTER_SILENCE) }
}

fn was_unanswered(taken: &Taken) -> bool {
    taken.last_error.as_deref().is_some_and(|why| why.starts_with(UNANSWERED))
}

fn again(taken: &Taken, at: Timestamp) -> Fate {
    if taken.useless_after.is_some_and(|end| at > end) { Fate::TooLate } else { Fate::Again(at) }
}

/// Minutes until the next try (security.md 2.4).
const DELAYS: [u64; 8] = [1, 5, 15, 60, 180, 360, 720, 1_440];
/// Seconds until the next round while nobody serves us.
const PAUSES: [u64; 5] = [5, 10, 20, 40, 60];
/// How often the outbox is looked at: one read of an index that holds only what waits.
const LOOK: Duration = Duration::from_secs(1);
const AFTER_SILENCE: Duration = Duration::from_secs(15 * 60);
/// Longer than any letter is in hand, however slow the server.
const LEASE: Duration = Duration::from_secs(600);
/// Lines to the server at a time.
const LINES: u32 = 3;
/// A letter that no server took within two days is given up.
const LONGEST_OUTAGE: i64 = 2 * 86_400;
/// How long it is remembered that a letter was delivered, or given up.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
const AN_HOUR: Duration = Duration::from_secs(3_600);
const UNANSWERED: &str = "unanswered";
