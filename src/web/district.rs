//! What the settings say of the district, as the web layer needs it. Every address of ours begins with the configured
//! issuer; nothing a request says changes it (D8, P34).

use std::net::IpAddr;

use jiff::tz::TimeZone;

use crate::app::App;
use crate::config::HostSettings;
use crate::model::Language;
use crate::pages::District;

/// How the district is named on every page.
pub fn district(app: &App) -> District {
    let district = &app.tools.config.district;
    District { name: district.name.clone(), brand: district.colour.clone(), logo: district.logo.clone() }
}

/// Where requests for help go that name no school, or one without an address.
pub(super) fn help_address(app: &App) -> String {
    app.tools.config.district.help_address.clone()
}

/// Addresses of schools' own (E7).
pub(super) fn hosts(app: &App) -> &[HostSettings] {
    &app.tools.config.hosts
}

/// Where technical questions go.
pub(super) fn help_desk(app: &App) -> String {
    app.tools.config.district.help_desk().to_owned()
}

/// The clock on the school's wall.
pub fn zone(app: &App) -> TimeZone {
    app.tools.config.district.zone()
}

/// The languages of the pages, the default first.
pub(super) fn languages(app: &App) -> &[Language] {
    &app.tools.config.languages
}

/// Scheme, host and port of the issuer, as a browser writes an origin.
pub(super) fn origin(app: &App) -> &str {
    &app.tools.config.issuer
}

/// The origin at which programs show certificates, where it is another one.
pub(super) fn certificate_origin(app: &App) -> Option<&str> {
    app.tools.config.tls.mtls_base.as_deref().map(|base| base.trim_end_matches('/'))
}

/// The header in which such a proxy passes on the certificate that it was shown.
pub(super) fn certificate_header(app: &App) -> Option<&str> {
    app.tools.config.tls.client_certificate_header.as_deref()
}

/// A proxy of ours: what it says of where a request came from is believed.
pub(super) fn is_trusted_proxy(app: &App, address: IpAddr) -> bool {
    app.tools.config.trusted_proxies.iter().any(|network| network.holds(address))
}
