//! Is this form ours, for this browser and this place? A token in the form, and what the browser says of where the
//! form came from (rows P18, S11). The token also tells one showing of a form from the next, which is how a click that
//! came twice is known for one (row E22).

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::keys::{KeyStore, Purpose};
use crate::model::{Hash, SessionId, Timestamp};
use crate::random::Random;

/// Whose forms these are: the browser's own cookie, and the session it is signed in with. A form from before a sign-in
/// or a sign-out is worth nothing afterwards (A17).
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// The hash of the pre-session cookie.
    pub pre: Hash,
    /// The session.
    pub session: Option<SessionId>,
}

/// A fresh token for a form that is sent to `place`, a path.
pub fn token(keys: &KeyStore, random: &Random, holder: &Holder, place: &str, now: Timestamp) -> String {
    let mut showing = [0; SHOWING];
    showing[..8].copy_from_slice(&now.0.to_be_bytes());
    showing[8..].copy_from_slice(&random.bytes::<8>());
    let mac = seal(keys, holder, place, &showing);
    BASE64_URL_SAFE_NO_PAD.encode([&showing[..], &mac.0].concat())
}

/// The showing that a token belongs to; `None` if it is not ours, not this holder's, or not for this place.
pub fn showing(keys: &KeyStore, holder: &Holder, place: &str, token: &str) -> Option<[u8; SHOWING]> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let (showing, mac) = bytes.split_first_chunk::<SHOWING>()?;
    let ours = seal(keys, holder, place, showing);
    bool::from(ours.0.ct_eq(mac)).then_some(*showing)
}

/// What the browser says: the form was sent by a page of ours. `Sec-Fetch-Site` decides; a browser too old for it has
/// `Origin`, which our `no-referrer` may turn into `null`: then the token alone decides.
pub fn came_from_us(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some("same-origin" | "none"), _) | (None, None | Some("null")) => true,
        (Some(_), _) => false,
        (None, Some(sent)) => sent == origin,
    }
}

fn seal(keys: &KeyStore, holder: &Holder, place: &str, showing: &[u8]) -> Hash {
    let session = holder.session.map(|session| session.0.into_bytes());
    let session = session.as_ref().map_or(&[][..], |session| session);
    keys.mac(Purpose::Csrf, &[&holder.pre.0, session, place.as_bytes(), showing])
}

/// Eight bytes of time, eight of chance.
pub const SHOWING: usize = 16;

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[(&'static str, &'static str)]) -> HeaderMap {
        values.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn p18_a_form_of_another_site_is_known_by_what_the_browser_says() {
        let ours = "https://id.example";
        let table: &[(&[(&str, &str)], bool)] = &[
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://id.example")], false),
            (&[("origin", "https://id.example")], true),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "https://id.example.evil.example")], false),
            (&[("origin", "null")], true),
            (&[], true),
        ];
        for (sent, expected) in table {
            assert_eq!(came_from_us(&headers(sent), ours), *expected, "{sent:?}");
        }
    }

    #[test]
    fn p18_a_token_is_for_one_browser_one_session_and_one_place() {
        let (keys, random) = (KeyStore::for_tests(), Random::seeded(1));
        let holder = Holder { pre: Hash::of(b"a"), session: None };
        let token = token(&keys, &random, &holder, "/sign-in", Timestamp(1_000));
        assert!(showing(&keys, &holder, "/sign-in", &token).is_some());
        let session = SessionId::new(Timestamp(1_000), &random);
        for (holder, place) in [
            (Holder { pre: Hash::of(b"b"), ..holder }, "/sign-in"),
            (Holder { session: Some(session), ..holder }, "/sign-in"),
            (holder, "/sign-out"),
        ] {
            assert!(showing(&keys, &holder, place, &token).is_none());
        }
        for wrong in ["", "AAAA", &token[1..], &format!("{token}A")] {
            assert!(showing(&keys, &holder, "/sign-in", wrong).is_none(), "{wrong:?}");
        }
    }
}
