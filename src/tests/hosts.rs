//! Which address a request came by: ours, a school's own (E7), or another's (row R05, W07).

use axum::http::{Method, StatusCode, header};

use super::district::District;
use super::family::Family;
use crate::config::HostSettings;
use crate::model::Letter;

/// A node with an address for the Érables.
async fn with_host(district: &District) -> District {
    let own = HostSettings { host: "erables.ecole.example".to_owned(), school: "s1".to_owned() };
    district.node_with(|tools, _| tools.config.hosts = vec![own]).await
}

#[tokio::test]
async fn e07_a_schools_own_address_leads_to_its_pages_and_changes_no_link() {
    for district in District::each_with_families().await {
        let node = with_host(&district).await;
        let mut family = node.family("203.0.113.1");
        let by = |host: &str| vec![("host", host.to_owned())];
        let led = family.agent.send(Method::GET, "/anything", &by("erables.ecole.example"), None).await;
        assert_eq!((led.status, led.location().as_str()), (StatusCode::SEE_OTHER, "http://localhost:8080/at/s1"));
        assert!(!led.headers.contains_key(header::SET_COOKIE), "a session has one host");
        // A form is not carried over, and another host is none of ours.
        let posted = family.agent.send(Method::POST, "/sign-in", &by("erables.ecole.example"), Some(&[("username", "x")])).await;
        assert_eq!(posted.status, StatusCode::MISDIRECTED_REQUEST);
        for other in ["ruisseau.ecole.example", "erables.ecole.example.evil.example", "evil.example"] {
            assert_eq!(family.agent.send(Method::GET, "/", &by(other), None).await.status, StatusCode::MISDIRECTED_REQUEST, "{other}");
        }
        family.open("/at/s1").await;
        assert!(family.page.as_ref().unwrap().body.contains("<small>École des Érables</small>"));
        // Where a school is asked for, it is chosen already.
        family.open("/enroll/parent-portal").await;
        let body = &family.page.as_ref().unwrap().body;
        let chosen = body.split("<select id=\"school\"").nth(1).and_then(|rest| rest.split(" selected").next()).unwrap();
        let school = node.app.store.read().people().school("s1").await.unwrap().unwrap();
        assert!(chosen.rsplit("value=\"").next().unwrap().starts_with(&school.id.to_string()), "{chosen}");
        // A school that is none is forgotten.
        family.open("/at/nowhere").await;
        assert!(!family.page.as_ref().unwrap().body.contains("École des Érables"));
    }
}

/// What a proxy or an attacker may say of where a request came in.
fn lies() -> Vec<(&'static str, String)> {
    [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "https://evil.example/"),
        ("x-rewrite-url", "/evil"),
        ("x-forwarded-server", "evil.example"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .into()
}

#[tokio::test]
async fn r05_no_header_of_a_request_changes_a_link_of_a_letter() {
    for district in District::each_with_families().await {
        for lie in lies() {
            let mut family = district.family("203.0.113.2");
            ask_for_a_letter(&mut family, &lie).await;
        }
        let absolute = district.family("203.0.113.3").agent.send(Method::GET, "http://evil.example/recover", &[], None).await;
        assert_eq!(absolute.status, StatusCode::MISDIRECTED_REQUEST);
        for host in ["evil.example", "localhost:8080.evil.example", "localhost:80"] {
            let answer = district.family("203.0.113.3").agent.send(Method::GET, "/recover", &[("host", host.to_owned())], None).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        }
        let two = [("host", "localhost:8080".to_owned()), ("host", "evil.example".to_owned())];
        assert_eq!(
            district.family("203.0.113.3").agent.send(Method::GET, "/recover", &two, None).await.status,
            StatusCode::MISDIRECTED_REQUEST
        );
        let letters = district.letters().await;
        assert!(letters.iter().any(|letter| letter.kind == "enroll-proof"), "{letters:?}");
        letters.iter().for_each(|letter| only_our_links(&district, letter));
    }
}

/// Every letter there is, with its sample: what stands in it begins with the issuer, or with the district's own address.
#[tokio::test]
async fn r05_every_letter_links_to_the_configured_issuer_alone() {
    for district in District::each_empty().await {
        for (kind, data) in super::letters::samples() {
            let text = data.to_string().replace("https://compte.tilleuls.example", &district.app.tools.config.issuer);
            let data = serde_json::from_str(&text).unwrap();
            for &language in crate::model::Language::ALL {
                let letter = Letter {
                    kind: kind.to_owned(),
                    to: "a@b.example".to_owned(),
                    language,
                    data: serde_json::Value::clone(&data),
                    useless_after: None,
                };
                only_our_links(&district, &letter);
            }
        }
    }
}

async fn ask_for_a_letter(family: &mut Family, lie: &(&str, String)) {
    family.open("/enroll/parent-portal-strong").await;
    let token = family.page.as_ref().unwrap().field("csrf").unwrap();
    let form = [
        ("csrf", token.as_str()),
        ("email", "anne@famille.example"),
        ("given_name", "Anne"),
        ("family_name", "Roy"),
        ("birth_date", "2015-01-02"),
        ("civic_number", "2445"),
    ];
    let headers = [("sec-fetch-site", "same-origin".to_owned()), lie.clone()];
    let answer = family.agent.send(Method::POST, "/enroll/parent-portal-strong", &headers, Some(&form)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{lie:?}");
    assert!(answer.location().starts_with("/flow/"), "{lie:?}: {}", answer.location());
}

fn only_our_links(district: &District, letter: &Letter) {
    let issuer = district.app.tools.config.issuer.clone();
    let made = district.app.tools.pages.letter(letter, &crate::web::district(&district.app), &issuer).unwrap();
    for text in [&made.text, &made.html] {
        assert!(!text.contains("evil"), "{letter:?}");
        for (at, _) in text.match_indices("http") {
            let link: String = text[at..].chars().take_while(|symbol| !" \"<>\n".contains(*symbol)).collect();
            let known = link.starts_with(&issuer) || link.starts_with("http://www.w3.org/") || link.starts_with("https://www.w3.org/");
            assert!(known || !link.contains("://"), "{}: {link}", letter.kind);
        }
    }
}
