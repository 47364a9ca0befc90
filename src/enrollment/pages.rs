//! What the pages of joining show.

use serde::Serialize;

use crate::charters::Block;
use crate::pages::Page;
use crate::policy::QUESTIONS;

/// Which way to join?
#[derive(Clone, Debug, Serialize)]
pub struct Enroll {
    /// The ways.
    pub flows: Vec<Way>,
    /// The one that was begun in this browser and not finished.
    pub resume: Option<Way>,
}

/// One way to join, in the words of its flow file.
#[derive(Clone, Debug, Serialize)]
pub struct Way {
    /// Where it begins.
    pub address: String,
    /// What it is called.
    pub title: String,
    /// Whom it is for.
    pub text: Option<String>,
}

/// Who are you? What is typed is looked for in the roster.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RosterMatch {
    /// The fields, in order: `given_name`, `family_name`, `student_number`, `birth_date`, `email`, `school`, `civic_number`.
    pub asks: Vec<String>,
    /// The schools to choose from, where the school is asked.
    pub schools: Vec<Choice>,
    /// The last day that can be a birth date, `yyyy-mm-dd`.
    pub today: String,
    /// Whose birth date it is: the `pupil`'s own, or of a guardian the `youngest` or any `child`.
    pub of: &'static str,
}

/// One entry of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

/// The code of a letter.
#[derive(Clone, Debug, Serialize)]
pub struct Code {
    /// The family name of whom it was sent to is asked too.
    pub family_name: bool,
    /// It came by mail, not on paper.
    pub mailed: bool,
    /// Where to ask for the mail once more.
    pub resend: Option<String>,
    /// For those who have an account.
    pub sign_in: String,
}

/// Whose parent are you? What a code that was shown is for.
#[derive(Clone, Debug, Serialize)]
pub struct CodeChild {
    /// The children.
    pub children: Vec<Child>,
    /// The account that is signed in here, by its name to sign in with: the children can be added to it.
    pub mine: Option<String>,
    /// An account can be made.
    pub new: bool,
    /// The code bears a name, and whoever it means has an account: it must be signed in to.
    pub has_account: bool,
    /// The account that is signed in here is somebody else's than the code's.
    pub other_name: bool,
}

/// A child, as little of it as its parent needs to know it by.
#[derive(Clone, Debug, Serialize)]
pub struct Child {
    /// The given name.
    pub given_name: String,
    /// The school.
    pub school: Option<String>,
}

/// Who are you? What the school does not know of the holder of a code.
#[derive(Clone, Debug, Serialize)]
pub struct AboutYou {
    /// The name is asked too, not the address alone.
    pub name: bool,
}

/// A code that was shown opens nothing any more: its holder is told why.
#[derive(Clone, Debug, Serialize)]
pub struct CodeOver {
    /// Why, by its id in the catalogue.
    pub why: String,
    /// The number of the case in the staff's queue.
    pub case: Option<String>,
    /// Where to sign in, if that may be the answer.
    pub sign_in: Option<String>,
    /// Where to begin again.
    pub again: String,
}

/// Where should the invitation go once more?
#[derive(Clone, Debug, Serialize)]
pub struct InvitationAgain {}

/// It went, if there is somebody to whom.
#[derive(Clone, Debug, Serialize)]
pub struct InvitationSent {
    /// Where the code is typed.
    pub code: String,
}

/// The children whom a guardian's account will be for.
#[derive(Clone, Debug, Serialize)]
pub struct Children {
    /// All of them.
    pub children: Vec<Child>,
    /// Where to say that one is missing.
    pub missing: String,
}

/// What the school holds of a person.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Details {
    /// The name.
    pub name: String,
    /// The address on file.
    pub email: Option<String>,
    /// The telephone on file.
    pub phone: Option<String>,
    /// The language the school writes in, in its own words.
    pub language: Option<String>,
    /// Where to say that something is wrong.
    pub report: String,
}

/// A new password.
#[derive(Clone, Debug, Serialize)]
pub struct NewPassword {
    /// The name to sign in with, for the password manager.
    pub username: String,
    /// The least number of characters.
    pub min_length: usize,
    /// So many small letters do where bits are counted, and fewer characters of several kinds; else zero.
    pub letters: usize,
    /// And the bits.
    pub bits: u16,
    /// It is typed twice.
    pub again: bool,
    /// Ideas for a child: words to choose from (A36). Those of before stay after a mistake.
    pub ideas: Vec<String>,
}

/// A pupil invites a parent.
#[derive(Clone, Debug, Serialize)]
pub struct PupilInvites {
    /// When this pupil invited somebody, in words, the latest first.
    pub sent: Vec<String>,
}

/// Somebody else must say yes.
#[derive(Clone, Debug, Serialize)]
pub struct Waiting {
    /// `waiting`, `approved` (the next click goes on), `refused`, `over`.
    pub state: &'static str,
    /// The number for the school.
    pub number: String,
    /// The digits that whoever decides must know.
    pub matching: String,
    /// Until when somebody may decide.
    pub until: String,
    /// The school may.
    pub school: bool,
    /// A guardian may.
    pub guardian: bool,
    /// A teacher may.
    pub teacher: bool,
    /// Where to begin again.
    pub again: String,
}

/// The questions that get a pupil back in one day.
#[derive(Clone, Debug, Serialize)]
pub struct SecurityQuestions {
    /// The questions to choose from, by their ids in the catalogue.
    pub questions: Vec<String>,
    /// How many are to be chosen.
    pub count: usize,
}

/// A child's birth date.
#[derive(Clone, Debug, Serialize)]
pub struct ChildBirthDate {
    /// It is the reader's own.
    pub own: bool,
    /// That of the youngest child.
    pub youngest: bool,
    /// The fields: one, or one a child.
    pub fields: Vec<String>,
    /// The last day that can be a birth date, `yyyy-mm-dd`.
    pub today: String,
}

/// The person's own address.
#[derive(Clone, Debug, Serialize)]
pub struct Email {
    /// The one that the school has, masked: it counts where nothing is typed.
    pub on_file: Option<String>,
    /// One may go on without.
    pub optional: bool,
}

/// What a service of the district says and asks.
#[derive(Clone, Debug, Serialize)]
pub struct Http {
    /// Its words.
    pub text: String,
    /// The fields it asks for: name and label.
    pub fields: Vec<Choice>,
    /// It refuses: there is no way on but through the school.
    pub refused: bool,
}

/// What people agree to.
#[derive(Clone, Debug, Serialize)]
pub struct Charter {
    /// The heading.
    pub title: String,
    /// Paragraphs and lists.
    pub blocks: Vec<Block>,
    /// The version that is on the page; it comes back with the answer.
    pub version: String,
    /// The person agreed to another version before.
    pub renewed: bool,
}

/// How somebody likes to be written to.
#[derive(Clone, Debug, Serialize)]
pub struct Preferences {
    /// The languages to choose from.
    pub languages: Vec<Choice>,
    /// That of the page.
    pub language: String,
    /// The orders of a date, by an example each.
    pub formats: Vec<Choice>,
}

/// The last look before the account is made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Confirm {
    /// Whose account it will be.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// Their school.
    pub school: Option<String>,
}

/// Nobody was found; it says no more than that, and opens a door to a person.
#[derive(Clone, Debug, Serialize)]
pub struct NotMatched {
    /// The number of the case in the staff's queue.
    pub case: String,
    /// Where to correct what was typed.
    pub again: String,
    /// The lists of the school came in again since.
    pub newer: bool,
    /// Where to ask for a letter once they have.
    pub write_to_me: &'static str,
}

/// The account exists already: the ways in, for whoever claims it twice by mistake (A51).
#[derive(Clone, Debug, Serialize)]
pub struct AlreadyClaimed {
    /// The number of the case in the staff's queue.
    pub case: String,
    /// Where to sign in; it carries the number that was typed.
    pub sign_in: String,
    /// Where those go who have forgotten the password; it carries it too.
    pub recover: String,
}

impl NotMatched {
    /// The page of a case: the same to the byte for every other, but for its number (row E01).
    pub(super) fn of(case: String, newer: bool) -> Self {
        Self { case, again: CORRECT.to_owned(), newer, write_to_me: super::waiting::ADDRESS }
    }
}

impl AlreadyClaimed {
    /// The page of a case. A number is as good to sign in with as the name (A9), and it is the family's own word.
    pub(super) fn of(case: String, number: &str, link: impl Fn(&str) -> String) -> Self {
        let carried: String = url::form_urlencoded::byte_serialize(number.as_bytes()).collect();
        let to = |path: &str| link(&if carried.is_empty() { path.to_owned() } else { format!("{path}?username={carried}") });
        Self { case, sign_in: to("/sign-in"), recover: to("/recover") }
    }
}

/// The same journey again, with the form instead of the neutral page.
const CORRECT: &str = "?correct=1";

impl Page for Enroll {
    const TEMPLATE: &'static str = "pages/enroll.html";

    fn samples() -> Vec<Self> {
        let way = |address: &str, title: &str, text: Option<&str>| Way {
            address: address.to_owned(),
            title: title.to_owned(),
            text: text.map(str::to_owned),
        };
        vec![
            Self {
                flows: vec![
                    way("/enroll/student-claim", "Je suis élève", Some("Avec mon nom et mon numéro d’élève")),
                    way("/enroll/guardian", "Je suis parent", None),
                ],
                resume: Some(way("/flow/0192", "Je suis élève", None)),
            },
            Self { flows: Vec::new(), resume: None },
        ]
    }
}

impl Page for RosterMatch {
    const TEMPLATE: &'static str = "pages/roster-match.html";

    fn samples() -> Vec<Self> {
        let asks = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect();
        let schools = vec![Choice { value: "1".to_owned(), label: "École des Tilleuls".to_owned() }];
        let family = ["email", "family_name", "given_name", "birth_date", "school", "civic_number"];
        let all = ["given_name", "family_name", "student_number", "birth_date", "email", "school", "civic_number"];
        vec![
            Self {
                asks: asks(&["family_name", "given_name", "student_number"]),
                schools: Vec::new(),
                today: "2026-09-02".to_owned(),
                of: "pupil",
            },
            Self { asks: asks(&all), schools: schools.clone(), today: "2026-09-02".to_owned(), of: "child" },
            Self { asks: asks(&family), schools, today: "2026-09-02".to_owned(), of: "youngest" },
        ]
    }
}

impl Page for Code {
    const TEMPLATE: &'static str = "pages/code.html";

    fn samples() -> Vec<Self> {
        let page = |family_name, mailed| Self {
            family_name,
            mailed,
            resend: Some("/enroll/resend".to_owned()).filter(|_| mailed),
            sign_in: "/sign-in".to_owned(),
        };
        vec![page(false, false), page(true, false), page(true, true)]
    }
}

impl Page for CodeChild {
    const TEMPLATE: &'static str = "pages/code-child.html";

    fn samples() -> Vec<Self> {
        let child = |name: &str, school: Option<&str>| Child { given_name: name.to_owned(), school: school.map(str::to_owned) };
        let one = vec![child("Éloïse", Some("École des Tilleuls"))];
        let two = vec![child("Éloïse", Some("École des Tilleuls")), child("Noé", None)];
        let page = |children: &Vec<Child>, mine: Option<&str>, new, has_account, other_name| Self {
            children: children.clone(),
            mine: mine.map(str::to_owned),
            new,
            has_account,
            other_name,
        };
        let address = Some("marie.roy@courriel.example");
        vec![
            page(&one, None, true, false, false),
            page(&two, address, true, false, false),
            page(&two, None, false, true, false),
            page(&one, None, true, false, true),
        ]
    }
}

/// A passkey, for whoever wants one.
#[derive(Clone, Debug, Serialize)]
pub struct AddPasskey {
    /// What the browser is asked, in JSON.
    pub options: Option<String>,
    /// One may go on without.
    pub optional: bool,
}

impl Page for AddPasskey {
    const TEMPLATE: &'static str = "pages/add-passkey.html";

    fn samples() -> Vec<Self> {
        let options = r#"{"challenge":"Y2hhbGxlbmdl","user":{"id":"AQ"},"excludeCredentials":[]}"#;
        [true, false].map(|optional| Self { options: Some(options.to_owned()), optional }).into()
    }
}

impl Page for AboutYou {
    const TEMPLATE: &'static str = "pages/about-you.html";

    fn samples() -> Vec<Self> {
        [true, false].map(|name| Self { name }).into()
    }
}

impl Page for CodeOver {
    const TEMPLATE: &'static str = "pages/code-over.html";

    fn samples() -> Vec<Self> {
        let page = |why: &str| Self {
            why: why.to_owned(),
            case: Some("2418-1107".to_owned()).filter(|_| why == "code-over-shut"),
            sign_in: Some("/sign-in".to_owned()).filter(|_| why == "code-over-used"),
            again: "/enroll".to_owned(),
        };
        ["code-over-used", "code-over-expired", "code-over-shut"].map(page).into()
    }
}

impl Page for InvitationAgain {
    const TEMPLATE: &'static str = "pages/invitation-again.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

impl Page for InvitationSent {
    const TEMPLATE: &'static str = "pages/invitation-sent.html";

    fn samples() -> Vec<Self> {
        vec![Self { code: "/enroll/guardian-invitation".to_owned() }]
    }
}

impl Page for Children {
    const TEMPLATE: &'static str = "pages/children.html";

    fn samples() -> Vec<Self> {
        let child = |name: &str, school: Option<&str>| Child { given_name: name.to_owned(), school: school.map(str::to_owned) };
        let of = |children| Self { children, missing: "/help?about=child".to_owned() };
        vec![of(vec![child("Léa", Some("École des Tilleuls")), child("Noé", None)]), of(vec![child("Zoé", Some("École du Grand-Pré"))])]
    }
}

impl Page for Details {
    const TEMPLATE: &'static str = "pages/details.html";

    fn samples() -> Vec<Self> {
        let report = "/help?about=details".to_owned();
        let full = Self {
            name: "Anne Roy-Côté".to_owned(),
            email: Some("anne.roy-cote@famille.example".to_owned()),
            phone: Some("613 555-0142".to_owned()),
            language: Some("Français".to_owned()),
            report: report.clone(),
        };
        vec![full, Self { name: "Marc Roy".to_owned(), report, ..Self::default() }]
    }
}

impl Page for NewPassword {
    const TEMPLATE: &'static str = "pages/new-password.html";

    fn samples() -> Vec<Self> {
        let page = |again, ideas: &[&str]| Self {
            username: "S0123456".to_owned(),
            min_length: 8,
            letters: 0,
            bits: 0,
            again,
            ideas: ideas.iter().map(|idea| (*idea).to_owned()).collect(),
        };
        let counted = Self { letters: 11, bits: 50, ..page(false, &[]) };
        vec![
            page(false, &[]),
            page(true, &["lapin nuage pomme avion", "tortue violon citron balcon", "dragon fraise hibou bateau"]),
            counted,
        ]
    }
}

impl Page for PupilInvites {
    const TEMPLATE: &'static str = "pages/account-invite.html";

    fn samples() -> Vec<Self> {
        vec![Self { sent: Vec::new() }, Self { sent: vec!["aujourd’hui à 6\u{a0}h 05".to_owned()] }]
    }
}

impl Page for Waiting {
    const TEMPLATE: &'static str = "pages/waiting.html";

    fn samples() -> Vec<Self> {
        let page = |state, school, guardian, teacher| Self {
            state,
            number: "2418-1107".to_owned(),
            matching: "47".to_owned(),
            until: "jeudi à 8\u{a0}h".to_owned(),
            school,
            guardian,
            teacher,
            again: "/recover".to_owned(),
        };
        vec![
            page("waiting", true, true, true),
            page("waiting", true, true, false),
            page("waiting", false, true, false),
            page("approved", true, false, false),
            page("refused", true, false, false),
            page("over", true, false, false),
        ]
    }
}

impl Page for SecurityQuestions {
    const TEMPLATE: &'static str = "pages/security-questions.html";

    fn samples() -> Vec<Self> {
        vec![Self { questions: QUESTIONS.iter().map(|question| (*question).to_owned()).collect(), count: 3 }]
    }
}

impl Page for ChildBirthDate {
    const TEMPLATE: &'static str = "pages/child-birth-date.html";

    fn samples() -> Vec<Self> {
        let page = |own, youngest, many: usize| Self {
            own,
            youngest,
            fields: ["birth_date", "birth_date_2", "birth_date_3"].iter().take(many).map(|name| (*name).to_owned()).collect(),
            today: "2026-09-02".to_owned(),
        };
        vec![page(false, false, 1), page(false, true, 1), page(false, false, 3), page(true, false, 1)]
    }
}

impl Page for Email {
    const TEMPLATE: &'static str = "pages/email.html";

    fn samples() -> Vec<Self> {
        vec![Self { on_file: None, optional: false }, Self { on_file: Some("a…@free.fr".to_owned()), optional: true }]
    }
}

impl Page for Http {
    const TEMPLATE: &'static str = "pages/http.html";

    fn samples() -> Vec<Self> {
        let field = Choice { value: "bus_pass".to_owned(), label: "Numéro de la carte de bus".to_owned() };
        let page = |text: &str, fields: Vec<Choice>, refused| Self { text: text.to_owned(), fields, refused };
        vec![
            page("Nous regardons si votre enfant prend le bus.", Vec::new(), false),
            page("Quel est le numéro de la carte ?", vec![field], false),
            page("L’inscription n’est pas terminée.", Vec::new(), true),
        ]
    }
}

impl Page for Charter {
    const TEMPLATE: &'static str = "pages/charter.html";

    fn samples() -> Vec<Self> {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        let blocks = vec![
            Block { list: false, lines: lines(&["Ce compte est à toi. Voici comment on s’en sert."]) },
            Block {
                list: true,
                lines: lines(&["Je garde mon mot de passe pour moi.", "J’écris aux autres comme j’aimerais qu’on m’écrive."]),
            },
        ];
        let page =
            |renewed| Self { title: "Les règles du compte".to_owned(), blocks: blocks.clone(), version: "2026-09".to_owned(), renewed };
        vec![page(false), page(true)]
    }
}

impl Page for Preferences {
    const TEMPLATE: &'static str = "pages/preferences.html";

    fn samples() -> Vec<Self> {
        let choice = |(value, label): (&str, &str)| Choice { value: value.to_owned(), label: label.to_owned() };
        vec![Self {
            languages: [("fr", "Français"), ("en", "English")].map(choice).into(),
            language: "fr".to_owned(),
            formats: [("day-first", "31/12/2026"), ("month-first", "12/31/2026"), ("year-first", "2026-12-31")].map(choice).into(),
        }]
    }
}

impl Page for Confirm {
    const TEMPLATE: &'static str = "pages/confirm.html";

    fn samples() -> Vec<Self> {
        let page = |school: Option<&str>| Self {
            name: "Éloïse N’Diaye-Roy".to_owned(),
            username: "S0123456".to_owned(),
            school: school.map(str::to_owned),
        };
        vec![page(Some("École des Tilleuls")), page(None)]
    }
}

impl Page for NotMatched {
    const TEMPLATE: &'static str = "pages/not-matched.html";

    fn samples() -> Vec<Self> {
        [false, true].map(|newer| Self::of("2418-1107".to_owned(), newer)).into()
    }
}

impl Page for AlreadyClaimed {
    const TEMPLATE: &'static str = "pages/already-claimed.html";

    fn samples() -> Vec<Self> {
        vec![Self::of("2418-1107".to_owned(), "0123456", str::to_owned)]
    }
}
