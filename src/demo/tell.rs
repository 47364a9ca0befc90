//! What a demonstration says when all is up: one page for a newcomer, or one line of JSON for a program. Pure text; it
//! fits a terminal of eighty columns and has no colours, so it reads the same in a file.

use std::fmt::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::folder::{CONFIG, KEPT, MAIL};
use super::people::{Kind, Person};

/// All there is to say.
pub struct Told {
    /// Préau.
    pub issuer: String,
    /// The sample app.
    pub app_url: String,
    /// The mailbox page.
    pub mail_url: String,
    /// The folder of letters.
    pub mail_dir: PathBuf,
    /// The database.
    pub database_url: String,
    /// The configuration.
    pub config: PathBuf,
    /// The sample app's registration.
    pub client: Client,
    /// Schools and pupils.
    pub size: Size,
    /// The people to try it with.
    pub people: Vec<Person>,
    /// Of those without an account at first, the names of those who claimed one since.
    pub claimed_since: Vec<String>,
    /// The folder of all this, as it was named on the command line.
    pub folder: PathBuf,
}

/// How the sample app is registered. It has no `Debug`: its secret stands in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Who it is.
    pub client_id: String,
    /// What proves it.
    pub client_secret: String,
    /// Where it takes answers.
    pub redirect_uris: Vec<String>,
}

/// How large the district is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Schools.
    pub schools: u32,
    /// Pupils.
    pub students: u32,
}

impl Told {
    /// For programs: one object on one line.
    pub fn json(&self) -> Value {
        json!({
            "issuer": self.issuer,
            "app_url": self.app_url,
            "mail_url": self.mail_url,
            "mail_dir": self.mail_dir,
            "admin_url": format!("{}/admin", self.issuer),
            "database_url": self.database_url,
            "config": self.config,
            "client": self.client,
            "people": self.people,
        })
    }

    /// For people. What to try first comes last: it is what a terminal still shows when all is said.
    pub fn words(&self) -> String {
        let Size { schools, students } = self.size;
        let here = |name: &str| self.folder.join(name).display().to_string();
        format!(
            "\nPréau is running: {students} pupils in {schools} schools, none of them real.\n\n\
             \x20 Préau       {issuer}\n\
             \x20 Sample app  {app}   one school app that trusts Préau\n\
             \x20 Mailbox     {mail}   every letter that was mailed\n\
             {accounts}{others}{guardians}\
             \nGOOD TO KNOW\n\n\
             \x20 Every page speaks French and English: the choice is at its head.\n\
             \x20 Letters arrive in the mailbox, and as files in {letters}.\n\
             \x20 All these people, and guardians without an account, stand in\n\
             \x20   {kept}\n\
             \x20 Other commands work on this district too, for instance\n\
             \x20   preau --config {config} client list\n\
             \x20 Ctrl+C stops it. The same command starts it again, and all is as you left\n\
             \x20 it; with --fresh it begins anew.\n\
             {first}\n",
            students = thousands(students),
            issuer = self.issuer,
            app = self.app_url,
            mail = self.mail_url,
            accounts = self.accounts(),
            others = self.others(),
            guardians = self.guardians(),
            letters = here(MAIL),
            kept = here(KEPT),
            config = here(CONFIG),
            first = self.first()
        )
    }

    /// Who can sign in, and with what.
    fn accounts(&self) -> String {
        let with = || self.people.iter().filter_map(|person| Some((person, person.password.as_deref()?)));
        let width = with().map(|(person, _)| person.username.chars().count()).max().unwrap_or_default();
        let mut text = format!("\nWHO HAS AN ACCOUNT (sign in at {}/sign-in)\n", self.issuer);
        let mut last = None;
        for (Person { kind, username, .. }, password) in with() {
            if last.replace(*kind) != Some(*kind) {
                let _ = writeln!(text, "\n  {}", kind.heading());
            }
            let fits = 4 + width + 2 + password.chars().count() <= COLUMNS;
            let _ = if fits {
                writeln!(text, "    {username:<width$}  {password}")
            } else {
                writeln!(text, "    {username}\n      {password}")
            };
        }
        text
    }

    fn others(&self) -> String {
        let others: Vec<&Person> = self.unclaimed().skip(1).take(MOST_OTHERS).collect();
        if others.is_empty() {
            return String::new();
        }
        let name = |person: &Person| format!("{} / {}", person.given_name, person.family_name);
        let width = others.iter().map(|person| name(person).chars().count()).max().unwrap_or_default();
        let line = |person: &&Person| {
            let number = person.student_number.as_deref().unwrap_or_default();
            format!("  {:<width$}  {number}\n", name(person))
        };
        let lines: String = others.iter().map(line).collect();
        format!("\nPUPILS WITHOUT AN ACCOUNT (given name / family name, student number)\n\n{lines}")
    }

    /// Two guardians without an account, with whatever their letters and mails say.
    fn guardians(&self) -> String {
        let waiting =
            self.people.iter().filter(|person| person.kind == Kind::GuardianUnclaimed && !self.claimed_since.contains(&person.username));
        let mut text = String::new();
        for person in waiting.take(2) {
            let _ = writeln!(text, "\n  {} {}", person.given_name, person.family_name);
            let provisional = person.provisional_password.as_ref().map(|password| format!("{}  {password}", person.username));
            let child = person.children.first().and_then(|child| Some(format!("{}, {}", child.given_name, child.birth_date.as_deref()?)));
            let facts = [
                ("e-mail on file", person.email.as_ref()),
                ("house number", person.civic_number.as_ref()),
                ("child, born", child.as_ref()),
                ("code on paper", person.code.as_ref()),
                ("code by mail", person.security_code.as_ref()),
                ("sign in with", provisional.as_ref()),
            ];
            for (what, fact) in facts.iter().filter_map(|(what, fact)| Some((what, (*fact)?))) {
                let _ = writeln!(text, "    {what:<15} {fact}");
            }
        }
        if text.is_empty() { text } else { format!("\nGUARDIANS WITHOUT AN ACCOUNT (begin at {}/enroll)\n{text}", self.issuer) }
    }

    /// The one thing to try, step by step.
    fn first(&self) -> String {
        let Some(pupil) = self.unclaimed().next() else {
            return "\nEvery pupil whom the demo offers has an account by now; --fresh begins anew.\n".to_owned();
        };
        let Person { given_name, family_name, student_number, username, .. } = pupil;
        let number = student_number.as_deref().unwrap_or_default();
        format!(
            "\nTRY THIS FIRST: be a pupil whom only the school's records know\n\n\
             \x20 1. Open   {}{CLAIM}\n\n\
             \x20 2. Say who you are\n\
             \x20      Given name      {given_name}\n\
             \x20      Family name     {family_name}\n\
             \x20      Student number  {number}\n\n\
             \x20 3. Choose a password, and go on to the end: the account is yours. Its name\n\
             \x20    to sign in with is {username}.\n\n\
             \x20 4. Open   {}\n\
             \x20    and sign in there: the app learns who you are.\n",
            self.issuer, self.app_url
        )
    }

    /// Pupils who may still claim their account.
    fn unclaimed(&self) -> impl Iterator<Item = &Person> {
        let open = |person: &&Person| person.kind == Kind::StudentUnclaimed && !self.claimed_since.contains(&person.username);
        self.people.iter().filter(open)
    }
}

/// `12,345`.
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const CLAIM: &str = "/enroll/student-claim";
const MOST_OTHERS: usize = 4;
const COLUMNS: usize = 80;

#[cfg(test)]
mod tests {
    use super::super::people::tests::person;
    use super::*;

    fn told() -> Told {
        let many = |kind: Kind, number: usize| std::iter::repeat_n(person(kind), number);
        Told {
            issuer: "http://localhost:65535".to_owned(),
            app_url: "http://127.0.0.1:65534".to_owned(),
            mail_url: "http://127.0.0.1:65533".to_owned(),
            mail_dir: PathBuf::from("/home/somebody/preau/demo-data/mail"),
            database_url: "sqlite:/home/somebody/preau/demo-data/preau.db".to_owned(),
            config: PathBuf::from("/home/somebody/preau/demo-data/preau.toml"),
            client: Client { client_id: "cahier".to_owned(), client_secret: "s".to_owned(), redirect_uris: vec!["http://a/".to_owned()] },
            size: Size { schools: 5, students: 2_000 },
            people: Kind::ALL.iter().flat_map(|(kind, least, _)| many(*kind, *least)).collect(),
            claimed_since: Vec::new(),
            folder: PathBuf::from("demo-data"),
        }
    }

    #[test]
    fn it_fits_a_terminal_of_eighty_columns_and_has_no_colours() {
        let words = told().words();
        for line in words.lines() {
            assert!(line.chars().count() <= COLUMNS, "{} columns: {line}", line.chars().count());
        }
        assert!(!words.contains('\u{1b}'));
    }

    #[test]
    fn a_newcomer_finds_the_addresses_the_first_thing_to_try_and_every_password() {
        let (told, words) = (told(), told().words());
        let pupil = person(Kind::StudentUnclaimed);
        let number = pupil.student_number.as_deref().unwrap();
        for needed in
            [&told.issuer, &told.app_url, &told.mail_url, "http://localhost:65535/enroll/student-claim", &pupil.given_name, number]
        {
            assert!(words.contains(needed), "{needed}");
        }
        let accounts = told.people.iter().filter(|person| person.password.is_some()).count();
        assert_eq!(words.matches("thunder-thimble-trumpet-volcano").count(), accounts);
        assert_eq!(accounts, 12);
        assert!(words.contains("--fresh") && words.contains("Ctrl+C"));
    }

    #[test]
    fn whoever_has_claimed_an_account_since_is_not_offered_again() {
        let mut told = told();
        told.claimed_since.push(person(Kind::StudentUnclaimed).username);
        let words = told.words();
        assert!(!words.contains("TRY THIS FIRST") && words.contains("begins anew"));
        assert!(told.people.iter().any(|person| person.kind == Kind::StudentUnclaimed), "in JSON they stay who they were");
    }

    #[test]
    fn the_json_has_every_key_that_programs_rely_on() {
        let json = told().json();
        for key in ["issuer", "app_url", "mail_url", "mail_dir", "admin_url", "database_url", "config"] {
            assert!(json[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
        }
        for key in ["client_id", "client_secret"] {
            assert!(json["client"][key].is_string(), "{key}");
        }
        assert!(json["client"]["redirect_uris"][0].is_string());
        let people = json["people"].as_array().unwrap();
        let facts = ["given_name", "family_name", "student_number", "birth_date", "email", "school", "civic_number", "children"];
        for person in people {
            for key in facts.iter().chain(&["kind", "username"]) {
                assert!(person.get(key).is_some(), "{key}");
            }
            assert_eq!(person.get("password").is_some(), !person["kind"].as_str().unwrap().ends_with("-unclaimed"));
        }
        let kinds =
            ["student-unclaimed", "student", "guardian-unclaimed", "guardian", "teacher", "secretary", "counsellor", "district-admin"];
        for kind in kinds {
            let least = if kind.ends_with("-unclaimed") { 5 } else { 2 };
            assert!(people.iter().filter(|person| person["kind"] == kind).count() >= least, "{kind}");
        }
        assert!(!json.to_string().contains('\n'));
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!([7, 999, 2_000, 1_234_567].map(thousands), ["7", "999", "2,000", "1,234,567"]);
    }
}
