//! A pupil invites a parent by mail (C10), where the district lets pupils of that school and grade do it (C11, C25).

use super::district::District;
use super::family::{Family, PASSWORD};
use crate::config::policy::{PolicySettings, PupilInviteSettings};
use crate::policy::Policy;

const LEA: &[(&str, &str)] = &[("given_name", "Léa"), ("family_name", "Roy"), ("student_number", "0100001")];

async fn node(district: &District, invites: PupilInviteSettings) -> District {
    let settings = PolicySettings { pupil_invites: invites, ..PolicySettings::default() };
    district.node_with(|tools, _| tools.policy = Policy::new(settings).unwrap()).await
}

fn enabled() -> PupilInviteSettings {
    PupilInviteSettings { enabled: true, ..PupilInviteSettings::default() }
}

async fn lea(node: &District) -> Family {
    let mut family = node.family("203.0.113.1");
    family.to_the_end("student-claim", LEA).await;
    family
}

fn listed(family: &Family) -> usize {
    let body = &family.page.as_ref().unwrap().body;
    body.split("<ul>").nth(1).map_or(0, |list| list.split("</ul>").next().unwrap().matches("<li>").count())
}

#[tokio::test]
async fn c10_an_address_on_file_gets_the_mail_and_another_is_the_schools_to_look_at() {
    for district in District::each_with_families().await {
        let node = node(&district, enabled()).await;
        let mut pupil = lea(&node).await;
        assert!(pupil.open("/account").await.page.as_ref().unwrap().body.contains("id=\"invite\""));
        pupil.open("/account/invite").await.send(&[("email", "no address")]).await;
        assert_eq!((pupil.status(), pupil.wrong()), (422, vec!["email".to_owned()]));
        node.clock.advance(std::time::Duration::from_secs(1));
        pupil.open("/account/invite").await.send(&[("email", "Anne@famille.example")]).await;
        let known = pupil.page.as_ref().unwrap().body.clone();
        assert_eq!((pupil.shows().as_str(), listed(&pupil)), ("account-invite", 1));
        let letter = node.letters().await.pop().unwrap();
        assert_eq!((letter.kind.as_str(), letter.to.as_str()), ("invitation", "Anne@Famille.example"));
        // What nobody has is a request to the school; the page says the same.
        pupil.send(&[("email", "oncle@famille.example")]).await;
        assert_eq!(listed(&pupil), 2);
        assert_eq!(node.letters().await.iter().filter(|letter| letter.kind == "invitation").count(), 1);
        let cases = node.cases().await;
        assert_eq!((cases.len(), cases[0]["typed"]["email"].as_str()), (1, Some("oncle@famille.example")));
        let same = pupil.page.as_ref().unwrap().body.len().abs_diff(known.len());
        assert!(same < 80, "one line more and nothing else: {same}");
        // The parent joins by it.
        let code = letter.data["code"].as_str().unwrap().to_owned();
        let mut mother = node.family("203.0.113.2");
        mother.open("/enroll/guardian-invitation").await.send(&[("code", &code), ("family_name", "Roy-Côté")]).await;
        mother.send(&[]).await.choose(PASSWORD).await;
        assert_eq!(mother.shows(), "preferences");
    }
}

#[tokio::test]
async fn c10_invitations_are_few_and_taken_back() {
    for district in District::each_with_families().await {
        let node = node(&district, enabled()).await;
        let mut pupil = lea(&node).await;
        node.clock.advance(std::time::Duration::from_secs(1));
        pupil.open("/account/invite").await.send(&[("email", "anne@famille.example")]).await;
        let code = node.letters().await.pop().unwrap().data["code"].as_str().unwrap().to_owned();
        let body = pupil.page.as_ref().unwrap().body.clone();
        assert!(body.contains("id=\"take-back\""));
        node.clock.advance(std::time::Duration::from_secs(1));
        pupil.send(&[("withdraw", "yes")]).await;
        assert_eq!(listed(&pupil), 0);
        let mut mother = node.family("203.0.113.2");
        mother.open("/enroll/guardian-invitation").await.send(&[("code", &code), ("family_name", "Roy-Côté")]).await;
        assert_ne!(mother.shows(), "details");
        for _ in 0..2 {
            pupil.open("/account/invite").await.send(&[("email", "oncle@famille.example")]).await;
        }
        pupil.open("/account/invite").await.send(&[("email", "tante@famille.example")]).await;
        assert_eq!(pupil.status(), 429, "three an hour");
    }
}

#[tokio::test]
async fn c11_c25_a_district_lets_schools_and_grades_invite_or_nobody() {
    for district in District::each_with_families().await {
        lea(&district).await;
        let settings = |schools: &[&str], grades: &[&str], on| PupilInviteSettings {
            enabled: on,
            schools: schools.iter().map(|school| (*school).to_owned()).collect(),
            grades: grades.iter().map(|grade| (*grade).to_owned()).collect(),
        };
        for (invites, may) in [
            (settings(&[], &[], false), false),
            (settings(&["s1"], &["05"], true), true),
            (settings(&["s2"], &[], true), false),
            (settings(&[], &["02"], true), false),
        ] {
            let node = node(&district, invites.clone()).await;
            node.clock.advance(std::time::Duration::from_secs(1));
            let mut pupil = node.family("203.0.113.3");
            assert_eq!(pupil.sign_in("0100001", PASSWORD).await, "home");
            assert_eq!(pupil.open("/account/invite").await.status() == 200, may, "{invites:?}");
            assert_eq!(pupil.open("/account").await.page.as_ref().unwrap().body.contains("id=\"invite\""), may);
        }
    }
}
