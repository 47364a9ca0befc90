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
    pub only_at: Vec<String>,
    /// Only for these grades, as the roster writes them; for all, if none is named.
    pub grades: Vec<String>,
    /// Schools with networks or hours of their own.
    pub schools: Vec<SchoolBadges>,
}

/// Where and when the cards of one school work. What it does not say is the district's to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a school with networks or hours of its own, as [[badges.schools]]; where cards work at some schools alone, `only_at` names them"
)]
pub struct SchoolBadges {
    /// Its `sourcedId`. A department or a district stands for all that belong to it.
    pub school: String,
    /// The networks in which its cards work; `[]`: those of the policy.
    pub networks: Option<Vec<Network>>,
    /// The days on which they work.
    pub days: Option<Vec<Day>>,
    /// From this hour.
    pub from: Option<String>,
    /// To this hour.
    pub until: Option<String>,
}

/// Where a browser is, and when.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// Its network: an address, or the /64 of one.
    pub network: &'a str,
    /// That is one of the policy's.
    pub at_school: bool,
    /// The instant.
    pub now: Timestamp,
    /// The clock on the schools' walls.
    pub zone: &'a TimeZone,
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
            only_at: Vec::new(),
            grades: Vec::new(),
            schools: Vec::new(),
        }
    }
}

impl BadgeSettings {
    /// What is wrong with them, in words. `school_networks`: the policy's, which hold where none is named here.
    pub fn problem(&self, school_networks: &[String]) -> Option<String> {
        if let Some(wrong) = self.district().problem() {
            return Some(wrong);
        }
        for (place, school) in self.schools.iter().enumerate() {
            let twice = self.schools[..place].iter().any(|other| other.school == school.school);
            let wrong = match () {
                () if school.school.trim().is_empty() => Some("a school is named by its sourcedId, as in school = \"S-12\"".to_owned()),
                () if twice => Some("stands twice: say all of it in one place".to_owned()),
                () => self.of(school).problem(),
            };
            if let Some(wrong) = wrong {
                return Some(format!("schools: {}: {wrong}", school.school));
            }
        }
        let nowhere = school_networks.is_empty() && self.all().all(|opening| opening.networks.is_empty());
        (self.enabled && nowhere)
            .then(|| "networks: name the schools' public addresses here or in policy.school_networks; cards work nowhere else".to_owned())
    }

    /// Whether any school's cards work here: what is asked before anybody knows whose card it is.
    pub fn work_for_somebody(&self, here: &Here<'_>) -> bool {
        self.all().any(|opening| opening.holds(here))
    }

    /// Whether the cards of a school work here. `school`: its `sourcedId` and those of all that it belongs to, the nearest first. The
    /// nearest that has hours or networks of its own says so; else the district.
    pub fn work_at(&self, school: &[String], here: &Here<'_>) -> bool {
        let own = school.iter().find_map(|id| self.schools.iter().find(|own| own.school == *id));
        own.map_or_else(|| self.district(), |own| self.of(own)).holds(here)
    }

    fn all(&self) -> impl Iterator<Item = Opening<'_>> {
        std::iter::once(self.district()).chain(self.schools.iter().map(|school| self.of(school)))
    }

    fn district(&self) -> Opening<'_> {
        Opening { networks: &self.networks, days: &self.days, from: &self.from, until: &self.until }
    }

    fn of<'a>(&'a self, school: &'a SchoolBadges) -> Opening<'a> {
        Opening {
            networks: school.networks.as_ref().unwrap_or(&self.networks),
            days: school.days.as_ref().unwrap_or(&self.days),
            from: school.from.as_ref().unwrap_or(&self.from),
            until: school.until.as_ref().unwrap_or(&self.until),
        }
    }
}

/// Where and when cards work.
struct Opening<'a> {
    networks: &'a [Network],
    days: &'a [Day],
    from: &'a str,
    until: &'a str,
}

impl Opening<'_> {
    fn problem(&self) -> Option<String> {
        let hours = match (hour(self.from), hour(self.until)) {
            (Err(wrong), _) => return Some(format!("from: {wrong}")),
            (_, Err(wrong)) => return Some(format!("until: {wrong}")),
            (Ok(from), Ok(until)) => from < until,
        };
        let everywhere = self.networks.iter().any(|network| network.is_everything());
        match () {
            () if !hours => Some("until: comes after `from` on the same day".to_owned()),
            () if self.days.is_empty() => Some("days: name at least one, such as \"monday\"".to_owned()),
            () if everywhere => Some("networks: a card that works everywhere is a key that anybody can photograph".to_owned()),
            () => None,
        }
    }

    fn holds(&self, here: &Here<'_>) -> bool {
        self.is_in(here.network, here.at_school) && self.is_at(here.now, here.zone)
    }

    fn is_in(&self, network: &str, at_school: bool) -> bool {
        if self.networks.is_empty() {
            return at_school;
        }
        let address = network.split('/').next().and_then(|address| address.parse::<IpAddr>().ok());
        address.is_some_and(|address| self.networks.iter().any(|range| range.holds(address)))
    }

    fn is_at(&self, now: Timestamp, zone: &TimeZone) -> bool {
        let here = zone.to_datetime(jiff::Timestamp::from_second(now.0).unwrap_or_default());
        let (Ok(from), Ok(until)) = (hour(self.from), hour(self.until)) else { return false };
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

    fn of_school(id: &str) -> SchoolBadges {
        SchoolBadges { school: id.to_owned(), networks: None, days: None, from: None, until: None }
    }

    fn lan(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn a_school_says_where_and_when_its_own_cards_work_and_the_district_what_it_does_not_say() {
        let settings = BadgeSettings {
            networks: vec![lan("203.0.113.0/24")],
            from: "08:00".to_owned(),
            until: "16:00".to_owned(),
            schools: vec![
                SchoolBadges { networks: Some(vec![lan("198.51.100.0/24")]), ..of_school("own-lan") },
                SchoolBadges { days: Some(vec![Day::Saturday]), until: Some("12:00".to_owned()), ..of_school("saturdays") },
                SchoolBadges { networks: Some(Vec::new()), ..of_school("of-the-policy") },
                SchoolBadges { from: Some("10:00".to_owned()), ..of_school("north") },
            ],
            ..BadgeSettings::default()
        };
        // A Wednesday and a Saturday.
        let (wednesday, saturday) = ("2026-09-02", "2026-09-05");
        for (lineage, network, day, time, works) in [
            (&["any", "south"][..], "203.0.113.9", wednesday, "09:00", true),
            (&["any", "south"], "198.51.100.9", wednesday, "09:00", false),
            (&["any", "south"], "203.0.113.9", saturday, "09:00", false),
            (&[], "203.0.113.9", wednesday, "09:00", true),
            (&["own-lan", "south"], "198.51.100.9", wednesday, "09:00", true),
            (&["own-lan", "south"], "203.0.113.9", wednesday, "09:00", false),
            (&["own-lan", "south"], "198.51.100.9", wednesday, "16:00", false),
            (&["saturdays"], "203.0.113.9", saturday, "11:59", true),
            (&["saturdays"], "203.0.113.9", saturday, "12:00", false),
            (&["saturdays"], "203.0.113.9", wednesday, "09:00", false),
            (&["of-the-policy"], "192.0.2.9", wednesday, "09:00", true),
            (&["of-the-policy"], "203.0.113.9", wednesday, "09:00", false),
            (&["any", "north"], "203.0.113.9", wednesday, "09:00", false),
            (&["any", "north"], "203.0.113.9", wednesday, "10:00", true),
            (&["own-lan", "north"], "198.51.100.9", wednesday, "09:00", true),
        ] {
            let lineage: Vec<String> = lineage.iter().map(|id| (*id).to_owned()).collect();
            let now = at(&format!("{day}T{time}:00Z"));
            let here = Here { network, at_school: network == "192.0.2.9", now, zone: &TimeZone::UTC };
            assert_eq!(settings.work_at(&lineage, &here), works, "{lineage:?} {network} {day} {time}");
            assert!(!works || settings.work_for_somebody(&here), "{lineage:?}");
        }
        let nobody = Here { network: "192.0.2.200", at_school: false, now: at("2026-09-02T09:00:00Z"), zone: &TimeZone::UTC };
        assert!(!settings.work_for_somebody(&nobody));
    }

    #[test]
    fn a_list_of_schools_of_before_is_told_where_it_goes() {
        let told = toml::from_str::<BadgeSettings>("schools = [\"S-12\"]").unwrap_err().to_string();
        assert!(told.contains("only_at"), "{told}");
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
            assert_eq!(settings.district().is_at(at(instant), &zone), works, "{instant}");
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
            assert_eq!(own.district().is_in(network, at_school), own_works, "{network}");
            assert_eq!(BadgeSettings::default().district().is_in(network, at_school), default_works, "{network}");
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
        let somewhere =
            on(|settings| settings.schools = vec![SchoolBadges { networks: Some(vec![lan("203.0.113.0/24")]), ..of_school("a") }]);
        assert_eq!(somewhere.problem(&[]), None);
        for wrong in [
            on(|settings| settings.networks = vec![Network::parse("0.0.0.0/0").unwrap()]),
            on(|settings| settings.networks = vec![Network::parse("::/0").unwrap()]),
            on(|settings| "8".clone_into(&mut settings.from)),
            on(|settings| "25:00".clone_into(&mut settings.until)),
            on(|settings| "07:00".clone_into(&mut settings.until)),
            on(|settings| settings.days.clear()),
            on(|settings| settings.schools = vec![of_school("")]),
            on(|settings| settings.schools = vec![of_school("a"), of_school("a")]),
            on(|settings| settings.schools = vec![SchoolBadges { until: Some("06:00".to_owned()), ..of_school("a") }]),
            on(|settings| settings.schools = vec![SchoolBadges { days: Some(Vec::new()), ..of_school("a") }]),
            on(|settings| settings.schools = vec![SchoolBadges { networks: Some(vec![lan("::/0")]), ..of_school("a") }]),
        ] {
            assert!(wrong.problem(&school).is_some(), "{wrong:?}");
        }
    }
}
