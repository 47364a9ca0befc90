//! `preau key`: the keys that sign tokens. What is changed here is in the database, and every server that runs takes it
//! in within seconds.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::alg::Alg;
use crate::keys::{Algorithm, Asked, Import, KeyError, KeyStore, Pace, Rotation, Stage, stages};
use crate::model::Timestamp;
use crate::random::Random;
use crate::store::clients::Client;
use crate::store::signing_keys::StoredKey;
use crate::store::{Store, StoreError};

/// Signing keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the keys: next, current, retired.
    List,
    /// Let the next keys sign from now on, instead of after the 90 days of the current ones.
    Rotate(Rotate),
    /// Bring in a key of your own, as the next one: PKCS#8, PEM or DER, not encrypted; RSA of 2048 bits or more, EC on P-256 or
    /// P-384, or Ed25519.
    Import {
        /// The file. Once it is imported, take it away: the database has it, sealed.
        file: PathBuf,
        /// What it is to sign by; for an RSA key that is RS256 if nothing is said.
        #[arg(long, value_name = "ALGORITHM", value_enum)]
        alg: Option<Alg>,
    },
}

/// What `key rotate` takes.
#[derive(Debug, Args)]
pub struct Rotate {
    /// In an emergency: do not wait until the apps have read the next key, and take the keys before it away at once. Every
    /// token they signed is void. If the next key may be stolen too, run it twice.
    #[arg(long)]
    now: bool,
    /// Only the keys of this algorithm.
    #[arg(long, value_name = "ALGORITHM", value_enum)]
    alg: Option<Alg>,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Others were quicker.
    #[error("nothing was changed: the keys were changed by somebody else at the same moment; look at `preau key list`")]
    Busy,
    /// The file.
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, String),
    /// What is in it.
    #[error(
        "{0} holds no key that can be used: PKCS#8 is needed (PEM or DER, not encrypted), RSA of 2048 to 4096 bits, EC on P-256 or P-384, or Ed25519"
    )]
    Unusable(PathBuf),
    /// It was imported before.
    #[error("{0} holds a key that is here already; look at `preau key list`")]
    Known(PathBuf),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; what it answers is one JSON value, which `--json` prints as it is.
pub async fn run(command: Command, keys: &KeyStore, store: &Store, random: &Random, now: Timestamp) -> Result<Value, Failed> {
    match command {
        Command::List => Ok(list(store, now).await?),
        Command::Rotate(Rotate { now: at_once, alg }) => {
            let meant = match alg {
                Some(alg) => vec![Some(alg.into())],
                None if at_once => vec![None],
                None => in_use(store).await?.into_iter().map(Some).collect(),
            };
            let pace = if at_once { Pace::AtOnce } else { Pace::WhenRead };
            let mut changed = false;
            for only in meant {
                let Rotation { kids, .. } = keys.rotate(store, now, random, Asked { only, pace }).await?;
                changed |= !kids.is_empty();
            }
            if changed { Ok(list(store, now).await?) } else { Err(Failed::Busy) }
        }
        Command::Import { file, alg } => {
            let bytes = std::fs::read(&file).map_err(|error| Failed::Unreadable(file.clone(), error.to_string()))?;
            match keys.import(store, now, random, alg.map(Algorithm::from), &zeroize::Zeroizing::new(bytes)).await? {
                Import::Next { kid, signs_from } => Ok(json!({ "kid": kid, "signs_from": signs_from })),
                Import::Unusable => Err(Failed::Unusable(file)),
                Import::Known => Err(Failed::Known(file)),
                Import::Busy => Err(Failed::Busy),
            }
        }
    }
}

/// What signs for some app: a key that has signed for nobody need not be changed.
async fn in_use(store: &Store) -> Result<BTreeSet<Algorithm>, StoreError> {
    let of = |client: &Client| {
        let settings = &client.settings;
        let always = [settings.id_token_alg, settings.access_token_alg];
        always.into_iter().chain(settings.tokens.userinfo_alg).chain(settings.requests.response_alg)
    };
    let clients = store.read().clients().all().await?;
    Ok(clients.iter().flat_map(of).chain([Algorithm::RS256]).collect())
}

async fn list(store: &Store, now: Timestamp) -> Result<Value, StoreError> {
    Ok(stages(&store.read().signing_keys().all().await?, now).map(|(key, stage)| describe(key, stage, now)).collect())
}

fn describe(key: &StoredKey, stage: Stage, now: Timestamp) -> Value {
    let (state, retired_at) = match stage {
        Stage::Current => ("current", None),
        Stage::Next => ("next", None),
        Stage::Retired { since } => ("retired", Some(since)),
    };
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": state,
        "published": stage.is_published(now),
        "made_at": key.made_at,
        "signs_from": key.signs_from,
        "retired_at": retired_at,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::config::keys::KeySettings;
    use crate::store::testing;

    const T: Timestamp = Timestamp(1_800_000_000);
    const PEM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/keys/rs256.pem");

    #[derive(Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }

    struct Machine {
        store: Store,
        keys: KeyStore,
        random: Random,
    }

    impl Machine {
        async fn new(store: Store) -> Self {
            let folder = tempfile::Builder::new().prefix("preau-test-").tempdir().unwrap().keep();
            let settings = KeySettings { master_key_file: folder.join("master.key"), ..KeySettings::default() };
            let random = Random::seeded(3);
            let keys = KeyStore::open(&settings, &store, T, &random).await.unwrap();
            keys.refresh(&store, T, &random).await.unwrap();
            Self { store, keys, random }
        }

        async fn run(&self, line: &str, now: Timestamp) -> Result<Value, Failed> {
            let command = Line::try_parse_from(line.split(' ')).unwrap().command;
            run(command, &self.keys, &self.store, &self.random, now).await
        }

        /// The states of the keys of RS256.
        async fn states(&self, now: Timestamp) -> String {
            let listed = self.run("key list", now).await.unwrap();
            let of_rsa = listed.as_array().unwrap().iter().filter(|key| key["algorithm"] == "RS256");
            of_rsa.map(|key| key["state"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
        }
    }

    #[tokio::test]
    async fn keys_are_listed_rotated_and_imported() {
        for store in testing::stores().await {
            let machine = Machine::new(store).await;
            assert_eq!(machine.states(T).await, "current next");
            machine.run("key rotate --alg RS256", T).await.unwrap();
            assert_eq!(machine.states(T).await, "current next next", "the next one when apps have read it, and one after it");
            machine.run("key rotate --alg RS256 --now", T).await.unwrap();
            assert_eq!(machine.states(T).await, "current next");

            let imported = machine.run(&format!("key import {PEM}"), T).await.unwrap();
            let listed = machine.run("key rotate --alg RS256 --now", T).await.unwrap();
            let current = listed.as_array().unwrap().iter().find(|key| key["algorithm"] == "RS256" && key["state"] == "current").unwrap();
            assert_eq!(current["kid"], imported["kid"], "a district may bring the key that its apps know");
            assert_eq!(machine.states(T).await, "current next");

            let ripe = Timestamp(T.0 + 3 * 24 * 60 * 60);
            machine.run("key rotate", ripe).await.unwrap();
            assert_eq!(machine.states(ripe).await, "retired current next");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_imported_is_said_with_its_file() {
        let machine = Machine::new(Store::open(&testing::sqlite()).await.unwrap()).await;
        let fails = async |file: &str| machine.run(&format!("key import {file}"), T).await.unwrap_err().to_string();
        assert!(fails("/nowhere/a.pem").await.starts_with("/nowhere/a.pem cannot be read"));
        assert!(fails("Cargo.toml").await.starts_with("Cargo.toml holds no key that can be used"));
        machine.run(&format!("key import {PEM}"), T).await.unwrap();
        assert!(fails(PEM).await.contains("is here already"));
    }
}
