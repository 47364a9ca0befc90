//! Keeps the ring and the database together: makes the keys that are lacking, drops those that are over, and changes
//! keys when somebody asks. Slow work (an RSA key takes hundreds of milliseconds) comes before the write and off the
//! async threads; each change is one conditional write, so nodes that act at the same time do it once.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use zeroize::Zeroize;

use super::algorithm::Algorithm;
use super::life::{self, PUBLISHED_BEFORE, Stage, TERM, Wanted};
use super::ring::Ring;
use super::signing::SigningKey;
use super::{KeyError, KeyStore, private};
use crate::model::Timestamp;
use crate::random::Random;
use crate::store::events::Event;
use crate::store::signing_keys::StoredKey;
use crate::store::{Store, StoreError, Tx};

/// Which keys are to change, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Those of this algorithm, or of all.
    pub only: Option<Algorithm>,
    /// How fast.
    pub pace: Pace,
}

/// How fast keys are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Not before every relying party has read the next key; what the key before it signed stays good.
    WhenRead,
    /// In an emergency: at once, and whatever earlier keys signed is void.
    AtOnce,
}

/// What came of asking for the next key: these sign from then on, at once or when every relying party has read them. Those
/// after them are published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Their names; none, if somebody else was quicker.
    pub kids: Vec<String>,
    /// When the last of them begins.
    pub signs_from: Timestamp,
}

/// What came of bringing a key in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// It is the next key of its algorithm.
    Next {
        /// Its name.
        kid: String,
        /// When it begins to sign.
        signs_from: Timestamp,
    },
    /// No PKCS#8 key, in PEM or DER and not encrypted, that is RSA of 2048 to 4096 bits, EC on P-256 or P-384, or Ed25519;
    /// or none that can sign by the algorithm that was named.
    Unusable,
    /// It is here already.
    Known,
    /// The next key was changed at the same time.
    Busy,
}

impl KeyStore {
    /// Takes in what other nodes and the clock have changed; makes keys that are lacking and drops those that are over.
    /// Asked every few seconds; whoever signs meanwhile does not wait.
    pub async fn refresh(&self, store: &Store, now: Timestamp, random: &Random) -> Result<(), KeyError> {
        self.keep(store, now, random, |_| true).await
    }

    /// The same, making of the keys that are lacking those that are `needed`.
    pub(super) async fn keep(
        &self,
        store: &Store,
        now: Timestamp,
        random: &Random,
        needed: impl Fn(&Wanted) -> bool,
    ) -> Result<(), KeyError> {
        let found = store.read().signing_keys().all().await?;
        let lacking: Vec<Wanted> = life::lacking(&found, now).into_iter().filter(needed).collect();
        let over: Vec<&StoredKey> = life::stages(&found, now).filter(|(_, stage)| stage.is_over(now)).map(|(key, _)| key).collect();
        if lacking.is_empty() && over.is_empty() {
            return self.show(&found, now);
        }
        let made = self.make(lacking, now, random).await?;
        let change = async |tx: &Tx| {
            for key in &made {
                add(tx, key, "key.made", now).await?;
            }
            for key in &over {
                remove(tx, key, now).await?;
            }
            Ok::<_, StoreError>(())
        };
        store.write(change).await?;
        self.reload(store, now).await
    }

    /// Lets next keys sign: from now on, or from the moment when every relying party has read them. The keys after them are made
    /// and published at once.
    pub async fn rotate(&self, store: &Store, now: Timestamp, random: &Random, asked: Asked) -> Result<Rotation, KeyError> {
        self.refresh(store, now, random).await?;
        let found = store.read().signing_keys().all().await?;
        let meant = |(key, _): &(&StoredKey, Stage)| asked.only.is_none_or(|only| only == key.algorithm);
        let (next, earlier): (Vec<_>, Vec<_>) = life::stages(&found, now).filter(meant).partition(|(_, stage)| *stage == Stage::Next);
        let mut next: Vec<&StoredKey> = next.into_iter().map(|(key, _)| key).collect();
        let from = |key: &StoredKey| match asked.pace {
            Pace::WhenRead => now.max(key.made_at + PUBLISHED_BEFORE),
            Pace::AtOnce => now,
        };
        // What a rotation before this one has brought forward comes as soon as it may; the one after it is next. What was made a
        // moment ago, somebody else's rotation made: the same one was asked for twice.
        let just_made = |key: &StoredKey| asked.pace == Pace::WhenRead && key.number > FIRST_TWO && key.made_at + A_MOMENT > now;
        next.retain(|key| key.signs_from > from(key) && !just_made(key));
        next.dedup_by_key(|key| key.algorithm);
        let signs_from = next.iter().map(|key| from(key)).max().unwrap_or(now);
        let after = |key: &&StoredKey| Wanted { algorithm: key.algorithm, number: key.number + 1, signs_from: from(key) + TERM };
        let made = self.make(next.iter().map(after).collect(), now, random).await?;
        let change = async |tx: &Tx| {
            let mut done = Vec::new();
            for (key, following) in next.iter().zip(&made) {
                if !tx.signing_keys().bring_forward(&key.kid, from(key)).await? {
                    continue;
                }
                tx.record(&event(asked.pace.event(), key), now).await?;
                add(tx, following, "key.made", now).await?;
                let void = |(old, _): &&(&StoredKey, Stage)| asked.pace == Pace::AtOnce && old.algorithm == key.algorithm;
                for (old, _) in earlier.iter().filter(void) {
                    remove(tx, old, now).await?;
                }
                done.push(key.kid.clone());
            }
            Ok::<_, StoreError>(done)
        };
        let done = store.write(change).await?;
        self.reload(store, now).await?;
        Ok(Rotation { kids: done, signs_from })
    }

    /// Brings in a key of the district's own, PKCS#8 in PEM or DER, as the next one of `algorithm`, or of the first that
    /// it can sign by. It takes the place of the next key that was there, which has signed nothing.
    pub async fn import(
        &self,
        store: &Store,
        now: Timestamp,
        random: &Random,
        algorithm: Option<Algorithm>,
        file: &[u8],
    ) -> Result<Import, KeyError> {
        let Some(key) = read(file, algorithm)? else { return Ok(Import::Unusable) };
        self.refresh(store, now, random).await?;
        let found = store.read().signing_keys().all().await?;
        if found.iter().any(|known| known.kid == key.kid) {
            return Ok(Import::Known);
        }
        let next = life::stages_of(life::of(&found, key.algorithm), now).find(|(_, stage)| *stage == Stage::Next);
        let Some((next, _)) = next else { return Ok(Import::Busy) };
        let signs_from = next.signs_from.max(now + PUBLISHED_BEFORE);
        let imported = self.stored(&key, Wanted { algorithm: key.algorithm, number: next.number, signs_from }, now, random)?;
        let change = async |tx: &Tx| {
            if !tx.signing_keys().withdraw(&next.kid, now).await? {
                return Ok(false);
            }
            tx.record(&event("key.removed", next), now).await?;
            // If its name was taken meanwhile, there is no next key, and the refresh below makes one.
            add(tx, &imported, "key.imported", now).await
        };
        let done = store.write(change).await?;
        self.refresh(store, now, random).await?;
        Ok(if done { Import::Next { kid: imported.kid, signs_from } } else { Import::Busy })
    }

    /// Makes keys, off the async threads.
    async fn make(&self, wanted: Vec<Wanted>, now: Timestamp, random: &Random) -> Result<Vec<StoredKey>, KeyError> {
        let bits = self.rsa_bits;
        let generate = move || {
            let each = wanted.into_iter().map(|wanted| Ok((SigningKey::generate(wanted.algorithm, bits)?, wanted)));
            each.collect::<Result<Vec<_>, KeyError>>()
        };
        let made = tokio::task::spawn_blocking(generate).await.map_err(|_| KeyError::Crypto("no key was made"))??;
        made.iter().map(|(key, wanted)| self.stored(key, *wanted, now, random)).collect()
    }

    fn stored(&self, key: &SigningKey, wanted: Wanted, now: Timestamp, random: &Random) -> Result<StoredKey, KeyError> {
        Ok(StoredKey {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            number: wanted.number,
            made_at: now,
            signs_from: wanted.signs_from,
            sealed: self.seal(private(&key.kid), &key.to_pkcs8()?, random),
            public_jwk: key.jwk.clone(),
        })
    }

    async fn reload(&self, store: &Store, now: Timestamp) -> Result<(), KeyError> {
        self.show(&store.read().signing_keys().all().await?, now)
    }

    /// Exchanges the ring.
    fn show(&self, found: &[StoredKey], now: Timestamp) -> Result<(), KeyError> {
        let ring = Arc::new(Ring::open(found, now, &self.seals, &self.ring())?);
        *self.ring.write().expect("nothing panics while it holds the ring") = ring;
        Ok(())
    }
}

impl Pace {
    fn event(self) -> &'static str {
        match self {
            Self::WhenRead => "key.rotated",
            Self::AtOnce => "key.rotated-at-once",
        }
    }
}

/// The key of a file: PKCS#8 in PEM, or in DER, which begins with the mark of a sequence.
pub(super) fn read(file: &[u8], algorithm: Option<Algorithm>) -> Result<Option<SigningKey>, KeyError> {
    if file.starts_with(SEQUENCE) {
        return of_der(file, algorithm);
    }
    match PrivatePkcs8KeyDer::from_pem_slice(file) {
        Ok(mut key) => {
            let read = of_der(key.secret_pkcs8_der(), algorithm);
            key.zeroize();
            read
        }
        Err(_) => Ok(None),
    }
}

fn of_der(der: &[u8], algorithm: Option<Algorithm>) -> Result<Option<SigningKey>, KeyError> {
    let named = Algorithm::ALL.iter().filter(|one| algorithm.is_none_or(|named| named == **one));
    named.map(|one| SigningKey::from_pkcs8(*one, der)).find_map(Result::transpose).transpose()
}

async fn add(tx: &Tx, key: &StoredKey, kind: &'static str, now: Timestamp) -> Result<bool, StoreError> {
    let added = tx.signing_keys().add(key).await?;
    if added {
        tx.record(&event(kind, key), now).await?;
    }
    Ok(added)
}

async fn remove(tx: &Tx, key: &StoredKey, now: Timestamp) -> Result<(), StoreError> {
    if tx.signing_keys().remove(&key.kid).await? {
        tx.record(&event("key.removed", key), now).await?;
    }
    Ok(())
}

fn event(kind: &'static str, key: &StoredKey) -> Event {
    let detail = json!({ "kid": key.kid, "algorithm": key.algorithm, "signs_from": key.signs_from });
    Event { detail, ..Event::of(kind) }
}

const SEQUENCE: &[u8] = &[0x30];
/// Those that no rotation made.
const FIRST_TWO: i64 = 2;
const A_MOMENT: Duration = Duration::from_secs(60);
