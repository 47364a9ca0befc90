//! What a new password must be, by audience: whose rules a district takes over, where they come from, and what they mean. What
//! they mean is told by `preau config check` and `preau doctor` before anybody has chosen a password by them.

use serde::Serialize;

use super::Policy;
use crate::config::assurance::{AssuranceSettings, Level};
use crate::config::policy::Preset;
use crate::model::Audience;

/// What a new password must be. Pages print it, stages obey it: the same words everywhere (A25).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// The least number of characters.
    pub length: u16,
    /// The least of chance that a password of its length and kinds of signs can hold, in bits; zero: nobody counts them.
    pub bits: u16,
    /// It is typed twice.
    pub twice: bool,
    /// So many former ones may not come back.
    pub history: u16,
    /// Nor one of the last so many days.
    pub history_days: u16,
    /// The district said so itself: a flow may ask for more, and for no less.
    pub said: bool,
}

/// What the rules of one audience mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Meaning {
    /// `student`, `guardian`, `staff`.
    pub audience: &'static str,
    /// Whose rules, in the word of the settings; none where the district did not say.
    pub preset: Option<Preset>,
    /// The least number of characters.
    pub length: u16,
    /// The least number of bits, where they are counted.
    pub bits: u16,
    /// Where the rules come from and what follows from them, in one sentence.
    pub says: String,
}

impl PasswordRules {
    /// So many small letters alone hold the bits; zero where nobody counts them.
    pub fn letters(&self) -> usize {
        if self.bits == 0 { 0 } else { needed(self.bits, 26) }
    }
}

impl Policy {
    /// What a new password must be.
    pub fn password(&self, audience: Audience) -> PasswordRules {
        let set = self.of(audience);
        let preset = self.preset(audience);
        let rules = match preset {
            Some(preset) => of_preset(preset),
            // Pupils type theirs every day, on small screens: security.md 2.2 has 12 for them.
            None if audience == Audience::Student => PasswordRules { length: 12, ..of_preset(Preset::Nist) },
            None => of_preset(Preset::Nist),
        };
        PasswordRules {
            length: set.password_length.unwrap_or(rules.length),
            bits: rules.bits,
            twice: set.password_twice.unwrap_or(rules.twice),
            history: set.password_history.unwrap_or(rules.history),
            history_days: set.password_history_days.unwrap_or(rules.history_days),
            said: preset.is_some() || set.password_length.is_some(),
        }
    }

    /// What is wrong with the rules of passwords, in words: what no setting may allow (security.md 2.2).
    pub fn wrong_passwords(&self, assurance: &AssuranceSettings) -> Option<String> {
        let too_short = AUDIENCES.iter().find_map(|(audience, word)| {
            let PasswordRules { length, .. } = self.password(*audience);
            (!(SHORTEST..=LONGEST_RULE).contains(&length))
                .then(|| format!("policy.{word}.password_length = {length}: at least {SHORTEST}, which is the least of NIST and ASVS, and at most {LONGEST_RULE}"))
        });
        let length = self.password(Audience::Staff).length;
        let alone = assurance.staff != Level::TwoFactor && length < ALONE;
        too_short.or_else(|| {
            alone.then(|| {
                format!(
                    "policy.staff: {length} characters are too few for those who work at the school, whose password stands alone: \
                     set assurance.staff = \"two-factor\", or policy.staff.password_length = {ALONE}"
                )
            })
        })
    }

    /// What the rules mean, audience by audience.
    pub fn meanings(&self) -> Vec<Meaning> {
        AUDIENCES.iter().map(|(audience, word)| self.meaning(*audience, word)).collect()
    }

    fn meaning(&self, audience: Audience, word: &'static str) -> Meaning {
        let (preset, rules) = (self.preset(audience), self.password(audience));
        let source = match preset {
            Some(preset) => source(preset),
            None if audience == Audience::Student => {
                "as NIST SP 800-63B-4 has it, but for 3 characters fewer, since pupils type it every day: a deviation that limits of tries \
                 stand beside"
            }
            None => source(Preset::Nist),
        };
        let (held, guesses) = match rules.bits {
            0 => (format!("{} small letters drawn by chance", rules.length), 26_f64.powi(rules.length.into())),
            bits => (format!("{bits} bits"), 2_f64.powi(bits.into())),
        };
        let time = duration(guesses / GUESSES_A_SECOND);
        let says = format!("{} characters, {source}; {held} fall to a thief of database and master key within {time}", rules.length);
        Meaning { audience: word, preset, length: rules.length, bits: rules.bits, says }
    }

    fn preset(&self, audience: Audience) -> Option<Preset> {
        self.of(audience).password_preset.or(self.settings.password_preset)
    }
}

/// How many more characters a password needs to hold so many bits, if each were drawn by chance from the kinds of signs that
/// it has, as the CNIL's calculator counts them: 26 small letters, 26 capitals, 10 digits, 37 signs. None, if it holds them.
pub(super) fn lacks(password: &str, bits: u16) -> Option<usize> {
    type IsOne = fn(char) -> bool;
    let kinds: [(IsOne, u8); 4] = [
        (|symbol| symbol.is_ascii_lowercase(), 26),
        (|symbol| symbol.is_ascii_uppercase(), 26),
        (|symbol| symbol.is_ascii_digit(), 10),
        (|symbol| !symbol.is_ascii_alphanumeric(), 37),
    ];
    let signs: u8 = kinds.iter().filter(|(is_one, _)| password.chars().any(*is_one)).map(|(_, count)| count).sum();
    let missing = needed(bits, signs).saturating_sub(password.chars().count());
    (missing > 0).then_some(missing)
}

/// How many characters out of so many signs hold so many bits. Twelve of four kinds are the CNIL's own example of 80, and hold
/// 79.55: it counts whole ones.
fn needed(bits: u16, signs: u8) -> usize {
    ((f64::from(bits) - 0.5) / f64::from(signs.max(2)).log2()).ceil() as usize
}

/// What a thief guesses in a minute and a half and no rule of length forbids, as one sentence below the others.
pub const WHAT_PEOPLE_CHOOSE: &str = "What people choose falls sooner than what chance draws: the weakest password that is let in, after a \
    million guesses, which is under two minutes of such a thief (ten thousand a second: zxcvbn's figure for slow hashes). At the sign-in \
    page nobody has more than a hundred tries, and without the master key a stolen database cannot be guessed at.";

fn of_preset(preset: Preset) -> PasswordRules {
    let rules = PasswordRules { length: ALONE, bits: 0, twice: false, history: 5, history_days: 90, said: false };
    match preset {
        Preset::Nist => rules,
        Preset::Cnil => PasswordRules { length: SHORTEST, bits: 50, ..rules },
        Preset::Cnil80 => PasswordRules { length: 12, bits: 80, ..rules },
        Preset::SystemA => PasswordRules { length: SHORTEST, twice: true, ..rules },
        Preset::SystemB => PasswordRules { length: SHORTEST, twice: true, history: 0, history_days: 0, ..rules },
        Preset::SystemC | Preset::SystemD | Preset::SystemE => PasswordRules { length: SHORTEST, history: 0, history_days: 0, ..rules },
    }
}

/// Whose rules they are, and what they leave open.
fn source(preset: Preset) -> &'static str {
    match preset {
        Preset::Nist => "as NIST SP 800-63B-4 has it for a password that stands alone, with no mixture of kinds and no change by date",
        Preset::Cnil => "as the CNIL has it beside a limit of tries (délibération 2022-100), and fewer than NIST's 15",
        Preset::Cnil80 => "as the CNIL has it for a password that stands alone (délibération 2022-100)",
        Preset::SystemA => "typed twice and none of the last 90 days, as in system A, and fewer than NIST's 15",
        Preset::SystemB => "typed twice, as in system B, which says no length, and fewer than NIST's 15; a former one may come back",
        Preset::SystemC => "since system C says no rule, and fewer than NIST's 15; a former one may come back",
        Preset::SystemD => "since system D says no rule, and fewer than NIST's 15; a former one may come back",
        Preset::SystemE => {
            "since in system E it is \u{ab}\u{a0}de votre choix\u{a0}\u{bb}, and fewer than NIST's 15; a former one may come back"
        }
    }
}

/// A length of time, as one says it.
fn duration(seconds: f64) -> String {
    const DAY: f64 = 86_400.0;
    const YEAR: f64 = 365.25 * DAY;
    match seconds {
        seconds if seconds >= 1e6 * YEAR => "millions of years".to_owned(),
        seconds if seconds >= 2.0 * YEAR => format!("{:.0} years", seconds / YEAR),
        seconds if seconds >= 60.0 * DAY => format!("{:.0} months", seconds / YEAR * 12.0),
        seconds => format!("{:.0} days", (seconds / DAY).max(1.0)),
    }
}

/// The words of the settings.
const AUDIENCES: &[(Audience, &str)] = &[(Audience::Student, "student"), (Audience::Guardian, "guardian"), (Audience::Staff, "staff")];
/// The least that anybody should have: ASVS 5.0 6.2.1, and NIST's for a password beside a second factor.
const SHORTEST: u16 = 8;
/// A rule that asks for more than these asks for what nobody can type.
const LONGEST_RULE: u16 = 64;
/// SP 800-63B-4 section 3.1.1.2: of a password that stands alone.
const ALONE: u16 = 15;
/// zxcvbn's figure for hashes that were made to be slow.
const GUESSES_A_SECOND: f64 = 1e4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Weak;

    fn policy(text: &str) -> Policy {
        Policy::new(toml::from_str(text).unwrap()).unwrap()
    }

    #[test]
    fn a25_each_preset_has_its_rules_and_what_a_district_adds_holds_beside_them() {
        let rules = |text: &str| policy(text).password(Audience::Guardian);
        let short = |text: &str| (rules(text).length, rules(text).bits, rules(text).twice, rules(text).history_days);
        for (preset, expected) in [
            ("nist", (15, 0, false, 90)),
            ("cnil", (8, 50, false, 90)),
            ("cnil-80", (12, 80, false, 90)),
            ("system-a", (8, 0, true, 90)),
            ("system-b", (8, 0, true, 0)),
            ("system-c", (8, 0, false, 0)),
            ("system-d", (8, 0, false, 0)),
            ("system-e", (8, 0, false, 0)),
        ] {
            assert_eq!(short(&format!("password_preset = '{preset}'")), expected, "{preset}");
        }
        assert_eq!(short(""), (15, 0, false, 90));
        assert!(!rules("").said && rules("password_preset = 'nist'").said);
        assert_eq!(["cnil", "cnil-80", "nist"].map(|preset| rules(&format!("password_preset = '{preset}'")).letters()), [11, 17, 0]);
        assert_eq!(policy("").password(Audience::Student).length, 12);
        assert_eq!(policy("password_preset = 'nist'").password(Audience::Student).length, 15, "what is said is what holds");
        let mixed = policy("password_preset = 'cnil'\n[guardian]\npassword_preset = 'system-b'\npassword_length = 10");
        assert_eq!((mixed.password(Audience::Guardian).length, mixed.password(Audience::Student).bits), (10, 50));
        assert!(toml::from_str::<crate::config::policy::PolicySettings>("password_preset = 'none'").is_err());
    }

    #[test]
    fn e25_no_preset_goes_below_the_floor_and_those_who_work_here_need_a_second_factor_for_less_than_fifteen() {
        let (alone, second) = (AssuranceSettings::default(), AssuranceSettings { staff: Level::TwoFactor, ..AssuranceSettings::default() });
        for (text, fine_alone, fine_with_a_second) in [
            ("", true, true),
            ("password_preset = 'cnil'", false, true),
            ("password_preset = 'cnil-80'", false, true),
            ("password_preset = 'system-a'\n[staff]\npassword_length = 15", true, true),
            ("[student]\npassword_preset = 'system-a'\n[guardian]\npassword_preset = 'cnil'", true, true),
            ("[student]\npassword_length = 7", false, false),
            ("[guardian]\npassword_length = 65", false, false),
        ] {
            let wrong = |assurance| policy(text).wrong_passwords(assurance);
            assert_eq!(
                (wrong(&alone).is_none(), wrong(&second).is_none()),
                (fine_alone, fine_with_a_second),
                "{text}: {:?}",
                wrong(&alone)
            );
        }
    }

    /// The examples of délibération 2022-100 and of its calculator, on both sides of the line.
    #[test]
    fn a25_the_cnils_bits_are_counted_as_the_cnil_counts_them() {
        for (password, bits, missing) in [
            ("aB3%eF6&hI9!", 80, None),
            ("aB3%eF6&hI9", 80, Some(1)),
            ("aB3deF6ghI9jkL", 80, None),
            ("abcdefghijklmnopq", 80, None),
            ("abcdefghijklmnop", 80, Some(1)),
            ("quatre lapins sous la lune", 80, None),
            ("aB3%eF6&", 50, None),
            ("aB3deF6g", 50, Some(1)),
            ("abcdefghijk", 50, None),
            ("abcdefgh", 50, Some(3)),
            ("00000000", 50, Some(7)),
        ] {
            assert_eq!(lacks(password, bits), missing, "{password}");
        }
        let policy = policy("password_preset = 'cnil'");
        let check = |password: &str| policy.check_password(&policy.password(Audience::Guardian), password, &[]);
        assert_eq!(check("vqzxkjwp"), Err(Weak::Mixed { more: 3 }));
        assert_eq!(check("vqzxkjwpfdy"), Ok(()));
        assert_eq!(check("vQ7#kjWp"), Ok(()));
    }

    #[test]
    fn every_preset_tells_what_it_means_in_one_sentence() {
        let says = |text: &str| policy(text).meanings().into_iter().map(|meaning| meaning.says).collect::<Vec<_>>();
        assert_eq!(
            says("")[0],
            "12 characters, as NIST SP 800-63B-4 has it, but for 3 characters fewer, since pupils type it every day: a deviation that limits \
             of tries stand beside; 12 small letters drawn by chance fall to a thief of database and master key within 302396 years"
        );
        for preset in ["nist", "cnil", "cnil-80", "system-a", "system-b", "system-c", "system-d", "system-e"] {
            for sentence in says(&format!("password_preset = '{preset}'")) {
                let eight = preset.starts_with("system");
                assert_eq!(sentence.ends_with("within 8 months"), eight, "{sentence}");
                assert!(!sentence.contains(". ") && sentence.contains("within "), "{sentence}");
            }
        }
    }
}
