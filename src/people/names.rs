//! When the name that a family types means the name that the school wrote (A31, E30): preferred names, one half of a
//! double name, given and family name swapped. A match of names is never a proof by itself.

use super::name_key;
use crate::store::people::Person;

/// The words that are part of a double name but never stand for it.
const PARTICLES: &[&str] =
    &["al", "da", "de", "del", "des", "di", "dos", "du", "el", "la", "le", "les", "mac", "mc", "st", "ste", "van", "von"];

/// The typed names mean this person.
pub fn names_match(typed_given: &str, typed_family: &str, person: &Person) -> bool {
    let (given, family) = (name_key(typed_given), name_key(typed_family));
    if given.is_empty() || family.is_empty() {
        return false;
    }
    let givens = spellings([Some(person.given_name.as_str()), person.preferred_given_name.as_deref()]);
    let families = spellings([Some(person.family_name.as_str()), person.preferred_family_name.as_deref()]);
    let means = |keys: &[String], typed: &str| keys.iter().any(|key| key == typed);
    let straight = means(&givens, &given) && means(&families, &family);
    let swapped = means(&givens, &family) && means(&families, &given);
    straight || swapped || whole(person, &given, &family)
}

/// The typed name is a family name of this person: all of it, or one half of a double name (D7).
pub fn family_name_matches(typed: &str, person: &Person) -> bool {
    let typed = name_key(typed);
    spellings([Some(person.family_name.as_str()), person.preferred_family_name.as_deref()]).contains(&typed)
}

/// The key of a whole name, in the order the school writes it.
pub fn full_name_key(given: &str, family: &str) -> String {
    name_key(&format!("{given}{family}"))
}

/// The same letters, parted elsewhere: a middle name typed with the first, a particle with the wrong half.
fn whole(person: &Person, given: &str, family: &str) -> bool {
    let typed = [format!("{given}{family}"), format!("{family}{given}")];
    let middle = person.middle_name.as_deref().unwrap_or_default();
    let preferred = person.preferred_given_name.as_deref().unwrap_or(&person.given_name);
    let preferred_family = person.preferred_family_name.as_deref().unwrap_or(&person.family_name);
    let written = [
        full_name_key(&person.given_name, &person.family_name),
        full_name_key(preferred, preferred_family),
        name_key(&format!("{}{middle}{}", person.given_name, person.family_name)),
    ];
    typed.iter().any(|typed| written.contains(typed))
}

/// The keys a name may be typed by: itself, each half of a double name, and the halves the other way round.
fn spellings<'a>(names: impl IntoIterator<Item = Option<&'a str>>) -> Vec<String> {
    let mut keys = Vec::new();
    for name in names.into_iter().flatten() {
        keys.push(name_key(name));
        let halves: Vec<String> = name.split(|c: char| c.is_whitespace() || is_hyphen(c)).map(name_key).collect();
        if let [first, second] = halves.as_slice() {
            keys.push(format!("{second}{first}"));
        }
        keys.extend(halves.into_iter().filter(|half| half.chars().count() > 1 && !PARTICLES.contains(&half.as_str())));
    }
    keys.retain(|key| !key.is_empty());
    keys
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::PersonId;

    fn person(given: &str, family: &str) -> Person {
        Person {
            id: PersonId(uuid::Uuid::nil()),
            active: true,
            given_name: given.to_owned(),
            family_name: family.to_owned(),
            middle_name: None,
            preferred_given_name: None,
            preferred_family_name: None,
            birth_date: None,
            student_number: None,
            email: None,
            phone: None,
            sms: None,
            civic_number: None,
            language: None,
            grade: None,
            roles: Vec::new(),
        }
    }

    #[test]
    fn a31_what_families_type_means_what_the_school_wrote() {
        for (given, family, typed_given, typed_family) in [
            ("Zoé", "Tremblay-Gagnon", "zoe", "tremblay gagnon"),
            ("Zoé", "Tremblay-Gagnon", "Zoé", "Tremblay"),
            ("Zoé", "Tremblay-Gagnon", "Zoé", "Gagnon-Tremblay"),
            ("Jean-Pierre", "Roy", "Jean", "Roy"),
            ("Jean-Pierre", "Roy", "Roy", "Jean-Pierre"),
            ("Aïcha", "El Amrani", "aicha", "Amrani"),
            ("Aïcha", "El Amrani", "Aïcha El", "Amrani"),
            ("Liam", "O’Neil", "liam", "ONeil"),
        ] {
            assert!(names_match(typed_given, typed_family, &person(given, family)), "{typed_given} {typed_family}");
        }
    }

    #[test]
    fn another_name_is_another_person() {
        for (given, family, typed_given, typed_family) in [
            ("Zoé", "Tremblay", "Chloé", "Tremblay"),
            ("Zoé", "Tremblay", "Zoé", "Roy"),
            ("Zoé", "Tremblay", "Zoé", "Zoé"),
            ("Zoé", "Tremblay", "", "Tremblay"),
            ("Zoé", "Tremblay", "Zoé", "-"),
            ("Anna", "De La Cruz", "Anna", "De"),
            ("-", "Roy", "", "Roy"),
        ] {
            assert!(!names_match(typed_given, typed_family, &person(given, family)), "{typed_given} {typed_family}");
        }
    }

    #[test]
    fn the_name_a_person_goes_by_is_as_good_as_the_written_one() {
        let mut someone = person("Alexandra", "Roy");
        someone.preferred_given_name = Some("Alex".to_owned());
        someone.preferred_family_name = Some("Roy-Li".to_owned());
        someone.middle_name = Some("Marie".to_owned());
        for (given, family) in [("alex", "roy"), ("Alexandra", "Li"), ("Alex", "Roy Li"), ("Alexandra Marie", "Roy")] {
            assert!(names_match(given, family, &someone), "{given} {family}");
        }
        assert!(!names_match("Sacha", "Roy", &someone));
    }

    proptest! {
        #[test]
        fn z7_matching_is_symmetric_in_order(given in "[A-Zé]{2,8}", family in "[A-Zé]{2,8}", a in "[A-Zé]{2,8}", b in "[A-Zé]{2,8}") {
            let someone = person(&given, &family);
            prop_assert!(names_match(&given, &family, &someone));
            prop_assert_eq!(names_match(&a, &b, &someone), names_match(&b, &a, &someone));
            prop_assert_eq!(names_match(&a, &b, &person(&given, &family)), names_match(&given, &family, &person(&a, &b)));
        }
    }
}
