//! What the school does to accounts from the command line, on both databases (A29, rows R14, R22, S06, S07).

use std::time::Duration;

use serde_json::{Value, json};

use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};
use crate::cli::account::{Command, Failed, State, Whose, run};
use crate::limits::{self, Rule};
use crate::model::Scopes;
use crate::random::Secret;
use crate::store::accounts::AccountState;
use crate::store::{StoreError, Tx};

const CLAIM: &str = "student-claim";

#[tokio::test]
async fn accounts_are_listed_by_name_and_by_state() {
    for district in claimed().await {
        let all = does(&district, Command::List { state: None }).await.unwrap();
        let names: Vec<&str> = all.as_array().unwrap().iter().map(|account| account["username"].as_str().unwrap()).collect();
        assert_eq!(names, ["S0123456", "S0123457"]);
        does(&district, Command::Disable(whose("0123456"))).await.unwrap();
        for (state, expected) in [(State::Claimed, "S0123457"), (State::Disabled, "S0123456")] {
            let some = does(&district, Command::List { state: Some(state) }).await.unwrap();
            assert_eq!((some.as_array().unwrap().len(), some[0]["username"].as_str()), (1, Some(expected)));
        }
        assert_eq!(does(&district, Command::List { state: Some(State::Unclaimed) }).await.unwrap(), json!([]));
    }
}

#[tokio::test]
async fn an_account_is_shown_by_every_name_it_has_and_without_a_secret() {
    for district in claimed().await {
        let account = district.account("0123456").await.unwrap();
        district.family("203.0.113.5").sign_in("0123456", "faux").await;
        let (by_account, by_person) = (account.id.to_string(), account.person.to_string());
        for name in ["S0123456", "s0123456", "123456", &by_account, &by_person] {
            let shown = show(&district, name).await;
            assert_eq!(shown["username"], "S0123456", "{name}");
            assert_eq!((&shown["state"], &shown["name"]), (&json!("claimed"), &json!("Zoé Tremblay-Gagnon")));
            assert_eq!((&shown["sessions"], &shown["password"], &shown["questions"]), (&json!(1), &json!(true), &json!(3)));
            assert_eq!(shown["counters"]["password"]["tries"], 1);
            assert!(!shown.to_string().contains("argon2"), "{shown}");
        }
        let other = show(&district, "0200300").await;
        assert_eq!((&other["state"], &other["name"]), (&json!("never-claimed"), &json!("Noé D’Arcy")));
        for nobody in ["S0999999", "0777001", "nobody@courriel.example", "00000000-0000-0000-0000-000000000000"] {
            assert!(matches!(does(&district, Command::Show { person: nobody.to_owned() }).await, Err(Failed::Unknown(_))), "{nobody}");
        }
        assert!(matches!(does(&district, Command::Reset(whose("0200300"))).await, Err(Failed::NoAccount(_))));
    }
}

#[tokio::test]
async fn a29_a_reset_takes_what_opened_the_account_and_leaves_who_it_is() {
    for district in claimed().await {
        let account = district.account("0123456").await.unwrap();
        let now = district.app.now();
        let client = crate::store::clients::sample();
        let device = Secret::new("a device");
        let before = async |tx: &Tx| {
            tx.clients().add(&client).await?;
            tx.consents().allow(account.id, &client.client_id, &Scopes::parse("openid profile"), now).await?;
            tx.devices().add(&device.hash(), account.id, now, now + Duration::from_hours(1)).await
        };
        district.app.store.write(before).await.unwrap();
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        for rule in [Rule::AccountPassword, Rule::SecurityAnswers] {
            district.app.store.write(async |tx: &Tx| limits::close(tx, rule, &subject, now).await).await.unwrap();
        }
        let told = does(&district, Command::Reset(whose("S0123456"))).await.unwrap();
        assert_eq!((&told["state"], &told["sessions_ended"], &told["devices_forgotten"]), (&json!("unclaimed"), &json!(1), &json!(1)));
        let after = district.account("0123456").await.unwrap();
        assert_eq!((after.id, after.person, after.state), (account.id, account.person, AccountState::Unclaimed));
        for gone in ["passwords", "security_answers", "known_devices"] {
            assert_eq!(district.count(&format!("{gone} WHERE account = (SELECT id FROM accounts WHERE username = 'S0123456')")).await, 0);
        }
        assert_eq!(district.count("password_history WHERE account = (SELECT id FROM accounts WHERE username = 'S0123456')").await, 1);
        let reader = district.app.store.read();
        assert_eq!(reader.consents().find(account.id, &client.client_id).await.unwrap(), Scopes::parse("openid profile"));
        for rule in [Rule::AccountPassword, Rule::SecurityAnswers] {
            assert_eq!(limits::look(&reader, rule, &subject, now).await.unwrap(), limits::Counter::default(), "{rule:?}");
        }
        assert!(
            district
                .texts("events", &["kind", "detail"])
                .await
                .contains("account.reset{\"devices_forgotten\":1,\"reason\":\"seen at the counter\"")
        );
        assert!(matches!(does(&district, Command::Reset(whose("S0123456"))).await, Err(Failed::Refused(..))), "it is unclaimed already");
        assert_eq!(district.family("203.0.113.5").sign_in("0123456", PASSWORD).await, "password");
    }
}

#[tokio::test]
async fn r22_unlocking_touches_counters_alone() {
    for district in claimed().await {
        let account = district.account("0123456").await.unwrap();
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        let now = district.app.now();
        let close = async |tx: &Tx| {
            limits::close(tx, Rule::AccountPassword, &subject, now).await?;
            limits::close(tx, Rule::SecurityAnswers, &subject, now).await?;
            limits::take(tx, Rule::RecordClaim, &subject, now).await.map(|_| ())
        };
        district.app.store.write(close).await.unwrap();
        assert_eq!(district.family("203.0.113.5").sign_in("0123456", PASSWORD).await, "password");
        let before = everything_but_counters(&district).await;
        let claims = limits::look(&district.app.store.read(), Rule::RecordClaim, &subject, now).await.unwrap();
        let told = does(&district, Command::Unlock(whose("0123456"))).await.unwrap();
        assert_eq!((&told["state"], &told["sessions_ended"]), (&json!("claimed"), &json!(0)));
        assert_eq!(everything_but_counters(&district).await, before);
        assert_eq!(
            limits::look(&district.app.store.read(), Rule::RecordClaim, &subject, now).await.unwrap(),
            claims,
            "those of other things"
        );
        assert_eq!(district.count("events WHERE kind = 'account.unlocked'").await, 1);
        assert_eq!(district.family("203.0.113.6").sign_in("0123456", PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn a_locked_account_is_opened_by_a_new_password_or_by_the_school() {
    for district in claimed().await {
        let mut signed_in = district.family("203.0.113.5");
        assert_eq!(signed_in.sign_in("0123456", PASSWORD).await, "home");
        does(&district, Command::Lock(whose("0123456"))).await.unwrap();
        assert_eq!(signed_in.open("/").await.shows(), "welcome");
        assert_eq!(signed_in.sign_in("0123456", PASSWORD).await, "password");
        assert_eq!(show(&district, "0123456").await["counters"]["password"]["closed"], true);
        district.clock.advance(Duration::from_hours(24 * 400));
        assert_eq!(district.family("203.0.113.6").sign_in("0123456", PASSWORD).await, "password", "time does not open it");
        does(&district, Command::Unlock(whose("0123456"))).await.unwrap();
        assert_eq!(district.family("203.0.113.6").sign_in("0123456", PASSWORD).await, "home");
    }
}

#[tokio::test]
async fn s06_s07_a_disabled_account_is_shut_on_every_node_and_its_sessions_stay_dead() {
    for district in claimed().await {
        let node = district.node().await;
        let mut signed_in = node.family("203.0.113.5");
        assert_eq!(signed_in.sign_in("0123456", PASSWORD).await, "home");
        let told = does(&district, Command::Disable(whose("0123456"))).await.unwrap();
        assert_eq!((&told["state"], &told["sessions_ended"]), (&json!("disabled"), &json!(2)));
        assert_eq!(signed_in.open("/").await.shows(), "welcome");
        assert_eq!(node.family("203.0.113.6").sign_in("0123456", PASSWORD).await, "password");
        for refused in [Command::Reset as fn(Whose) -> Command, Command::Lock, Command::Disable] {
            assert!(matches!(does(&district, refused(whose("0123456"))).await, Err(Failed::Refused(..))));
        }
        assert_eq!(does(&district, Command::Enable(whose("0123456"))).await.unwrap()["state"], "claimed");
        assert!(matches!(does(&district, Command::Enable(whose("0123456"))).await, Err(Failed::Refused(..))));
        assert_eq!(signed_in.open("/").await.shows(), "welcome", "what was ended stays ended");
        assert_eq!(node.family("203.0.113.7").sign_in("0123456", PASSWORD).await, "home");
        for kind in ["account.disabled", "account.enabled"] {
            assert_eq!(district.count(&format!("events WHERE kind = '{kind}'")).await, 1);
        }
    }
}

/// Zoé and Léa have accounts, each with the session of its claim.
async fn claimed() -> Vec<District> {
    let mut districts = Vec::new();
    for district in District::each().await {
        for (number, facts) in (200..).zip([ZOE, LEA]) {
            let mut family: Family = district.family(&format!("203.0.113.{number}"));
            family.to_the_end(CLAIM, facts).await;
        }
        districts.push(district);
    }
    districts
}

fn whose(person: &str) -> Whose {
    Whose { person: person.to_owned(), reason: Some("seen at the counter".to_owned()) }
}

async fn does(district: &District, command: Command) -> Result<Value, Failed> {
    run(command, &district.app.store, &district.app.tools, district.app.now()).await
}

async fn show(district: &District, person: &str) -> Value {
    does(district, Command::Show { person: person.to_owned() }).await.unwrap()
}

async fn everything_but_counters(district: &District) -> String {
    let mut all = String::new();
    for (table, columns) in [
        ("accounts", &["username", "username_key", "state", "claimed_by", "assurance"][..]),
        ("passwords", &["hash"]),
        ("password_history", &["hash"]),
        ("security_answers", &["question", "answer"]),
        ("sessions", &["acr", "amr"]),
    ] {
        all += &district.texts(table, columns).await;
    }
    for rows in ["sessions WHERE ended_at IS NULL", "journeys", "known_devices", "outbox", "claim_cases", "token_families"] {
        all += &format!("{rows}: {}\n", district.count(rows).await);
    }
    let looked: Result<_, StoreError> = district.app.store.read().people().roster_of().await;
    format!("{all}{:?}", looked.unwrap())
}
