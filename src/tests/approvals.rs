//! The yes of somebody else: the school, a guardian or a teacher lets a pupil in, or back in (A21, A28, D14; rows R01, R12, R17).

use axum::http::StatusCode;

use super::back_in::grown_up;
use super::district::{District, FAMILIES};
use super::family::{Family, PASSWORD};
use crate::cli::approval::{self, Command, Failed};

const LEA: &[(&str, &str)] = &[("given_name", "Léa"), ("family_name", "Roy"), ("student_number", "0100001")];
const NEW: &str = "huit canards bleus au marché";

fn flow(by: &str) -> String {
    format!(
        "feature = 'enrollment'\naudience = 'student'\nassurance = 'urn:preau:acr:proven'\n\
         [texts.fr]\ntitle = 'Entrer'\n[texts.en]\ntitle = 'Come in'\n\
         [[stage]]\nuse = 'roster-match'\nfields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'say'\n\
         [[stage]]\nuse = 'approval'\nby = {by}\n[[stage]]\nuse = 'set-password'\n[[stage]]\nuse = 'confirm'\n"
    )
}

/// What `preau approval` says.
async fn school(district: &District, command: Command) -> Result<serde_json::Value, Failed> {
    approval::run(command, &district.app.store, district.app.now()).await.map(|answer| answer.json)
}

fn approve(number: &str, digits: i32) -> Command {
    Command::Approve { number: number.to_owned(), seen: "her teacher knows her".to_owned(), digits }
}

/// Léa's mother, signed in.
async fn anne(district: &District, network: &str) -> Family {
    let mut family = district.family(network);
    let facts = [
        ("email", "anne@famille.example"),
        ("given_name", "Anne"),
        ("family_name", "Roy"),
        ("birth_date", "2015-01-02"),
        ("civic_number", "2445"),
    ];
    family.open("/enroll/parent-portal-strong").await.send(&facts).await;
    family.type_code(district).await;
    for _ in 0..8 {
        match family.shows().as_str() {
            "new-password" => drop(family.choose(PASSWORD).await),
            "enrolled" => break,
            _ => drop(family.send(&[]).await),
        }
    }
    family.send(&[]).await;
    family
}

fn number(family: &Family) -> (String, String) {
    (family.text("case-number").unwrap(), family.text("matching-number").unwrap())
}

#[tokio::test]
async fn d14_a28_the_school_says_yes_by_the_number_on_the_page() {
    for district in District::each_with_families().await {
        let district = district.node_with_flow("come-in", &flow("['school']")).await;
        let mut family = district.family("203.0.113.1");
        family.claim("come-in", LEA).await;
        assert_eq!(family.shows(), "waiting");
        let (case, digits) = number(&family);
        assert_eq!(family.send(&[]).await.shows(), "waiting", "nobody said yes yet");
        let listed = school(&district, Command::List).await.unwrap();
        assert_eq!((listed[0]["number"].as_str(), listed[0]["name"].as_str()), (Some(case.as_str()), Some("Léa Roy")));
        assert!(matches!(school(&district, approve("0000-0000", 10)).await, Err(Failed::Unknown(_))));
        assert!(matches!(school(&district, approve(&case, 9)).await, Err(Failed::OtherDigits(_))));
        school(&district, approve(&case.replace('-', " "), digits.parse().unwrap())).await.unwrap();
        assert!(matches!(school(&district, approve(&case, digits.parse().unwrap())).await, Err(Failed::Over(_))));
        assert_eq!(family.send(&[]).await.shows(), "new-password");
        family.choose(NEW).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        assert_eq!(district.count("events WHERE kind = 'approval.decided'").await, 1);
    }
}

#[tokio::test]
async fn d14_a_no_and_a_late_answer_are_said_and_nothing_is_made() {
    for district in District::each_with_families().await {
        let district = district.node_with_flow("come-in", &flow("['school']")).await;
        let mut family = district.family("203.0.113.1");
        family.claim("come-in", LEA).await;
        let (case, _) = number(&family);
        school(&district, Command::Refuse { number: case, reason: "nobody knows her".to_owned() }).await.unwrap();
        family.send(&[]).await;
        assert!(family.shows() == "waiting" && family.page.as_ref().unwrap().body.contains("C’est non"));
        let mut late = district.family("203.0.113.2");
        late.claim("come-in", LEA).await;
        let (case, digits) = number(&late);
        district.clock.advance(std::time::Duration::from_hours(14 * 24));
        assert!(matches!(school(&district, approve(&case, digits.parse().unwrap())).await, Err(Failed::Over(_))));
        assert_eq!(district.count("accounts").await, 0);
    }
}

#[tokio::test]
async fn a21_a_guardian_lets_a_pupil_back_in_who_forgot_everything() {
    for district in District::each_with_families().await {
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let mut mother = anne(&district, "203.0.113.2").await;
        district.clock.advance(std::time::Duration::from_secs(1));
        let mut pupil = district.family("203.0.113.3");
        pupil.open("/recover").await.send(&[("username", "0100001")]).await.send(&[("way", "approval")]).await;
        assert_eq!(pupil.shows(), "waiting");
        let (case, digits) = number(&pupil);
        let letters = district.letters().await;
        let told: Vec<&str> = letters.iter().filter(|letter| letter.kind == "approval-asked").map(|letter| letter.to.as_str()).collect();
        assert_eq!(told.len(), 2, "both parents: {told:?}");
        assert!(
            letters.iter().all(|letter| letter.kind != "approval-asked" || !letter.data.to_string().contains(&format!("\"{digits}\"")))
        );
        mother.open("/account").await;
        assert!(mother.page.as_ref().unwrap().body.contains("id=\"approvals\""));
        assert_eq!(mother.open("/account/approvals").await.shows(), "account-approvals");
        let body = mother.page.as_ref().unwrap().body.clone();
        assert!(
            body.contains("Léa Roy") && body.matches("name=\"matching\"").count() == 3 && body.contains(&format!("value=\"{digits}\""))
        );
        // Without the digits nothing is decided.
        mother.send(&[("number", &case), ("answer", "yes")]).await;
        assert_eq!((mother.status(), mother.wrong()), (422, vec!["matching".to_owned()]));
        mother.open("/account/approvals").await.send(&[("number", &case), ("answer", "yes"), ("matching", &digits)]).await;
        assert!(mother.page.as_ref().unwrap().body.contains("Rien ne vous attend"));
        pupil.send(&[]).await.choose(NEW).await;
        assert_eq!(pupil.shows(), "home");
        assert_eq!(district.family("203.0.113.4").sign_in("0100001", NEW).await, "home");
        assert!(district.count("events WHERE kind = 'password.recovered'").await == 1);
    }
}

#[tokio::test]
async fn a39_the_last_page_is_a_sheet_of_the_ways_back_to_print() {
    for district in District::each_with_families().await {
        let mut pupil = district.family("203.0.113.1");
        pupil.to_the_end("student-claim", LEA).await;
        let page = pupil.page.as_ref().unwrap().body.clone();
        let sheet = page.split("id=\"recovery-sheet\"").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
        for said in ["vos questions", "un parent dit oui", "L’école"] {
            assert!(sheet.contains(said), "{said}: {sheet}");
        }
        assert!(!sheet.contains("courriel"), "she has no address");
    }
}

/// Half an hour after the yes somebody else may sit there: neither a page that waits nor one that had gone on opens anything.
#[tokio::test]
async fn a21_a_yes_to_get_back_in_is_taken_up_within_half_an_hour() {
    for district in District::each_with_families().await {
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let ask = async |network: &str| {
            let mut pupil = district.family(network);
            pupil.open("/recover").await.send(&[("username", "0100001")]).await.send(&[("way", "approval")]).await;
            let (case, digits) = number(&pupil);
            school(&district, approve(&case, digits.parse().unwrap())).await.unwrap();
            pupil
        };
        let mut waited = ask("203.0.113.2").await;
        let mut went_on = ask("203.0.113.3").await;
        assert_eq!(went_on.send(&[]).await.shows(), "new-password");
        district.clock.advance(std::time::Duration::from_mins(31));
        waited.send(&[]).await;
        assert!(waited.shows() == "waiting" && waited.page.as_ref().unwrap().body.contains("id=\"again\""));
        went_on.choose(NEW).await;
        assert!(went_on.shows() == "waiting" && went_on.page.as_ref().unwrap().body.contains("id=\"again\""), "{}", went_on.shows());
        assert_ne!(district.family("203.0.113.4").sign_in("0100001", NEW).await, "home");
    }
}

#[tokio::test]
async fn a21_other_digits_are_a_no() {
    for district in District::each_with_families().await {
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let mut mother = anne(&district, "203.0.113.2").await;
        let mut pupil = district.family("203.0.113.3");
        pupil.open("/recover").await.send(&[("username", "0100001")]).await.send(&[("way", "approval")]).await;
        let (case, _) = number(&pupil);
        mother.open("/account/approvals").await.send(&[("number", &case), ("answer", "yes"), ("matching", "9")]).await;
        assert_eq!((mother.status(), mother.wrong()), (422, vec!["matching".to_owned()]));
        pupil.send(&[]).await;
        assert!(pupil.page.as_ref().unwrap().body.contains("C’est non"));
    }
}

#[tokio::test]
async fn r17_a_right_that_ended_since_the_page_was_shown_decides_nothing() {
    for district in District::each_with_families().await {
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let mut mother = anne(&district, "203.0.113.2").await;
        let mut pupil = district.family("203.0.113.3");
        pupil.open("/recover").await.send(&[("username", "0100001")]).await.send(&[("way", "approval")]).await;
        let (case, digits) = number(&pupil);
        mother.open("/account/approvals").await;
        let record = district.guardian("anne@famille.example", "Anne").await;
        district.forbid(&record).await;
        mother.send(&[("number", &case), ("answer", "yes"), ("matching", &digits)]).await;
        assert_eq!(mother.status(), StatusCode::FORBIDDEN.as_u16());
        assert_eq!(pupil.send(&[]).await.shows(), "waiting");
        assert_eq!(district.count("approvals WHERE decision IS NOT NULL").await, 0);
        // Nor does somebody else's child's number.
        let mut stranger = district.family("203.0.113.5");
        stranger.to_the_end("student-claim", &[("given_name", "Zoé"), ("family_name", "Tran"), ("student_number", "0100003")]).await;
        stranger.open("/account/approvals").await;
        assert!(stranger.page.as_ref().unwrap().body.contains("Rien ne vous attend"));
    }
}

#[tokio::test]
async fn r01_r12_a_name_that_nobody_has_and_staff_wait_at_the_same_page_for_ever() {
    for district in District::each_with_families().await {
        let page = async |name: &str, network: &str| {
            let mut family = district.family(network);
            family.open("/recover").await.send(&[("username", name)]).await.send(&[("way", "approval")]).await;
            assert_eq!(family.shows(), "waiting");
            family
        };
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let known = page("0100001", "203.0.113.2").await;
        let unknown = page("0999999", "203.0.113.3").await;
        let strip = |family: &Family| {
            let (case, digits) = number(family);
            let body = &family.page.as_ref().unwrap().body;
            let body = body.replace(&case, "N").replace(&format!(">{digits}<"), ">D<");
            body.split("<dl class=\"facts\">").nth(1).unwrap().split("csrf").next().unwrap().to_owned()
        };
        assert_eq!(strip(&known).split("action=").next(), strip(&unknown).split("action=").next());
        let listed = school(&district, Command::List).await.unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 1, "only the one who is somebody can be said yes to");
        let (case, digits) = number(&unknown);
        assert!(matches!(school(&district, approve(&case, digits.parse().unwrap())).await, Err(Failed::Unknown(_))));
    }
}

/// Too many recoveries: nobody is asked, and neither the page nor a number that changes says whether the name is somebody's.
#[tokio::test]
async fn r01_r06_a_recovery_too_many_asks_nobody_and_its_number_stays() {
    for district in District::each_with_families().await {
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        for (name, network) in [("0100001", "203.0.113.2"), ("0999999", "203.0.113.3")] {
            let mut last = district.family(network);
            for _ in 0..4 {
                last = district.family(network);
                last.open("/recover").await.send(&[("username", name)]).await.send(&[("way", "approval")]).await;
            }
            let first = number(&last);
            for wait in [0, 2 * 3_600] {
                district.clock.advance(std::time::Duration::from_secs(wait));
                last.send(&[]).await;
                assert_eq!((last.shows().as_str(), number(&last)), ("waiting", first.clone()), "{name} {wait}");
            }
        }
        assert_eq!(school(&district, Command::List).await.unwrap().as_array().unwrap().len(), 3, "the fourth asks nobody");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r02_of_thirty_two_decisions_at_once_one_counts() {
    for district in District::each_with_families().await {
        let district = std::sync::Arc::new(district.node_with_flow("come-in", &flow("['school']")).await);
        let mut family = district.family("203.0.113.1");
        family.claim("come-in", LEA).await;
        let (case, digits) = number(&family);
        let digits: i32 = digits.parse().unwrap();
        let deciding = (0..32).map(|turn| {
            let (district, case) = (std::sync::Arc::clone(&district), case.clone());
            tokio::spawn(async move {
                let command = match turn % 2 {
                    0 => approve(&case, digits),
                    _ => Command::Refuse { number: case, reason: "x".to_owned() },
                };
                school(&district, command).await.is_ok()
            })
        });
        let mut counted = 0;
        for decided in deciding.collect::<Vec<_>>() {
            counted += usize::from(decided.await.unwrap());
        }
        assert_eq!((counted, district.count("events WHERE kind = 'approval.decided'").await), (1, 1));
    }
}

/// Who is in the class 5e A: Léa, and this teacher.
async fn with_teacher(district: &District, teacher: &str) {
    let classes = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds\n\
                   k1,,,5e A,05,,,homeroom,,s1,\n";
    let enrollments = format!(
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n\
         e1,,,k1,s1,c01,student,,,\ne2,,,k1,s1,{teacher},teacher,,,\n"
    );
    let head = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.civicNumber\n";
    let orgs = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
                s1,,,École des Érables,school,,\ns2,,,École du Ruisseau,school,,\n";
    let users = format!("{head}{FAMILIES}t02,,,true,s1,teacher,line,,Line,Prof,,,line@ecole.example,,,,,,\n");
    let files = [("orgs.csv", orgs), ("users.csv", users.as_str()), ("classes.csv", classes), ("enrollments.csv", enrollments.as_str())];
    district.import_files(&files).await;
}

const TEACHER: &str = "paul@ecole.example";

#[tokio::test]
async fn a28_r17_a_teacher_says_yes_to_a_pupil_of_their_class_and_to_no_other() {
    for district in District::each_with_families().await {
        with_teacher(&district, "t01").await;
        grown_up(&district, TEACHER).await;
        district.family("203.0.113.1").to_the_end("student-claim", LEA).await;
        let noe = [("given_name", "Noé"), ("family_name", "Roy"), ("student_number", "0100002")];
        district.family("203.0.113.2").to_the_end("student-claim", &noe).await;
        district.clock.advance(std::time::Duration::from_secs(1));
        let asks = async |name: &str, network: &str| {
            let mut pupil = district.family(network);
            pupil.open("/recover").await.send(&[("username", name)]).await.send(&[("way", "approval")]).await;
            assert_eq!(pupil.shows(), "waiting");
            pupil
        };
        let (mut lea, noe) = (asks("0100001", "203.0.113.3").await, asks("0100002", "203.0.113.4").await);
        let mut paul = district.family("203.0.113.5");
        assert_eq!(paul.sign_in(TEACHER, PASSWORD).await, "home");
        assert_eq!(paul.open("/account/approvals").await.shows(), "account-approvals");
        let body = paul.page.as_ref().unwrap().body.clone();
        assert!(body.contains("Léa Roy") && !body.contains("Noé Roy") && body.contains("Dire oui à un élève"), "{body}");
        let (of_noe, digits_of_noe) = number(&noe);
        paul.send(&[("number", &of_noe), ("matching", &digits_of_noe), ("answer", "yes")]).await;
        assert_eq!(paul.status(), 403, "he is not in the class");
        let (case, digits) = number(&lea);
        paul.open("/account/approvals").await.send(&[("number", &case), ("matching", &digits), ("answer", "yes")]).await;
        lea.send(&[]).await;
        assert_eq!(lea.shows(), "new-password");
        lea.choose(NEW).await;
        assert_eq!(district.family("203.0.113.6").sign_in("0100001", NEW).await, "home");
        assert!(district.texts("events", &["kind", "detail"]).await.contains("\"reason\":\"a teacher\""));
        // The class has another teacher by the time of the answer (row R17).
        let again = asks("0100001", "203.0.113.7").await;
        paul.open("/account/approvals").await;
        with_teacher(&district, "t02").await;
        let (case, digits) = number(&again);
        paul.send(&[("number", &case), ("matching", &digits), ("answer", "yes")]).await;
        assert_eq!(paul.status(), 403);
    }
}
