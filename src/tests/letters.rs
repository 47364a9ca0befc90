//! Every letter renders in every language from its sample, and every folder of `templates/mail/` has one.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::model::{Language, Letter};
use crate::pages::{District, Pages};

/// The letters, each with the data it is filled in with. A new letter is one line here.
pub(super) fn samples() -> Vec<(&'static str, Value)> {
    [of_accounts(), of_changes(), of_the_counter()].concat()
}

fn of_the_counter() -> Vec<(&'static str, Value)> {
    vec![
        (
            "counter-password",
            json!({
                "name": "Éloïse", "moment": "aujourd’hui à 6\u{a0}h 05", "until": "vendredi à 6\u{a0}h 05",
                "school": "École des Tilleuls", "token": "a3Vyen",
            }),
        ),
        ("counter-alarm", json!({ "name": "Anne Roy", "moment": "aujourd’hui à 6\u{a0}h 05" })),
    ]
}

/// What was done to an account, each with its words.
fn of_changes() -> Vec<(&'static str, Value)> {
    let kinds = [
        ("data-taken", "mail-data-taken-own"),
        ("data-taken", "mail-data-taken-guardian"),
        ("data-taken", "mail-data-taken-school"),
        ("account-changed", "mail-account-changed-questions"),
        ("account-changed", "mail-account-changed-news"),
        ("account-changed", "mail-account-changed-passkey"),
        ("account-changed-by-school", "mail-account-changed-reset"),
        ("account-changed-by-school", "mail-account-changed-locked"),
        ("account-changed-by-school", "mail-account-changed-unlocked"),
        ("account-changed-by-school", "mail-account-changed-disabled"),
        ("account-changed-by-school", "mail-account-changed-enabled"),
        ("account-changed-by-school", "mail-account-changed-given"),
        ("second-factor-changed", "mail-second-factor-added"),
        ("second-factor-changed", "mail-second-factor-removed"),
        ("second-factor-changed", "mail-second-factor-renamed"),
        ("second-factor-changed", "mail-second-factor-codes"),
        ("second-factor-changed", "mail-second-factor-code-used"),
    ];
    kinds.map(|(kind, what)| (kind, json!({ "name": "Éloïse", "moment": "aujourd’hui à 6\u{a0}h 05", "what": what }))).to_vec()
}

fn of_accounts() -> Vec<(&'static str, Value)> {
    let proof = json!({ "name": "Anne", "token": "dG9rZW4", "code": "1234 5678", "moment": "aujourd’hui à 6\u{a0}h 05", "device": "Firefox, Windows" });
    let owner = || json!({ "name": "Éloïse", "moment": "aujourd’hui à 6\u{a0}h 05" });
    let of_owner = ["approval-asked", "password-changed", "passkey-added", "passkey-removed"].map(|kind| (kind, owner()));
    let others = vec![
        ("account-created", json!({ "name": "Éloïse", "username": "S0123456", "moment": "aujourd’hui à 6\u{a0}h 05" })),
        (
            "invitation",
            json!({ "name": "Éloïse", "children": "Noé, Zoé", "school": "École des Tilleuls", "code": "BCDF-GHJK-LMNP-QRST",
                "link": "https://compte.tilleuls.example/enroll/guardian-invitation#c=abc", "until": "23 septembre 2026",
                "address": "https://compte.tilleuls.example/enroll/guardian-invitation" }),
        ),
        ("lists-came", json!({ "link": "https://compte.tilleuls.example/enroll/student-claim?again=0192", "answered": false })),
        ("lists-came", json!({ "link": "https://compte.tilleuls.example/enroll/student-claim?again=0192", "answered": true })),
        (
            "roster-import-trouble",
            json!({ "source": "export.zip", "held": false, "moment": "aujourd’hui à 6\u{a0}h", "why": "users.csv <b>N’a pas de colonne sourcedId" }),
        ),
        (
            "roster-import-trouble",
            json!({ "source": "export.zip", "held": true, "moment": "aujourd’hui à 6\u{a0}h", "why": "12.0 % of the people would leave" }),
        ),
        ("invitation-ends", ends("mail")),
        ("invitation-ends", ends("paper")),
        ("invitation-ends", ends("password")),
        (
            "campaign-reminder",
            json!({ "name": "Anne", "children": "Noé, Zoé", "until": "10 août 2026", "address": "https://compte.tilleuls.example/enroll/student-claim" }),
        ),
        (
            "campaign-reminder",
            json!({ "name": "Anne", "children": null, "until": "10 août 2026", "address": "https://compte.tilleuls.example/enroll/parent-portal" }),
        ),
        (
            "announcement",
            json!({ "subject": "Sortie au musée <b>N’oubliez rien", "paragraphs": ["Bonjour,\nla sortie est demain.", "<b>N’oubliez pas le pique-nique & la gourde."],
                "link": "https://compte.tilleuls.example/account/inbox/0192" }),
        ),
        ("enroll-proof", proof.clone()),
        (
            "recover-proof",
            json!({ "name": "Anne", "token": "dG9rZW4", "code": "1234 5678", "moment": "aujourd’hui à 6\u{a0}h 05", "device": null }),
        ),
        ("sign-in-code", proof.clone()),
        ("account-erased", json!({ "name": "Éloïse", "moment": "aujourd’hui à 6\u{a0}h 05" })),
        ("claim-not-matched", proof.clone()),
        ("account-exists", proof),
        (
            "temporary-password",
            json!({ "name": "Anne", "password": "bcdf-ghjk-mnpq", "moment": "aujourd’hui à 6\u{a0}h 05", "until": "demain à 6\u{a0}h 05" }),
        ),
        ("badge-asleep", json!({ "name": "Léa (CP A)", "moment": "aujourd’hui à 6\u{a0}h 05", "until": "aujourd’hui à 7\u{a0}h 05" })),
        ("alarm", json!({ "what": "sign-in", "failures": 1024, "usual": 12, "moment": "aujourd’hui à 6\u{a0}h 05" })),
        ("alarm", json!({ "what": "claim", "failures": 301, "usual": 0, "moment": "aujourd’hui à 6\u{a0}h 05" })),
        (
            "address-changed",
            json!({ "name": "Éloïse", "moment": "aujourd’hui à 6\u{a0}h 05", "until": "vendredi 12 juin à 6\u{a0}h 05", "token": "dG9rZW4" }),
        ),
        ("address-changed", json!({ "name": "Éloïse", "moment": "aujourd’hui à 6\u{a0}h 05", "until": "vendredi", "token": null })),
        (
            "new-device",
            json!({
                "name": "Éloïse", "moment": "aujourd’hui à 6\u{a0}h 05", "until": "vendredi à 6\u{a0}h 05",
                "device": "Firefox, Windows", "token": "a3Vyen",
            }),
        ),
        ("new-device", json!({ "name": "Éloïse", "moment": "hier", "until": "vendredi", "device": "", "token": "a3Vyen" })),
        (
            "help-request",
            json!({ "name": "Éloïse <b>N’Diaye-Roy</b>\nBcc: x", "email": "eloise@famille.example", "school": "École des Tilleuls", "message": "Bonjour,\nla page dit « trop d’essais ».", "case": "24-1107", "phone": "613 555-0142", "child": "Léa Roy", "grade": "5", "about": "child", "proven": true }),
        ),
        (
            "help-request",
            json!({ "name": "Noé Tremblay", "email": null, "school": null, "message": "Aidez-moi", "case": null, "phone": null, "child": null, "grade": null, "about": "technical", "proven": false, "number": "2418-1107" }),
        ),
    ];
    of_owner.into_iter().chain(others).collect()
}

fn ends(kind: &str) -> Value {
    json!({ "name": "Anne", "kind": kind, "until": "23 septembre 2026", "address": "https://compte.tilleuls.example/enroll/guardian-code",
        "again": "https://compte.tilleuls.example/enroll/invitation-again" })
}

#[test]
fn every_letter_renders_in_every_language() {
    let pages = Pages::load().unwrap();
    let district = District { name: "Conseil scolaire des Tilleuls".to_owned(), brand: "#14606b".to_owned(), logo: None };
    for (kind, data) in samples() {
        for &language in Language::ALL {
            let letter = Letter { kind: kind.to_owned(), to: "a@b.example".to_owned(), language, data: data.clone(), useless_after: None };
            let made = pages.letter(&letter, &district, "https://compte.tilleuls.example/").unwrap();
            assert!(!made.subject.is_empty() && made.subject.chars().count() < 120, "{kind}: {}", made.subject);
            assert!(!made.subject.contains(['\n', '\r']), "{kind}");
            assert!(made.text.contains("https://compte.tilleuls.example/help"), "{kind}");
            assert!(!made.text.contains("\n\n\n"), "{kind}: {}", made.text);
            assert!(!made.text.contains("&amp;") && !made.text.contains("&#39;"), "{kind}: {}", made.text);
            assert!(made.html.contains(&format!("<html lang=\"{}\">", language.tag())), "{kind}");
            assert!(!made.html.contains("<b>N"), "{kind}");
            assert!(!made.html.contains("src=\""), "{kind} loads something");
        }
    }
}

#[test]
fn every_letter_has_a_sample() {
    let listed: BTreeSet<String> = samples().into_iter().map(|(kind, _)| kind.to_owned()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/mail");
    let stored = folder.read_dir().unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let stored: BTreeSet<String> = stored.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(stored, listed, "folders of templates/mail/ against the samples in src/tests/letters.rs");
}

#[test]
#[ignore = "writes target/gallery-mail, to be looked at"]
fn letters_to_look_at() {
    let pages = Pages::load().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery-mail");
    std::fs::create_dir_all(&folder).unwrap();
    let district = District { name: "Conseil scolaire des Tilleuls".to_owned(), brand: "#14606b".to_owned(), logo: None };
    for (number, (kind, data)) in samples().into_iter().enumerate() {
        for &language in Language::ALL {
            let letter = Letter { kind: kind.to_owned(), to: "a@b.example".to_owned(), language, data: data.clone(), useless_after: None };
            let made = pages.letter(&letter, &district, "https://compte.tilleuls.example").unwrap();
            let name = format!("{kind}.{}.{number}", language.tag());
            std::fs::write(folder.join(format!("{name}.html")), made.html).unwrap();
            std::fs::write(folder.join(format!("{name}.txt")), format!("{}\n\n{}", made.subject, made.text)).unwrap();
        }
    }
}
