//! What the district allows, per audience: data and pure functions, no I/O. It can be read aloud to a headmaster and
//! is tested as a table.

mod guessing;
mod passwords;

use std::net::IpAddr;
use std::time::Duration;

use unicode_normalization::UnicodeNormalization;

use self::guessing::{Made, letters};
use crate::config::assurance::{AssuranceSettings, Level};
use crate::config::policy::{AudienceSettings, PolicySettings, PupilInviteSettings, QuestionSettings};
use crate::model::{Audience, Network, Role};

pub use self::guessing::{Habit, MONTHS};
pub use self::passwords::{Meaning, PasswordRules, WHAT_PEOPLE_CHOOSE};

/// The district's rules.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    settings: PolicySettings,
    school_networks: Vec<Network>,
}

/// What a name to sign in with is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Naming<'a> {
    /// The number on the school's paper.
    pub student_number: Option<&'a str>,
    /// As the school writes it.
    pub given_name: &'a str,
    /// As the school writes it.
    pub family_name: &'a str,
    /// The address on file.
    pub email: Option<&'a str>,
}

/// Why a password may not be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weak {
    /// It has fewer characters than the rules ask.
    TooShort {
        /// How many it has.
        had: usize,
    },
    /// It has more characters than anybody types.
    TooLong,
    /// It has too few characters for the few kinds of signs in it.
    Mixed {
        /// So many more would do.
        more: usize,
    },
    /// It is among those that are guessed first, and why.
    Guessed(Habit),
    /// It is a date and little else.
    Date,
    /// It is made of a word that others know: a name, the school, the town.
    Known {
        /// The word.
        word: String,
    },
}

impl Policy {
    /// Reads the settings; what is wrong with them, in words.
    pub fn new(settings: PolicySettings) -> Result<Self, String> {
        let networks = settings.school_networks.iter().map(|text| Network::parse(text));
        let school_networks = networks.collect::<Result<_, _>>().map_err(|error| format!("policy.school_networks: {error}"))?;
        let questions = &settings.questions;
        if questions.ask > questions.answer || questions.may_be_wrong >= questions.ask {
            return Err("policy.questions: no more may be asked than were answered, and not all of them may be wrong".to_owned());
        }
        Ok(Self { settings, school_networks })
    }

    /// The name to sign in with; `None` if the roster lacks what it is made of.
    pub fn username(&self, audience: Audience, naming: &Naming<'_>) -> Option<String> {
        let template = self.of(audience).username.as_deref().unwrap_or(default_username(audience));
        fill(template, naming)
    }

    /// The name that a letter gives somebody, before it is numbered (E2).
    pub fn provisional_username(&self, naming: &Naming<'_>) -> String {
        let template = self.settings.provisional.username.as_deref().unwrap_or("{givenName}.{familyName}");
        fill(template, naming).or_else(|| fill("{givenName}.{familyName}", naming)).unwrap_or_default()
    }

    /// Which pupils may invite a parent (C11).
    pub fn pupil_invites(&self) -> &PupilInviteSettings {
        &self.settings.pupil_invites
    }

    /// How long a provisional password is good, where nobody says otherwise (decisions 13).
    pub fn provisional_life(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.settings.provisional.days.unwrap_or(7)))
    }

    /// So many days before an invitation ends, whoever has not joined is reminded of it (E3).
    pub fn reminder_days(&self) -> &[u16] {
        &self.settings.reminder_days
    }

    /// The rule of the name to sign in with, as a page shows it next to the field: `S0123456`.
    pub fn username_example(&self, audience: Audience) -> String {
        let naming = Naming {
            student_number: Some("123456"),
            given_name: "Ada",
            family_name: "Tremblay",
            email: Some("ada.tremblay@ecole.example"),
        };
        self.username(audience, &naming).unwrap_or_default()
    }

    /// Whether a password may be chosen by somebody of whom others know these words: names, number, school, town.
    pub fn check_password(&self, rules: &PasswordRules, password: &str, known: &[&str]) -> Result<(), Weak> {
        let password: String = password.nfkc().collect();
        let had = password.chars().count();
        if had > LONGEST_PASSWORD {
            return Err(Weak::TooLong);
        }
        if had < usize::from(rules.length) {
            return Err(Weak::TooShort { had });
        }
        if let Some(more) = passwords::lacks(&password, rules.bits).filter(|_| rules.bits > 0) {
            return Err(Weak::Mixed { more });
        }
        let known: Vec<&str> = known.iter().copied().chain(self.settings.forbidden_words.iter().map(String::as_str)).collect();
        match guessing::made_of(&password, &known) {
            Some(Made::Known(word)) => return Err(Weak::Known { word }),
            Some(Made::Date) => return Err(Weak::Date),
            None => {}
        }
        guessing::habit(&password, &known).map_or(Ok(()), |habit| Err(Weak::Guessed(habit)))
    }

    /// A temporary password may be mailed (row R11).
    pub fn may_mail_passwords(&self) -> bool {
        self.settings.temporary_password_by_mail
    }

    /// Security questions.
    pub fn questions(&self) -> &QuestionSettings {
        &self.settings.questions
    }

    /// How long a session lives (decisions 13).
    pub fn session_life(&self, audience: Audience, known_device: bool) -> Duration {
        let set = self.of(audience);
        let hours = set.session_hours.map_or(if audience == Audience::Student { 10 } else { 24 }, u64::from);
        match set.known_device_days {
            Some(days) if known_device => Duration::from_hours(24 * u64::from(days)),
            _ => Duration::from_hours(hours),
        }
    }

    /// A school stands behind this network: an address, or the /64 of one.
    pub fn is_school_network(&self, network: &str) -> bool {
        let address = network.split('/').next().and_then(|address| address.parse::<IpAddr>().ok());
        address.is_some_and(|address| self.school_networks.iter().any(|range| range.holds(address)))
    }

    /// What the counter of a school does is done here: in a school's network, where the settings name any (E18).
    pub fn is_at_the_counter(&self, network: &str) -> bool {
        self.school_networks.is_empty() || self.is_school_network(network)
    }

    /// Somebody with this role at a school opens sessions at its counter.
    pub fn may_open_counter(&self, role: Role) -> bool {
        role.audience() == Audience::Staff && self.settings.counter_roles.contains(&role)
    }

    /// A guardian takes a copy of what is held about a child of this age (R17's limit). Of whom nobody knows the age, nobody knows that
    /// they are young.
    pub fn may_guardian_take_data(&self, age: Option<i16>) -> bool {
        age.is_some_and(|age| age < i16::from(self.settings.child_data_until_age))
    }

    fn of(&self, audience: Audience) -> &AudienceSettings {
        match audience {
            Audience::Student => &self.settings.student,
            Audience::Guardian => &self.settings.guardian,
            Audience::Staff => &self.settings.staff,
        }
    }
}

/// What is asked of somebody with these roles, who belongs to these schools (by the source's ids), before they are in: the strictest of
/// what the district, their roles and their schools ask for (`[assurance]`).
pub fn asked_at_the_door(settings: &AssuranceSettings, audience: Audience, roles: &[Role], schools: &[String]) -> Level {
    if !may_be_asked_for_second_factor(audience) {
        return Level::Password;
    }
    let (guardian, of_all) = match audience {
        Audience::Guardian => (true, settings.guardian),
        Audience::Staff | Audience::Student => (false, settings.staff),
    };
    let of_role = if roles.iter().any(|role| settings.two_factor_roles.contains(role)) { Level::TwoFactor } else { Level::Password };
    let theirs = settings.schools.iter().filter(|asks| schools.contains(&asks.school));
    let of_schools = theirs.map(|asks| if guardian { asks.guardian } else { asks.staff }).max().unwrap_or_default();
    of_all.max(of_role).max(of_schools)
}

/// A child is never asked for what a child cannot have. Who has set one up is asked for it, whoever they are.
pub fn may_be_asked_for_second_factor(audience: Audience) -> bool {
    audience != Audience::Student
}

/// Whose cards somebody looks after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksAfter {
    /// Those of the classes in which they teach or help.
    Classes,
    /// Those of the whole school; of the district, those of its schools.
    School,
}

/// Whose cards somebody in this role looks after; `None`: nobody's.
pub fn looks_after_cards(role: Role) -> Option<LooksAfter> {
    match role {
        Role::Teacher | Role::Aide => Some(LooksAfter::Classes),
        Role::Administrator
        | Role::Counselor
        | Role::DistrictAdministrator
        | Role::Principal
        | Role::Secretary
        | Role::SiteAdministrator
        | Role::SystemAdministrator => Some(LooksAfter::School),
        Role::Guardian | Role::Parent | Role::Proctor | Role::Relative | Role::Student => None,
    }
}

/// Digits that are tried first: one digit again and again, and those that run up or down.
pub fn is_weak_pin(digits: &str) -> bool {
    let steps: Vec<i16> = digits.as_bytes().windows(2).map(|pair| i16::from(pair[1]) - i16::from(pair[0])).collect();
    steps.iter().all(|step| *step == 0) || steps.iter().all(|step| *step == 1) || steps.iter().all(|step| *step == -1)
}

/// The number as it stands in a name to sign in with: without the `S`, without spaces, the letter O read as zero (A34).
pub fn bare_number(number: &str) -> String {
    let plain: String = number.chars().filter(|symbol| symbol.is_alphanumeric()).collect::<String>().to_uppercase();
    let bare = plain.strip_prefix('S').filter(|rest| !rest.is_empty()).unwrap_or(&plain);
    bare.replace('O', "0")
}

fn default_username(audience: Audience) -> &'static str {
    if audience == Audience::Student { "S0{studentNumber}" } else { "{email}" }
}

/// Fills a template in. A zero that ends the text before the number and begins the number is written once (A9).
fn fill(template: &str, naming: &Naming<'_>) -> Option<String> {
    let mut name = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        name.push_str(before);
        let (place, after) = after.split_once('}')?;
        match place {
            "studentNumber" => {
                let number = bare_number(naming.student_number.filter(|number| !number.trim().is_empty())?);
                let number = if name.ends_with('0') { number.strip_prefix('0').unwrap_or(&number).to_owned() } else { number };
                name.push_str(&number);
            }
            "givenName" => name.push_str(&letters(naming.given_name)),
            "familyName" => name.push_str(&letters(naming.family_name)),
            "email" => name.push_str(&naming.email?.trim().to_lowercase()),
            _ => return None,
        }
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}

/// Nobody types more; hashing more is work for an attacker to ask for (E25).
pub const LONGEST_PASSWORD: usize = 128;

/// The questions one may choose from, by their texts' ids. None asks for what a school or a classmate knows.
pub const QUESTIONS: &[&str] = &[
    "question-imaginary-friend",
    "question-first-dream-job",
    "question-invented-word",
    "question-place-to-hide",
    "question-toy-kept",
    "question-song-by-heart",
    "question-dish-never-again",
    "question-first-film-cinema",
    "question-animal-wish",
    "question-book-read-twice",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::assurance::SchoolAssurance;

    fn pupil(number: &str) -> Option<String> {
        let naming = Naming { student_number: Some(number), given_name: "Zoé", family_name: "N’Diaye-Roy", email: None };
        Policy::default().username(Audience::Student, &naming)
    }

    /// A9, A34: the guide drops only the S; whether the zero belongs to the number is open, so it is never doubled.
    #[test]
    fn a09_a_pupils_name_is_s0_and_the_number_without_doubling_the_zero() {
        for number in ["123456", "0123456", "S0123456", "s0123456", " 0 123 456 ", "O123456", "so123456"] {
            assert_eq!(pupil(number).as_deref(), Some("S0123456"), "{number:?}");
        }
        assert_eq!(pupil("00123").as_deref(), Some("S00123"));
        assert_eq!(pupil(" "), None);
    }

    #[test]
    fn other_templates_are_filled_in_and_a_misspelt_place_names_nobody() {
        let naming = Naming { student_number: None, given_name: "Zoé", family_name: "N’Diaye-Roy", email: Some("Z.Roy@Ecole.Example ") };
        assert_eq!(fill("{givenName}.{familyName}", &naming).as_deref(), Some("zoe.ndiayeroy"));
        assert_eq!(fill("{email}", &naming).as_deref(), Some("z.roy@ecole.example"));
        assert_eq!(fill("{nickname}", &naming), None);
        assert_eq!(fill("S0{studentNumber}", &naming), None);
    }

    #[test]
    fn e25_weak_passwords_are_refused_with_their_reason() {
        let policy = Policy::new(PolicySettings { forbidden_words: vec!["Castors".to_owned()], ..PolicySettings::default() }).unwrap();
        let rules = PasswordRules { length: 8, ..policy.password(Audience::Student) };
        let known = ["Léa", "Tremblay-Gagnon", "École du Ruisseau", "0123456"];
        let check = |password: &str| policy.check_password(&rules, password, &known);
        assert_eq!(check("abc"), Err(Weak::TooShort { had: 3 }));
        assert_eq!(check(&"é".repeat(129)), Err(Weak::TooLong));
        for common in ["password", "12345678", "qwertyuiop", "aaaaaaaaaa", "abcdefgh", "Password1", "iloveyou2"] {
            assert!(matches!(check(common), Err(Weak::Guessed(_))), "{common}: {:?}", check(common));
        }
        for known in ["ruisseau2015", "Lea!Castors", "TREMBLAY-GAGNON1", "0123456Lea"] {
            assert!(matches!(check(known), Err(Weak::Known { .. })), "{known}: {:?}", check(known));
        }
        for fine in ["canard vert sur un velo", "🦆🚲🌧️🥁🍎🐢⛵🎈", "tremblay mange 4 pommes bleues", &"a1 B!".repeat(12)]
        {
            assert_eq!(check(fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn e25_equal_forms_of_a_password_count_the_same() {
        let rules = PasswordRules { length: 9, ..Policy::default().password(Audience::Student) };
        // Decomposed, it has more code points than the rule sees.
        assert!(matches!(Policy::default().check_password(&rules, "e\u{301}te\u{301} zx1", &[]), Err(Weak::TooShort { had: 7 })));
    }

    #[test]
    fn d13_lifetimes_are_those_that_were_decided() {
        let policy = Policy::default();
        assert_eq!(policy.session_life(Audience::Student, true), Duration::from_hours(10));
        assert_eq!(policy.session_life(Audience::Staff, false), Duration::from_hours(24));
        let mut settings = PolicySettings::default();
        settings.guardian.known_device_days = Some(14);
        let policy = Policy::new(settings).unwrap();
        assert_eq!(policy.session_life(Audience::Guardian, true), Duration::from_hours(14 * 24));
        assert_eq!(policy.session_life(Audience::Guardian, false), Duration::from_hours(24));
    }

    #[test]
    fn a_second_factor_is_demanded_by_audience_and_role_and_of_no_pupil() {
        let settings = |staff, guardian, two_factor_roles: &[Role]| AssuranceSettings {
            staff,
            guardian,
            two_factor_roles: two_factor_roles.to_vec(),
            ..AssuranceSettings::default()
        };
        let (none, staff) = (settings(Level::Password, Level::Password, &[]), settings(Level::TwoFactor, Level::Password, &[]));
        let all = settings(Level::TwoFactor, Level::TwoFactor, &[Role::Student, Role::Principal]);
        let some = settings(Level::Password, Level::Password, &[Role::Principal]);
        for (settings, audience, role, needed) in [
            (&none, Audience::Staff, Role::Principal, false),
            (&staff, Audience::Staff, Role::Teacher, true),
            (&staff, Audience::Guardian, Role::Parent, false),
            (&all, Audience::Guardian, Role::Parent, true),
            (&all, Audience::Student, Role::Student, false),
            (&some, Audience::Staff, Role::Principal, true),
            (&some, Audience::Staff, Role::Teacher, false),
        ] {
            let asked = asked_at_the_door(settings, audience, &[role], &[]);
            assert_eq!(asked == Level::TwoFactor, needed, "{audience:?} {role:?}");
        }
    }

    #[test]
    fn the_strictest_of_somebodys_schools_holds_and_none_asks_for_less_than_the_district() {
        let school = |school: &str, staff, guardian| SchoolAssurance { school: school.to_owned(), staff, guardian };
        let schools = vec![
            school("lax", Level::Password, Level::Password),
            school("mail", Level::MailedCode, Level::MailedCode),
            school("strict", Level::TwoFactor, Level::MailedCode),
        ];
        let settings = |staff| AssuranceSettings { staff, schools: schools.clone(), ..AssuranceSettings::default() };
        for (staff, audience, at, asked) in [
            (Level::Password, Audience::Staff, &["elsewhere"][..], Level::Password),
            (Level::Password, Audience::Staff, &["mail", "lax"], Level::MailedCode),
            (Level::Password, Audience::Staff, &["lax", "strict", "mail"], Level::TwoFactor),
            (Level::TwoFactor, Audience::Staff, &["lax"], Level::TwoFactor),
            (Level::MailedCode, Audience::Staff, &[], Level::MailedCode),
            (Level::TwoFactor, Audience::Guardian, &["strict"], Level::MailedCode),
            (Level::Password, Audience::Student, &["strict"], Level::Password),
        ] {
            let at: Vec<String> = at.iter().map(|school| (*school).to_owned()).collect();
            assert_eq!(asked_at_the_door(&settings(staff), audience, &[], &at), asked, "{staff:?} {audience:?} {at:?}");
        }
        let principal = AssuranceSettings { two_factor_roles: vec![Role::Principal], ..settings(Level::MailedCode) };
        assert_eq!(asked_at_the_door(&principal, Audience::Staff, &[Role::Principal], &[]), Level::TwoFactor);
    }

    #[test]
    fn cards_are_looked_after_by_the_teacher_of_the_class_and_the_office_of_the_school() {
        for (role, expected) in [
            (Role::Teacher, Some(LooksAfter::Classes)),
            (Role::Aide, Some(LooksAfter::Classes)),
            (Role::Secretary, Some(LooksAfter::School)),
            (Role::DistrictAdministrator, Some(LooksAfter::School)),
            (Role::Parent, None),
            (Role::Student, None),
        ] {
            assert_eq!(looks_after_cards(role), expected, "{role:?}");
        }
    }

    #[test]
    fn digits_that_are_tried_first_are_refused() {
        for (digits, weak) in [("0000", true), ("1234", true), ("987654", true), ("2580", false), ("1235", false), ("112233", false)] {
            assert_eq!(is_weak_pin(digits), weak, "{digits}");
        }
    }

    #[test]
    fn d7_a_school_is_known_by_its_network() {
        let networks = vec!["203.0.113.0/24".to_owned(), "2001:db8:5::/48".to_owned(), "198.51.100.7".to_owned()];
        let policy = Policy::new(PolicySettings { school_networks: networks, ..PolicySettings::default() }).unwrap();
        for (network, school) in [
            ("203.0.113.200", true),
            ("203.0.114.1", false),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("2001:db8:5:1::/64", true),
            ("2001:db8:6:1::/64", false),
            ("", false),
        ] {
            assert_eq!(policy.is_school_network(network), school, "{network}");
        }
        let wrong = PolicySettings { school_networks: vec!["203.0.113.0/33".to_owned()], ..PolicySettings::default() };
        assert!(Policy::new(wrong).is_err());
    }

    #[test]
    fn r12_a02_a_counter_is_opened_by_those_who_sit_at_it_and_never_by_a_family() {
        let policy = Policy::default();
        for (role, may) in [
            (Role::Secretary, true),
            (Role::Principal, true),
            (Role::Teacher, false),
            (Role::Aide, false),
            (Role::Student, false),
            (Role::Parent, false),
        ] {
            assert_eq!(policy.may_open_counter(role), may, "{role:?}");
        }
        let settings = PolicySettings { counter_roles: vec![Role::Student, Role::Parent, Role::Aide], ..PolicySettings::default() };
        let policy = Policy::new(settings).unwrap();
        assert!(policy.may_open_counter(Role::Aide) && !policy.may_open_counter(Role::Secretary));
        assert!(!policy.may_open_counter(Role::Student) && !policy.may_open_counter(Role::Parent), "whatever the settings say");
    }

    #[test]
    fn r17_a_guardian_takes_the_data_of_a_young_child_alone() {
        let until = |child_data_until_age| Policy::new(PolicySettings { child_data_until_age, ..PolicySettings::default() }).unwrap();
        for (limit, age, may) in
            [(14, Some(13), true), (14, Some(14), false), (14, None, false), (18, Some(17), true), (0, Some(0), false), (0, None, false)]
        {
            assert_eq!(until(limit).may_guardian_take_data(age), may, "{limit} {age:?}");
        }
        assert!(!Policy::default().may_guardian_take_data(Some(14)));
    }

    #[test]
    fn a38_no_more_questions_are_asked_than_were_answered() {
        let asking = |answer, ask, may_be_wrong| {
            Policy::new(PolicySettings { questions: QuestionSettings { answer, ask, may_be_wrong }, ..PolicySettings::default() })
        };
        assert!(asking(3, 3, 0).is_ok());
        assert!(asking(3, 2, 1).is_ok());
        assert!(asking(3, 4, 0).is_err());
        assert!(asking(3, 3, 3).is_err());
        assert_eq!(Policy::default().questions().answer, 3);
    }
}
