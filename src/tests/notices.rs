//! Every change of a credential, an address or an account writes to its owner, in the same write, with the way back (rows R12, R15, W06).
//! One table: a change that comes to be is one line here.

use std::time::Duration;

use super::back_in::{grown_up, whose};
use super::district::District;
use super::family::{Family, PASSWORD, answers};
use super::passkeys;
use super::second_factor::{Phone, set_up};
use crate::cli::account::{Command, Export, Give};
use crate::model::{Language, Letter};
use crate::passkeys::software::Kind;

const TEACHER: &str = "paul@ecole.example";
const NEW: &str = "huit canards bleus au marché";

/// What is changed, and the letter that says so: its kind, and of a kind that serves several changes which one.
const CHANGES: &[(&str, &str, &str)] = &[
    ("questions", "account-changed", "mail-account-changed-questions"),
    ("news", "account-changed", "mail-account-changed-news"),
    ("passkey-added", "passkey-added", ""),
    ("passkey-renamed", "account-changed", "mail-account-changed-passkey"),
    ("passkey-removed", "passkey-removed", ""),
    ("copy", "data-taken", "mail-data-taken-own"),
    ("app-added", "second-factor-changed", "mail-second-factor-added"),
    ("recovery-code", "second-factor-changed", "mail-second-factor-code-used"),
    ("app-renamed", "second-factor-changed", "mail-second-factor-renamed"),
    ("app-removed", "second-factor-changed", "mail-second-factor-removed"),
    ("address", "address-changed", ""),
    // Everything before types the password of all tests.
    ("password", "password-changed", ""),
    ("copy-by-school", "data-taken", "mail-data-taken-school"),
    ("locked", "account-changed-by-school", "mail-account-changed-locked"),
    ("unlocked", "account-changed-by-school", "mail-account-changed-unlocked"),
    ("disabled", "account-changed-by-school", "mail-account-changed-disabled"),
    ("enabled", "account-changed-by-school", "mail-account-changed-enabled"),
    ("given", "account-changed-by-school", "mail-account-changed-given"),
    ("reset", "account-changed-by-school", "mail-account-changed-reset"),
];

/// The teacher at a browser, with what was made on the way.
struct Owner {
    family: Family,
    password: &'static str,
    phone: Option<(Phone, Vec<String>)>,
}

impl Owner {
    async fn to(&mut self, district: &District, page: &str) {
        self.family.open(page).await;
        if self.family.shows() == "password" {
            self.family.send(&[("password", self.password)]).await;
        }
        if self.family.shows() == "second-factor" {
            let code = self.phone.as_ref().unwrap().0.next(district);
            self.family.send(&[("code", &code)]).await;
        }
    }

    async fn passkey(&mut self, district: &District, what: &str) {
        self.to(district, "/account/passkeys").await;
        let account = district.app.store.read().accounts().by_username(TEACHER).await.unwrap().unwrap();
        let which = district.app.store.read().passkeys().of_account(account.id).await.unwrap()[0].id.to_string();
        self.family.send(&[("do", what), ("which", &which), (&format!("name-{which}"), "Tablette")]).await;
    }

    async fn app(&mut self, district: &District, fields: &[(&str, &str)]) {
        self.to(district, "/account/authenticators").await;
        let app = self.family.page.as_ref().unwrap().field("app").unwrap();
        let mut all = vec![("app", app.as_str())];
        all.extend(fields);
        self.family.send(&all).await;
    }

    /// By its owner; `None`: it is the school's to do.
    async fn does(&mut self, district: &District, change: &str) -> bool {
        match change {
            "questions" => {
                self.to(district, "/account/questions").await;
                self.family.send(&answers()).await;
            }
            "news" => {
                let chosen = [("preferred_language", "fr"), ("date_format", "day-first"), ("notification_email", "paul@maison.example")];
                self.family.open("/account/preferences").await.send(&chosen).await;
            }
            "passkey-added" => {
                passkeys::add(&mut self.family, Kind::Es256, "Téléphone").await;
            }
            "passkey-renamed" => self.passkey(district, "rename").await,
            "passkey-removed" => self.passkey(district, "remove").await,
            "copy" => {
                self.to(district, "/account/data").await;
                self.family.submit(&[("format", "json")]).await;
            }
            "password" => {
                self.to(district, "/account/password").await;
                self.family.choose(NEW).await;
                self.password = NEW;
            }
            "app-added" => self.phone = Some(set_up_with(district, self).await),
            "recovery-code" => {
                let code = self.phone.as_ref().unwrap().1[0].clone();
                let mut other = district.family("203.0.113.9");
                assert_eq!(other.sign_in(TEACHER, self.password).await, "second-factor");
                assert_eq!(other.send(&[("code", &code)]).await.shows(), "home");
            }
            "app-renamed" => self.app(district, &[("do", "rename"), ("name", "Ancien")]).await,
            "app-removed" => self.app(district, &[("do", "remove")]).await,
            "address" => {
                self.to(district, "/account/address").await;
                self.family.send(&[("email", "paul@maison.example")]).await;
                self.family.type_code(district).await;
            }
            _ => return false,
        }
        true
    }
}

async fn set_up_with(district: &District, owner: &mut Owner) -> (Phone, Vec<String>) {
    // `set_up` types the password of all tests.
    assert_eq!(owner.password, PASSWORD);
    set_up(district, &mut owner.family).await
}

/// By the school, from its command line.
fn of_school(change: &str) -> Command {
    match change {
        "copy-by-school" => Command::Export(Export { person: TEACHER.to_owned(), pdf: None, language: None }),
        "locked" => Command::Lock(whose(TEACHER)),
        "unlocked" => Command::Unlock(whose(TEACHER)),
        "disabled" => Command::Disable(whose(TEACHER)),
        "enabled" => Command::Enable(whose(TEACHER)),
        "given" => Command::GivePassword(Give { whose: whose(TEACHER), mail: false }),
        "reset" => Command::Reset(whose(TEACHER)),
        other => panic!("nobody does {other}"),
    }
}

fn is(letter: &Letter, kind: &str, what: &str) -> bool {
    letter.kind == kind && (what.is_empty() || letter.data["what"] == what)
}

#[tokio::test]
async fn r15_every_change_of_a_credential_or_an_address_is_told_with_the_way_back() {
    for district in District::each_with_families().await {
        grown_up(&district, TEACHER).await;
        let mut owner = Owner { family: district.family("203.0.113.1"), password: PASSWORD, phone: None };
        assert_eq!(owner.family.sign_in(TEACHER, PASSWORD).await, "home");
        for (change, kind, what) in CHANGES {
            district.clock.advance(Duration::from_secs(31));
            let before = district.letters().await.iter().filter(|letter| is(letter, kind, what)).count();
            if !owner.does(&district, change).await {
                let now = district.app.now();
                crate::cli::account::run(of_school(change), &district.app.store, &district.app.tools, now).await.unwrap();
            }
            let letters = district.letters().await;
            let told: Vec<&Letter> = letters.iter().filter(|letter| is(letter, kind, what)).collect();
            assert!(told.len() > before, "{change}: nobody was told; the page is {}", owner.family.shows());
            let letter = told.last().unwrap();
            assert!(told.iter().any(|letter| letter.to == TEACHER), "{change}");
            // The way back stands in it, in words and as an address.
            for &language in Language::ALL {
                let letter = Letter { language, ..(*letter).clone() };
                let name = crate::pages::District { name: "x".to_owned(), brand: "#14606b".to_owned(), logo: None };
                let made = district.app.tools.pages.letter(&letter, &name, "https://compte.example").unwrap();
                let (said, foot) = made.text.rsplit_once("https://compte.example/help").unwrap();
                assert!(foot.len() < 200, "the help stands at the foot of every letter");
                let ways = ["/recover", "/undo/", "/not-me/", "/help"].map(|way| format!("https://compte.example{way}"));
                assert!(ways.iter().any(|way| said.contains(way.as_str())), "{change}: no way back in {said}");
            }
        }
    }
}
