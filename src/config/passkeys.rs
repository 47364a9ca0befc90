//! `[passkeys]`: where passkeys are good.

use serde::{Deserialize, Serialize};
use url::Url;

/// `[passkeys]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasskeySettings {
    /// People may add passkeys, and sign in with them.
    pub enabled: bool,
    /// The relying party's id; else the issuer's host. Passkeys that were made under one id are good under no other.
    pub rp_id: Option<String>,
    /// The origins at which they may be used; else the issuer alone.
    pub origins: Vec<String>,
}

impl Default for PasskeySettings {
    fn default() -> Self {
        Self { enabled: true, rp_id: None, origins: Vec::new() }
    }
}

impl PasskeySettings {
    /// What is wrong with them for this issuer, in words. Browsers refuse the rest (Web Authentication Level 3, section 5.1.3), and
    /// would do so before the eyes of people.
    pub fn problem(&self, issuer: &str) -> Option<String> {
        let host = Url::parse(issuer).ok()?.domain().map(str::to_owned);
        match (&self.rp_id, host) {
            (Some(_), None) => return Some("rp_id: the issuer's host is an address, and passkeys need a name".to_owned()),
            (Some(id), Some(host)) if !is_within(&host, id) => {
                return Some(format!("rp_id: {id} is neither the issuer's host nor the end of it, as in {host}"));
            }
            (Some(id), Some(host)) if *id != host && !id.contains('.') => {
                return Some(format!("rp_id: {id} is nobody's own name; passkeys would be good for everybody under it"));
            }
            (None, None) if !self.origins.is_empty() => {
                return Some("origins: the issuer's host is an address, and passkeys need a name".to_owned());
            }
            (None, None) => return None,
            _ => {}
        }
        let id = self.rp_id.clone().or_else(|| Url::parse(issuer).ok()?.domain().map(str::to_owned))?;
        self.origins.iter().find_map(|origin| wrong_origin(origin, &id))
    }
}

/// An origin is compared letter by letter with what browsers say, so it stands here as they write it.
fn wrong_origin(origin: &str, rp_id: &str) -> Option<String> {
    let url = Url::parse(origin).ok();
    let written = url.as_ref().map(|url| url.origin().ascii_serialization());
    let (scheme, host) = url.as_ref().map(|url| (url.scheme(), url.domain().unwrap_or_default())).unwrap_or_default();
    match () {
        () if written.as_deref() != Some(origin) => Some(format!("origins: write {origin:?} as https://id.ecole.example")),
        () if scheme != "https" && !(scheme == "http" && is_within(host, "localhost")) => Some(format!("origins: {origin} is not https")),
        () if !is_within(host, rp_id) => Some(format!("origins: {origin} is not within {rp_id}")),
        () => None,
    }
}

/// The host is this name, or one below it.
fn is_within(host: &str, name: &str) -> bool {
    !name.is_empty() && (host == name || host.strip_suffix(name).is_some_and(|before| before.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w02_an_id_is_the_issuers_host_or_the_end_of_it_and_origins_are_within_it() {
        let settings = |rp_id: Option<&str>, origins: &[&str]| PasskeySettings {
            rp_id: rp_id.map(str::to_owned),
            origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            ..PasskeySettings::default()
        };
        let of = |issuer: &str, rp_id, origins: &[&str]| settings(rp_id, origins).problem(issuer);
        let issuer = "https://id.ecole.example";
        for right in [
            of(issuer, None, &[]),
            of(issuer, Some("id.ecole.example"), &["https://id.ecole.example"]),
            of(issuer, Some("ecole.example"), &["https://id.ecole.example", "https://classe.ecole.example:8443"]),
            of("http://localhost:8080", Some("localhost"), &["http://localhost:8080"]),
            of("http://127.0.0.1:8080", None, &[]),
        ] {
            assert_eq!(right, None);
        }
        for rp_id in ["cole.example", "badid.ecole.example", "example", "ecole.example.", "", "https://id.ecole.example", "ECOLE.example"] {
            assert!(of(issuer, Some(rp_id), &[]).is_some(), "{rp_id}");
        }
        for origin in [
            "http://id.ecole.example",
            "https://id.ecole.example/",
            "https://id.ecole.example:443",
            "https://badid.ecole.example.evil.example",
            "https://badecole.example",
            "https://ID.ecole.example",
            "id.ecole.example",
        ] {
            assert!(of(issuer, Some("ecole.example"), &[origin]).is_some(), "{origin}");
        }
        assert!(of("http://127.0.0.1:8080", Some("127.0.0.1"), &[]).is_some());
        assert!(of("http://127.0.0.1:8080", None, &["http://127.0.0.1:8080"]).is_some());
    }
}
