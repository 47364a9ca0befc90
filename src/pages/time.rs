//! Instants and days in words, in the reader's language and the district's time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Pages;
use crate::model::message::Message;
use crate::model::{DateFormat, Language, Timestamp};

/// How somebody reads an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The language.
    pub language: Language,
    /// The order of a date, where the person chose one; else it is written in words.
    pub dates: Option<DateFormat>,
}

impl From<Language> for Reading {
    fn from(language: Language) -> Self {
        Self { language, dates: None }
    }
}

impl Pages {
    /// A day: « 4 mars 2012 », "4 March 2012".
    pub fn day(&self, language: Language, day: Date) -> String {
        let month = self.text(language, &Message::of(MONTHS[usize::from(day.month().unsigned_abs()) - 1]));
        let first = if day.day() == 1 { "first" } else { "other" };
        let message = Message::of("day").with("which", first).with("day", i64::from(day.day())).with("month", month);
        self.text(language, &message.with("year", day.year().to_string()))
    }

    /// An instant: « aujourd’hui à 6 h 05 », "yesterday at 18:30", "on 4 March 2026 at 06:05".
    pub fn moment(&self, reading: impl Into<Reading>, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
        let Reading { language, dates } = reading.into();
        let (at, now) = (local(at, zone), local(now, zone));
        let time = self.clock_time(language, at);
        if at.date() == now.date() {
            self.text(language, &Message::of("moment-today").with("time", time))
        } else if now.date().yesterday().is_ok_and(|yesterday| at.date() == yesterday) {
            self.text(language, &Message::of("moment-yesterday").with("time", time))
        } else if now.date().tomorrow().is_ok_and(|tomorrow| at.date() == tomorrow) {
            self.text(language, &Message::of("moment-tomorrow").with("time", time))
        } else {
            let date = at.date();
            let day = match dates {
                Some(format) => format.write(date.year(), date.month(), date.day()),
                None => self.day(language, date),
            };
            self.text(language, &Message::of("moment-day").with("day", day).with("time", time))
        }
    }

    /// How long until an instant, rounded up: « 40 secondes », « 3 minutes », "2 hours", "5 days".
    pub fn wait(&self, language: Language, until: Timestamp, now: Timestamp) -> String {
        let seconds = (until.0 - now.0).max(1);
        let (unit, length) = match seconds {
            ..=90 => ("wait-seconds", 1),
            91..=5_400 => ("wait-minutes", 60),
            5_401..=129_600 => ("wait-hours", 3_600),
            _ => ("wait-days", 86_400),
        };
        self.text(language, &Message::of(unit).with("count", (seconds + length - 1) / length))
    }

    fn clock_time(&self, language: Language, at: jiff::civil::DateTime) -> String {
        let minute = format!("{:02}", at.minute());
        let whole = if at.minute() == 0 { "yes" } else { "no" };
        let message = Message::of("clock-time").with("whole", whole).with("hour", i64::from(at.hour()));
        self.text(language, &message.with("minute", minute))
    }
}

fn local(at: Timestamp, zone: &TimeZone) -> jiff::civil::DateTime {
    let instant = jiff::Timestamp::from_second(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    zone.to_datetime(instant)
}

const MONTHS: [&str; 12] =
    ["month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10", "month-11", "month-12"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_told_as_people_say_it() {
        let pages = Pages::load().unwrap();
        let zone = TimeZone::get("America/Toronto").unwrap();
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_second());
        let now = at("2026-09-02T15:00:00Z");
        let say = |language, text| pages.moment(language, at(text), now, &zone);
        assert_eq!(say(Language::French, "2026-09-02T10:00:00Z"), "aujourd’hui à 6\u{a0}h");
        assert_eq!(say(Language::French, "2026-09-01T22:05:00Z"), "hier à 18\u{a0}h\u{a0}05");
        assert_eq!(say(Language::French, "2026-08-01T22:05:00Z"), "le 1er\u{a0}août 2026 à 18\u{a0}h\u{a0}05");
        assert_eq!(say(Language::English, "2026-09-02T10:00:00Z"), "today at 6:00");
        assert_eq!(say(Language::English, "2026-09-03T10:00:00Z"), "tomorrow at 6:00");
        assert_eq!(say(Language::English, "2026-03-04T23:30:00Z"), "on 4\u{a0}March 2026 at 18:30");
        let chosen = Reading { language: Language::English, dates: Some(DateFormat::DayFirst) };
        assert_eq!(pages.moment(chosen, at("2026-03-04T23:30:00Z"), now, &zone), "on 04/03/2026 at 18:30", "D15");
    }

    #[test]
    fn a_wait_is_rounded_up_in_the_unit_that_fits() {
        let pages = Pages::load().unwrap();
        let say = |language, seconds| pages.wait(language, Timestamp(seconds), Timestamp(0));
        assert_eq!(say(Language::French, 1), "1\u{a0}seconde");
        assert_eq!(say(Language::French, 121), "3\u{a0}minutes");
        assert_eq!(say(Language::English, 5_401), "2\u{a0}hours");
        assert_eq!(say(Language::English, 86_400 * 5), "5\u{a0}days");
        assert_eq!(say(Language::English, -4), "1\u{a0}second");
    }
}
