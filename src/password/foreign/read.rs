//! The forms in which other systems write a hash down: `$2b$…`, `pbkdf2_sha256$…`, `{SSHA}…`, Keycloak's JSON and their like.

use std::num::NonZeroU32;

use argon2::password_hash::phc;
use argon2::{ARGON2ID_IDENT, Params};
use base64::Engine as _;
use base64::alphabet::{Alphabet, BCRYPT, STANDARD};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use zeroize::Zeroizing;

use super::super::pool::Cost;
use super::{BCRYPT_LENGTH, Foreign, NotTaken, Over, Recipe};

/// Reads whichever it is.
pub(super) fn read(text: &str) -> Result<Foreign, NotTaken> {
    if text.is_empty() {
        return Err(NotTaken::Empty);
    }
    let foreign = match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        _ if text.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with('"')) => keycloak(text)?,
        Some((scheme, rest)) => of_directory(scheme, rest)?,
        None => of_library(text)?,
    };
    foreign.recipe.dear()?;
    if !(LEAST_SALT..=MOST_SALT).contains(&foreign.recipe.salt().len()) {
        return Err(NotTaken::Broken(foreign.recipe.kind()));
    }
    Ok(foreign)
}

/// `{SCHEME}…`, as directories (LDAP) write it.
fn of_directory(scheme: &str, rest: &str) -> Result<Foreign, NotTaken> {
    match scheme.to_ascii_uppercase().as_str() {
        "SSHA" => salted(Over::Sha1, rest),
        "SSHA256" => salted(Over::Sha256, rest),
        "SSHA512" => salted(Over::Sha512, rest),
        "PBKDF2" | "PBKDF2-SHA1" => rounds_salt_hash(Over::Sha1, rest),
        "PBKDF2-SHA256" => rounds_salt_hash(Over::Sha256, rest),
        "PBKDF2-SHA512" => rounds_salt_hash(Over::Sha512, rest),
        "CRYPT" | "BCRYPT" | "ARGON2" => of_library(rest),
        _ => Err(NotTaken::Unknown),
    }
}

/// `$2b$…`, `$argon2id$…`, `$pbkdf2-sha256$…`; and Django's, which begin with a word.
fn of_library(text: &str) -> Result<Foreign, NotTaken> {
    let (word, rest) = text.split_once('$').ok_or(NotTaken::Unknown)?;
    match word {
        "pbkdf2_sha256" => of_django(Over::Sha256, rest),
        "pbkdf2_sha1" => of_django(Over::Sha1, rest),
        "argon2" => argon2id(&format!("${rest}")),
        "bcrypt" => of_library(rest),
        "" => match rest.split_once('$').ok_or(NotTaken::Unknown)? {
            ("2a" | "2b" | "2y", rest) => bcrypt(rest),
            ("pbkdf2", rest) => rounds_salt_hash(Over::Sha1, rest),
            ("pbkdf2-sha256", rest) => rounds_salt_hash(Over::Sha256, rest),
            ("pbkdf2-sha512", rest) => rounds_salt_hash(Over::Sha512, rest),
            ("argon2id", _) => argon2id(text),
            _ => Err(NotTaken::Unknown),
        },
        _ => Err(NotTaken::Unknown),
    }
}

/// `12$` and 22 symbols of salt and 31 of hash.
fn bcrypt(rest: &str) -> Result<Foreign, NotTaken> {
    let broken = NotTaken::Broken("bcrypt");
    let (cost, rest) = rest.split_once('$').ok_or_else(|| broken.clone())?;
    let cost: u32 = cost.parse().map_err(|_| broken.clone())?;
    if rest.len() != BCRYPT_SALT_LETTERS + 31 || !rest.is_ascii() || cost < LEAST_BCRYPT {
        return Err(broken);
    }
    let (salt, hash) = rest.split_at(BCRYPT_SALT_LETTERS);
    let decode = |text: &str| engine(&BCRYPT).decode(text).ok();
    let salt = decode(salt).and_then(|salt| salt.try_into().ok()).ok_or_else(|| broken.clone())?;
    let digest = decode(hash).filter(|digest| digest.len() == BCRYPT_LENGTH).ok_or(broken)?;
    Ok(Foreign { recipe: Recipe::Bcrypt { cost, salt }, digest: Zeroizing::new(digest) })
}

/// `600000$SALT$HASH`, the salt as the letters it has.
fn of_django(over: Over, rest: &str) -> Result<Foreign, NotTaken> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [rounds, salt, hash] = parts[..] else { return Err(NotTaken::Broken("PBKDF2")) };
    pbkdf2(over, rounds, salt.as_bytes().to_vec(), plain(hash))
}

/// `29000$SALT$HASH`, both in base64, its plus sign as it is or as a full stop.
fn rounds_salt_hash(over: Over, rest: &str) -> Result<Foreign, NotTaken> {
    let parts: Vec<&str> = rest.split('$').collect();
    let [rounds, salt, hash] = parts[..] else { return Err(NotTaken::Broken("PBKDF2")) };
    pbkdf2(over, rounds, plain(salt).ok_or(NotTaken::Broken("PBKDF2"))?, plain(hash))
}

fn pbkdf2(over: Over, rounds: &str, salt: Vec<u8>, hash: Option<Vec<u8>>) -> Result<Foreign, NotTaken> {
    let broken = || NotTaken::Broken("PBKDF2");
    // A number that no machine counts to is dear, not broken.
    let rounds: u64 = rounds.parse().map_err(|_| broken())?;
    let rounds = NonZeroU32::new(u32::try_from(rounds).unwrap_or(u32::MAX)).ok_or_else(broken)?;
    let mut digest = Zeroizing::new(hash.filter(|hash| (LEAST_HASH..=MOST_HASH).contains(&hash.len())).ok_or_else(broken)?);
    // What is longer than one block is as many blocks, of which the first says it all.
    digest.truncate(over.length());
    Ok(Foreign { recipe: Recipe::Pbkdf2 { over, rounds, length: digest.len(), salt }, digest })
}

/// The digest, and behind it the salt.
fn salted(over: Over, text: &str) -> Result<Foreign, NotTaken> {
    let mut digest = Zeroizing::new(plain(text).ok_or(NotTaken::Broken("SSHA"))?);
    if digest.len() <= over.length() {
        return Err(NotTaken::Broken("SSHA"));
    }
    let salt = digest.split_off(over.length());
    Ok(Foreign { recipe: Recipe::Salted { over, salt }, digest })
}

fn argon2id(text: &str) -> Result<Foreign, NotTaken> {
    let broken = || NotTaken::Broken("Argon2id");
    let phc = phc::PasswordHash::new(text).map_err(|_| broken())?;
    if phc.algorithm != ARGON2ID_IDENT || phc.version != Some(19) {
        return Err(NotTaken::Unknown);
    }
    let params = Params::try_from(&phc).map_err(|_| broken())?;
    // Somebody else's pepper is not here.
    if !params.keyid().is_empty() || !params.data().is_empty() {
        return Err(NotTaken::Unknown);
    }
    let (salt, hash) = phc.salt.zip(phc.hash).ok_or_else(broken)?;
    let salt: &[u8] = salt.as_ref();
    made_by_argon2id((params.m_cost(), params.t_cost(), params.p_cost()), salt.to_vec(), hash.as_bytes().to_vec())
}

fn made_by_argon2id((memory_kib, iterations, lanes): (u32, u32, u32), salt: Vec<u8>, digest: Vec<u8>) -> Result<Foreign, NotTaken> {
    let length = digest.len();
    let right = Params::new(memory_kib, iterations, lanes, Some(length)).is_ok() && (LEAST_HASH..=MOST_HASH).contains(&length);
    if !right || salt.len() < LEAST_ARGON2_SALT {
        return Err(NotTaken::Broken("Argon2id"));
    }
    let recipe = Recipe::Argon2id { cost: Cost { memory_kib, iterations }, lanes, length, salt };
    Ok(Foreign { recipe, digest: Zeroizing::new(digest) })
}

/// Keycloak's credential: `algorithm`, `hashIterations`, `salt` and `value`, together or in the two columns of its table and its export,
/// which are JSON themselves.
fn keycloak(text: &str) -> Result<Foreign, NotTaken> {
    let broken = || NotTaken::Broken("credential of Keycloak");
    let whole: Value = serde_json::from_str(text).map_err(|_| broken())?;
    let inner = |name: &str| match &whole[name] {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        other => other.clone(),
    };
    let (public, secret) = (inner("credentialData"), inner("secretData"));
    let find = |name: &str| [&whole, &public, &secret].into_iter().map(|place| &place[name]).find(|value| !value.is_null()).cloned();
    let word = |name: &str| find(name).and_then(|value| value.as_str().map(str::to_owned));
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let rounds = find("hashIterations").as_ref().and_then(number).ok_or_else(broken)?;
    let salt = word("salt").as_deref().and_then(plain).ok_or_else(broken)?;
    let hash = word("value").as_deref().and_then(plain).ok_or_else(broken)?;
    match word("algorithm").as_deref() {
        Some("pbkdf2") => pbkdf2(Over::Sha1, &rounds.to_string(), salt, Some(hash)),
        Some("pbkdf2-sha256") => pbkdf2(Over::Sha256, &rounds.to_string(), salt, Some(hash)),
        Some("pbkdf2-sha512") => pbkdf2(Over::Sha512, &rounds.to_string(), salt, Some(hash)),
        Some("argon2") => {
            let more = find("additionalParameters").unwrap_or_default();
            let first = |name: &str| more[name].get(0).cloned().unwrap_or_else(|| more[name].clone());
            let count = |name: &str| number(&first(name)).and_then(|count| u32::try_from(count).ok()).ok_or_else(broken);
            if first("type") != "id" || first("version") != "1.3" {
                return Err(NotTaken::Unknown);
            }
            let rounds = u32::try_from(rounds).map_err(|_| broken())?;
            made_by_argon2id((count("memory")?, rounds, count("parallelism")?), salt, hash)
        }
        _ => Err(NotTaken::Unknown),
    }
}

impl Recipe {
    fn salt(&self) -> &[u8] {
        match self {
            Self::Bcrypt { salt, .. } => salt,
            Self::Pbkdf2 { salt, .. } | Self::Salted { salt, .. } | Self::Argon2id { salt, .. } => salt,
        }
    }
}

/// Base64 in any of the ways it is written here.
fn plain(text: &str) -> Option<Vec<u8>> {
    let text: String = text.trim().chars().map(|letter| if matches!(letter, '.' | '-') { '+' } else { letter }).collect();
    engine(&STANDARD).decode(text.replace('_', "/")).ok()
}

fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

const BCRYPT_SALT_LETTERS: usize = 22;
/// The least that bcrypt knows.
const LEAST_BCRYPT: u32 = 4;
/// Bytes of a digest; fewer could be met by chance.
const LEAST_HASH: usize = 16;
const MOST_HASH: usize = 128;
const LEAST_SALT: usize = 4;
const MOST_SALT: usize = 64;
const LEAST_ARGON2_SALT: usize = 8;
