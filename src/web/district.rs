//! What the settings say of the district, as the web layer needs it. Every address of ours begins with the configured
//! issuer; nothing a request says changes it (D8, P34).

use std::net::IpAddr;

use jiff::tz::TimeZone;

use crate::app::App;
use crate::model::Language;
use crate::pages::District;

/// How the district is named on every page.
pub(super) fn district(_app: &App) -> District {
    District { name: "District scolaire des Tilleuls".to_owned(), brand: "#0b6e4f".to_owned(), logo: None }
}

/// Where requests for help go that name no school, or one without an address.
pub(super) fn help_address(_app: &App) -> String {
    "aide@tilleuls.example".to_owned()
}

/// The clock on the school's wall.
pub(super) fn zone(_app: &App) -> TimeZone {
    TimeZone::UTC
}

/// The languages of the pages, the default first.
pub(super) fn languages(_app: &App) -> &[Language] {
    Language::ALL
}

/// Scheme, host and port of the issuer, as a browser writes an origin.
pub(super) fn origin(_app: &App) -> String {
    "http://localhost:8080".to_owned()
}

/// A proxy of ours: what it says of where a request came from is believed.
pub(super) fn is_trusted_proxy(_app: &App, _address: IpAddr) -> bool {
    false
}
