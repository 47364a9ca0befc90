//! A day as people write it. Browsers with a calendar send `yyyy-mm-dd`; the others leave the typing to people, who
//! write the day first (`31.03.2012`, `31/3/2012`) or the month as a word (`31 mars 2012`, `March 31, 2012`) (B9, D15).

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::name_key;
use crate::model::Timestamp;

/// The day, `yyyy-mm-dd`; `None` if it is none. Of two small numbers the first is the day, as in the pages' examples.
pub fn day(typed: &str) -> Option<String> {
    let parts: Vec<&str> = typed.split(|symbol: char| !symbol.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (year, month, day) = match (number(first), number(second), number(third)) {
        (Some(year), month, day) if first.len() == 4 => (year, month.or_else(|| month_of(second))?, day?),
        (Some(day), None, Some(year)) if third.len() == 4 => (year, month_of(second)?, day),
        (None, Some(day), Some(year)) if third.len() == 4 => (year, month_of(first)?, day),
        (Some(month), Some(day), Some(year)) if third.len() == 4 && month <= 12 && day > 12 => (year, month, day),
        (Some(day), Some(month), Some(year)) if third.len() == 4 => (year, month, day),
        _ => return None,
    };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (1900..2200).contains(&date.year()).then(|| date.to_string())
}

fn number(part: &str) -> Option<i16> {
    let digits = part.strip_suffix("er").or_else(|| part.strip_suffix("st")).unwrap_or(part);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn month_of(word: &str) -> Option<i16> {
    let word = name_key(word);
    let means = |names: &&[&str]| names.iter().any(|name| *name == word || word.len() >= 3 && name.starts_with(&word));
    let mut found = (1..).zip(MONTHS).filter(|(_, names)| means(names)).map(|(place, _)| place);
    // `jui` is June and July, and therefore neither.
    found.next().filter(|_| found.next().is_none())
}

/// Folded.
const MONTHS: &[&[&str]] = &[
    &["janvier", "january"],
    &["fevrier", "february"],
    &["mars", "march"],
    &["avril", "april"],
    &["mai", "may"],
    &["juin", "june"],
    &["juillet", "july"],
    &["aout", "august"],
    &["septembre", "september"],
    &["octobre", "october"],
    &["novembre", "november"],
    &["decembre", "december"],
];

/// How many birthdays somebody who was born on that day (`YYYY-MM-DD`) has had, by the clock on the schools' walls.
pub fn age(born: &str, now: Timestamp, zone: &TimeZone) -> Option<i16> {
    let born: Date = born.parse().ok()?;
    let today = zone.to_datetime(jiff::Timestamp::from_second(now.0).ok()?).date();
    let had = (today.month(), today.day()) >= (born.month(), born.day());
    Some(today.year() - born.year() - i16::from(!had))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b09_a_birth_date_is_read_in_every_local_form() {
        for written in [
            "2012-03-04",
            "2012/03/04",
            "2012.3.4",
            " 2012 03 04 ",
            "04-03-2012",
            "4.3.2012",
            "04/03/2012",
            "4 mars 2012",
            "4 March 2012",
            "March 4, 2012",
            "4 mar. 2012",
        ] {
            assert_eq!(day(written).as_deref(), Some("2012-03-04"), "{written}");
        }
        assert_eq!(day("1er février 2012").as_deref(), Some("2012-02-01"));
        assert_eq!(day("03/31/2012").as_deref(), Some("2012-03-31"), "there is no thirty-first month");
        for odd in [
            "",
            "2012",
            "2012-13-01",
            "2012-02-30",
            "hier",
            "2012-03-04-05",
            "-12-03-04",
            "4 mars",
            "4 jui 2012",
            "31/31/2012",
            "1 ma 2012",
            "1800-01-01",
        ] {
            assert_eq!(day(odd), None, "{odd}");
        }
    }
}
