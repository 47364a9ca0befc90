//! Our cookies, and the only place that writes one: `__Host-`, Secure, HttpOnly, Path=/, SameSite=Lax, no Domain
//! (security.md 2.6, C7; the one exception is [`BROWSER_STATE`]). Browsers take localhost for secure, so the demo is no exception. A life is given only to what
//! must outlive the browser: journeys (7 days), known devices, the language.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

use crate::model::JourneyId;
use crate::random::Secret;

/// The session.
pub const SESSION: &str = "__Host-sid";
/// A browser before it has a session; forms are tied to it.
pub const PRE: &str = "__Host-pre";
/// A known device.
pub const DEVICE: &str = "__Host-dev";
/// A device that a family shares, and whom its first page offers.
pub const FAMILY: &str = "__Host-family";
/// The language that was chosen.
pub const LANGUAGE: &str = "__Host-lang";
/// The token of a letter's link, between its address and its button.
pub const MAIL: &str = "__Host-mail";
/// The token that takes a change of address back, between its address and its button.
pub const UNDO: &str = "__Host-undo";
/// The token of a letter about a new device, between its address and its button.
pub const NOT_ME: &str = "__Host-not-me";
/// The code of a session at the counter, where the office turns its own screen around; it opens the one session, once.
pub const COUNTER: &str = "__Host-counter";
/// Where somebody signs in, remembered by their own choice; a word of the settings.
pub const SOURCE: &str = "__Host-src";
/// The school whose address somebody came by; its id.
pub const SCHOOL: &str = "__Host-school";
/// What a page of ours in an app's frame compares (OpenID Connect Session Management 1.0). The one exception to row C7: the
/// page's script reads it, and it comes along to frames of other sites. It opens nothing and says nothing of anybody.
pub const BROWSER_STATE: &str = "__Host-state";
/// Where the cookies of journeys begin.
pub const JOURNEY: &str = "__Host-j-";
/// What all of them begin with: no other host can set such a cookie (RFC 6265bis section 4.1.3.2).
const OURS: &str = "__Host-";

/// Our cookies of a request, by name (row S04). The line that a browser sends also holds what other hosts of the district set for
/// all its names: each pair is read by itself, so that none of theirs, in whatever letters, takes ours along. A browser that
/// keeps the prefix has one cookie of a `__Host-` name; where two differ, somebody else set one of them, and neither counts.
#[derive(Clone, Debug, Default)]
pub struct Jar(BTreeMap<String, Secret>);

impl Jar {
    /// Reads a request's cookies.
    pub fn read(headers: &HeaderMap) -> Self {
        let pairs = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        let ascii = pairs.filter(|pair| pair.is_ascii()).filter_map(|pair| str::from_utf8(pair).ok());
        let mut found: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for (name, value) in ascii.filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('=')) {
            if name.starts_with(OURS) {
                let kept = found.entry(name).or_insert(Some(value));
                *kept = kept.filter(|kept| *kept == value);
            }
        }
        Self(found.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Secret::new(value?)))).collect())
    }

    /// The value of a cookie.
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.0.get(name)
    }

    /// What opens a journey.
    pub fn journey(&self, id: JourneyId) -> Option<Secret> {
        let (held, secret) = self.get(&journey_name(id))?.expose().split_once('.')?;
        (held.parse() == Ok(id)).then(|| Secret::new(secret))
    }

    /// The journeys that this browser holds, the oldest first.
    pub fn journeys(&self) -> Vec<(JourneyId, Secret)> {
        let ours = self.0.iter().filter(|(name, _)| name.starts_with(JOURNEY));
        let mut held: Vec<_> = ours
            .filter_map(|(_, value)| value.expose().split_once('.').map(|(id, secret)| (id.to_owned(), Secret::new(secret))))
            .filter_map(|(id, secret)| Some((id.parse().ok()?, secret)))
            .collect();
        held.sort_by_key(|(id, _)| *id);
        held
    }
}

/// A `Set-Cookie`; without a life it ends with the browser.
pub fn set(name: &str, value: &str, life: Option<Duration>) -> HeaderValue {
    let mut cookie = Cookie::build((name, value)).secure(true).http_only(true).path("/").same_site(SameSite::Lax);
    if let Some(life) = life {
        cookie = cookie.max_age(cookie::time::Duration::seconds(i64::try_from(life.as_secs()).unwrap_or(i64::MAX)));
    }
    HeaderValue::try_from(cookie.build().to_string()).expect("our names and values are plain ASCII")
}

/// The `Set-Cookie` of [`BROWSER_STATE`], and of no other.
pub(super) fn set_browser_state(value: &str, life: Option<Duration>) -> HeaderValue {
    let mut cookie = Cookie::build((BROWSER_STATE, value)).secure(true).path("/").same_site(SameSite::None);
    if let Some(life) = life {
        cookie = cookie.max_age(cookie::time::Duration::seconds(i64::try_from(life.as_secs()).unwrap_or(i64::MAX)));
    }
    HeaderValue::try_from(cookie.build().to_string()).expect("the value is plain ASCII")
}

/// Takes a cookie away.
pub fn clear(name: &str) -> HeaderValue {
    set(name, "", Some(Duration::ZERO))
}

/// What opens a journey from now on, for a day when the browser was closed in between (A42).
pub fn set_journey(id: JourneyId, secret: &Secret, life: Option<Duration>) -> HeaderValue {
    set(&journey_name(id), &format!("{id}.{}", secret.expose()), life)
}

/// Takes a journey's cookie away.
pub fn clear_journey(id: JourneyId) -> HeaderValue {
    clear(&journey_name(id))
}

/// Two journeys in two tabs have two cookies (row E21). The end of the id is its random part.
fn journey_name(id: JourneyId) -> String {
    let id = id.0.simple().to_string();
    format!("{JOURNEY}{}", &id[id.len() - 8..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::random::Random;

    #[test]
    fn c7_every_cookie_is_bound_to_this_host() {
        let id = JourneyId::new(Timestamp(1_000), &Random::seeded(1));
        let secret = Random::seeded(2).secret();
        for cookie in [set(SESSION, "x", None), clear(SESSION), set_journey(id, &secret, Some(Duration::from_secs(60)))] {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-") && cookie.len() < 4096, "{cookie}");
            for attribute in ["; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        assert!(!set(SESSION, "x", None).to_str().unwrap().contains("Max-Age"));
    }

    #[test]
    fn c7_one_cookie_may_be_read_by_a_script_and_is_bound_to_this_host_too() {
        let cookie = set_browser_state("abc", None);
        assert_eq!(cookie.to_str().unwrap(), "__Host-state=abc; SameSite=None; Secure; Path=/");
    }

    #[test]
    fn s04_of_two_cookies_of_one_name_neither_counts_and_no_letter_of_another_host_hides_ours() {
        let read = |line: &str| {
            let mut headers = HeaderMap::new();
            headers.append(header::COOKIE, HeaderValue::try_from(line).unwrap());
            Jar::read(&headers).get(SESSION).map(|secret| secret.expose().to_owned())
        };
        for (line, found) in [
            ("__Host-sid=a", Some("a")),
            ("__Host-sid=a; __Host-sid=a", Some("a")),
            ("__Host-sid=a; __Host-sid=b", None),
            ("__Host-sid=a; __Host-sid=b; __Host-sid=a", None),
            ("école=érable; __Host-sid=a;", Some("a")),
            ("sid=b; __host-sid=b; __Host-sid2=b;\t__Host-sid=a ", Some("a")),
            // Names that a browser takes for others than ours, and a server that trims too much for ours.
            ("\u{2000}__Host-sid=b", None),
            ("__Host-sid\u{a0}=b", None),
            ("__Host-sid =b", None),
            ("$Version=1; __host-sid=b; \"__Host-sid\"=b; =__Host-sid=b", None),
        ] {
            assert_eq!(read(line).as_deref(), found, "{line}");
        }
    }

    #[test]
    fn a_journey_is_found_by_its_id_and_no_other() {
        let random = Random::seeded(1);
        let (id, other) = (JourneyId::new(Timestamp(1_000), &random), JourneyId::new(Timestamp(2_000), &random));
        let cookie = set_journey(id, &Secret::new("abc"), None);
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::try_from(format!("a=b; {pair}; {JOURNEY}zz=garbage")).unwrap());
        let jar = Jar::read(&headers);
        assert_eq!(jar.journey(id).unwrap().expose(), "abc");
        assert!(jar.journey(other).is_none());
        assert_eq!(jar.journeys().len(), 1);
    }
}
