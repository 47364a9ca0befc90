//! Reminders (E3, A3), on both databases: only to those who have not joined, each once, with nothing in them that opens.

use std::time::Duration;

use super::district::District;
use super::family::PASSWORD;
use crate::cli::invite;
use crate::enrollment::{provisioning, reminding};
use crate::model::Letter;

const A_DAY: Duration = Duration::from_hours(24);

#[derive(clap::Parser)]
struct Asked {
    #[command(flatten)]
    invite: invite::Invite,
}

async fn invite(district: &District, words: &str) {
    let asked: Asked = clap::Parser::try_parse_from(std::iter::once("invite").chain(words.split_whitespace())).unwrap();
    invite::run(asked.invite, &district.app, &|_| {}).await.unwrap();
}

/// The reminders that wait to leave.
async fn reminders(district: &District) -> Vec<Letter> {
    let letters = district.letters().await;
    letters.into_iter().filter(|letter| letter.kind == "invitation-ends").collect()
}

/// The days that follow, with a look each hour.
async fn pass(district: &District, days: u32) {
    for _ in 0..days * 24 {
        district.clock.advance(Duration::from_hours(1));
        reminding::remind(&district.app).await.unwrap();
    }
}

#[tokio::test]
async fn e03_whoever_was_invited_by_mail_and_has_not_joined_is_reminded_twice_and_no_more() {
    for district in District::each_with_families().await {
        invite(&district, "--all").await;
        reminding::remind(&district.app).await.unwrap();
        pass(&district, 13).await;
        assert!(reminders(&district).await.is_empty(), "21 days: no step of 30 days, and that of 7 has not come");
        pass(&district, 1).await;
        let invited = district.letters().await.iter().filter(|letter| letter.kind == "invitation").count();
        assert!(invited >= 4);
        assert_eq!(reminders(&district).await.len(), invited);
        // Another node at the same instant, and every hour until the last day.
        reminding::remind(&district.node().await.app).await.unwrap();
        pass(&district, 5).await;
        assert_eq!(reminders(&district).await.len(), invited);
        pass(&district, 1).await;
        assert_eq!(reminders(&district).await.len(), 2 * invited);
        pass(&district, 3).await;
        assert_eq!(reminders(&district).await.len(), 2 * invited);
        let codes = district.letters().await.into_iter().filter_map(|letter| letter.data["code"].as_str().map(str::to_owned));
        let codes: Vec<String> = codes.collect();
        for letter in reminders(&district).await {
            let text = letter.data.to_string();
            assert!(!codes.iter().any(|code| text.contains(code)) && !text.contains("#c="), "no secret: {text}");
        }
    }
}

#[tokio::test]
async fn e03_nobody_is_reminded_at_night_or_after_joining() {
    for district in District::each_with_families().await {
        let anne = district.guardian("anne@famille.example", "Anne").await;
        let marc = district.guardian("marc@famille.example", "Marc").await;
        let people = [anne.id, marc.id];
        let given = provisioning::provision((&district.app.store, &district.app.tools), &people, 90 * A_DAY, &|_| {}).await.unwrap().given;
        // Anne goes to the end.
        let mut family = district.family("203.0.113.1");
        family.sign_in(&given[0].username, given[0].password.expose()).await;
        family.choose(PASSWORD).await.send(&[("birth_date", "2015-01-02")]).await;
        family.send(&[("email", "anne.roy@free.example")]).await;
        family.type_code(&district).await;
        let version = family.page.as_ref().unwrap().field("version").unwrap();
        family.send(&[("version", &version), ("accept", "yes")]).await;
        family.send(&[("preferred_language", "fr"), ("date_format", "")]).await;
        family.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        // It is eight; sixty days later, at two in the night, the step of 30 days has come.
        district.clock.advance(60 * A_DAY + Duration::from_hours(18));
        assert_eq!(reminding::remind(&district.app).await.unwrap(), 0);
        district.clock.advance(Duration::from_hours(7));
        assert_eq!(reminding::remind(&district.app).await.unwrap(), 1);
        let reminded = reminders(&district).await;
        assert_eq!(
            (reminded.len(), reminded[0].to.as_str(), reminded[0].data["kind"].as_str()),
            (1, "marc@famille.example", Some("password"))
        );
        assert!(!reminded[0].data.to_string().contains(given[1].password.expose()));
        // The school gives Marc another: it ends on another day, of which he hears too.
        provisioning::provision((&district.app.store, &district.app.tools), &[marc.id], 90 * A_DAY, &|_| {}).await.unwrap();
        district.clock.advance(60 * A_DAY);
        assert_eq!(reminding::remind(&district.app).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn e03_a_code_on_paper_is_reminded_where_there_is_an_address_and_the_district_says_when() {
    for district in District::each_with_families().await {
        let node = district.node_with(|tools, _| {
            let settings = toml::from_str("reminder_days = [3]").unwrap();
            tools.policy = crate::policy::Policy::new(settings).unwrap();
        });
        let node = node.await;
        node.code("issue --student c03 --expires 10").await.unwrap();
        pass(&node, 6).await;
        assert!(reminders(&node).await.is_empty());
        pass(&node, 2).await;
        // Sam, Lou and Yves have one each.
        assert_eq!(reminders(&node).await.len(), 3);
        node.code("revoke --all-unused").await.unwrap();
        let silent = district.node_with(|tools, _| {
            tools.policy = crate::policy::Policy::new(toml::from_str("reminder_days = []").unwrap()).unwrap();
        });
        let silent = silent.await;
        district.code("issue --student c03 --expires 10").await.unwrap();
        pass(&silent, 11).await;
        assert_eq!(reminders(&node).await.len(), 3);
    }
}
