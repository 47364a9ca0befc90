//! What is guessed first: passwords that many people have, in French and in English, what others know of a person, dates in
//! any spelling, rows of keys. It says which of these a password is, so that a page can say it in words.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use zxcvbn::feedback::Warning;

/// What makes a password one of those that are tried first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Many people have it, or it is one of those with a capital, a year or an @ in it.
    Common,
    /// Neighbours on a keyboard: `azertyuiop`.
    Keys,
    /// The same again and again: `aaaaaaaa`, `lalalala`.
    Repeat,
    /// One after the other: `abcdefgh`, `87654321`.
    Sequence,
    /// A date, or a year, and little else.
    Date,
    /// A name, and little else.
    Name,
    /// One word, and little else.
    Word,
}

/// What a password is made of beside what is its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// A word that others know.
    Known(String),
    /// A date.
    Date,
}

/// Whether too little is left of a password without what others know of its owner and without dates. Any date counts, in any
/// spelling: to refuse the owner's birth date alone would tell it to whoever tries dates here.
pub(super) fn made_of(password: &str, known: &[&str]) -> Option<Made> {
    let mut rest = letters(password);
    let mut found = None;
    // The longest first, or a short one would take a piece out of a longer one.
    let mut words: Vec<&str> = known.iter().flat_map(|words| words.split_whitespace()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    for word in words {
        let folded = letters(word);
        if folded.chars().count() >= SHORTEST_WORD && rest.contains(&folded) {
            rest = rest.replace(&folded, "");
            found = found.or(Some(Made::Known(word.to_owned())));
        }
    }
    let undated = without_dates(&rest);
    if undated.chars().count() < rest.chars().count() {
        found = found.or(Some(Made::Date));
    }
    found.filter(|_| undated.chars().count() < FEWEST_OWN_SYMBOLS)
}

/// What makes a password easy to guess; `None` where nothing does.
pub(super) fn habit(password: &str, known: &[&str]) -> Option<Habit> {
    if is_common(password) {
        return Some(Habit::Common);
    }
    // A long text costs the estimator much and is not on its lists.
    let head: String = password.chars().take(72).collect();
    let estimate = zxcvbn::zxcvbn(&head, known);
    if estimate.guesses() >= FEWEST_GUESSES {
        return None;
    }
    Some(match estimate.feedback().and_then(zxcvbn::feedback::Feedback::warning) {
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => Habit::Keys,
        Some(Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess) => Habit::Repeat,
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => Habit::Sequence,
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => Habit::Date,
        Some(Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess) => Habit::Name,
        Some(Warning::AWordByItselfIsEasyToGuess) => Habit::Word,
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword,
        )
        | None => Habit::Common,
    })
}

/// Plain small letters and digits of a text.
pub(super) fn letters(text: &str) -> String {
    let plain = text.nfkd().filter(|symbol| symbol.is_alphanumeric());
    plain.flat_map(char::to_lowercase).collect()
}

/// One that French speakers choose first, with signs for letters, digits at its ends or written twice. The English ones are on
/// the estimator's own lists.
fn is_common(password: &str) -> bool {
    let swapped: String = password.chars().map(unswapped).collect();
    [letters(password), letters(&swapped)].iter().any(|plain| {
        let core = plain.trim_matches(|symbol: char| symbol.is_ascii_digit());
        let around = plain.chars().count() - core.chars().count();
        let listed = |text: &str| LIST.contains(text) || LIST.contains(once(text));
        listed(plain) || (around < FEWEST_OWN_SYMBOLS && core.chars().count() >= SHORTEST_LISTED && listed(core))
    })
}

/// What a sign stands for where people swap it in: `m@rs3ille`.
fn unswapped(symbol: char) -> char {
    match symbol {
        '@' | '4' => 'a',
        '3' | '€' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// The part that a text repeats, or the text.
fn once(text: &str) -> &str {
    let repeats = |length: &usize| {
        text.is_char_boundary(*length) && text.len().is_multiple_of(*length) && text[..*length].repeat(text.len() / length) == text
    };
    (SHORTEST_LISTED..=text.len() / 2).find(repeats).map_or(text, |length| &text[..length])
}

/// A folded text without the dates in it.
fn without_dates(text: &str) -> String {
    let symbols: Vec<char> = text.chars().collect();
    let mut rest = String::new();
    let mut at = 0;
    while at < symbols.len() {
        match date_at(&symbols, at) {
            Some(length) => at += length,
            None => {
                rest.push(symbols[at]);
                at += 1;
            }
        }
    }
    rest
}

/// How many symbols of a date begin here: `12032010`, `100312`, `2010`, `12mars2010`, `march12`.
fn date_at(symbols: &[char], at: usize) -> Option<usize> {
    let inside = at > 0 && symbols[at - 1].is_ascii_digit() && symbols[at].is_ascii_digit();
    if inside {
        return None;
    }
    let first = digits(symbols, at);
    if let Some(month) = month_at(symbols, at + first).filter(|_| first <= 2) {
        let year = digits(symbols, at + first + month);
        if first > 0 || (1..=6).contains(&year) {
            return (year <= 6).then_some(first + month + year);
        }
    }
    let number = |from: usize, count: usize| {
        symbols[at + from..at + from + count].iter().fold(0, |sum, digit| sum * 10 + digit.to_digit(10).unwrap_or_default())
    };
    let day = |day: u32, month: u32| (1..=31).contains(&day) && (1..=12).contains(&month);
    let year = |year: u32| (1900..2040).contains(&year);
    let is_date = match first {
        4 => year(number(0, 4)),
        6 => [(0, 2), (2, 0), (4, 2), (2, 4)].iter().any(|(d, m)| day(number(*d, 2), number(*m, 2))),
        8 => {
            let last = year(number(4, 4)) && (day(number(0, 2), number(2, 2)) || day(number(2, 2), number(0, 2)));
            last || (year(number(0, 4)) && day(number(6, 2), number(4, 2)))
        }
        _ => false,
    };
    is_date.then_some(first)
}

/// How many digits begin here.
fn digits(symbols: &[char], at: usize) -> usize {
    symbols[at.min(symbols.len())..].iter().take_while(|symbol| symbol.is_ascii_digit()).count()
}

/// How many symbols the name of a month that begins here has.
fn month_at(symbols: &[char], at: usize) -> Option<usize> {
    let rest: String = symbols.get(at..)?.iter().take(LONGEST_MONTH).collect();
    MONTHS.iter().filter(|month| rest.starts_with(*month)).map(|month| month.len()).max()
}

static LIST: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common-fr.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// The months in French and in English, folded, with what they are shortened to.
pub const MONTHS: &[&str] = &[
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "janv",
    "fevr",
    "avr",
    "juil",
    "sept",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
];
const LONGEST_MONTH: usize = 9;
/// Fewer guesses than these, and a patient pupil finds it by hand.
const FEWEST_GUESSES: u64 = 1_000_000;
/// What must be left of a password besides what others know.
const FEWEST_OWN_SYMBOLS: usize = 6;
const SHORTEST_WORD: usize = 3;
const SHORTEST_LISTED: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e25_every_password_of_the_list_is_refused_however_it_is_dressed() {
        assert!(LIST.len() >= 3_000, "{}", LIST.len());
        for word in LIST.iter() {
            assert_eq!(habit(word, &[]), Some(Habit::Common), "{word}");
        }
        for dressed in ["Marseille13", "M@rseille!", "CHOUCHOU2012", "doudoudoudou", "m0t de passe", "Mot-de-Passe1", "12soleil34"] {
            assert_eq!(habit(dressed, &[]), Some(Habit::Common), "{dressed}");
        }
    }

    #[test]
    fn e25_what_makes_it_easy_is_said() {
        for (password, expected) in [
            ("dfghjkl;'", Habit::Keys),
            ("ababababab", Habit::Repeat),
            ("zzzzzzzzzzz", Habit::Repeat),
            ("fghijklmno", Habit::Sequence),
            ("Password1", Habit::Common),
            ("17-11-1962", Habit::Date),
        ] {
            assert_eq!(habit(password, &[]), Some(expected), "{password}");
        }
        for fine in ["bonjour soleil chocolat voiture", "canard vert sur un velo", "xk3 vqz9 plm", "🦆🚲🌧️🥁🍎🐢⛵🎈"] {
            assert_eq!(habit(fine, &[]), None, "{fine}");
        }
    }

    #[test]
    fn e25_a_date_is_a_date_in_every_spelling_and_nobodys_in_particular() {
        for date in [
            "12032010",
            "20100312",
            "03/12/2010",
            "12-03-10",
            "2010-03-12",
            "12mars2010",
            "12 Mars 2010",
            "march122010",
            "1erMars2010!",
            "le 3 août 2011",
            "August 3, 11",
            "3aout11 ab",
            "ab 2010 2011",
            "12/03/2010 lea",
        ] {
            assert!(made_of(date, &["Léa", "Tremblay"]).is_some(), "{date}");
        }
        for fine in ["tremblay mange 4 pommes", "soleil2010 lapin", "canard 12 mars velo", "20 lapins 10 souris", "marsouin en mai"] {
            assert_eq!(made_of(fine, &["Léa", "Tremblay"]), None, "{fine}");
        }
    }

    #[test]
    fn e25_a_word_that_others_know_is_named() {
        let known = ["Zoé Tremblay-Gagnon", "zoe.roy", "courriel"];
        assert_eq!(made_of("zoé2014!", &known), Some(Made::Known("Zoé".to_owned())));
        assert_eq!(made_of("ZOE.ROY@courriel1", &known), Some(Made::Known("courriel".to_owned())));
        assert_eq!(made_of("zoe et ses girafes", &known), None);
    }
}
