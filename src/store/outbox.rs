//! Letters on their way out: written in the same transaction as their cause, taken by one node at a time, wiped once
//! they are delivered. When a letter is tried again, and when it is given up, is the courier's business.

use std::time::Duration;

use super::{Backend, Db, Reader, Row, StoreError, Tx, sql};
use crate::keys::{KeyError, KeyStore, Place};
use crate::model::{Letter, LetterId, Timestamp};
use crate::random::Random;

/// The queries on the outbox.
pub struct Outbox<'a>(pub(super) Db<'a>);

/// A letter that was taken to be delivered. Until its lease ends nobody else takes it.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its id, which its Message-ID is made of.
    pub id: LetterId,
    /// Which letter.
    pub kind: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// How often it was taken, this time too. It is also the token by which a holder whose lease has ended is told
    /// from the present one.
    pub tries: i32,
    /// After this instant it is worth nothing.
    pub useless_after: Option<Timestamp>,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    sealed: Option<Vec<u8>>,
}

/// How a letter stands that is not delivered, for whoever runs the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub id: LetterId,
    /// Which letter.
    pub kind: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub tries: i32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// When it was given up.
    pub dead_at: Option<Timestamp>,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    sealed: Option<Vec<u8>>,
}

/// How the outbox stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Letters that wait to be delivered.
    pub queued: i64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// Letters that were given up, as long as they are remembered; those that came too late are not among them.
    pub dead: i64,
}

impl Reader<'_> {
    /// Letters on their way out.
    pub fn outbox(&self) -> Outbox<'_> {
        Outbox(self.db())
    }
}

impl Tx {
    /// Letters on their way out.
    pub fn outbox(&self) -> Outbox<'_> {
        Outbox(self.db())
    }
}

impl Outbox<'_> {
    /// Adds a letter, sealed.
    pub async fn add(&self, letter: &Letter, keys: &KeyStore, random: &Random, now: Timestamp) -> Result<(), StoreError> {
        let id = LetterId::new(now, random);
        let plain = serde_json::to_vec(letter).expect("a letter is plain data");
        let sealed = keys.seal(place(&id.to_string()), &plain, random);
        let insert = "INSERT INTO outbox (id, kind, language, sealed, created_at, next_at, tries, useless_after) \
                      VALUES ($1, $2, $3, $4, $5, $5, 0, $6)";
        let values = [
            id.0.into(),
            letter.kind.as_str().into(),
            letter.language.tag().into(),
            sealed.into(),
            now.0.into(),
            letter.useless_after.map(|at| at.0).into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// The work of adding a letter that nobody gets: it is sealed and written like any other, and is over at once, with
    /// nothing in it. Where a letter leaves for some and not for others, nobody learns by the time it took (row E02).
    pub async fn pretend(&self, letter: &Letter, keys: &KeyStore, random: &Random, now: Timestamp) -> Result<(), StoreError> {
        let id = LetterId::new(now, random);
        let plain = serde_json::to_vec(letter).expect("a letter is plain data");
        let _ = keys.seal(place(&id.to_string()), &plain, random);
        let insert = "INSERT INTO outbox (id, kind, language, created_at, next_at, tries, delivered_at) VALUES ($1, $2, $3, $4, $4, 0, $4)";
        let values = [id.0.into(), PRETENDED.into(), letter.language.tag().into(), now.0.into()];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// How many letters could be taken now; counts no further than `most`.
    pub async fn due(&self, most: u32, now: Timestamp) -> Result<i64, StoreError> {
        let select = format!("SELECT COUNT(*) AS n FROM (SELECT id FROM outbox WHERE {DUE} LIMIT $2) AS due");
        let row = sql::row(&self.0, &select, [now.0.into(), i64::from(most).into()]).await?;
        row.map_or(Ok(0), |row| row.try_get("", "n"))
    }

    /// Takes the letter that has been due longest, for the length of a lease; of several that ask at once each gets
    /// another one.
    pub async fn take(&self, lease: Duration, now: Timestamp) -> Result<Option<Taken>, StoreError> {
        let lock = if self.0.backend() == Backend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
        let update = format!(
            "UPDATE outbox SET lease_until = $2, tries = tries + 1 WHERE {DUE} \
             AND id = (SELECT id FROM outbox WHERE {DUE} ORDER BY next_at, id LIMIT 1 {lock}) RETURNING *"
        );
        let row = sql::row(&self.0, &update, [now.0.into(), (now + lease).0.into()]).await?;
        row.as_ref().map(taken).transpose()
    }

    /// It is in the letterbox: what was in it is wiped. True whoever holds the lease now, for it is so.
    pub async fn delivered(&self, id: LetterId, now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE outbox SET delivered_at = $2, sealed = NULL, lease_until = NULL, dead_at = NULL, last_error = NULL \
                      WHERE id = $1 AND delivered_at IS NULL";
        sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await?;
        Ok(())
    }

    /// It is tried again at `next_at`; false if somebody else has taken it meanwhile.
    pub async fn again(&self, taken: &Taken, next_at: Timestamp, why: &str) -> Result<bool, StoreError> {
        let update = format!("UPDATE outbox SET next_at = $3, lease_until = NULL, last_error = $4 WHERE {HELD}");
        let values = [taken.id.0.into(), taken.tries.into(), next_at.0.into(), why.into()];
        Ok(sql::execute(&self.0, &update, values).await? == 1)
    }

    /// It is given back as it was taken, for nothing was tried, and what is known of it stays known; false if somebody
    /// else has taken it meanwhile.
    pub async fn put_back(&self, taken: &Taken, why: &str) -> Result<bool, StoreError> {
        let update = format!("UPDATE outbox SET tries = tries - 1, lease_until = NULL, last_error = COALESCE(last_error, $3) WHERE {HELD}");
        Ok(sql::execute(&self.0, &update, [taken.id.0.into(), taken.tries.into(), why.into()]).await? == 1)
    }

    /// It is given up; what is in it stays sealed, so that it can be tried again by hand. False if somebody else has
    /// taken it meanwhile.
    pub async fn bury(&self, taken: &Taken, why: &str, now: Timestamp) -> Result<bool, StoreError> {
        let update = format!("UPDATE outbox SET dead_at = $3, lease_until = NULL, last_error = $4 WHERE {HELD}");
        let values = [taken.id.0.into(), taken.tries.into(), now.0.into(), why.into()];
        Ok(sql::execute(&self.0, &update, values).await? == 1)
    }

    /// It would come too late, and is wiped unsent; false if somebody else has taken it meanwhile.
    pub async fn drop_useless(&self, taken: &Taken, now: Timestamp) -> Result<bool, StoreError> {
        let update = format!("UPDATE outbox SET dead_at = $3, sealed = NULL, lease_until = NULL, last_error = $4 WHERE {HELD}");
        let values = [taken.id.0.into(), taken.tries.into(), now.0.into(), TOO_LATE.into()];
        Ok(sql::execute(&self.0, &update, values).await? == 1)
    }

    /// Gives letters that were given up another life: one, or all that can still be read. How many there were.
    pub async fn revive(&self, which: Option<LetterId>, now: Timestamp) -> Result<u64, StoreError> {
        let update = "UPDATE outbox SET dead_at = NULL, next_at = $1, tries = 0 WHERE dead_at IS NOT NULL AND sealed IS NOT NULL";
        match which {
            Some(id) => sql::execute(&self.0, &format!("{update} AND id = $2"), [now.0.into(), id.0.into()]).await,
            None => sql::execute(&self.0, update, [now.0.into()]).await,
        }
    }

    /// What waits and what was given up, the oldest first.
    pub async fn standing(&self, most: u32) -> Result<Vec<Standing>, StoreError> {
        let select = "SELECT id, kind, created_at, tries, next_at, dead_at, last_error, sealed FROM outbox \
                      WHERE delivered_at IS NULL ORDER BY created_at, id LIMIT $1";
        let rows = sql::rows(&self.0, select, [i64::from(most).into()]).await?;
        rows.iter().map(standing).collect()
    }

    /// How many wait, since when, and how many were given up.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let select = "SELECT (SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL) AS queued, \
                      (SELECT MIN(created_at) FROM outbox WHERE delivered_at IS NULL AND dead_at IS NULL) AS oldest, \
                      (SELECT COUNT(*) FROM outbox WHERE dead_at IS NOT NULL AND last_error <> $1) AS dead";
        let row = sql::row(&self.0, select, [TOO_LATE.into()]).await?;
        let row = row.ok_or_else(|| StoreError::Corrupt { table: "outbox", what: "no answer to a count".to_owned() })?;
        let oldest: Option<i64> = row.try_get("", "oldest")?;
        Ok(Counts { queued: row.try_get("", "queued")?, oldest: oldest.map(Timestamp), dead: row.try_get("", "dead")? })
    }

    /// Forgets letters that were delivered or given up before `before`; how many there were.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let delivered = sql::execute(&self.0, "DELETE FROM outbox WHERE delivered_at < $1", [before.0.into()]).await?;
        Ok(delivered + sql::execute(&self.0, "DELETE FROM outbox WHERE dead_at < $1", [before.0.into()]).await?)
    }
}

impl Taken {
    /// The letter itself.
    pub fn open(&self, keys: &KeyStore) -> Result<Letter, KeyError> {
        open(self.id, self.sealed.as_deref(), keys)
    }
}

impl Standing {
    /// The letter itself, where it is still there.
    pub fn open(&self, keys: &KeyStore) -> Result<Letter, KeyError> {
        open(self.id, self.sealed.as_deref(), keys)
    }
}

fn open(id: LetterId, sealed: Option<&[u8]>, keys: &KeyStore) -> Result<Letter, KeyError> {
    let sealed = sealed.ok_or(KeyError::Seal("outbox"))?;
    let plain = keys.unseal(place(&id.to_string()), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| KeyError::Seal("outbox"))
}

fn place(row: &str) -> Place<'_> {
    Place { table: "outbox", column: "sealed", row }
}

fn taken(row: &Row) -> Result<Taken, StoreError> {
    Ok(Taken {
        id: LetterId(row.try_get("", "id")?),
        kind: row.try_get("", "kind")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        tries: row.try_get("", "tries")?,
        useless_after: row.try_get::<Option<i64>>("", "useless_after")?.map(Timestamp),
        last_error: row.try_get("", "last_error")?,
        sealed: row.try_get("", "sealed")?,
    })
}

fn standing(row: &Row) -> Result<Standing, StoreError> {
    Ok(Standing {
        id: LetterId(row.try_get("", "id")?),
        kind: row.try_get("", "kind")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        tries: row.try_get("", "tries")?,
        next_at: Timestamp(row.try_get("", "next_at")?),
        dead_at: row.try_get::<Option<i64>>("", "dead_at")?.map(Timestamp),
        last_error: row.try_get("", "last_error")?,
        sealed: row.try_get("", "sealed")?,
    })
}

/// Nobody has it, it is not over, and its time has come ($1).
/// The kind of a letter that nobody gets.
const PRETENDED: &str = "none";
const DUE: &str = "delivered_at IS NULL AND dead_at IS NULL AND next_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)";
/// The letter ($1) as it was taken ($2).
const HELD: &str = "id = $1 AND tries = $2 AND delivered_at IS NULL AND dead_at IS NULL";
/// Why a letter that came too late was not sent.
const TOO_LATE: &str = "too-late";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::model::Language;
    use crate::store::{Store, testing};

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const LEASE: Duration = Duration::from_secs(600);

    fn letter(to: &str) -> Letter {
        let data = json!({ "code": "K7QM-29XD" });
        Letter { kind: "help-request".to_owned(), to: to.to_owned(), language: Language::French, data, useless_after: None }
    }

    async fn add(store: &Store, to: &str) {
        let (keys, random) = (KeyStore::for_tests(), Random::system());
        let letter = letter(to);
        store.write(async |tx: &Tx| tx.outbox().add(&letter, &keys, &random, NOW).await).await.unwrap();
    }

    async fn take(store: &Store, now: Timestamp) -> Option<Taken> {
        store.write(async |tx: &Tx| tx.outbox().take(LEASE, now).await).await.unwrap()
    }

    async fn text_of_the_database(store: &Store) -> Vec<u8> {
        let rows = sql::rows(&store.read().db(), "SELECT sealed FROM outbox WHERE sealed IS NOT NULL", []).await.unwrap();
        rows.iter().flat_map(|row| row.try_get::<Vec<u8>>("", "sealed").unwrap()).collect()
    }

    #[tokio::test]
    async fn c6_a_letter_stands_and_falls_with_its_cause() {
        let (keys, random) = (KeyStore::for_tests(), Random::system());
        for store in testing::stores().await {
            let letter = letter("lea@tilleuls.example");
            let undone = async |tx: &Tx| {
                tx.outbox().add(&letter, &keys, &random, NOW).await?;
                Err::<(), _>(StoreError::Unsafe("on purpose".to_owned()))
            };
            store.write(undone).await.unwrap_err();
            assert!(take(&store, NOW).await.is_none());
            store.write(async |tx: &Tx| tx.outbox().add(&letter, &keys, &random, NOW).await).await.unwrap();
            let taken = take(&store, NOW).await.unwrap();
            assert_eq!(taken.open(&keys).unwrap(), letter);
        }
    }

    #[tokio::test]
    async fn r11_what_is_in_a_letter_is_sealed_while_it_waits_and_wiped_when_it_is_delivered() {
        for store in testing::stores().await {
            add(&store, "lea@tilleuls.example").await;
            let waiting = text_of_the_database(&store).await;
            assert!(!waiting.is_empty());
            for secret in ["K7QM-29XD", "lea@tilleuls.example"] {
                assert!(!waiting.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
            }
            let taken = take(&store, NOW).await.unwrap();
            store.write(async |tx: &Tx| tx.outbox().delivered(taken.id, NOW).await).await.unwrap();
            assert!(text_of_the_database(&store).await.is_empty());
            let counts = store.read().outbox().counts().await.unwrap();
            assert_eq!(counts, Counts { queued: 0, oldest: None, dead: 0 });
        }
    }

    #[tokio::test]
    async fn a_letter_is_leased_to_one_until_the_lease_ends() {
        for store in testing::stores().await {
            add(&store, "lea@tilleuls.example").await;
            let first = take(&store, NOW).await.unwrap();
            assert!(take(&store, NOW + LEASE - Duration::from_secs(1)).await.is_none());
            let second = take(&store, NOW + LEASE).await.unwrap();
            assert_eq!((second.id, second.tries), (first.id, 2));
            // Whoever had it before has no say any more, but for the one thing that is true whoever says it.
            store
                .write(async |tx: &Tx| {
                    assert!(!tx.outbox().again(&first, NOW, "x").await?);
                    assert!(!tx.outbox().bury(&first, "x", NOW).await?);
                    assert!(!tx.outbox().put_back(&first, "x").await?);
                    tx.outbox().delivered(first.id, NOW).await
                })
                .await
                .unwrap();
            assert!(take(&store, NOW + LEASE + LEASE).await.is_none());
        }
    }

    /// Several nodes take letters at once: each letter is taken once, and nobody goes away empty while some are left.
    #[tokio::test(flavor = "multi_thread")]
    async fn f05_of_several_that_take_each_gets_another() {
        for url in [Some(testing::sqlite()), testing::postgres().await].into_iter().flatten() {
            let nodes = [Arc::new(Store::open(&url).await.unwrap()), Arc::new(Store::connect(&url).await.unwrap())];
            for n in 0..60 {
                add(&nodes[0], &format!("{n}@tilleuls.example")).await;
            }
            let takers: Vec<_> = (0..6)
                .map(|taker| {
                    let node = Arc::clone(&nodes[taker % 2]);
                    tokio::spawn(async move {
                        let mut mine = Vec::new();
                        while let Some(taken) = take(&node, NOW).await {
                            mine.push(taken.id);
                        }
                        mine
                    })
                })
                .collect();
            let mut all = Vec::new();
            for taker in takers {
                all.extend(taker.await.unwrap());
            }
            all.sort_unstable();
            let taken = all.len();
            all.dedup();
            assert_eq!((taken, all.len()), (60, 60));
        }
    }

    #[tokio::test]
    async fn a_letter_that_was_given_up_can_have_another_life() {
        for store in testing::stores().await {
            add(&store, "lea@tilleuls.example").await;
            let taken = take(&store, NOW).await.unwrap();
            store.write(async |tx: &Tx| tx.outbox().bury(&taken, "rcpt-550", NOW).await).await.unwrap();
            assert_eq!(store.read().outbox().counts().await.unwrap(), Counts { queued: 0, oldest: None, dead: 1 });
            let standing = store.read().outbox().standing(10).await.unwrap();
            assert_eq!((standing[0].dead_at, standing[0].last_error.as_deref()), (Some(NOW), Some("rcpt-550")));
            assert_eq!(store.write(async |tx: &Tx| tx.outbox().revive(None, NOW).await).await.unwrap(), 1);
            let taken = take(&store, NOW).await.unwrap();
            assert_eq!(taken.tries, 1);
            store.write(async |tx: &Tx| tx.outbox().drop_useless(&taken, NOW).await).await.unwrap();
            assert!(text_of_the_database(&store).await.is_empty());
            assert_eq!(store.write(async |tx: &Tx| tx.outbox().revive(Some(taken.id), NOW).await).await.unwrap(), 0);
            assert_eq!(store.read().outbox().counts().await.unwrap(), Counts { queued: 0, oldest: None, dead: 0 });
        }
    }

    #[tokio::test]
    async fn letters_that_are_over_are_forgotten_and_no_others() {
        for store in testing::stores().await {
            for to in ["a@b.example", "c@d.example", "e@f.example"] {
                add(&store, to).await;
            }
            let (first, second) = (take(&store, NOW).await.unwrap(), take(&store, NOW).await.unwrap());
            let work = async |tx: &Tx| {
                tx.outbox().delivered(first.id, NOW).await?;
                tx.outbox().bury(&second, "rcpt-550", NOW).await?;
                Ok::<_, StoreError>((tx.outbox().forget(NOW).await?, tx.outbox().forget(NOW + LEASE).await?))
            };
            assert_eq!(store.write(work).await.unwrap(), (0, 2));
            assert_eq!(store.read().outbox().counts().await.unwrap(), Counts { queued: 1, oldest: Some(NOW), dead: 0 });
        }
    }
}
