//! Guesses by the thousand, and a class at eight in the morning (security.md 2.5; rows R19, R23, D7), on both databases. A hundred
//! accounts as a rule; a thousand, from two hundred addresses, where `PREAU_TEST_LONG` asks for it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::district::District;
use super::family::{Family, PASSWORD};
use crate::limits::{self, Rule};
use crate::model::{AccountId, Hash};
use crate::store::accounts::{Account, AccountState};
use crate::store::{Backend, StoreError, Tx};

/// So many people of a role, each with an account and the same password.
async fn people(district: &District, role: &str, number: usize) {
    let mut users = String::new();
    for at in 0..number {
        writeln!(users, "x{at},,,true,s1,{role},x{at},,Alex,Nom{at},,{},,,,,05,", identifier(at)).unwrap();
    }
    district.import(&users).await;
    let (app, now) = (&district.app, district.app.now());
    let hash = app.tools.hasher.hash(&crate::random::Secret::new(PASSWORD)).await.unwrap();
    let write = async |tx: &Tx| {
        for at in 0..number {
            let person = tx.people().by_source_id(&format!("x{at}")).await?.remove(0);
            let account = Account {
                id: AccountId::new(now, &app.tools.random),
                person: person.id,
                username: identifier(at),
                state: AccountState::Claimed,
                language: None,
                claimed_by: "student-claim".to_owned(),
                assurance: "urn:preau:acr:identified".to_owned(),
                claimed_at: now,
            };
            tx.accounts().claim(&account).await?;
            tx.accounts().set_password(account.id, &hash, now).await?;
        }
        Ok::<_, StoreError>(())
    };
    app.store.write(write).await.unwrap();
}

fn identifier(at: usize) -> String {
    format!("{}", 3_000_000 + at)
}

async fn signs_in(mut family: Family, at: usize) -> (Family, bool) {
    let shown = family.sign_in(&identifier(at), PASSWORD).await;
    (family, shown == "home")
}

/// Row D7: thirty pupils behind one address that nobody told us is a school's, a third of whom mistype once.
#[tokio::test]
async fn d7_thirty_pupils_behind_one_address_all_get_in_within_a_minute() {
    for district in District::each_empty().await {
        people(&district, "student", 30).await;
        let mut waited = BTreeSet::new();
        for at in 0..30 {
            district.clock.advance(Duration::from_secs(1));
            let mut pupil = district.family("203.0.113.1");
            if at % 3 == 0 {
                pupil.open("/sign-in").await.send(&[("username", &identifier(at))]).await.send(&[("password", "quatre lapins")]).await;
                assert_eq!((pupil.shows().as_str(), pupil.status()), ("password", 422), "{at}");
                pupil.send(&[("password", PASSWORD)]).await;
            } else {
                assert!(["home", "challenge"].contains(&pupil.sign_in(&identifier(at), PASSWORD).await.as_str()));
            }
            if pupil.shows() != "home" {
                waited.insert(at);
            }
        }
        assert_eq!(waited, BTreeSet::new());
    }
}

/// Row R19: the right password is among the guesses, and its owner is the only one whom it lets in.
#[tokio::test]
async fn r19_guesses_by_the_thousand_open_nothing_and_lock_nobody_out() {
    let (accounts, addresses) = if is_long() { (1_000, 200) } else { (100, 20) };
    for district in District::each_empty().await {
        people(&district, "teacher", accounts).await;
        let mut owners = Vec::new();
        for at in 0..accounts {
            let (owner, is_in) = signs_in(district.family(&format!("203.0.113.{}", at % 250)), at).await;
            assert!(is_in, "{at}");
            owners.push(owner);
        }
        let guessed = district.count("events WHERE kind = 'session.started'").await;
        for round in 0..10 {
            district.clock.advance(Duration::from_secs(1));
            for at in 0..accounts {
                let address = (at * 7 + round) % addresses;
                let mut guesser = district.family(&format!("127.7.{}.{}", address / 100, address % 100));
                // Whoever guesses on and on hits upon it; by then nobody listens.
                let guess = if round > 5 { PASSWORD } else { "quatre lapins sous la pluie" };
                assert_ne!(guesser.sign_in(&identifier(at), guess).await, "home", "round {round}, account {at}");
            }
        }
        assert_eq!(district.count("events WHERE kind = 'session.started'").await, guessed);
        for (at, mut owner) in owners.into_iter().enumerate() {
            owner.open("/sign-out").await.send(&[]).await;
            assert!(signs_in(owner, at).await.1, "{at}: a known device has a budget of its own");
        }
    }
}

/// Row R23: forty names are guessed at once at two nodes, and whoever knows their password comes in between. No time is measured:
/// nobody is sent away, each guess is counted on its own name alone, and a counter that is being written holds nobody up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r23_whoever_guesses_other_names_holds_nobody_up() {
    for district in District::each_empty().await {
        people(&district, "student", 41).await;
        let node = district.node().await;
        let guesses: Vec<_> = (1..41)
            .map(|at| {
                let mut guesser = if at % 2 == 0 { &district } else { &node }.family(&format!("198.51.100.{at}"));
                tokio::spawn(async move {
                    guesser.sign_in(&identifier(at), "quatre chats").await;
                    (guesser.shows(), guesser.status())
                })
            })
            .collect();
        assert!(signs_in(district.family("203.0.113.1"), 0).await.1);
        for guess in guesses {
            assert_eq!(guess.await.unwrap(), ("password".to_owned(), 422));
        }
        for at in 0..41 {
            let counted = limits::look(&node.app.store.read(), Rule::AccountPassword, &subject(&node, at).await, node.app.now()).await;
            let counted: Result<_, StoreError> = counted;
            assert_eq!(counted.unwrap().tries, u32::from(at > 0), "{at}");
        }
        // SQLite has one writer for everything, and holds it for a statement or two.
        if district.app.store.backend() == Backend::Postgres {
            let guessed = subject(&district, 1).await;
            let hold = async |tx: &Tx| {
                limits::take(tx, Rule::AccountPassword, &guessed, district.app.now()).await?;
                limits::failed(tx, &district.app.tools.keys, "203.0.113.2", &guessed, district.app.now()).await?;
                let other = signs_in(node.family("203.0.113.2"), 0);
                let waited = tokio::time::timeout(Duration::from_secs(20), other).await;
                assert!(waited.expect("it waits for nobody").1);
                Ok::<_, StoreError>(())
            };
            district.app.store.write(hold).await.unwrap();
        }
    }
}

async fn subject(district: &District, at: usize) -> Hash {
    let account = district.app.store.read().accounts().by_username(&identifier(at)).await.unwrap().unwrap();
    limits::subject_of_account(&district.app.tools.keys, account.id)
}

#[expect(clippy::disallowed_methods, reason = "how long a test may take is no setting of the program")]
fn is_long() -> bool {
    std::env::var_os("PREAU_TEST_LONG").is_some()
}
