//! Flow files that change while the server runs: whoever is in a flow goes on, and a broken file changes nothing.

use std::path::Path;

use axum::http::StatusCode;

use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD};

/// Claims of pupils; what comes after the match is the test's.
fn flow(stages: &str) -> String {
    format!(
        "feature = 'enrollment'\naudience = 'student'\nlisted = true\nexceptions = ['D1', 'D2', 'E01', 'E06']\n\
         [texts.fr]\ntitle = 'Entrer'\n[texts.en]\ntitle = 'Come in'\n\
         [[stage]]\nuse = 'roster-match'\nfields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'say'\n{stages}"
    )
}

const PASSWORD_STAGE: &str = "[[stage]]\nuse = 'set-password'\nmin_length = 8\ntwice = true\n";
const QUESTIONS: &str = "[[stage]]\nuse = 'security-questions'\n";
const CONFIRM: &str = "[[stage]]\nuse = 'confirm'\n";

/// A node that reads its flows from `dir`.
async fn node(district: &District, dir: &Path) -> District {
    district.node_with(|tools, _| tools.config.flows.dir = Some(dir.to_owned())).await
}

fn write(dir: &Path, stages: &str) {
    std::fs::write(dir.join("come-in.toml"), flow(stages)).unwrap();
}

async fn at_the_password(node: &District, network: &str, who: &[(&str, &str)]) -> Family {
    let mut family = node.family(network);
    assert_eq!(family.claim("come-in", who).await.shows(), "new-password");
    family
}

#[tokio::test]
async fn whoever_is_in_a_flow_that_changes_meets_what_it_asks_from_now_on() {
    for district in District::each().await {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[PASSWORD_STAGE, CONFIRM].concat());
        let node = node(&district, dir.path()).await;
        assert!(!node.app.flows.reload().unwrap(), "nothing changed");
        let mut family = at_the_password(&node, "203.0.113.1", ZOE).await;
        // The school adds a stage behind the one that is being filled in.
        write(dir.path(), &[PASSWORD_STAGE, QUESTIONS, CONFIRM].concat());
        assert!(node.app.flows.reload().unwrap());
        assert_eq!(family.choose(PASSWORD).await.shows(), "security-questions");
        // And takes away the one that is being filled in: the answer is for a page that is no more, and the next page comes.
        write(dir.path(), &[PASSWORD_STAGE, CONFIRM].concat());
        assert!(node.app.flows.reload().unwrap());
        family.answer().await;
        assert_eq!(family.status(), StatusCode::CONFLICT.as_u16());
        let here = family.address.trim_end_matches("/security-questions").to_owned();
        family.open(&here).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        assert!(district.account("123456").await.is_some());
    }
}

#[tokio::test]
async fn a_flow_that_is_taken_away_ends_with_words_and_leaves_nothing() {
    for district in District::each().await {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[PASSWORD_STAGE, CONFIRM].concat());
        let node = node(&district, dir.path()).await;
        let mut family = at_the_password(&node, "203.0.113.1", ZOE).await;
        std::fs::remove_file(dir.path().join("come-in.toml")).unwrap();
        assert!(node.app.flows.reload().unwrap());
        family.choose(PASSWORD).await;
        assert_eq!((family.status(), family.shows().as_str()), (200, "expired"));
        assert!(district.account("123456").await.is_none());
        assert_eq!(node.family("203.0.113.2").open("/enroll/come-in").await.status(), 404);
    }
}

#[tokio::test]
async fn a_broken_file_changes_nothing_and_says_its_line_once() {
    for district in District::each().await {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[PASSWORD_STAGE, CONFIRM].concat());
        let node = node(&district, dir.path()).await;
        let mut family = at_the_password(&node, "203.0.113.1", ZOE).await;
        write(dir.path(), &[PASSWORD_STAGE, "[[stage]]\nuse = 'confrim'\n"].concat());
        // A second file that would be right stays away too: what is not whole is not taken.
        std::fs::write(dir.path().join("other.toml"), flow(&[PASSWORD_STAGE, CONFIRM].concat())).unwrap();
        let told = node.app.flows.reload().unwrap_err().to_string();
        assert!(told.contains("come-in.toml:18: unknown use `confrim`; did you mean `confirm`?"), "{told}");
        assert!(!node.app.flows.reload().unwrap(), "told once");
        assert_eq!(family.choose(PASSWORD).await.shows(), "confirm");
        assert_eq!(node.family("203.0.113.2").open("/enroll/other").await.status(), 404);
        at_the_password(&node, "203.0.113.3", LEA).await;
        write(dir.path(), &[PASSWORD_STAGE, QUESTIONS, CONFIRM].concat());
        assert!(node.app.flows.reload().unwrap());
        assert_eq!(node.family("203.0.113.4").open("/enroll/other").await.status(), 200);
    }
}
