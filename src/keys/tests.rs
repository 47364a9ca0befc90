//! The keys and their database: starting, changing keys by the clock and by hand, several nodes. On both databases.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::store::signing_keys::StoredKey;
use crate::store::{Tx, testing};

const T: Timestamp = Timestamp(1_800_000_000);
const DAY: u64 = 24 * 60 * 60;
const ALL: Asked = Asked { only: None, pace: Pace::WhenRead };
const AT_ONCE: Asked = Asked { only: None, pace: Pace::AtOnce };

/// A district: a database, a folder for its master key, chance.
struct District {
    url: String,
    folder: PathBuf,
    random: Random,
}

/// One on each database.
async fn districts() -> Vec<District> {
    let urls = [Some(testing::sqlite()), testing::postgres().await];
    let district = |(seed, url)| {
        let folder = tempfile::Builder::new().prefix("preau-test-").tempdir().unwrap().keep();
        District { url, folder, random: Random::seeded(seed) }
    };
    (1..).zip(urls.into_iter().flatten()).map(district).collect()
}

impl District {
    fn settings(&self) -> KeySettings {
        KeySettings { master_key_file: self.folder.join("keys/master.key"), ..KeySettings::default() }
    }

    async fn store(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    /// What a node does at its start, and in its first minute.
    async fn open(&self, store: &Store, now: Timestamp) -> Result<KeyStore, KeyError> {
        let keys = self.start(store, now).await?;
        keys.refresh(store, now, &self.random).await?;
        Ok(keys)
    }

    /// What a node does at its start.
    async fn start(&self, store: &Store, now: Timestamp) -> Result<KeyStore, KeyError> {
        KeyStore::open(&self.settings(), store, now, &self.random).await
    }

    /// How it refuses to start.
    async fn refusal(&self, store: &Store) -> String {
        self.open(store, T).await.map(|_| ()).unwrap_err().to_string()
    }

    fn write_master(&self, text: &str) {
        let file = self.settings().master_key_file;
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        allow(&file, 0o600);
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn days(days: u64) -> Timestamp {
    T + Duration::from_secs(days * DAY)
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 60 * 60)
}

async fn rows(store: &Store) -> Vec<StoredKey> {
    store.read().signing_keys().all().await.unwrap()
}

async fn run(store: &Store, sql: &'static str) {
    store.write(async |tx: &Tx| testing::execute(tx, sql, []).await).await.unwrap();
}

async fn events(store: &Store) -> Vec<String> {
    testing::rows(store, "SELECT kind FROM events ORDER BY id").await.iter().map(|row| row.try_get("", "kind").unwrap()).collect()
}

/// The numbers and stages of the keys of ES256, which stand for all.
fn numbers(rows: &[StoredKey], now: Timestamp) -> Vec<(i64, Stage)> {
    stages(rows, now).filter(|(key, _)| key.algorithm == Algorithm::ES256).map(|(key, stage)| (key.number, stage)).collect()
}

fn published(keys: &KeyStore) -> Vec<String> {
    keys.jwks()["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn a_token(keys: &KeyStore) -> String {
    keys.sign(Algorithm::ES256, "JWT", &json!({ "sub": "lea" })).unwrap()
}

fn kid_of(token: &str) -> String {
    use base64::Engine;
    let header = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

fn believes(keys: &KeyStore, token: &str) -> bool {
    keys.verify::<Value>("JWT", token).is_ok()
}

#[tokio::test]
async fn i12_an_empty_database_makes_a_master_key_that_its_owner_alone_reads() {
    for district in districts().await {
        let store = district.store().await;
        let keys = district.open(&store, T).await.unwrap();
        let file = district.settings().master_key_file;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing lies beside it");
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!((text.len(), text.ends_with('\n')), (44, true));
        assert_eq!(events(&store).await, [["master-key.set"].as_slice(), &["key.made"; 10]].concat());
        assert_eq!(numbers(&rows(&store).await, T), [(1, Stage::Current), (2, Stage::Next)]);
        assert_eq!(published(&keys).len(), 10, "current and next of each algorithm");
        let sealed = rows(&store).await;
        assert!(sealed.iter().all(|key| !key.sealed.windows(5).any(|window| window == b"\x06\x09\x2a\x86\x48")), "no PKCS#8 in clear");
    }
}

#[tokio::test]
async fn i12_a_restart_reads_the_same_keys() {
    for district in districts().await {
        let store = district.store().await;
        let before = district.open(&store, T).await.unwrap();
        let after = district.open(&district.store().await, days(1)).await.unwrap();
        assert_eq!(after.jwks(), before.jwks());
        assert!(believes(&after, &a_token(&before)) && believes(&before, &a_token(&after)));
        assert_eq!(after.mac(Purpose::Subject, &[b"a"]), before.mac(Purpose::Subject, &[b"a"]));
        let place = Place { table: "outbox", column: "letter", row: "1" };
        assert_eq!(after.unseal(place, &before.seal(place, b"Bonjour", &district.random)).unwrap(), b"Bonjour");
        assert_eq!(rows(&store).await.len(), 10);
    }
}

#[tokio::test]
async fn i12_without_its_master_key_nothing_starts_and_none_is_made() {
    for district in districts().await {
        let store = district.store().await;
        let keys = district.open(&store, T).await.unwrap();
        let before = rows(&store).await;
        let file = district.settings().master_key_file;
        let kept = fs::read_to_string(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let refusal = district.refusal(&store).await;
        assert!(refusal.contains("is missing") && refusal.contains(&file.display().to_string()), "{refusal}");
        assert!(!file.exists(), "a new one would open nothing");
        assert_eq!(rows(&store).await, before);
        // The copy that was kept brings everything back.
        district.write_master(&kept);
        assert!(believes(&district.open(&store, T).await.unwrap(), &a_token(&keys)));
    }
}

#[tokio::test]
async fn i12_another_master_key_is_told_at_once() {
    for district in districts().await {
        let store = district.store().await;
        district.open(&store, T).await.unwrap();
        let before = rows(&store).await;
        district.write_master(&format!("{}\n", "A".repeat(43)));
        let refusal = district.refusal(&store).await;
        assert!(refusal.contains("is not the one that this database was sealed with"), "{refusal}");
        assert_eq!(rows(&store).await, before);
    }
}

#[tokio::test]
async fn i12_a_master_key_that_others_may_read_is_refused() {
    for district in districts().await {
        let store = district.store().await;
        district.open(&store, T).await.unwrap();
        let file = district.settings().master_key_file;
        for (others, shown) in [(0o644, "0644"), (0o640, "0640"), (0o620, "0620"), (0o601, "0601")] {
            allow(&file, others);
            let refusal = district.refusal(&store).await;
            assert!(refusal.contains(shown) && refusal.contains(&format!("chmod 600 {}", file.display())), "{refusal}");
        }
        allow(&file, 0o400);
        district.open(&store, T).await.unwrap();
    }
}

#[tokio::test]
async fn i12_what_is_no_master_key_is_not_taken_for_one() {
    for district in districts().await {
        let store = district.store().await;
        for text in
            ["", "\n", &"A".repeat(42), &"A".repeat(44), &format!("{}=", "A".repeat(43)), &"+".repeat(43), &"A".repeat(10_000), "\u{e9}"]
        {
            district.write_master(text);
            let refusal = district.refusal(&store).await;
            assert!(refusal.contains("is not a master key"), "{refusal}");
        }
        assert!(rows(&store).await.is_empty());
        let file = district.settings().master_key_file;
        fs::write(&file, b"\xff\xfe").unwrap();
        assert!(district.refusal(&store).await.contains("is not a master key"));
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(district.refusal(&store).await.contains("cannot be read"));
    }
}

/// Killed between the two, or given a key by whoever set the machine up: the file is there and the database is empty.
#[tokio::test]
async fn i12_a_master_key_that_lies_ready_is_used() {
    for district in districts().await {
        let store = district.store().await;
        let text = format!("{}\n", "B".repeat(42) + "A");
        district.write_master(&text);
        district.open(&store, T).await.unwrap();
        assert_eq!(fs::read_to_string(district.settings().master_key_file).unwrap(), text);
        district.open(&store, T).await.unwrap();
    }
}

#[tokio::test]
async fn i12_sealed_keys_without_their_mark_are_no_empty_database() {
    for district in districts().await {
        let store = district.store().await;
        district.open(&store, T).await.unwrap();
        run(&store, "DELETE FROM master_key").await;
        let file = district.settings().master_key_file;
        fs::remove_file(&file).unwrap();
        let refusal = district.refusal(&store).await;
        assert!(refusal.contains("master_key"), "{refusal}");
        assert!(!file.exists());
    }
}

/// Two machines that start together on one empty database, each making a key of its own: one wins, and the other takes
/// its useless file away.
#[tokio::test(flavor = "multi_thread")]
async fn i12_of_two_master_keys_for_one_database_one_is_kept() {
    for district in districts().await {
        let nodes = [(); 2].map(|()| {
            let folder = tempfile::Builder::new().prefix("preau-test-").tempdir().unwrap().keep();
            District { url: district.url.clone(), folder, random: Random::system() }
        });
        let stores = [district.store().await, district.store().await];
        let (one, other) = tokio::join!(nodes[0].open(&stores[0], T), nodes[1].open(&stores[1], T));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|ok| **ok).count(), 1);
        for (node, outcome) in nodes.iter().zip([one, other]) {
            assert_eq!(node.settings().master_key_file.exists(), outcome.is_ok());
        }
        assert_eq!(rows(&stores[0]).await.len(), 10);
    }
}

/// Two processes of one machine that start together share the file.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_that_start_together_make_one_set_of_keys() {
    for district in districts().await {
        let stores = [district.store().await, district.store().await];
        let (one, other) = tokio::join!(district.open(&stores[0], T), district.open(&stores[1], T));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!(rows(&stores[0]).await.len(), 10);
        one.refresh(&stores[0], T, &district.random).await.unwrap();
        assert_eq!(one.jwks(), other.jwks());
        assert!(believes(&one, &a_token(&other)) && believes(&other, &a_token(&one)));
    }
}

#[tokio::test]
async fn i15_a_signing_key_opens_in_its_own_row_alone() {
    for district in districts().await {
        let store = district.store().await;
        let keys = district.open(&store, T).await.unwrap();
        run(
            &store,
            "UPDATE signing_keys SET sealed = (SELECT other.sealed FROM signing_keys other \
             WHERE other.algorithm = signing_keys.algorithm AND other.kid <> signing_keys.kid)",
        )
        .await;
        let refusal = district.refusal(&store).await;
        assert!(refusal.contains("a sealed value of signing_keys does not open"), "{refusal}");
        // A node that runs goes on with what it has.
        assert!(keys.refresh(&store, T, &district.random).await.is_ok());
        assert!(believes(&keys, &a_token(&keys)));
    }
}

#[tokio::test]
async fn i15_nobody_puts_another_public_key_beside_a_sealed_one() {
    for district in districts().await {
        let store = district.store().await;
        district.open(&store, T).await.unwrap();
        run(&store, r#"UPDATE signing_keys SET public_jwk = '{"kty":"oct"}' WHERE number = 1 AND algorithm = 'RS256'"#).await;
        let refusal = district.refusal(&store).await;
        assert!(refusal.contains("is not the key that is sealed there"), "{refusal}");
    }
}

/// security.md 2.8: 90 days, published before and after.
#[tokio::test]
async fn keys_change_by_the_clock() {
    for district in districts().await {
        let store = district.store().await;
        let keys = district.open(&store, T).await.unwrap();
        let (first, next) = (a_token(&keys), published(&keys));
        let refresh = async |now: Timestamp| keys.refresh(&store, now, &district.random).await.unwrap();

        refresh(Timestamp(days(90).0 - 1)).await;
        assert_eq!(kid_of(&a_token(&keys)), kid_of(&first));
        assert_eq!(published(&keys), next);

        refresh(days(90)).await;
        let second = a_token(&keys);
        assert_ne!(kid_of(&second), kid_of(&first));
        assert!(next.contains(&kid_of(&second)), "every app has known it for 90 days");
        assert_eq!(published(&keys).len(), 15, "next, current and retired of every algorithm");
        let retired = Stage::Retired { since: days(90) };
        assert_eq!(numbers(&rows(&store).await, days(90)), [(1, retired), (2, Stage::Current), (3, Stage::Next)]);
        assert!(believes(&keys, &first));

        refresh(days(90) + hours(25)).await;
        assert_eq!(published(&keys).len(), 10);
        assert!(!published(&keys).contains(&kid_of(&first)));
        assert!(believes(&keys, &first), "as an id_token_hint it may be older than any session");

        refresh(days(90 + 14)).await;
        assert!(!believes(&keys, &first));
        assert_eq!(numbers(&rows(&store).await, days(104)), [(2, Stage::Current), (3, Stage::Next)]);

        let told = events(&store).await;
        let count = |kind: &str| told.iter().filter(|told| *told == kind).count();
        assert_eq!((count("key.made"), count("key.removed")), (15, 5));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_nodes_that_refresh_at_the_same_time_one_makes_the_key() {
    for district in districts().await {
        let stores = [district.store().await, district.store().await];
        let one = district.open(&stores[0], T).await.unwrap();
        let other = district.open(&stores[1], T).await.unwrap();
        let now = days(90);
        let (here, there) = tokio::join!(one.refresh(&stores[0], now, &district.random), other.refresh(&stores[1], now, &district.random));
        here.unwrap();
        there.unwrap();
        assert_eq!(rows(&stores[0]).await.len(), 15, "one more of each algorithm");
        one.refresh(&stores[0], now, &district.random).await.unwrap();
        assert_eq!(one.jwks(), other.jwks());
        assert_eq!(events(&stores[0]).await.iter().filter(|kind| *kind == "key.made").count(), 15);
    }
}

#[tokio::test]
async fn a_key_is_not_hurried_before_every_app_has_read_it() {
    for district in districts().await {
        let store = district.store().await;
        let keys = district.open(&store, T).await.unwrap();
        let first = a_token(&keys);
        let early = days(1);
        let Rotation { kids, signs_from } = keys.rotate(&store, early, &district.random, ALL).await.unwrap();
        assert_eq!((kids.len(), signs_from), (5, days(3)), "asked for today, it comes when every app has read the key");
        assert_eq!(kid_of(&a_token(&keys)), kid_of(&first));
        assert_eq!((rows(&store).await.len(), published(&keys).len()), (15, 15), "the key after it is published");
        let at_once = keys.rotate(&store, early, &district.random, ALL).await.unwrap();
        assert_eq!((at_once.kids.len(), published(&keys).len()), (0, 15), "asked twice in a moment, it is one rotation");
        let Rotation { signs_from, .. } = keys.rotate(&store, days(2), &district.random, ALL).await.unwrap();
        assert_eq!((signs_from, published(&keys).len()), (days(4), 20), "asked again, the one after it follows as soon as it may");

        keys.refresh(&store, days(3), &district.random).await.unwrap();
        assert!(kids.contains(&kid_of(&a_token(&keys))), "the clock changed it");
        assert!(believes(&keys, &first), "what was signed stays good");
        let retired = Stage::Retired { since: days(3) };
        assert_eq!(numbers(&rows(&store).await, days(3)), [(1, retired), (2, Stage::Current), (3, Stage::Next), (4, Stage::Next)]);
        assert_eq!(rows(&store).await.iter().map(|key| key.signs_from).max(), Some(days(94)));
        let Rotation { signs_from, .. } = keys.rotate(&store, days(60), &district.random, ALL).await.unwrap();
        assert_eq!(signs_from, days(60), "a key that was long read signs at once");
    }
}

#[tokio::test]
async fn i12_in_an_emergency_everything_that_a_key_signed_is_void_at_once() {
    for district in districts().await {
        let store = district.store().await;
        let (keys, server) = (district.open(&store, T).await.unwrap(), district.open(&store, T).await.unwrap());
        let (stolen, rsa) = (a_token(&server), keys.sign(Algorithm::RS256, "JWT", &json!({})).unwrap());
        let only = Asked { only: Some(Algorithm::ES256), ..AT_ONCE };
        assert!(matches!(keys.rotate(&store, T, &district.random, only).await.unwrap(), Rotation { kids, .. } if kids.len() == 1));
        assert!(!believes(&keys, &stolen) && !published(&keys).contains(&kid_of(&stolen)));
        assert!(believes(&keys, &rsa), "the other algorithm was not meant");
        assert_eq!(numbers(&rows(&store).await, T), [(2, Stage::Current), (3, Stage::Next)]);

        assert!(believes(&server, &a_token(&keys)), "a node that is a minute behind knows the next key");
        server.refresh(&store, T, &district.random).await.unwrap();
        assert!(!believes(&server, &stolen) && believes(&server, &a_token(&keys)));
        assert_eq!(server.jwks(), keys.jwks());

        // Twice, and the key that was the next one at the theft is gone as well.
        let next = kid_of(&a_token(&keys));
        keys.rotate(&store, T + hours(1), &district.random, AT_ONCE).await.unwrap();
        assert!(!published(&keys).contains(&next) && !believes(&keys, &rsa));
        assert_eq!(numbers(&rows(&store).await, T + hours(1)), [(3, Stage::Current), (4, Stage::Next)]);
        let told = events(&store).await;
        let count = |kind: &str| told.iter().filter(|told| *told == kind).count();
        assert_eq!((count("key.rotated-at-once"), count("key.removed"), count("key.made")), (6, 6, 16));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_rotate_at_the_same_time_one_does() {
    for district in districts().await {
        let stores = [district.store().await, district.store().await];
        let one = district.open(&stores[0], T).await.unwrap();
        let other = district.open(&stores[1], T).await.unwrap();
        let only = Asked { only: Some(Algorithm::ES256), ..ALL };
        let now = days(10);
        let (here, there) =
            tokio::join!(one.rotate(&stores[0], now, &district.random, only), other.rotate(&stores[1], now, &district.random, only));
        let done = |rotation: Result<Rotation, KeyError>| matches!(rotation.unwrap(), Rotation { kids, .. } if kids.len() == 1);
        assert_ne!(done(here), done(there));
        let retired = Stage::Retired { since: now };
        assert_eq!(numbers(&rows(&stores[0]).await, now), [(1, retired), (2, Stage::Current), (3, Stage::Next)]);
    }
}

#[tokio::test]
async fn a_key_of_the_district_s_own_is_the_next_one() {
    const PEM: &str = include_str!("../tests/keys/es256.pem");
    for district in districts().await {
        let store = district.store().await;
        let keys = district.open(&store, T).await.unwrap();
        let import = async |now, file: &str| keys.import(&store, now, &district.random, None, file.as_bytes()).await.unwrap();
        assert_eq!(import(T, "no key").await, Import::Unusable);
        let kid = "ww5koJ9KuhKxpK73qSj26xEdPadBN-YmzLOpRaOWJvw".to_owned();
        // Brought in on the last day, it still is published for three days before it signs.
        assert_eq!(import(days(89), PEM).await, Import::Next { kid: kid.clone(), signs_from: days(92) });
        assert_eq!(import(days(89), PEM).await, Import::Known);
        assert!(published(&keys).contains(&kid));
        assert_eq!(numbers(&rows(&store).await, days(91)), [(1, Stage::Current), (2, Stage::Next)]);
        keys.refresh(&store, days(92), &district.random).await.unwrap();
        assert_eq!(kid_of(&a_token(&keys)), kid);
        assert!(events(&store).await.contains(&"key.imported".to_owned()));
    }
}

#[tokio::test]
async fn jwks_holds_public_keys_alone_and_the_current_ones_first() {
    for district in districts().await {
        let store = district.store().await;
        let keys = district.open(&store, T).await.unwrap();
        keys.refresh(&store, days(90), &district.random).await.unwrap();
        let jwks = keys.jwks();
        let listed = jwks["keys"].as_array().unwrap();
        let algorithms: Vec<&str> = listed.iter().map(|key| key["alg"].as_str().unwrap()).collect();
        let of_each: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
        assert_eq!(algorithms, of_each.repeat(3));
        let current = Algorithm::ALL.iter().map(|algorithm| kid_of(&keys.sign(*algorithm, "JWT", &json!({})).unwrap()));
        assert_eq!(published(&keys)[..Algorithm::ALL.len()], current.collect::<Vec<_>>());
        for key in listed {
            for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
        }
    }
}

/// Security.md 2.8 asks for the next key three days before it signs, not at the first start, which nobody likes to wait for.
#[tokio::test]
async fn a_start_makes_the_keys_that_sign_and_the_first_minute_those_after_them() {
    for district in districts().await {
        let store = district.store().await;
        let keys = district.start(&store, T).await.unwrap();
        assert_eq!(numbers(&rows(&store).await, T), [(1, Stage::Current)]);
        for algorithm in Algorithm::ALL {
            assert!(believes(&keys, &keys.sign(*algorithm, "JWT", &json!({})).unwrap()), "{algorithm:?}");
        }
        // Whoever cannot wait for that minute finds a key to rotate to.
        let only = Asked { only: Some(Algorithm::ES256), ..AT_ONCE };
        assert!(matches!(keys.rotate(&store, T, &district.random, only).await.unwrap(), Rotation { kids, .. } if kids.len() == 1));
        assert_eq!(numbers(&rows(&store).await, T), [(2, Stage::Current), (3, Stage::Next)]);
    }
}

#[tokio::test]
async fn a_database_of_an_earlier_version_gets_the_other_algorithms_and_keeps_its_keys() {
    for district in districts().await {
        let store = district.store().await;
        let before = district.open(&store, T).await.unwrap();
        run(&store, "DELETE FROM signing_keys WHERE algorithm NOT IN ('RS256', 'ES256')").await;
        let (kept, token) = (rows(&store).await, a_token(&before));
        assert_eq!(kept.len(), 4);
        let after = district.start(&store, days(1)).await.unwrap();
        let now = rows(&store).await;
        assert!(kept.iter().all(|key| now.contains(key)) && believes(&after, &token));
        for algorithm in Algorithm::ALL {
            after.sign(*algorithm, "JWT", &json!({})).unwrap();
        }
    }
}
