//! Cards of the youngest, from the command that prints them to the app: where they work and where not, the pictures beside
//! them, what becomes of one that is lost, and what apps hear.

use std::time::Duration;

use clap::Parser;
use serde_json::{Value, json};

use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};
use crate::cli::badge;
use crate::config::badges::{BadgeSettings, CardKind, SchoolBadges};
use crate::limits::{self, Rule};
use crate::model::assurance::BADGE;
use crate::model::{Network, Timestamp};
use crate::store::Tx;
use crate::store::badges::SecretKind;
use crate::store::sessions::Session;
use crate::web;

/// `preau badge`, as it is typed.
#[derive(clap::Parser)]
struct Cards {
    #[command(subcommand)]
    command: badge::Command,
}

/// The school's own network, and one at home.
const SCHOOL: &str = "198.51.100.7";
const HOME: &str = "203.0.113.1";
/// A Friday at nine o'clock, UTC.
const LESSON: Timestamp = Timestamp(1_800_003_600);

/// Zoé and Léa of the class of Madame Prof, who have accounts, and Noé of another class, who has none; the cards of the district
/// are on.
struct Lesson {
    district: District,
    dir: tempfile::TempDir,
}

impl Lesson {
    async fn each(kind: CardKind) -> Vec<Self> {
        Self::each_with(|badges| badges.secret = kind).await
    }

    async fn each_with(change: impl Fn(&mut BadgeSettings)) -> Vec<Self> {
        let mut lessons = Vec::new();
        for bare in District::each_empty().await {
            let district = bare
                .node_with(|tools, _| {
                    tools.config.badges.enabled = true;
                    tools.config.badges.networks = vec![Network::parse("198.51.100.0/24").unwrap()];
                    change(&mut tools.config.badges);
                })
                .await;
            import(&district).await;
            for pupil in [ZOE, LEA] {
                let mut family = district.family(HOME);
                family.to_the_end("student-claim", pupil).await;
            }
            let wait = LESSON.since(district.app.now());
            district.clock.advance(Duration::from_secs(u64::try_from(wait).unwrap()));
            lessons.push(Self { district, dir: tempfile::tempdir().unwrap() });
        }
        lessons
    }

    async fn command(&self, words: &str) -> Result<Value, badge::Failed> {
        let command = Cards::try_parse_from(std::iter::once("badge").chain(words.split_whitespace())).unwrap().command;
        badge::run(command, &self.district.app).await.map(|answer| answer.json)
    }

    /// A card for each of these pupils: where its square leads on this server.
    async fn issue(&self, whom: &str) -> Vec<String> {
        let file = self.dir.path().join("cards.csv");
        self.command(&format!("issue {whom} --csv {}", file.display())).await.unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let issuer = &self.district.app.tools.config.issuer;
        let links = text.split([',', '\n']).filter_map(|cell| cell.trim_matches('"').strip_prefix(issuer.as_str()));
        links.map(str::to_owned).collect()
    }

    async fn card(&self, pupil: &str) -> String {
        self.issue(&format!("--student {pupil}")).await.remove(0)
    }

    fn tablet(&self) -> Family {
        self.district.family(SCHOOL)
    }

    async fn session(&self, number: &str) -> Option<Session> {
        let account = self.district.account(number).await.unwrap();
        let now = self.district.app.now();
        self.district
            .app
            .store
            .read()
            .sessions()
            .of_account(account.id, now)
            .await
            .unwrap()
            .into_iter()
            .find(|session| session.acr == BADGE)
    }

    async fn events(&self, kind: &str) -> i64 {
        self.district.count(&format!("events WHERE kind = '{kind}'")).await
    }
}

async fn import(district: &District) {
    let orgs = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.email\n\
                s1,,,École des Érables,school,,,erables@ecole.example\ns2,,,École du Ruisseau,school,,,\n";
    let users = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                 identifier,email,sms,phone,agentSourcedIds,grades,password\n\
                 p1,,,true,s1,student,zoe,,Zoé,Tremblay-Gagnon,,0123456,,,,,01,\n\
                 p2,,,true,s1,student,lea,,Léa,Roy,,0123457,,,,,01,\n\
                 p3,,,true,s1,student,noe,,Noé,D’Arcy,,S0200300,,,,,02,\n\
                 p4,,,true,s2,student,ana,,Ana,Silva,,0777001,,,,,01,\n\
                 t1,,,true,s1,teacher,prof,,Anne,Prof,,,anne@ecole.example,,,,,\n\
                 t2,,,true,s1,secretary,sec,,Sam,Office,,,sam@ecole.example,,,,,\n\
                 t3,,,true,s2,teacher,far,,Yves,Loin,,,yves@ecole.example,,,,,\n";
    let courses = "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes\n\
                   k1,,,,Classe,,,s1,,\nk2,,,,Classe,,,s2,,\n";
    let classes = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,\
                   termSourcedIds,subjects,subjectCodes,periods\n\
                   c1,,,CP A,01,k1,,homeroom,,s1,,,,\nc2,,,CE1 B,02,k1,,homeroom,,s1,,,,\nc3,,,CP Z,01,k2,,homeroom,,s2,,,,\n";
    let enrollments = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n\
                       e1,,,c1,s1,p1,student,,,\ne2,,,c1,s1,p2,student,,,\ne3,,,c2,s1,p3,student,,,\ne4,,,c1,s1,t1,teacher,,,\n\
                       e5,,,c3,s2,p4,student,,,\ne6,,,c3,s2,t3,teacher,,,\n";
    let births = "sourcedId,status,dateLastModified,birthDate\np1,,,2020-03-04\np2,,,2020-05-06\np3,,,2019-07-08\np4,,,2020-01-01\n";
    let files = [
        ("orgs.csv", orgs),
        ("users.csv", users),
        ("courses.csv", courses),
        ("classes.csv", classes),
        ("enrollments.csv", enrollments),
        ("demographics.csv", births),
    ];
    district.import_files(&files).await;
}

async fn tap(tablet: &mut Family, pictures: [&str; 3]) {
    for picture in pictures {
        assert_eq!(tablet.shows(), "badge-secret");
        tablet.send(&[("secret-picture", picture)]).await;
    }
}

/// The first use of a card: three pictures, twice.
async fn choose(tablet: &mut Family, card: &str) {
    tablet.open(card).await;
    tap(tablet, MINE).await;
    tap(tablet, MINE).await;
    assert_eq!(tablet.shows(), "home");
}

const MINE: [&str; 3] = ["cat", "sun", "boat"];
const OTHER: [&str; 3] = ["sun", "cat", "boat"];

async fn leave(tablet: &mut Family) {
    tablet.open("/sign-out").await.send(&[]).await;
}

fn body(family: &Family) -> &str {
    &family.page.as_ref().unwrap().body
}

#[tokio::test]
async fn a_child_chooses_three_pictures_with_the_first_card_and_shows_them_from_then_on() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        let mut tablet = lesson.tablet();
        for _ in 0..3 {
            tablet.open(&card).await;
        }
        assert_eq!(tablet.shows(), "badge-secret", "opening it spends nothing (E29)");
        assert!(body(&tablet).contains("Zoé") && !body(&tablet).contains("0123456") && !tablet.address.contains("badge"));
        tap(&mut tablet, MINE).await;
        assert!(body(&tablet).contains("start-over"), "once more");
        tap(&mut tablet, OTHER).await;
        assert_eq!((tablet.shows().as_str(), tablet.status()), ("badge-secret", 422), "in another order they are others");
        tap(&mut tablet, MINE).await;
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.shows(), "home");
        let first = lesson.session("0123456").await.unwrap();
        assert_eq!(first.amr, ["qr"], "P38: nothing but the card was shown");
        assert_eq!(first.expires_at.since(first.auth_time), 2 * 60 * 60, "a short session");
        leave(&mut tablet).await;
        assert_eq!(tablet.open("/account").await.shows(), "sign-in");

        tablet.open(&card).await;
        tap(&mut tablet, OTHER).await;
        assert_eq!((tablet.shows().as_str(), tablet.status(), tablet.wrong()), ("badge-secret", 422, vec!["beside-card".to_owned()]));
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.shows(), "home");
        let session = lesson.session("0123456").await.unwrap();
        assert_eq!((session.acr.as_str(), session.amr), (BADGE, vec!["qr".to_owned(), "pic".to_owned()]));
        assert_eq!(lesson.events("badge.secret-chosen").await, 1);
        assert_eq!(lesson.district.letters().await.iter().filter(|letter| letter.kind == "new-device").count(), 0);
    }
}

#[tokio::test]
async fn s01_a_card_leaves_no_cookie_behind_that_opens_anything() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        let token = card.rsplit('/').next().unwrap().to_owned();
        let mut tablet = lesson.tablet();
        let answer = tablet.agent.get(&card).await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(!cookie.contains(&token) && !cookie.contains("Max-Age=") || cookie.contains("Max-Age=0"), "{cookie}");
        }
        assert!(!answer.location().contains(&token), "R04: out of the address");
        choose(&mut tablet, &card).await;
        assert!(tablet.agent.cookie("__Host-dev").is_none());
        let before = tablet.agent.clone();
        tablet.open("/sign-out").await;
        let left = tablet.submit(&[]).await;
        assert_eq!(left.headers.get("clear-site-data").unwrap(), "\"cache\", \"storage\"");
        let mut thief = lesson.tablet();
        thief.agent.adopt(&before);
        assert_eq!(thief.open("/account").await.shows(), "sign-in", "the cookies of before open nothing");
        let journeys = lesson.district.texts("journeys", &["draft", "typed"]).await;
        for secret in [token.as_str(), "boat", "umbrella"] {
            assert!(!journeys.contains(secret), "{secret} stands in a journey");
        }
        assert!(!lesson.district.texts("events", &["detail"]).await.contains(&token));
    }
}

#[tokio::test]
async fn a_photograph_of_a_card_is_worth_nothing_elsewhere_or_after_school() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        choose(&mut lesson.tablet(), &card).await;
        let journeys = lesson.district.count("journeys").await;
        let mut home = lesson.district.family(HOME);
        home.open(&card).await;
        let at_home = body(&home).to_owned();
        assert_eq!(home.shows(), "badge");
        assert!(at_home.contains("href=\"/sign-in\"") && !at_home.contains("secret-card"), "it says what to do");
        let made_up = format!("/badge/{}", "x".repeat(43));
        for other in [made_up.as_str(), "/badge", "/badge?card=over"] {
            home.open(other).await;
            assert!(
                !body(&home).contains("Zoé") && body(&home).contains("id=\"sign-in\"") && !body(&home).contains("secret-card"),
                "{other}"
            );
        }
        assert_eq!(lesson.district.count("journeys").await, journeys, "nothing was begun");
        assert!(!body(home.open("/sign-in").await).contains("/badge"));
        // A page that is still open after the last lesson.
        let mut tablet = lesson.tablet();
        tablet.open(&card).await;
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.shows(), "home");
        leave(&mut tablet).await;
        let evening = Duration::from_hours(10);
        lesson.district.clock.advance(evening);
        tablet.open(&card).await;
        assert_eq!((tablet.shows().as_str(), body(&tablet).contains("secret-card")), ("badge", false));
        // Somebody who begins at school and goes on at home.
        lesson.district.clock.advance(Duration::from_hours(24 * 3) - evening);
        let mut carried = lesson.tablet();
        carried.open(&card).await;
        carried.send(&[("secret-picture", MINE[0])]).await.send(&[("secret-picture", MINE[1])]).await;
        carried.agent = carried.agent.clone().moved(lesson.district.router.clone(), HOME);
        carried.send(&[("secret-picture", MINE[2])]).await;
        assert_eq!((carried.shows().as_str(), carried.status()), ("badge-secret", 422));
        assert!(lesson.session("0123456").await.is_none());
    }
}

/// Ana goes to the Ruisseau, which begins at ten and has a line of its own; Zoé to the Érables, which do as the district does.
#[tokio::test]
async fn at_a_school_of_its_own_network_and_hours_its_own_cards_work_and_no_others() {
    const RUISSEAU: &str = "192.0.2.7";
    let own = || SchoolBadges {
        school: "s2".to_owned(),
        networks: Some(vec![Network::parse("192.0.2.0/24").unwrap()]),
        days: None,
        from: Some("10:00".to_owned()),
        until: None,
    };
    for lesson in Lesson::each_with(|badges| badges.schools = vec![own()]).await {
        let claim = [("given_name", "Ana"), ("family_name", "Silva"), ("student_number", "0777001")];
        lesson.district.family(HOME).to_the_end("student-claim", &claim).await;
        let (zoe, ana, lost) = (lesson.card("p1").await, lesson.card("p4").await, lesson.card("p2").await);
        lesson.command("revoke --student p2").await.unwrap();
        let at = async |network: &str, card: &str| {
            let mut tablet = lesson.district.family(network);
            tablet.open(card).await;
            let place = if tablet.address.starts_with("/badge") { tablet.address.clone() } else { String::new() };
            (tablet.shows(), place)
        };
        let pictures = ("badge-secret".to_owned(), String::new());
        let page = |address: &str| ("badge".to_owned(), address.to_owned());
        // At nine, the Ruisseau is not open: no card is even looked at there.
        assert_eq!(at(SCHOOL, &zoe).await, pictures);
        for card in [&zoe, &ana, &lost] {
            assert_eq!(at(RUISSEAU, card).await, page("/badge"));
        }
        assert_eq!(at(SCHOOL, &ana).await, page("/badge?card=elsewhere"));
        lesson.district.clock.advance(Duration::from_hours(1));
        assert_eq!((at(RUISSEAU, &ana).await, at(SCHOOL, &zoe).await), (pictures.clone(), pictures));
        // A card of another school tells nothing of itself, lost or not.
        for card in [&zoe, &lost] {
            assert_eq!(at(RUISSEAU, card).await, page("/badge?card=elsewhere"));
        }
        assert_eq!(at(SCHOOL, &lost).await, page("/badge?card=over"));
        let mut reader = lesson.district.family(RUISSEAU);
        reader.open("/badge").await.send(&[("secret-card", &zoe)]).await;
        assert_eq!((reader.status(), reader.wrong()), (422, vec!["secret-card".to_owned()]));
        assert!(reader.text("secret-card-error").unwrap().contains("dans son école"));
        // Nor does it go on at another school, whatever was begun at its own.
        let mut tablet = lesson.district.family(RUISSEAU);
        choose(&mut tablet, &ana).await;
        leave(&mut tablet).await;
        tablet.open(&ana).await.send(&[("secret-picture", MINE[0])]).await.send(&[("secret-picture", MINE[1])]).await;
        tablet.agent = tablet.agent.clone().moved(lesson.district.router.clone(), SCHOOL);
        tablet.send(&[("secret-picture", MINE[2])]).await;
        assert_eq!((tablet.shows().as_str(), tablet.status()), ("badge-secret", 422));
        assert!(lesson.session("0777001").await.is_none());
    }
}

#[tokio::test]
async fn where_there_are_no_cards_there_is_no_page_of_them() {
    for district in District::each().await {
        let mut family = district.family(SCHOOL);
        for address in ["/badge", "/badge/x", "/badge?card=over"] {
            assert_eq!(family.open(address).await.shows(), "not-found", "{address}");
        }
        let command = Cards::try_parse_from(["badge", "issue", "--student", "p1", "--dry-run"]).unwrap().command;
        assert!(badge::run(command, &district.app).await.is_err());
    }
}

#[tokio::test]
async fn r19_five_wrong_tries_let_the_card_sleep_and_shut_no_password_and_the_school_hears_of_it() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let district = &lesson.district;
        let card = lesson.card("p1").await;
        let mut tablet = lesson.tablet();
        choose(&mut tablet, &card).await;
        leave(&mut tablet).await;
        tablet.open(&card).await;
        for _ in 0..5 {
            tap(&mut tablet, OTHER).await;
            assert_eq!(tablet.status(), 422);
        }
        assert_eq!(lesson.events("badge.asleep").await, 1);
        let letter = district.letters().await.pop().unwrap();
        assert_eq!((letter.kind.as_str(), letter.to.as_str()), ("badge-asleep", "erables@ecole.example"));
        assert_eq!(letter.data["name"], "Zoé (CP A)");
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.status(), 429, "also the right ones");
        let mut other = lesson.tablet();
        other.open(&card).await;
        assert_eq!(other.shows(), "badge");
        assert!(!body(&other).contains("secret-card"), "the reader says that it sleeps");
        assert_eq!(other.sign_in("0123456", PASSWORD).await, "home", "the password is another counter's");

        // Nor the other way round: a password that was guessed at a hundred times shuts no card.
        district.clock.advance(Duration::from_hours(1));
        let account = district.account("0123456").await.unwrap();
        let subject = limits::subject_of_account(&district.app.tools.keys, account.id);
        let now = district.app.now();
        let shut = async |tx: &Tx| limits::close(tx, Rule::AccountPassword, &subject, now).await;
        district.app.store.write(shut).await.unwrap();
        tablet.open(&card).await;
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.shows(), "home", "an hour later it is awake");
        let subject = web::badge::subject(&district.app.tools.keys, account.id);
        let counter = limits::look(&district.app.store.read(), Rule::Badge, &subject, now).await.unwrap();
        assert_eq!((counter.tries, counter.in_all), (0, 0), "R21: forgotten by the success of this very factor");
    }
}

#[tokio::test]
async fn r07_of_many_wrong_tries_at_once_on_one_card_no_more_than_five_are_judged() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        choose(&mut lesson.tablet(), &card).await;
        let mut tablets = Vec::new();
        for _ in 0..9 {
            let mut tablet = lesson.tablet();
            tablet.open(&card).await;
            tablet.send(&[("secret-picture", "cow")]).await.send(&[("secret-picture", "cow")]).await;
            tablets.push(tablet);
        }
        let trying: Vec<_> = tablets
            .into_iter()
            .map(|mut tablet| {
                tokio::spawn(async move {
                    tablet.send(&[("secret-picture", "cow")]).await;
                    tablet.status()
                })
            })
            .collect();
        let mut judged = 0;
        for tried in trying {
            judged += usize::from(tried.await.unwrap() == 422);
        }
        assert!(judged <= 5, "{judged}");
        assert_eq!(lesson.events("badge.asleep").await, 1);
    }
}

#[tokio::test]
async fn a_card_that_is_lost_opens_nothing_ends_what_it_began_and_says_so() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        let mut tablet = lesson.tablet();
        choose(&mut tablet, &card).await;
        let mut begun = lesson.tablet();
        begun.open(&card).await;
        begun.send(&[("secret-picture", MINE[0])]).await.send(&[("secret-picture", MINE[1])]).await;
        let told = lesson.command("revoke --student p1").await.unwrap();
        assert_eq!((&told["revoked"], &told["sessions_ended"]), (&json!(1), &json!(1)));
        assert_eq!(tablet.open("/account").await.shows(), "sign-in", "S06: whoever came in by it is out");
        begun.send(&[("secret-picture", MINE[2])]).await;
        assert_eq!((begun.shows().as_str(), begun.status()), ("badge-secret", 422), "also who was half inside");
        tablet.open(&card).await;
        assert_eq!((tablet.shows().as_str(), tablet.address.as_str()), ("badge", "/badge?card=over"));
        tablet.open(&format!("/badge/{}", "x".repeat(43))).await;
        assert_eq!(tablet.address, "/badge?card=unknown", "a card that nobody printed was not taken back");
        // Printed again, the new one works with the pictures of before; the old one stays what it is.
        let again = lesson.card("p1").await;
        tablet.open(&again).await;
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.shows(), "home");
        tablet.open(&card).await;
        assert_eq!(tablet.address, "/badge?card=over");
        let third = lesson.card("p1").await;
        tablet.open(&again).await;
        assert_eq!(tablet.address, "/badge?card=over", "a reprint revokes");
        assert!(lesson.session("0123456").await.is_none());
        assert_ne!(third, again);
        let list = lesson.command("list --class c1").await.unwrap();
        assert_eq!(
            (list.as_array().unwrap().len(), &list[0]["pupil"], &list[0]["state"]),
            (1, &json!("Zoé Tremblay-Gagnon"), &json!("works"))
        );
    }
}

#[tokio::test]
async fn s07_a_card_of_a_shut_or_unclaimed_account_opens_nothing() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let district = &lesson.district;
        let cards = lesson.issue("--class c1").await;
        let none = lesson.card("p3").await;
        assert_eq!(cards.len(), 2);
        let mut tablet = lesson.tablet();
        tablet.open(&none).await;
        assert_eq!(tablet.address, "/badge?card=not-open", "nobody has claimed it yet");
        let (lea, zoe) = (district.account("0123457").await.unwrap(), district.account("0123456").await.unwrap());
        let of = |name: &str| cards[usize::from(name == "zoe")].clone();
        choose(&mut tablet, &of("lea")).await;
        leave(&mut tablet).await;
        district.shut(&lea).await;
        tablet.open(&of("lea")).await;
        assert_eq!(tablet.address, "/badge?card=not-open");
        // A29: whoever claims an account after a reset is not who holds the card, nor do they have its pictures.
        choose(&mut tablet, &of("zoe")).await;
        district.reset(&zoe).await;
        assert_eq!(tablet.open("/account").await.shows(), "sign-in");
        tablet.open(&of("zoe")).await;
        assert_eq!(tablet.address, "/badge?card=over");
        assert!(district.app.store.read().badges().secret(zoe.id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn r13_a_card_is_no_way_round_a_second_lock() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        let account = lesson.district.account("0123456").await.unwrap();
        let mut tablet = lesson.tablet();
        tablet.open(&card).await;
        tap(&mut tablet, MINE).await;
        let lock = format!(
            "INSERT INTO totp (id, account, secret, name, confirmed_at, last_step) SELECT id, id, token, 'x', 1, 1 FROM (SELECT a.id, b.token FROM accounts a JOIN badges b ON b.person = a.person WHERE a.username = '{}') one",
            account.username
        );
        lesson.district.sql(&lock).await;
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.shows(), "sign-in");
        tablet.open(&card).await;
        assert_eq!(tablet.address, "/badge?card=not-open");
        assert!(lesson.session("0123456").await.is_none());
    }
}

#[tokio::test]
async fn digits_do_where_the_district_prefers_them() {
    for lesson in Lesson::each(CardKind::Pin).await {
        let card = lesson.card("p2").await;
        let mut tablet = lesson.tablet();
        tablet.open(&card).await;
        for weak in ["1234", "7777", "12", "abcd"] {
            tablet.send(&[("secret-pin", weak)]).await;
            assert_eq!((tablet.shows().as_str(), tablet.status()), ("badge-secret", 422), "{weak}");
        }
        for digits in ["2580", "2580"] {
            tablet.send(&[("secret-pin", digits)]).await;
        }
        assert_eq!(tablet.shows(), "home");
        leave(&mut tablet).await;
        tablet.open(&card).await.send(&[("secret-pin", "2581")]).await;
        assert_eq!(tablet.status(), 422);
        tablet.send(&[("secret-pin", "2580")]).await;
        assert_eq!(lesson.session("0123457").await.unwrap().amr, ["qr", "pin"]);
        let account = lesson.district.account("0123457").await.unwrap();
        let kept = lesson.district.app.store.read().badges().secret(account.id).await.unwrap().unwrap();
        assert!(kept.kind == SecretKind::Pin && kept.hash.0.starts_with("$argon2id$"), "hashed as passwords are");
    }
}

#[tokio::test]
async fn a_reader_that_types_opens_the_way_as_a_camera_does() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        let mut tablet = lesson.tablet();
        assert_eq!(tablet.open("/sign-in").await.shows(), "sign-in");
        assert!(body(&tablet).contains("href=\"/badge\""));
        tablet.open("/badge").await.send(&[("secret-card", "nonsense")]).await;
        assert_eq!((tablet.shows().as_str(), tablet.status(), tablet.wrong()), ("badge", 422, vec!["secret-card".to_owned()]));
        assert!(!body(&tablet).contains("nonsense"));
        let typed = format!("{}{card}", lesson.district.app.tools.config.issuer);
        tablet.open("/badge").await.send(&[("secret-card", &typed)]).await;
        tap(&mut tablet, MINE).await;
        tap(&mut tablet, MINE).await;
        assert_eq!(tablet.shows(), "home");
    }
}

#[tokio::test]
async fn r17_a_teacher_looks_after_the_cards_of_their_class_and_the_office_after_those_of_the_school() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let district = &lesson.district;
        let cards = lesson.issue("--school s1").await;
        assert_eq!(cards.len(), 3);
        lesson.issue("--school s2").await;
        let mut tablet = lesson.tablet();
        // In the order of classes and names: Noé of CE1 B, Léa and Zoé of CP A.
        choose(&mut tablet, &cards[2]).await;
        let id = async |number: &str| district.pupil(number).await.id.to_string();
        let (zoe, noe, ana) = (id("0123456").await, id("0200300").await, id("0777001").await);
        let mut teacher = signed_in(district, "anne@ecole.example", "Anne").await;
        assert!(body(teacher.open("/account").await).contains("href=\"/account/badges\""));
        teacher.open("/account/badges").await;
        assert_eq!(teacher.shows(), "account-badges");
        assert!(body(&teacher).contains("Zoé") && body(&teacher).contains("Léa") && !body(&teacher).contains("Noé"));
        for other in [&noe, &ana] {
            teacher.open("/account/badges").await.send(&[("pupil", other), ("do", "lost")]).await;
            assert_eq!(teacher.status(), 403, "not of their class");
        }
        teacher.open("/account/badges").await.send(&[("pupil", &zoe), ("do", "lost")]).await;
        assert_eq!(teacher.shows(), "account-badges");
        assert!(body(&teacher).contains("id=\"done\""));
        assert_eq!(tablet.open("/account").await.shows(), "sign-in", "one click");
        tablet.open(&cards[2]).await;
        assert_eq!(tablet.address, "/badge?card=over");
        teacher.open("/account/badges").await.send(&[("pupil", &zoe), ("do", "secret")]).await;
        assert_eq!(lesson.events("badge.secret-forgotten").await, 1);
        let mut office = signed_in(district, "sam@ecole.example", "Sam").await;
        office.open("/account/badges").await;
        assert!(body(&office).contains("class=c2") && body(&office).contains("school=s1") && !body(&office).contains("class=c3"));
        office.open("/account/badges?class=c2").await.send(&[("pupil", &noe), ("do", "lost")]).await;
        assert!(body(&office).contains("id=\"done\""));
        office.open("/account/badges?class=c2").await.send(&[("pupil", &ana), ("do", "lost")]).await;
        assert_eq!(office.status(), 403, "another school");
        let mut far = signed_in(district, "yves@ecole.example", "Yves").await;
        far.open("/account/badges").await.send(&[("pupil", &zoe), ("do", "lost")]).await;
        assert_eq!(far.status(), 403);
        assert_eq!(lesson.events("badge.revoked").await, 2);
        let mut pupil = lesson.tablet();
        pupil.sign_in("0123456", PASSWORD).await;
        assert_eq!(pupil.open("/account/badges").await.shows(), "not-found");
    }
}

/// Somebody of the staff, in a browser in which they signed in just now.
async fn signed_in(district: &District, address: &str, name: &str) -> Family {
    use crate::model::{AccountId, SessionId};
    use crate::store::accounts::{Account, AccountState};
    use crate::store::sessions::SeenOn;
    let person = district.guardian(address, name).await;
    let (now, random) = (district.app.now(), &district.app.tools.random);
    let account = Account {
        id: AccountId::new(now, random),
        person: person.id,
        username: address.to_owned(),
        state: AccountState::Claimed,
        language: None,
        claimed_by: "guardian-code".to_owned(),
        assurance: "urn:preau:acr:proven".to_owned(),
        claimed_at: now,
    };
    let secret = random.secret();
    let session = Session {
        id: SessionId::new(now, random),
        account: account.id,
        auth_time: now,
        acr: account.assurance.clone(),
        amr: vec!["pwd".to_owned()],
        seen_at: now,
        expires_at: now + Duration::from_hours(10),
    };
    let write = async |tx: &Tx| {
        tx.accounts().claim(&account).await?;
        tx.sessions().add(&session, &secret.hash(), Duration::from_hours(1), &SeenOn::default()).await
    };
    district.app.store.write(write).await.unwrap();
    let mut family = district.family(SCHOOL);
    family.agent.keep("__Host-sid", secret.expose());
    family
}

#[tokio::test]
async fn nothing_that_cannot_be_written_down_opens_anything() {
    for lesson in Lesson::each(CardKind::Pictures).await {
        let card = lesson.card("p1").await;
        let nowhere = lesson.dir.path().join("no-such-folder/cards.pdf");
        assert!(lesson.command(&format!("issue --class c1 --out {}", nowhere.display())).await.is_err());
        assert_eq!(lesson.district.count("badges").await, 1);
        lesson.tablet().open(&card).await;
        let mut tablet = lesson.tablet();
        assert_eq!(tablet.open(&card).await.shows(), "badge-secret", "the card of before works still");
        let pdf = lesson.dir.path().join("cards.pdf");
        let told = lesson.command(&format!("issue --school s1 --out {}", pdf.display())).await.unwrap();
        assert_eq!((&told["badges"], &told["replaced"], &told["without_account"]), (&json!(3), &json!(1), &json!(1)));
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&pdf).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "only you may read it");
        assert_eq!(std::fs::read_dir(lesson.dir.path()).unwrap().count(), 1);
        for wrong in ["issue --class nowhere --dry-run", "issue --student p1 p9 --dry-run"] {
            assert!(lesson.command(wrong).await.is_err(), "{wrong}");
        }
    }
}
