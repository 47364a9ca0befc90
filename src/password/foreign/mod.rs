//! Passwords that another system hashed: how, in a form that is kept, and how to do the same once more. Such a hash is never kept
//! as it came: it is hashed again like a password of ours, under the pepper (decision 34), so that the weakest of them is as dear
//! to guess as the others.

mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::{digest, pbkdf2};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::memory::Buffer;
use super::pool::Cost;
use crate::random::Secret;

/// A hash of another system, as it was read.
pub struct Foreign {
    pub(super) recipe: Recipe,
    pub(super) digest: Zeroizing<Vec<u8>>,
}

/// Why a hash is not taken over. It says nothing of the hash but its kind and its cost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// There is none.
    #[error("there is no hash")]
    Empty,
    /// Nobody here can compute it.
    #[error("this is none of bcrypt ($2a$, $2b$, $2y$), PBKDF2, {{SSHA}}, {{SSHA256}}, {{SSHA512}} and Argon2id")]
    Unknown,
    /// Its kind is known, and its parts are not as they should be.
    #[error("this {0} is not whole")]
    Broken(&'static str),
    /// Whoever signs in would wait for it, and so would everybody else.
    #[error("{kind} with {what} {asked}: at most {most}, or a sign-in would take too long")]
    Dear {
        /// Its kind.
        kind: &'static str,
        /// What is too much: `cost`, `rounds`, `KiB`.
        what: &'static str,
        /// How much it asks.
        asked: u64,
        /// How much there may be.
        most: u64,
    },
}

/// How a password was hashed: everything but the password and the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recipe {
    Bcrypt { cost: u32, salt: [u8; 16] },
    Pbkdf2 { over: Over, rounds: NonZeroU32, length: usize, salt: Vec<u8> },
    Salted { over: Over, salt: Vec<u8> },
    Argon2id { cost: Cost, lanes: u32, length: usize, salt: Vec<u8> },
}

/// The hash function below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    Sha1,
    Sha256,
    Sha512,
}

/// What the dearest hash of each kind on file asks. Every sign-in does as much, whatever it finds, or its time would tell whose
/// password still is one of another system (row E02).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(pub BTreeMap<String, u64>);

impl Foreign {
    /// Reads a hash as other systems write it; docs/admin/passwords.md lists the forms.
    pub fn parse(text: &str) -> Result<Self, NotTaken> {
        read::read(text.trim())
    }

    /// Its kind, and how much work of this kind it asks.
    pub fn level(&self) -> Option<(&'static str, u64)> {
        self.recipe.level()
    }

    /// Its kind, for an event.
    pub fn kind(&self) -> &'static str {
        self.recipe.kind()
    }
}

impl Recipe {
    /// As it stands before our own hash: `bcrypt:12:SALT`.
    pub(super) fn text(&self) -> String {
        let kind = self.kind();
        let salted = |salt: &[u8]| URL_SAFE_NO_PAD.encode(salt);
        match self {
            Self::Bcrypt { cost, salt } => format!("{kind}:{cost}:{}", salted(salt)),
            Self::Pbkdf2 { rounds, length, salt, .. } => format!("{kind}:{rounds}:{length}:{}", salted(salt)),
            Self::Salted { salt, .. } => format!("{kind}:{}", salted(salt)),
            Self::Argon2id { cost, lanes, length, salt } => {
                format!("{kind}:{}:{}:{lanes}:{length}:{}", cost.memory_kib, cost.iterations, salted(salt))
            }
        }
    }

    /// Reads that form; `None` for what never was written so.
    pub(super) fn of(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (salt, parts) = parts.split_last()?;
        let salt = URL_SAFE_NO_PAD.decode(salt).ok()?;
        let recipe = match parts {
            ["bcrypt", cost] => Self::Bcrypt { cost: cost.parse().ok()?, salt: salt.try_into().ok()? },
            ["argon2id", memory, iterations, lanes, length] => Self::Argon2id {
                cost: Cost { memory_kib: memory.parse().ok()?, iterations: iterations.parse().ok()? },
                lanes: lanes.parse().ok()?,
                length: length.parse().ok()?,
                salt,
            },
            [kind, rounds, length] => Self::Pbkdf2 {
                over: Over::of(kind.strip_prefix("pbkdf2-")?)?,
                rounds: rounds.parse().ok()?,
                length: length.parse().ok()?,
                salt,
            },
            [kind] => Self::Salted { over: Over::of(kind.strip_prefix("salted-")?)?, salt },
            _ => return None,
        };
        // A row that somebody meddled with costs no more than one that was read.
        recipe.dear().is_ok().then_some(recipe)
    }

    /// Its kind, in the word that is kept.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Bcrypt { .. } => "bcrypt",
            Self::Argon2id { .. } => "argon2id",
            Self::Pbkdf2 { over: Over::Sha1, .. } => "pbkdf2-sha1",
            Self::Pbkdf2 { over: Over::Sha256, .. } => "pbkdf2-sha256",
            Self::Pbkdf2 { over: Over::Sha512, .. } => "pbkdf2-sha512",
            Self::Salted { over: Over::Sha1, .. } => "salted-sha1",
            Self::Salted { over: Over::Sha256, .. } => "salted-sha256",
            Self::Salted { over: Over::Sha512, .. } => "salted-sha512",
        }
    }

    /// How much work of its kind it asks; none where it is too little to be seen.
    fn level(&self) -> Option<(&'static str, u64)> {
        let level = match self {
            Self::Bcrypt { cost, .. } => u64::from(*cost),
            Self::Pbkdf2 { rounds, .. } => u64::from(rounds.get()),
            Self::Argon2id { cost, .. } => cost.work(),
            Self::Salted { .. } => return None,
        };
        Some((self.kind(), level))
    }

    /// Whether it asks more than anybody should wait for.
    pub(super) fn dear(&self) -> Result<(), NotTaken> {
        let kind = self.kind();
        let bounds = match self {
            Self::Bcrypt { cost, .. } => vec![("cost", u64::from(*cost), MOST_BCRYPT)],
            Self::Pbkdf2 { rounds, .. } => vec![("rounds", u64::from(rounds.get()), MOST_ROUNDS)],
            Self::Salted { .. } => Vec::new(),
            Self::Argon2id { cost, lanes, .. } => vec![
                ("KiB", u64::from(cost.memory_kib), MOST_KIB),
                ("KiB in all passes", cost.work(), MOST_WORK),
                ("lanes", u64::from(*lanes), MOST_LANES),
            ],
        };
        match bounds.into_iter().find(|(_, asked, most)| asked > most) {
            Some((what, asked, most)) => Err(NotTaken::Dear { kind, what, asked, most }),
            None => Ok(()),
        }
    }

    /// What it is worth in KiB that our own hash writes, so that the queue knows how long it takes: a millisecond is about a
    /// thousand of them.
    pub(super) fn work(&self) -> u64 {
        match self {
            Self::Bcrypt { cost, .. } => 60 << (*cost).min(31),
            Self::Pbkdf2 { rounds, .. } => u64::from(rounds.get()) / 4,
            Self::Salted { .. } => 0,
            Self::Argon2id { cost, .. } => cost.work(),
        }
    }

    /// How many KiB of the buffer it takes.
    pub(super) fn memory_kib(&self) -> usize {
        match self {
            Self::Argon2id { cost, .. } => cost.memory_kib as usize,
            _ => 0,
        }
    }

    /// Does it: the digest of a password.
    pub(super) fn digest(&self, password: &Secret, buffer: &mut Buffer) -> Option<Zeroizing<Vec<u8>>> {
        let typed = password.expose().as_bytes();
        let mut made = Zeroizing::new(Vec::new());
        match self {
            Self::Bcrypt { cost, salt } => {
                // With the zero at its end, and no more of it than the cipher's key takes.
                let mut key = Zeroizing::new(Vec::with_capacity(typed.len() + 1));
                key.extend_from_slice(typed);
                key.push(0);
                key.truncate(LONGEST_KEY);
                made.extend_from_slice(&bcrypt::bcrypt(*cost, *salt, &key)[..BCRYPT_LENGTH]);
            }
            Self::Pbkdf2 { over, rounds, length, salt } => {
                made.resize(*length, 0);
                pbkdf2::derive(over.pbkdf2(), *rounds, salt, typed, &mut made);
            }
            Self::Salted { over, salt } => {
                let mut context = digest::Context::new(over.digest());
                context.update(typed);
                context.update(salt);
                made.extend_from_slice(context.finish().as_ref());
            }
            Self::Argon2id { cost, lanes, length, salt } => {
                let params = Params::new(cost.memory_kib, cost.iterations, *lanes, Some(*length)).ok()?;
                let blocks = buffer.lend(params.block_count());
                made.resize(*length, 0);
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                argon2.hash_password_into_with_memory(typed, salt, &mut made, blocks).ok()?;
            }
        }
        Some(made)
    }
}

impl Over {
    fn of(word: &str) -> Option<Self> {
        match word {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// How many bytes it makes.
    pub(super) fn length(self) -> usize {
        self.digest().output_len()
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha1 => pbkdf2::PBKDF2_HMAC_SHA1,
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }
}

impl Levels {
    /// What is missing from `done` to have done as much of each kind as the dearest hash on file asks.
    pub(super) fn missing(&self, done: Option<&Recipe>) -> Vec<Recipe> {
        let done = done.and_then(Recipe::level);
        let mut missing = Vec::new();
        for (kind, level) in &self.0 {
            let had = done.filter(|(of, _)| *of == kind.as_str()).map_or(0, |(_, level)| level);
            missing.extend(rest(kind, had, *level));
        }
        missing
    }
}

/// Work for nothing, of one kind.
fn rest(kind: &str, had: u64, level: u64) -> Vec<Recipe> {
    let lacks = level.saturating_sub(had);
    let salt = vec![0; 16];
    match kind {
        // Less than Argon2 can do is less than anybody can see.
        _ if lacks < 8 && kind != "bcrypt" => Vec::new(),
        _ if lacks == 0 => Vec::new(),
        // Each step of the cost is twice the work: whoever has done the tenth lacks a tenth and an eleventh for the twelfth.
        "bcrypt" => {
            let steps = if had == 0 { level..level + 1 } else { had..level };
            steps.filter_map(|cost| Some(Recipe::Bcrypt { cost: cost.try_into().ok()?, salt: [0; 16] })).collect()
        }
        "argon2id" => {
            let iterations = lacks.div_ceil(MOST_KIB);
            let cost = Cost { memory_kib: (lacks / iterations) as u32, iterations: iterations as u32 };
            vec![Recipe::Argon2id { cost, lanes: 1, length: 32, salt }]
        }
        _ => {
            let rounds = u32::try_from(lacks).ok().and_then(NonZeroU32::new);
            let over = kind.strip_prefix("pbkdf2-").and_then(Over::of);
            rounds.zip(over).map(|(rounds, over)| Recipe::Pbkdf2 { over, rounds, length: over.length(), salt }).into_iter().collect()
        }
    }
}

/// PHP's and Django's own; twice as much is a quarter of a second more for everybody.
const MOST_BCRYPT: u64 = 12;
/// Django 5.2 has a million.
const MOST_ROUNDS: u64 = 1_200_000;
/// Django's Argon2 has 100 MiB.
const MOST_KIB: u64 = 128 * 1_024;
const MOST_WORK: u64 = 256 * 1_024;
const MOST_LANES: u64 = 16;
/// Bytes of a password that bcrypt looks at, the zero at its end among them.
const LONGEST_KEY: usize = 72;
/// What is written down of bcrypt's 24 bytes.
const BCRYPT_LENGTH: usize = 23;
