//! `[badges]`: cards for the youngest, and where and when they open anything. Data and pure rules.

use std::net::IpAddr;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::roster::hour;
use crate::model::{Network, Timestamp};

/// Cards for the youngest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BadgeSettings {
    /// Cards are printed and open something; off, they open nothing at all.
    pub enabled: bool,
    /// What a child chooses to show beside the card.
    pub secret: CardKind,
    /// The networks in which cards work; else `policy.school_networks`. They work in no other.
    pub networks: Vec<Network>,
    /// The days on which they work.
    pub days: Vec<Day>,
    /// From this hour of the schools' clock, such as `07:30`.
    pub from: String,
    /// To this hour.
    pub until: String,
    /// Only at these schools, by sourcedId; at all, if none is named.
    pub schools: Vec<String>,
    /// Only for these grades, as the roster writes them; for all, if none is named.
    pub grades: Vec<String>,
}

/// What a child shows beside the card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardKind {
    /// Three pictures of sixteen, in order.
    #[default]
    Pictures,
    /// Four to six digits.
    Pin,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are the days of the week")]
pub enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Default for BadgeSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            secret: CardKind::Pictures,
            networks: Vec::new(),
            days: vec![Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday],
            from: "07:00".to_owned(),
            until: "18:00".to_owned(),
            schools: Vec::new(),
            grades: Vec::new(),
        }
    }
}

impl BadgeSettings {
    /// What is wrong with them, in words. `school_networks`: the policy's, which hold where none is named here.
    pub fn problem(&self, school_networks: &[String]) -> Option<String> {
        let hours = match (hour(&self.from), hour(&self.until)) {
            (Err(wrong), _) => return Some(format!("from: {wrong}")),
            (_, Err(wrong)) => return Some(format!("until: {wrong}")),
            (Ok(from), Ok(until)) => from < until,
        };
        let everywhere = self.networks.iter().find(|network| network.is_everything());
        match () {
            () if !hours => Some("until: comes after `from` on the same day".to_owned()),
            () if self.days.is_empty() => Some("days: name at least one, such as \"monday\"".to_owned()),
            () if everywhere.is_some() => Some("networks: a card that works everywhere is a key that anybody can photograph".to_owned()),
            () if self.enabled && self.networks.is_empty() && school_networks.is_empty() => {
                Some("networks: name the schools' public addresses here or in policy.school_networks; cards work nowhere else".to_owned())
            }
            () => None,
        }
    }

    /// Whether cards work in a network: an address, or the /64 of one. `at_school`: it is one of the policy's.
    pub fn works_in(&self, network: &str, at_school: bool) -> bool {
        if self.networks.is_empty() {
            return at_school;
        }
        let address = network.split('/').next().and_then(|address| address.parse::<IpAddr>().ok());
        address.is_some_and(|address| self.networks.iter().any(|range| range.holds(address)))
    }

    /// Whether cards work at an instant, by the clock on the schools' wall.
    pub fn works_at(&self, now: Timestamp, zone: &TimeZone) -> bool {
        let here = zone.to_datetime(jiff::Timestamp::from_second(now.0).unwrap_or_default());
        let (Ok(from), Ok(until)) = (hour(&self.from), hour(&self.until)) else { return false };
        let time: Time = here.time();
        self.days.iter().any(|day| day.of_week() == here.date().weekday()) && from <= time && time < until
    }
}

impl Day {
    fn of_week(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_second())
    }

    #[test]
    fn cards_work_in_the_hours_of_the_schools_clock() {
        let zone = TimeZone::get("America/Toronto").unwrap();
        let settings = BadgeSettings { from: "08:00".to_owned(), until: "16:00".to_owned(), ..BadgeSettings::default() };
        // A Wednesday in summer, a Wednesday in winter, a Saturday.
        for (instant, works) in [
            ("2026-09-02T11:59:59Z", false),
            ("2026-09-02T12:00:00Z", true),
            ("2026-09-02T19:59:59Z", true),
            ("2026-09-02T20:00:00Z", false),
            ("2026-12-02T12:59:59Z", false),
            ("2026-12-02T13:00:00Z", true),
            ("2026-09-05T14:00:00Z", false),
        ] {
            assert_eq!(settings.works_at(at(instant), &zone), works, "{instant}");
        }
    }

    #[test]
    fn cards_work_in_the_networks_of_the_settings_else_in_those_of_the_policy() {
        let own = BadgeSettings { networks: vec![Network::parse("203.0.113.0/24").unwrap()], ..BadgeSettings::default() };
        for (network, at_school, own_works, default_works) in [
            ("203.0.113.9", false, true, false),
            ("198.51.100.9", true, false, true),
            ("2001:db8:5:1::/64", true, false, true),
            ("", false, false, false),
            ("nonsense", false, false, false),
        ] {
            assert_eq!(own.works_in(network, at_school), own_works, "{network}");
            assert_eq!(BadgeSettings::default().works_in(network, at_school), default_works, "{network}");
        }
    }

    #[test]
    fn a_card_that_would_work_everywhere_is_refused_with_the_settings() {
        let on = |change: fn(&mut BadgeSettings)| {
            let mut settings = BadgeSettings { enabled: true, ..BadgeSettings::default() };
            change(&mut settings);
            settings
        };
        let school = ["203.0.113.0/24".to_owned()];
        assert_eq!(BadgeSettings::default().problem(&[]), None);
        assert_eq!(on(|_| {}).problem(&school), None);
        assert!(on(|_| {}).problem(&[]).is_some(), "nowhere is not everywhere");
        for wrong in [
            on(|settings| settings.networks = vec![Network::parse("0.0.0.0/0").unwrap()]),
            on(|settings| settings.networks = vec![Network::parse("::/0").unwrap()]),
            on(|settings| "8".clone_into(&mut settings.from)),
            on(|settings| "25:00".clone_into(&mut settings.until)),
            on(|settings| "07:00".clone_into(&mut settings.until)),
            on(|settings| settings.days.clear()),
        ] {
            assert!(wrong.problem(&school).is_some(), "{wrong:?}");
        }
    }
}
