//! A district with a roster that was really imported, for the tests of joining. It stands on one of the two databases,
//! and as many nodes as a test wants serve it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use clap::Parser;
use serde_json::Value;

use super::agent::Agent;
use super::family::Family;
use crate::app::App;
use crate::cli::{claim, code};
use crate::clock::FixedClock;
use crate::flow::loaded::Flows;
use crate::flow::{Flow, definition};
use crate::keys::KeyStore;
use crate::model::{Letter, Timestamp};
use crate::password::Hasher;
use crate::people::number_key;
use crate::random::Random;
use crate::recovery::office::{self, Change, Order};
use crate::roster::{Inputs, Options, Outcome, import};
use crate::routes::{self, FEATURES};
use crate::store::accounts::{Account, AccountState};
use crate::store::people::Person;
use crate::store::{Row, Store, Tx, testing};
use crate::tools::Tools;

/// One node of a district.
pub struct District {
    /// The program.
    pub app: Arc<App>,
    /// All its addresses.
    pub router: Router,
    /// The clock of all nodes.
    pub clock: FixedClock,
    url: String,
}

/// `preau code`, as it is typed.
#[derive(clap::Parser)]
struct Codes {
    #[command(subcommand)]
    command: code::Command,
}

/// Zoé has no address, Léa has one; Ana and Ben bear one number, and so do the two Maries.
pub const PUPILS: &str = "\
p1,,,true,s1,student,zoe,,Zoé,Tremblay-Gagnon,,0123456,,,,,05,
p2,,,true,s1,student,lea,,Léa,Roy,,0123457,lea.roy@courriel.example,,,,05,
p3,,,true,s1,student,noe,,Noé,D’Arcy,,S0200300,,,,,05,
p4,,,true,s1,student,ana,,Ana,Silva,,0777001,,,,,05,
p5,,,true,s1,student,ben,,Ben,Lopez,,0777001,,,,,05,
p6,,,true,s1,student,ma1,,Marie,Roy,,0888001,,,,,05,
p7,,,true,s1,student,ma2,,Marie,Roy-Côté,,0888001,,,,,05,
p8,,,true,s1,student,jea,,Jean-Pierre,O’Neil,,42,,,,,05,
";
/// The same Zoé and Noé, with Marie, the mother of both, and Paul, Zoé's father alone; and Léa, whose father Luc has no
/// address. Nobody is tied to Ana.
pub const HOUSEHOLDS: &str = "\
p1,,,true,s1,student,zoe,,Zoé,Tremblay-Gagnon,,0123456,,,,\"g1,g2\",05,
p2,,,true,s1,student,lea,,Léa,Roy,,0123457,lea.roy@courriel.example,,,g3,05,
p3,,,true,s1,student,noe,,Noé,D’Arcy,,S0200300,,,,g1,05,
p4,,,true,s1,student,ana,,Ana,Silva,,0777001,,,,,05,
g1,,,true,s1,guardian,marie,,Marie,D’Arcy-Gagnon,,,marie@courriel.example,,,,,
g2,,,true,s1,guardian,paul,,Paul,Tremblay,,,paul@courriel.example,,,,,
g3,,,true,s1,guardian,luc,,Luc,Roy,,,,,,,,
";
/// Birth dates; the two Maries have the same.
const BIRTHS: &str =
    "p1,,,2014-03-04\np2,,,2014-05-06\np3,,,2014-07-08\np4,,,2014-01-01\np6,,,2014-09-09\np7,,,2014-09-09\np9,,,2017-03-04\n";
/// Anne and Marc are Léa's and Noé's parents, each with an address of their own; Sam and Lou share one mailbox; Yves is
/// known by nothing but his tie to Zoé, and has no house number on file.
pub const FAMILIES: &str = "\
c01,,,true,s1,student,lea,,Léa,Roy,,0100001,,,,,05,,
c02,,,true,s2,student,noe,,Noé,Roy,,0100002,,,,,02,,
c03,,,true,s1,student,zoe,,Zoé,Tran,,0100003,,,,,05,,
g01,,,true,s1,parent,anne,,Anne,Roy-Côté,,,Anne@Famille.example,,613 555-0142,\"c01,c02\",,,\"2445, app. 3\"
g02,,,true,s1,parent,marc,,Marc,Roy,,,marc@famille.example,,,\"c01,c02\",,,12
g03,,,true,s1,guardian,sam,,Sam,Tran,,,duo@famille.example,,,c03,,,7
g04,,,true,s1,guardian,lou,,Lou,Tran,,,duo@famille.example,,,c03,,,7
g05,,,true,s1,relative,yves,,Yves,Tran,,,yves@famille.example,,,c03,,,
t01,,,true,s1,teacher,paul,,Paul,Prof,,,paul@ecole.example,,,,,,
";
const CHILDREN_BORN: &str = "c01,,,2012-05-06\nc02,,,2015-01-02\nc03,,,2014-03-04\n";
/// The facts of Zoé, as her report card has them.
pub const ZOE: &[(&str, &str)] = &[("given_name", "Zoé"), ("family_name", "Tremblay-Gagnon"), ("student_number", "0123456")];
/// The facts of Léa.
pub const LEA: &[(&str, &str)] = &[("given_name", "Léa"), ("family_name", "Roy"), ("student_number", "0123457")];

impl District {
    /// One on each database, on a day in the school year, its roster imported.
    pub async fn each() -> Vec<Self> {
        let mut districts = Vec::new();
        for district in Self::each_empty().await {
            district.import(PUPILS).await;
            districts.push(district);
        }
        districts
    }

    /// The same without a roster.
    pub async fn each_empty() -> Vec<Self> {
        let clock = || FixedClock::at(Timestamp(1_800_000_000));
        let mut districts = vec![Self::at(testing::sqlite(), clock(), 1).await];
        if let Some(url) = testing::postgres().await {
            districts.push(Self::at(url, clock(), 1).await);
        }
        districts
    }

    async fn at(url: String, clock: FixedClock, seed: u64) -> Self {
        Self::made(url, clock, seed, |_, _| {}).await
    }

    async fn made(url: String, clock: FixedClock, seed: u64, change: impl FnOnce(&mut Tools, &mut Vec<Flow>)) -> Self {
        let mut tools = Tools {
            clock: Arc::new(clock.clone()),
            random: Random::seeded(seed),
            keys: KeyStore::for_tests(),
            hasher: Hasher::for_tests(),
            policy: Default::default(),
            pages: crate::pages::Pages::load().unwrap(),
            charters: crate::charters::Charters::load(None).unwrap(),
            outbound: crate::outbound::Outbound::new(crate::outbound::Reach::PublicAndLoopback),
            authorities: Default::default(),
            logos: crate::fetched::Fetched::new(
                crate::outbound::Outbound::new(crate::outbound::Reach::PublicAndLoopback),
                crate::web::logo::redraw,
            ),
            key_sets: crate::fetched::Fetched::new(
                crate::outbound::Outbound::new(crate::outbound::Reach::PublicAndLoopback),
                crate::oidc::client_keys::read,
            ),
            sources: crate::sources::Sources::none(),
            config: Default::default(),
            mailer: crate::mail::Mailer::memory(),
        };
        let mut flows = definition::load(FEATURES, None).unwrap();
        change(&mut tools, &mut flows);
        let flows = match tools.config.flows.dir {
            Some(_) => Flows::load(FEATURES, &tools.config).unwrap(),
            None => Flows::for_tests(flows, !tools.sources.all().is_empty()),
        };
        let app = Arc::new(App { tools, store: Store::open(&url).await.unwrap(), flows });
        Self { router: routes::router(Arc::clone(&app)), app, clock, url }
    }

    /// Another node on the same database: also what this one is after a restart.
    pub async fn node(&self) -> Self {
        Self::at(self.url.clone(), self.clock.clone(), 2).await
    }

    /// The same, with other settings.
    pub async fn node_with(&self, change: impl FnOnce(&mut Tools, &mut Vec<Flow>)) -> Self {
        Self::made(self.url.clone(), self.clock.clone(), 3, change).await
    }

    /// The same, with one more flow.
    pub async fn node_with_flow(&self, name: &str, text: &str) -> Self {
        let flow = definition::parse(name, &format!("{name}.toml"), text, FEATURES).unwrap();
        self.node_with(|_, flows| flows.push(flow)).await
    }

    /// Imports this roster in the place of the one before.
    pub async fn import(&self, users: &str) {
        let head = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                    identifier,email,sms,phone,agentSourcedIds,grades,password\n";
        let orgs = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,École des Érables,school,,\n";
        let births: String =
            BIRTHS.lines().filter(|line| users.contains(&format!("{},", &line[..2]))).map(|line| format!("{line}\n")).collect();
        let births = format!("sourcedId,status,dateLastModified,birthDate\n{births}");
        self.import_files(&[("orgs.csv", orgs), ("users.csv", &format!("{head}{users}")), ("demographics.csv", &births)]).await;
    }

    /// Imports these files in the place of those before.
    pub async fn import_files(&self, files: &[(&str, &str)]) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let inputs = Inputs { clock: &self.clock, random: &self.app.tools.random, progress: &|_, _| {} };
        self.clock.advance(Duration::from_secs(1));
        let report = import(&self.app.store, &inputs, dir.path(), &Options { approve: true, ..Options::default() }).await.unwrap();
        assert_eq!(report.outcome, Outcome::Applied, "{report:?}");
    }

    /// The same with this roster in it.
    pub async fn with(self, users: &str) -> Self {
        self.import(users).await;
        self
    }

    /// Everything that is written in the tables that codes and journeys touch.
    pub async fn dump(&self) -> String {
        let mut dump = self.texts("codes", &["kind", "last_group"]).await;
        dump += &self.texts("code_batches", &["kind", "asked"]).await;
        dump += &self.texts("events", &["kind", "detail"]).await;
        dump += &self.texts("journeys", &["draft", "typed", "return_to"]).await;
        dump += &self.texts("roster_ties", &["source_id"]).await;
        dump
    }

    /// The same with two schools, children and their guardians: see [`FAMILIES`].
    pub async fn each_with_families() -> Vec<Self> {
        let districts = Self::each_empty().await;
        for district in &districts {
            district.import_families(FAMILIES).await;
        }
        districts
    }

    /// Imports a roster of families in the place of the one before.
    pub async fn import_families(&self, users: &str) {
        let head = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                    identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.civicNumber\n";
        let orgs = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.email\n\
                    s1,,,École des Érables,school,,,erables@ecole.example\ns2,,,École du Ruisseau,school,,,\n";
        let births = "sourcedId,status,dateLastModified,birthDate\n";
        let births: String =
            births.lines().chain(CHILDREN_BORN.lines().filter(|line| users.contains(&line[..3]))).map(|line| format!("{line}\n")).collect();
        self.import_files(&[("orgs.csv", orgs), ("users.csv", &format!("{head}{users}")), ("demographics.csv", &births)]).await;
    }

    /// A guardian, by the address on file and the first name.
    pub async fn guardian(&self, address: &str, given_name: &str) -> Person {
        let people = self.app.store.read().people().by_email(address).await.unwrap();
        people.into_iter().find(|person| person.given_name == given_name).unwrap()
    }

    /// The letters that wait to leave, the oldest first.
    pub async fn letters(&self) -> Vec<Letter> {
        let waiting = self.app.store.read().outbox().standing(1_000).await.unwrap();
        waiting.iter().map(|letter| letter.open(&self.app.tools.keys).unwrap()).collect()
    }

    /// The address of a letter's link, and its code.
    pub async fn last_proof(&self) -> (String, String) {
        let letter = self.letters().await.pop().expect("a letter waits");
        let text = |key: &str| letter.data[key].as_str().unwrap_or_else(|| panic!("{letter:?}")).to_owned();
        (format!("/mail/{}", text("token")), text("code"))
    }

    /// Takes a guardian the right to see a child's records, as a court's order does.
    pub async fn forbid(&self, guardian: &Person) {
        self.set_access(guardian, "FALSE").await;
    }

    /// Gives it back.
    pub async fn allow(&self, guardian: &Person) {
        self.set_access(guardian, "TRUE").await;
    }

    async fn set_access(&self, guardian: &Person, access: &str) {
        let set = async |tx: &Tx| {
            let update = format!("UPDATE roster_ties SET can_access_records = {access} WHERE guardian = $1");
            testing::execute(tx, &update, [guardian.id.0.into()]).await
        };
        self.app.store.write(set).await.unwrap();
    }

    /// A browser in a network of its own.
    pub fn family(&self, network: &str) -> Family {
        Family::at(Agent::of(self.router.clone(), "localhost:8080").moved(self.router.clone(), network))
    }

    /// The pupil of a number.
    pub async fn pupil(&self, number: &str) -> Person {
        self.app.store.read().people().by_number(&number_key(number)).await.unwrap().remove(0)
    }

    /// The account of the pupil of a number.
    pub async fn account(&self, number: &str) -> Option<Account> {
        let person = self.pupil(number).await;
        self.app.store.read().accounts().of_person(person.id).await.unwrap()
    }

    /// The school lets a guardian see a child's records no more, by the source's ids.
    pub async fn shut_records(&self, guardian: &str, child: &str) {
        let of = |source: &str| format!("(SELECT person FROM current_roster_users WHERE source_id = '{source}')");
        let update =
            format!("UPDATE roster_ties SET can_access_records = FALSE WHERE guardian = {} AND child = {}", of(guardian), of(child));
        self.app.store.write(async |tx: &Tx| testing::execute(tx, &update, []).await).await.unwrap();
    }

    /// The school does not write to a guardian about a child, by the source's ids.
    pub async fn silence(&self, guardian: &str, child: &str) {
        let of = |source: &str| format!("(SELECT person FROM current_roster_users WHERE source_id = '{source}')");
        let update = format!("UPDATE roster_ties SET receives_mail = FALSE WHERE guardian = {} AND child = {}", of(guardian), of(child));
        self.app.store.write(async |tx: &Tx| testing::execute(tx, &update, []).await).await.unwrap();
    }

    /// What the school does when it resets an account.
    pub async fn reset(&self, account: &Account) {
        let order = Order { account, reason: None, now: self.app.now() };
        let reset = async |tx: &Tx| office::change(tx, &self.app.tools.keys, Change::Reset, &order).await;
        self.app.store.write(reset).await.unwrap().unwrap();
    }

    /// Shuts an account.
    pub async fn shut(&self, account: &Account) {
        let shut = async |tx: &Tx| tx.accounts().set_state(account.id, account.state, AccountState::Disabled).await;
        assert!(self.app.store.write(shut).await.unwrap());
    }

    /// What `preau claim` says.
    pub async fn claim(&self, command: claim::Command) -> Value {
        claim::run(command, &self.app.store, &self.app.tools, self.app.now()).await.unwrap()
    }

    /// What `preau code` says to these words.
    pub async fn code(&self, words: &str) -> Result<Value, code::Failed> {
        let command = Codes::try_parse_from(std::iter::once("code").chain(words.split_whitespace())).unwrap().command;
        code::run(command, &self.app, &|_| {}).await.map(|answer| answer.json)
    }

    /// The open cases, the latest first.
    pub async fn cases(&self) -> Vec<Value> {
        let told = self.claim(claim::Command::List(claim::List { most: 200 })).await;
        told.as_array().unwrap().clone()
    }

    /// Changes what stands in the database, as an import or a court would.
    pub async fn sql(&self, update: &str) {
        self.app.store.write(async |tx: &Tx| testing::execute(tx, update, []).await).await.unwrap();
    }

    /// How many rows a question has for its answer.
    pub async fn count(&self, from: &str) -> i64 {
        testing::rows(&self.app.store, &format!("SELECT COUNT(*) AS n FROM {from}")).await[0].try_get("", "n").unwrap()
    }

    /// Everything that is written in a table's text columns.
    pub async fn texts(&self, table: &str, columns: &[&str]) -> String {
        let rows = testing::rows(&self.app.store, &format!("SELECT {} FROM {table}", columns.join(", "))).await;
        let of = |row: &Row| columns.iter().map(|column| row.try_get::<String>("", column).unwrap()).collect::<String>();
        rows.iter().map(of).collect()
    }
}
