//! Keeps the ring and the database together: makes the keys that are lacking, drops those that are over, and changes
//! keys when somebody asks. Slow work (an RSA key takes hundreds of milliseconds) comes before the write and off the
//! async threads; each change is one conditional write, so nodes that act at the same time do it once.

use std::sync::Arc;

use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use zeroize::Zeroizing;

use super::life::{self, PUBLISHED_BEFORE, Stage, TERM, Wanted};
use super::ring::Ring;
use super::seal::Place;
use super::signing::{Algorithm, SigningKey};
use super::{KeyError, KeyStore, PRIVATE};
use crate::model::Timestamp;
use crate::random::Random;
use crate::store::events::Event;
use crate::store::signing_keys::StoredKey;
use crate::store::{Store, StoreError, Tx};

/// What came of asking for the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// These sign now.
    Done(Vec<String>),
    /// Relying parties may not have read the next key yet; they will have by then.
    TooSoon(Timestamp),
}

/// What came of bringing a key in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// It is the next key of its algorithm, and signs from then.
    Next {
        /// Its name.
        kid: String,
        /// When it begins to sign.
        signs_from: Timestamp,
    },
    /// No PKCS#8 key, in PEM or DER and not encrypted, that is RSA of 2048 bits or more, or EC on P-256.
    Unusable,
    /// It is here already.
    Known,
    /// The next key was changed at the same time.
    Busy,
}

impl KeyStore {
    /// Takes in what other nodes and the clock have changed; makes keys that are lacking and drops those that are over.
    /// Asked every minute; whoever signs meanwhile does not wait.
    pub async fn refresh(&self, store: &Store, now: Timestamp, random: &Random) -> Result<(), KeyError> {
        let found = store.read().signing_keys().all().await?;
        let mut lacking = Vec::new();
        for algorithm in Algorithm::ALL {
            lacking.extend(life::wanted(of(&found, *algorithm), now).into_iter().map(|wanted| (*algorithm, wanted)));
        }
        let over: Vec<&StoredKey> = each_stage(&found, now).filter(|(_, stage)| stage.is_over(now)).map(|(key, _)| key).collect();
        if lacking.is_empty() && over.is_empty() {
            return self.show(&found, now);
        }
        let made = self.make(lacking, now, random).await?;
        let change = async |tx: &Tx| {
            for key in &made {
                if tx.signing_keys().add(key).await? {
                    tx.record(&event("key.made", key), now).await?;
                }
            }
            for key in &over {
                if tx.signing_keys().remove(&key.kid).await? {
                    tx.record(&event("key.removed", key), now).await?;
                }
            }
            Ok::<_, StoreError>(())
        };
        store.write(change).await?;
        self.reload(store, now).await
    }

    /// Lets the next key of an algorithm, or of all, sign from now. `emergency` does not wait until relying parties have
    /// read it, and takes the keys before it away at once: whatever they signed is void.
    pub async fn rotate(
        &self,
        store: &Store,
        now: Timestamp,
        random: &Random,
        only: Option<Algorithm>,
        emergency: bool,
    ) -> Result<Rotation, KeyError> {
        let found = store.read().signing_keys().all().await?;
        let asked = |algorithm: Algorithm| only.is_none_or(|only| only == algorithm);
        let all = each_stage(&found, now).filter(|(key, _)| asked(key.algorithm));
        let (next, before): (Vec<_>, Vec<_>) = all.partition(|(_, stage)| *stage == Stage::Next);
        let ripe = next.iter().map(|(key, _)| key.made_at + PUBLISHED_BEFORE).max().unwrap_or(now);
        if ripe > now && !emergency {
            return Ok(Rotation::TooSoon(ripe));
        }
        let after = |key: &StoredKey| (key.algorithm, Wanted { number: key.number + 1, signs_from: now + TERM });
        let made = self.make(next.iter().map(|(key, _)| after(key)).collect(), now, random).await?;
        let change = async |tx: &Tx| {
            let mut done = Vec::new();
            for ((key, _), following) in next.iter().zip(&made) {
                if !tx.signing_keys().bring_forward(&key.kid, now).await? {
                    continue;
                }
                tx.record(&event(if emergency { "key.rotated-in-emergency" } else { "key.rotated" }, key), now).await?;
                if tx.signing_keys().add(following).await? {
                    tx.record(&event("key.made", following), now).await?;
                }
                for (old, _) in before.iter().filter(|(old, _)| emergency && old.algorithm == key.algorithm) {
                    if tx.signing_keys().remove(&old.kid).await? {
                        tx.record(&event("key.removed", old), now).await?;
                    }
                }
                done.push(key.kid.clone());
            }
            Ok::<_, StoreError>(done)
        };
        let done = store.write(change).await?;
        self.reload(store, now).await?;
        Ok(Rotation::Done(done))
    }

    /// Brings in a key of the district's own, PKCS#8 in PEM or DER, as the next one of its algorithm.
    pub async fn import(&self, store: &Store, now: Timestamp, random: &Random, file: &[u8]) -> Result<Import, KeyError> {
        let Some(key) = der(file).map(|der| SigningKey::from_pkcs8(&der)).transpose()?.flatten() else {
            return Ok(Import::Unusable);
        };
        let found = store.read().signing_keys().all().await?;
        if found.iter().any(|known| known.kid == key.kid) {
            return Ok(Import::Known);
        }
        let next = life::stages(of(&found, key.algorithm), now).find(|(_, stage)| *stage == Stage::Next);
        let Some((next, _)) = next else { return Ok(Import::Busy) };
        let wanted = Wanted { number: next.number, signs_from: next.signs_from.max(now + PUBLISHED_BEFORE) };
        let imported = self.stored(&key, wanted, now, random)?;
        let change = async |tx: &Tx| {
            // If the name was taken meanwhile, the next refresh makes another next key.
            if !tx.signing_keys().withdraw(&next.kid, now).await? || !tx.signing_keys().add(&imported).await? {
                return Ok(false);
            }
            tx.record(&event("key.removed", next), now).await?;
            tx.record(&event("key.imported", &imported), now).await?;
            Ok::<_, StoreError>(true)
        };
        if !store.write(change).await? {
            return Ok(Import::Busy);
        }
        self.reload(store, now).await?;
        Ok(Import::Next { kid: imported.kid, signs_from: imported.signs_from })
    }

    /// Makes keys, off the async threads.
    async fn make(&self, wanted: Vec<(Algorithm, Wanted)>, now: Timestamp, random: &Random) -> Result<Vec<StoredKey>, KeyError> {
        let bits = self.rsa_bits;
        let generate = move || {
            let each = wanted.into_iter().map(|(algorithm, wanted)| Ok((SigningKey::generate(algorithm, bits)?, wanted)));
            each.collect::<Result<Vec<_>, KeyError>>()
        };
        let made = tokio::task::spawn_blocking(generate).await.map_err(|_| KeyError::Crypto("no key was made"))??;
        made.iter().map(|(key, wanted)| self.stored(key, *wanted, now, random)).collect()
    }

    fn stored(&self, key: &SigningKey, wanted: Wanted, now: Timestamp, random: &Random) -> Result<StoredKey, KeyError> {
        let place = Place { row: &key.kid, ..PRIVATE };
        Ok(StoredKey {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            number: wanted.number,
            made_at: now,
            signs_from: wanted.signs_from,
            sealed: self.seal(place, &key.to_pkcs8()?, random),
            public_jwk: key.jwk.clone(),
        })
    }

    async fn reload(&self, store: &Store, now: Timestamp) -> Result<(), KeyError> {
        let found = store.read().signing_keys().all().await?;
        self.show(&found, now)
    }

    /// Exchanges the ring.
    fn show(&self, found: &[StoredKey], now: Timestamp) -> Result<(), KeyError> {
        let ring = Arc::new(Ring::open(found, now, &self.seals, &self.ring())?);
        *self.ring.write().expect("nothing panics while it holds the ring") = ring;
        Ok(())
    }
}

/// The PKCS#8 of a file: PEM, or else the bytes themselves.
pub(super) fn der(file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    match file.starts_with(b"\x30") {
        true => Some(Zeroizing::new(file.to_vec())),
        false => PrivatePkcs8KeyDer::from_pem_slice(file).ok().map(|key| Zeroizing::new(key.secret_pkcs8_der().to_vec())),
    }
}

/// The keys of one algorithm, from a list that is in order.
fn of(keys: &[StoredKey], algorithm: Algorithm) -> &[StoredKey] {
    keys.chunk_by(|one, other| one.algorithm == other.algorithm).find(|keys| keys[0].algorithm == algorithm).unwrap_or_default()
}

fn each_stage(keys: &[StoredKey], now: Timestamp) -> impl Iterator<Item = (&StoredKey, Stage)> {
    Algorithm::ALL.iter().flat_map(move |algorithm| life::stages(of(keys, *algorithm), now))
}

fn event(kind: &'static str, key: &StoredKey) -> Event {
    let detail = json!({ "kid": key.kid, "algorithm": key.algorithm, "signs_from": key.signs_from });
    Event { detail, ..Event::of(kind) }
}
