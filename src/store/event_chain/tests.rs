//! The chain on both databases: what was done to the rows is found, what was not is borne out.

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::store::events::Event;
use crate::store::testing;

const NOW: Timestamp = Timestamp(1_800_000_000);

const KEPT: &str = "CREATE TABLE kept AS SELECT * FROM event_marks";

async fn record(store: &Store, how_many: i64, at: Timestamp) {
    let work = async |tx: &Tx| {
        for n in 0..how_many {
            tx.record(&Event { detail: json!({ "n": n }), ..Event::of("session.started") }, at).await?;
        }
        Ok::<_, StoreError>(())
    };
    store.write(work).await.unwrap();
}

/// What somebody with the database in hands, and without the master key, does to it.
async fn meddle(store: &Store, sql: &str) {
    assert_ne!(store.write(async |tx: &Tx| testing::execute(tx, sql, []).await).await.unwrap(), 0, "{sql} touched nothing");
}

async fn findings(store: &Store, keys: &KeyStore) -> Vec<Finding> {
    store.event_chain(keys).verify(None).await.unwrap().findings
}

/// A log of ten linked events on each database.
async fn logs() -> (Vec<Store>, KeyStore) {
    let (stores, keys) = (testing::stores().await, KeyStore::for_tests());
    for store in &stores {
        record(store, 10, NOW).await;
        assert_eq!(store.event_chain(&keys).seal(NOW).await.unwrap(), 10);
    }
    (stores, keys)
}

#[tokio::test]
async fn c5_an_untouched_log_verifies_and_tells_where_it_ends() {
    let (stores, keys) = logs().await;
    for store in stores {
        let chain = store.event_chain(&keys);
        record(&store, 1_234, NOW).await;
        assert_eq!(chain.seal(NOW).await.unwrap(), 1_234);
        assert_eq!(chain.seal(NOW).await.unwrap(), 0);
        let verified = chain.verify(None).await.unwrap();
        assert_eq!((verified.events, verified.late, verified.forgotten, verified.head.place), (1_244, 0, 0, 1_244));
        assert_eq!(verified.findings, []);
    }
}

#[tokio::test]
async fn c5_an_empty_log_verifies() {
    let keys = KeyStore::for_tests();
    for store in testing::stores().await {
        assert_eq!(store.event_chain(&keys).seal(NOW).await.unwrap(), 0);
        assert_eq!(findings(&store, &keys).await, []);
    }
}

#[tokio::test]
async fn c5_a_changed_event_is_found_whatever_was_changed() {
    let changes = [
        "kind = 'session.ended'",
        "at = at - 1",
        "detail = '{\"n\":77}'",
        "actor = '00000000-0000-0000-0000-000000000001'",
        "person = '00000000-0000-0000-0000-000000000001'",
        "school = '00000000-0000-0000-0000-000000000001'",
    ];
    for change in changes {
        let (stores, keys) = logs().await;
        for store in stores {
            // SQLite keeps an id as its bytes.
            let change = match store.backend() {
                crate::store::Backend::Sqlite => {
                    change.replace("'00000000-0000-0000-0000-000000000001'", "x'00000000000000000000000000000001'")
                }
                crate::store::Backend::Postgres => change.to_owned(),
            };
            meddle(&store, &format!("UPDATE events SET {change} WHERE id = 5")).await;
            assert_eq!(findings(&store, &keys).await, [Finding::Changed(5)], "{change}");
        }
    }
}

#[tokio::test]
async fn c5_a_removed_event_is_found_with_or_without_its_link() {
    let (stores, keys) = logs().await;
    for store in stores {
        meddle(&store, "DELETE FROM events WHERE id = 5").await;
        assert_eq!(findings(&store, &keys).await, [Finding::Removed(5)]);
        meddle(&store, "DELETE FROM event_seals WHERE event = 5").await;
        assert_eq!(findings(&store, &keys).await, [Finding::Unlinked(5, 5)]);
    }
}

#[tokio::test]
async fn c5_links_that_are_moved_up_to_close_a_gap_are_found() {
    let (stores, keys) = logs().await;
    for store in stores {
        meddle(&store, "DELETE FROM events WHERE id = 5").await;
        meddle(&store, "DELETE FROM event_seals WHERE event = 5").await;
        for place in 6..=10 {
            meddle(&store, &format!("UPDATE event_seals SET place = {} WHERE place = {place}", place - 1)).await;
        }
        let found = findings(&store, &keys).await;
        assert!(found.contains(&Finding::Changed(6)) && found.contains(&Finding::Unlinked(10, 10)), "{found:?}");
    }
}

#[tokio::test]
async fn c5_two_events_that_change_places_are_found() {
    let (stores, keys) = logs().await;
    for store in stores {
        meddle(&store, "UPDATE event_seals SET event = 100 WHERE place = 4").await;
        meddle(&store, "UPDATE event_seals SET event = 4 WHERE place = 5").await;
        meddle(&store, "UPDATE event_seals SET event = 5 WHERE place = 4").await;
        assert_eq!(findings(&store, &keys).await, [Finding::Changed(5), Finding::Changed(4)]);
    }
}

#[tokio::test]
async fn c5_an_event_slipped_in_among_the_linked_is_found() {
    let keys = KeyStore::for_tests();
    for store in testing::stores().await {
        let chain = store.event_chain(&keys);
        // Number 3 belongs to nobody, as where a transaction was rolled back.
        record(&store, 4, NOW).await;
        meddle(&store, "DELETE FROM events WHERE id = 3").await;
        chain.seal(NOW).await.unwrap();
        for minutes in [11, 22] {
            let later = NOW + Duration::from_secs(minutes * 60);
            record(&store, 1, later).await;
            chain.seal(later).await.unwrap();
        }
        assert_eq!(findings(&store, &keys).await, []);
        meddle(&store, "INSERT INTO events (id, kind, detail, at) VALUES (3, 'account.claimed', 'null', 1799999999)").await;
        let later = NOW + Duration::from_secs(23 * 60);
        assert_eq!(chain.seal(later).await.unwrap(), 0, "it is not sealed over");
        assert_eq!(findings(&store, &keys).await, [Finding::Inserted(3)]);
    }
}

#[tokio::test]
async fn c5_an_event_slipped_in_as_new_is_told_as_late() {
    let (stores, keys) = logs().await;
    for store in stores {
        meddle(&store, "INSERT INTO events (id, kind, detail, at) VALUES (900, 'account.claimed', 'null', 1700000000)").await;
        store.event_chain(&keys).seal(NOW).await.unwrap();
        let verified = store.event_chain(&keys).verify(None).await.unwrap();
        assert_eq!((verified.late, verified.findings), (1, vec![]));
    }
}

#[tokio::test]
async fn c5_cutting_off_the_newest_events_is_found_and_not_sealed_over() {
    let (stores, keys) = logs().await;
    for store in stores {
        let chain = store.event_chain(&keys);
        meddle(&store, "DELETE FROM events WHERE id > 7").await;
        meddle(&store, "DELETE FROM event_seals WHERE event > 7").await;
        assert_eq!(findings(&store, &keys).await, [Finding::Unlinked(8, 10)]);
        // A head that is made to fit has no MAC of ours.
        meddle(&store, "UPDATE event_marks SET place = 7, seal = (SELECT seal FROM event_seals WHERE place = 7) WHERE name = 'head'").await;
        assert_eq!(findings(&store, &keys).await, [Finding::Mark(Mark::Head)]);
        record(&store, 1, NOW).await;
        chain.seal(NOW).await.unwrap_err();
        meddle(&store, "DELETE FROM event_marks WHERE name = 'head'").await;
        assert!(findings(&store, &keys).await.contains(&Finding::Mark(Mark::Head)));
        chain.seal(NOW).await.unwrap_err();
    }
}

#[tokio::test]
async fn c5_links_that_somebody_else_made_are_found() {
    let (stores, keys) = logs().await;
    for store in stores {
        meddle(&store, "INSERT INTO events (id, kind, detail, at) VALUES (11, 'account.claimed', 'null', 1800000000)").await;
        let forged =
            "INSERT INTO event_seals (place, event, sealed_at, seal) SELECT 11, 11, sealed_at, seal FROM event_seals WHERE place = 10";
        meddle(&store, forged).await;
        assert_eq!(findings(&store, &keys).await, [Finding::Beyond(11)]);
    }
}

#[tokio::test]
async fn c5_a_log_put_back_whole_is_found_by_a_head_that_was_written_down() {
    let (stores, keys) = logs().await;
    for store in stores {
        let chain = store.event_chain(&keys);
        let before = chain.verify(None).await.unwrap().head;
        store.write(async |tx: &Tx| testing::execute(tx, KEPT, []).await).await.unwrap();
        record(&store, 3, NOW).await;
        chain.seal(NOW).await.unwrap();
        let noted = chain.verify(Some(before)).await.unwrap();
        assert_eq!(noted.findings, [], "a head of earlier is still in the log");
        let told: Head = noted.head.to_string().parse().unwrap();
        meddle(&store, "DELETE FROM events WHERE id > 10").await;
        meddle(&store, "DELETE FROM event_seals WHERE place > 10").await;
        meddle(&store, "DELETE FROM event_marks").await;
        meddle(&store, "INSERT INTO event_marks SELECT * FROM kept").await;
        assert_eq!(chain.verify(None).await.unwrap().findings, []);
        assert_eq!(chain.verify(Some(told)).await.unwrap().findings, [Finding::NotTheSame]);
    }
}

#[tokio::test]
async fn c5_another_master_key_makes_another_chain() {
    let (stores, _) = logs().await;
    for store in stores {
        let dir = tempfile::tempdir().unwrap();
        let other = other_keys(dir.path()).await;
        let found = findings(&store, &other).await;
        assert!(found.contains(&Finding::Mark(Mark::Head)) && found.contains(&Finding::Changed(1)), "{found:?}");
    }
}

/// Keys under a master key of their own, from a district of their own.
async fn other_keys(dir: &std::path::Path) -> KeyStore {
    let store = Store::open(&format!("sqlite:{}/other.db", dir.display())).await.unwrap();
    let settings = crate::config::keys::KeySettings { master_key_file: dir.join("master.key"), ..Default::default() };
    KeyStore::open(&settings, &store, NOW, &crate::random::Random::seeded(9)).await.unwrap()
}

/// Several nodes seal while others write: every event is linked once, and there is one chain.
#[tokio::test(flavor = "multi_thread")]
async fn c5_nodes_that_seal_at_once_make_one_chain() {
    let keys = Arc::new(KeyStore::for_tests());
    for url in [Some(testing::sqlite()), testing::postgres().await].into_iter().flatten() {
        let nodes = [Arc::new(Store::open(&url).await.unwrap()), Arc::new(Store::connect(&url).await.unwrap())];
        let mut tasks = Vec::new();
        for node in &nodes {
            for _ in 0..2 {
                let (node, keys) = (Arc::clone(node), Arc::clone(&keys));
                tasks.push(tokio::spawn(async move {
                    for _ in 0..25 {
                        record(&node, 3, NOW).await;
                        // Of two that meet, one may find the chain longer than it read it: that round is the other's.
                        node.event_chain(&keys).seal(NOW).await.unwrap();
                    }
                }));
            }
        }
        for task in tasks {
            task.await.unwrap();
        }
        nodes[0].event_chain(&keys).seal(NOW).await.unwrap();
        let verified = nodes[1].event_chain(&keys).verify(None).await.unwrap();
        assert_eq!((verified.events, verified.head.place, verified.findings), (300, 300, vec![]));
    }
}

/// An event whose transaction ends after younger ones were linked is linked in the next round, not taken for a forgery.
#[tokio::test(flavor = "multi_thread")]
async fn c5_a_transaction_that_ends_late_is_linked_late() {
    let keys = KeyStore::for_tests();
    let Some(url) = testing::postgres().await else { return };
    let store = Arc::new(Store::open(&url).await.unwrap());
    let (written, wait) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let slow = tokio::spawn({
        let (store, written, wait) = (Arc::clone(&store), Arc::clone(&written), Arc::clone(&wait));
        async move {
            let work = async |tx: &Tx| {
                tx.record(&Event::of("account.claimed"), NOW).await?;
                written.notify_one();
                wait.notified().await;
                Ok::<_, StoreError>(())
            };
            store.write(work).await.unwrap();
        }
    });
    written.notified().await;
    record(&store, 3, NOW).await;
    assert_eq!(store.event_chain(&keys).seal(NOW).await.unwrap(), 3);
    wait.notify_one();
    slow.await.unwrap();
    assert_eq!(store.event_chain(&keys).seal(NOW).await.unwrap(), 1);
    assert_eq!(findings(&store, &keys).await, []);
}

/// The server's loop can be spawned, and leaves nothing unlinked behind when it is told to stop.
#[tokio::test]
async fn c5_a_server_that_stops_links_what_is_left() {
    let (store, keys) = (Arc::new(Store::open(&testing::sqlite()).await.unwrap()), Arc::new(KeyStore::for_tests()));
    record(&store, 5, NOW).await;
    let (shared, ours) = (Arc::clone(&store), Arc::clone(&keys));
    let clock = crate::clock::FixedClock::at(NOW);
    tokio::spawn(async move { shared.event_chain(&ours).tend(&clock, std::future::ready(())).await }).await.unwrap();
    let verified = store.event_chain(&keys).verify(None).await.unwrap();
    assert_eq!((verified.events, verified.findings), (5, vec![]));
}

#[tokio::test]
async fn old_events_are_forgotten_and_the_rest_verifies() {
    let keys = KeyStore::for_tests();
    for store in testing::stores().await {
        let chain = store.event_chain(&keys);
        let later = NOW + RETENTION;
        record(&store, 1_200, NOW).await;
        chain.seal(NOW).await.unwrap();
        record(&store, 7, later).await;
        chain.seal(later).await.unwrap();
        assert_eq!(chain.prune(NOW, later).await.unwrap(), Pruned::Forgotten(0));
        assert_eq!(chain.prune(NOW + Duration::from_secs(1), later).await.unwrap(), Pruned::Forgotten(1_200));
        let verified = chain.verify(None).await.unwrap();
        assert_eq!((verified.events, verified.forgotten, verified.head.place, verified.findings), (7, 1_200, 1_207, vec![]));
        let kept = store.read().events().list(&Default::default(), 100).await.unwrap();
        assert_eq!(kept.len(), 7);
        // The rest may be forgotten too, and the chain goes on where it ended.
        assert_eq!(chain.prune(later + Duration::from_secs(1), later).await.unwrap(), Pruned::Forgotten(7));
        assert_eq!(findings(&store, &keys).await, []);
        record(&store, 2, later).await;
        assert_eq!(chain.seal(later).await.unwrap(), 2);
        let verified = chain.verify(None).await.unwrap();
        assert_eq!((verified.events, verified.head.place, verified.findings), (2, 1_209, vec![]));
    }
}

#[tokio::test]
async fn nobody_can_pass_a_removal_off_as_forgetting() {
    let (stores, keys) = logs().await;
    for store in stores {
        let chain = store.event_chain(&keys);
        assert_eq!(chain.prune(NOW, NOW).await.unwrap(), Pruned::Forgotten(0));
        let anchor = "INSERT INTO event_marks SELECT 'anchor', s.place, s.seal, 0, 0, m.at, m.mac FROM event_seals AS s, event_marks AS m \
                      WHERE s.place = 4";
        meddle(&store, anchor).await;
        meddle(&store, "DELETE FROM events WHERE id <= 4").await;
        meddle(&store, "DELETE FROM event_seals WHERE event <= 4").await;
        assert_eq!(findings(&store, &keys).await, [Finding::Mark(Mark::Anchor)]);
    }
}

#[tokio::test]
async fn a_broken_chain_is_not_forgotten() {
    let (stores, keys) = logs().await;
    for store in stores {
        let chain = store.event_chain(&keys);
        let later = NOW + RETENTION + Duration::from_secs(1);
        meddle(&store, "UPDATE events SET kind = 'session.ended' WHERE id = 5").await;
        assert_eq!(chain.prune(NOW + Duration::from_secs(1), later).await.unwrap(), Pruned::Broken(Finding::Changed(5)));
        assert_eq!(store.read().events().list(&Default::default(), 100).await.unwrap().len(), 10);
    }
}
