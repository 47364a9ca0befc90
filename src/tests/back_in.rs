//! What the tests of getting back in share: pupils with accounts, every other kind of name, and the way to the questions.

use std::time::Duration;

use super::agent::Agent;
use super::district::{District, LEA, PUPILS, ZOE};
use super::family::{ANSWERS, Family, PASSWORD};
use crate::cli::account as office;
use crate::model::draft::{Answered, PasswordHash};
use crate::model::{AccountId, Draft, Journey, JourneyId, Language, LocalPath, Message};
use crate::policy::QUESTIONS;
use crate::random::Secret;
use crate::store::accounts::{Account, AccountState};
use crate::store::people::Person;
use crate::store::{Tx, testing};
use crate::web::cookies;

pub const CLAIM: &str = "student-claim";

pub const NEW: &str = "un hibou lit sous la pluie";

pub const HOUR: Duration = Duration::from_hours(1);

pub const DAY: Duration = Duration::from_hours(24);

pub const WRONG: [(&str, &str); 3] = [("answer_1", "faux"), ("answer_2", "faux"), ("answer_3", "faux")];

/// A district on each database in which one pupil has claimed an account.
pub async fn claimed(facts: &[(&str, &str)]) -> Vec<District> {
    let mut districts = Vec::new();
    for district in District::each().await {
        district.family("203.0.113.200").to_the_end(CLAIM, facts).await;
        district.clock.advance(Duration::from_secs(1));
        districts.push(district);
    }
    districts
}

/// A district on each database with one account of each kind; staff and guardian have answers on file that they should
/// not have.
pub async fn every_kind_of_name() -> Vec<District> {
    let others = "t1,,,true,s1,teacher,paul,,Paul,Prof,,T900,paul@ecole.example,,,,,\n\
                  g1,,,true,s1,parent,anne,,Anne,Roy,,,anne.roy@courriel.example,,,p2,,\n\
                  g2,,,true,s1,parent,marc,,Marc,Roy,,,marc.roy@courriel.example,,,p2,,\n";
    let mut districts = Vec::new();
    for district in District::each_empty().await {
        district.import(&format!("{PUPILS}{others}")).await;
        let noe = [("given_name", "Noé"), ("family_name", "D’Arcy"), ("student_number", "0200300")];
        let jean = [("given_name", "Jean-Pierre"), ("family_name", "O’Neil"), ("student_number", "42")];
        for (number, facts) in (200..).zip([ZOE, LEA, &noe, &jean]) {
            district.family(&format!("203.0.113.{number}")).to_the_end(CLAIM, facts).await;
        }
        office(&district, office::Command::Disable(whose("0200300"))).await;
        office(&district, office::Command::Reset(whose("42"))).await;
        for address in ["paul@ecole.example", "anne.roy@courriel.example"] {
            grown_up(&district, address).await;
        }
        let marc = district.app.store.read().people().by_email("marc.roy@courriel.example").await.unwrap().remove(0);
        let forbid = async |tx: &Tx| {
            let update = "UPDATE roster_ties SET can_access_records = FALSE WHERE guardian = $1";
            testing::execute(tx, update, [marc.id.0.into()]).await
        };
        district.app.store.write(forbid).await.unwrap();
        district.clock.advance(Duration::from_secs(1));
        districts.push(district);
    }
    districts
}

/// An account of somebody who is no pupil, with a password and answers.
pub async fn grown_up(district: &District, address: &str) {
    let tools = &district.app.tools;
    let now = district.app.now();
    let person: Person = district.app.store.read().people().by_email(address).await.unwrap().remove(0);
    let account = Account {
        id: AccountId::new(now, &tools.random),
        person: person.id,
        username: address.to_owned(),
        state: AccountState::Claimed,
        language: None,
        claimed_by: "by-hand".to_owned(),
        assurance: "urn:preau:acr:identified".to_owned(),
        claimed_at: now,
    };
    let password: PasswordHash = tools.hasher.hash(&Secret::new(PASSWORD)).await.unwrap();
    let answer = tools.hasher.hash(&Secret::new(crate::people::answer_key(ANSWERS[0]))).await.unwrap();
    let answers: Vec<Answered> =
        QUESTIONS.iter().take(3).map(|question| Answered { question: (*question).to_owned(), answer: answer.clone() }).collect();
    let add = async |tx: &Tx| {
        tx.accounts().claim(&account).await?;
        tx.accounts().set_password(account.id, &password, now).await?;
        tx.accounts().set_security_answers(account.id, &answers).await
    };
    district.app.store.write(add).await.unwrap();
}

pub fn said(district: &District, question: &str) -> String {
    district.app.tools.pages.text(Language::French, &Message::of(question))
}

pub async fn at_the_questions(pupil: &mut Family, name: &str) {
    pupil.open("/recover").await.send(&[("username", name)]).await;
    assert_eq!(pupil.shows(), "recovery-way");
    pupil.send(&[("way", "recall-questions")]).await;
    assert_eq!(pupil.shows(), "recall-questions");
}

/// The questions of the page, by their ids.
pub fn questions(district: &District, pupil: &Family) -> Vec<&'static str> {
    let body = &pupil.page.as_ref().unwrap().body;
    let labels = body.split("<label for=\"answer_").skip(1).map(|rest| rest.split_once('>').unwrap().1.split('<').next().unwrap());
    let question = |label: &str| QUESTIONS.iter().copied().find(|question| said(district, question) == label).unwrap();
    labels.map(question).collect()
}

/// What the child answered at the claim, to the questions of the page.
pub fn right(district: &District, pupil: &Family) -> Vec<(String, String)> {
    let place = |question: &str| QUESTIONS.iter().skip(2).position(|known| *known == question).unwrap_or_default();
    let answers = questions(district, pupil).into_iter().map(|question| ANSWERS[place(question)].to_owned());
    (1..).zip(answers).map(|(number, answer)| (format!("answer_{number}"), answer)).collect()
}

pub async fn answer(district: &District, pupil: &mut Family) {
    let answers = right(district, pupil);
    send(pupil, &answers).await;
}

pub async fn answer_wrong(pupil: &mut Family) {
    pupil.send(&WRONG).await;
    assert_eq!(pupil.shows(), "recall-questions");
}

pub async fn send(pupil: &mut Family, fields: &[(String, String)]) {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pupil.send(&fields).await;
}

/// What a journey knows that stands at the questions.
pub fn at_recall(account: Option<AccountId>, name: &str) -> Draft {
    Draft { username: Some(name.to_owned()), account, way: Some("recall-questions".to_owned()), ..Draft::default() }
}

/// A browser in the midst of a journey, at its page.
pub async fn planted(district: &District, draft: Draft) -> Family {
    let (now, random) = (district.app.now(), &district.app.tools.random);
    let (id, secret) = (JourneyId::new(now, random), random.secret());
    let journey = Journey {
        id,
        flow: "recover".to_owned(),
        draft,
        return_to: LocalPath::home(),
        created_at: now,
        touched_at: now,
        expires_at: now + DAY,
        version: 1,
    };
    district.app.store.write(async |tx: &Tx| tx.journeys().add(&journey, &secret.hash()).await).await.unwrap();
    let cookie = cookies::set_journey(id, &secret, None);
    let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
    let mut agent: Agent = district.family("203.0.113.77").agent;
    agent.keep(name, value);
    let mut pupil = Family::at(agent);
    pupil.open(&format!("/flow/{id}")).await;
    pupil
}

pub async fn office(district: &District, command: office::Command) -> serde_json::Value {
    office::run(command, &district.app.store, &district.app.tools, district.app.now()).await.unwrap()
}

pub fn whose(person: &str) -> office::Whose {
    office::Whose { person: person.to_owned(), reason: Some("asked at the counter".to_owned()) }
}
