//! `[district]`: who speaks on every page and in every letter.

use serde::{Deserialize, Serialize};

/// The district.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DistrictSettings {
    /// Its name.
    pub name: String,
    /// Its colour, `#rrggbb`; what must be readable on it or in it follows by itself.
    pub colour: String,
    /// Its logo: a file of `assets/`, by its address there; none: the name alone.
    pub logo: Option<String>,
    /// Where requests for help go that name no school, or one without an address of its own.
    pub help_address: String,
    /// Where a person answers, at the foot of every page; a school's own comes from the roster.
    pub telephones: Vec<String>,
    /// Where technical questions go: a page, a password, a mail that does not come. None: where the others go.
    pub help_desk: Option<String>,
    /// The clock on the wall of its schools, such as `America/Toronto`.
    pub time_zone: String,
}

impl DistrictSettings {
    /// Where technical questions go.
    pub fn help_desk(&self) -> &str {
        self.help_desk.as_deref().unwrap_or(&self.help_address)
    }

    /// The clock on the wall, for whatever tells people an hour.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        // Checked when the settings were read; the library keeps what it has looked up.
        jiff::tz::TimeZone::get(&self.time_zone).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

impl Default for DistrictSettings {
    fn default() -> Self {
        Self {
            name: "Préau".to_owned(),
            colour: "#14606b".to_owned(),
            logo: None,
            help_address: "aide@ecole.example".to_owned(),
            telephones: Vec::new(),
            help_desk: None,
            time_zone: "UTC".to_owned(),
        }
    }
}
