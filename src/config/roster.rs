//! `[roster]`: when the server imports the roster by itself.

use std::path::PathBuf;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

/// The roster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RosterSettings {
    /// Imports on a schedule.
    pub schedule: ScheduleSettings,
}

/// `[roster.schedule]`: a folder or a zip that the server imports when it has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScheduleSettings {
    /// What is imported; none: nothing is imported by itself.
    pub path: Option<PathBuf>,
    /// At these hours of the schools' clock, such as `["06:00", "12:30"]`.
    pub at: Vec<String>,
    /// Or again and again, such as `15m` or `2h`.
    pub every: Option<String>,
    /// An import is held if more than this percentage of the people would leave.
    pub hold_above: u8,
    /// Who hears of an import that failed or was held; else the help desk.
    pub tell: Vec<String>,
}

/// When something happens, again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// At these hours of the day, in order.
    At(Vec<Time>),
    /// Every so many seconds, counted from midnight UTC.
    Every(i64),
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self { path: None, at: Vec::new(), every: None, hold_above: 3, tell: Vec::new() }
    }
}

impl ScheduleSettings {
    /// The schedule; `None` where nothing is imported by itself. What is wrong, in words.
    pub fn schedule(&self) -> Result<Option<Schedule>, String> {
        match (&self.path, self.at.as_slice(), &self.every) {
            (None, [], None) => Ok(None),
            (None, ..) => Err("`path` is missing: the folder or the zip to import".to_owned()),
            (Some(_), [], None) => Err("say when: `at = [\"06:00\"]`, or `every = \"15m\"`".to_owned()),
            (Some(_), [_, ..], Some(_)) => Err("either `at` or `every`, not both".to_owned()),
            (Some(_), [], Some(every)) => seconds(every).map(|seconds| Some(Schedule::Every(seconds))),
            (Some(_), hours, None) => {
                let mut times = hours.iter().map(|text| hour(text)).collect::<Result<Vec<_>, _>>()?;
                times.sort_unstable();
                times.dedup();
                Ok(Some(Schedule::At(times)))
            }
        }
    }
}

impl Schedule {
    /// The last hour of the schedule that has come.
    pub fn last(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Every(seconds) => Timestamp(now.0 - now.0.rem_euclid(*seconds)),
            Self::At(_) => self.hours(now, zone).filter(|at| *at <= now).max().unwrap_or(Timestamp(0)),
        }
    }

    /// The next one.
    pub fn next(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Every(seconds) => Timestamp(now.0 - now.0.rem_euclid(*seconds) + seconds),
            Self::At(_) => self.hours(now, zone).filter(|at| *at > now).min().unwrap_or(now),
        }
    }

    /// Its hours of yesterday, today and tomorrow. One that a change of the clock leaves out comes when the clock has
    /// jumped over it.
    fn hours<'s>(&'s self, now: Timestamp, zone: &'s TimeZone) -> impl Iterator<Item = Timestamp> + 's {
        let times: &[Time] = if let Self::At(times) = self { times } else { &[] };
        let today = zone.to_datetime(jiff::Timestamp::from_second(now.0).unwrap_or_default()).date();
        let days = [today.yesterday().ok(), Some(today), today.tomorrow().ok()];
        days.into_iter().flatten().flat_map(move |day| {
            times.iter().filter_map(move |time| {
                let instant = zone.to_ambiguous_timestamp(day.to_datetime(*time)).compatible().ok()?;
                Some(Timestamp(instant.as_second()))
            })
        })
    }
}

/// An hour of the day, as the settings write it; what is wrong, in words.
pub(super) fn hour(text: &str) -> Result<Time, String> {
    let wrong = || format!("{text:?} is no hour; write it as \"06:00\"");
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let time = Time::new(hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?, 0, 0);
    time.map_err(|_| wrong())
}

fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no time between 5m and 24h; write it as \"15m\" or \"2h\"");
    let unit = match text.chars().last() {
        Some('m') => 60,
        Some('h') => 3_600,
        _ => return Err(wrong()),
    };
    let count: i64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Some(count.saturating_mul(unit)).filter(|seconds| (300..=86_400).contains(seconds)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_second())
    }

    fn settings(hours: &[&str], every: Option<&str>) -> ScheduleSettings {
        ScheduleSettings {
            path: Some("export.zip".into()),
            at: hours.iter().map(|hour| (*hour).to_owned()).collect(),
            every: every.map(str::to_owned),
            ..ScheduleSettings::default()
        }
    }

    #[test]
    fn a04_the_hours_of_a_schedule_are_those_of_the_schools_clock() {
        let zone = TimeZone::get("America/Toronto").unwrap();
        let schedule = settings(&["12:30", "06:00"], None).schedule().unwrap().unwrap();
        let now = at("2026-09-02T15:00:00Z");
        assert_eq!(schedule.last(now, &zone), at("2026-09-02T10:00:00Z"), "six o'clock in Toronto");
        assert_eq!(schedule.next(now, &zone), at("2026-09-02T16:30:00Z"));
        let evening = at("2026-09-02T22:00:00Z");
        assert_eq!(schedule.next(evening, &zone), at("2026-09-03T10:00:00Z"));
        assert_eq!(schedule.last(at("2026-09-02T09:59:59Z"), &zone), at("2026-09-01T16:30:00Z"));
        // The night in which two o'clock does not exist.
        let night = settings(&["02:30"], None).schedule().unwrap().unwrap();
        assert_eq!(night.next(at("2026-03-08T06:00:00Z"), &zone), at("2026-03-08T07:30:00Z"));
        let often = settings(&[], Some("15m")).schedule().unwrap().unwrap();
        assert_eq!(often.last(at("2026-09-02T15:07:00Z"), &zone), at("2026-09-02T15:00:00Z"));
        assert_eq!(often.next(at("2026-09-02T15:15:00Z"), &zone), at("2026-09-02T15:30:00Z"));
    }

    #[test]
    fn what_is_wrong_with_a_schedule_is_said() {
        assert_eq!(ScheduleSettings::default().schedule(), Ok(None));
        for wrong in [
            settings(&[], None),
            settings(&["6"], None),
            settings(&["25:00"], None),
            settings(&["06:00"], Some("15m")),
            settings(&[], Some("1m")),
            settings(&[], Some("25h")),
            settings(&[], Some("m")),
            ScheduleSettings { path: None, ..settings(&["06:00"], None) },
        ] {
            assert!(wrong.schedule().is_err(), "{wrong:?}");
        }
    }
}
