//! The parameters of a protocol request, parsed once and strictly: nothing repeated (row P03), nothing endless (row
//! P44), nothing that two readers could read differently.

use std::collections::BTreeMap;

use super::error::{ErrorCode, OAuthError};

/// The longest request that is read; the longest value, a JWT aside, is far below.
pub const MAX_LENGTH: usize = 16 * 1024;
/// The longest single value.
const MAX_VALUE: usize = 4 * 1024;
/// The longest JWT that a client may send.
pub const MAX_JWT: usize = 12 * 1024;
const JWTS: &[&str] = &["request", "client_assertion", "id_token_hint", "assertion", "subject_token", "actor_token"];

/// Names and values of a query or a form (RFC 6749 sections 3.1 and 3.2): each name once, and a value that is empty
/// counts as not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn parse(encoded: &[u8]) -> Result<Self, OAuthError> {
        if encoded.len() > MAX_LENGTH {
            return Err(TOO_LONG);
        }
        let mut params = BTreeMap::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default()).ok_or(MALFORMED)?;
            let value = decode(halves.next().unwrap_or_default()).ok_or(MALFORMED)?;
            if value.len() > if JWTS.contains(&name.as_str()) { MAX_JWT } else { MAX_VALUE } {
                return Err(TOO_LONG);
            }
            // `scope[]` and `scope[0]` are how some frameworks write lists; read by another one they would repeat `scope`.
            if name.contains('[') || params.insert(name, value).is_some() {
                return Err(REPEATED);
            }
        }
        params.retain(|_, value| !value.is_empty());
        Ok(Self(params))
    }

    /// The value of a name, if it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a name that must have been sent; `missing` says so.
    pub fn need(&self, name: &str, missing: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or(ErrorCode::InvalidRequest.because(missing))
    }

    /// The same as a query, written anew.
    pub fn encode(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// Others in place of these of the same name, and in addition to the rest (OpenID Connect Core section 6.1).
    pub fn overlaid(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The same without these names.
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    /// Names and values that did not come as a form; `None` where one is longer than any may be, or holds what none may hold.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Option<Self> {
        let fits = |value: &str| value.len() <= MAX_VALUE && !value.chars().any(char::is_control);
        let params: BTreeMap<String, String> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        (params.iter().all(|(name, value)| fits(name) && fits(value)) && params.len() <= MOST).then_some(Self(params))
    }

    /// The values of a space-separated list.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).unwrap_or_default().split(' ').filter(|value| !value.is_empty())
    }
}

/// Undoes form encoding; `None` for a broken escape, for what is not UTF-8, and for control characters.
pub fn decode(encoded: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(*rest.next()?)? << 4 | hex(*rest.next()?)?,
            byte => *byte,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

const MOST: usize = 100;
const TOO_LONG: OAuthError = ErrorCode::InvalidRequest.because("the request is too long");
const MALFORMED: OAuthError = ErrorCode::InvalidRequest.because("the request is not well-formed: a parameter cannot be decoded");
const REPEATED: OAuthError = ErrorCode::InvalidRequest.because("a parameter was sent more than once");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let params = Params::parse(b"a=b+c&d=%2Fe%252F&empty=&flag").unwrap();
        assert_eq!((params.get("a"), params.get("d")), (Some("b c"), Some("/e%2F")));
        assert_eq!((params.get("empty"), params.get("flag"), params.get("none")), (None, None, None));
    }

    #[test]
    fn p03_nothing_is_sent_twice() {
        for query in ["a=1&a=1", "a=1&a=", "scope=x&scope[]=y", "scope%5B%5D=y", "%61=1&a=2"] {
            assert_eq!(Params::parse(query.as_bytes()), Err(REPEATED), "{query}");
        }
    }

    #[test]
    fn p43_what_cannot_be_decoded_is_refused() {
        for query in ["a=%", "a=%2", "a=%zz", "a=%ff", "a=%00", "a=%0d%0a", "%c3=1"] {
            assert_eq!(Params::parse(query.as_bytes()), Err(MALFORMED), "{query}");
        }
    }

    #[test]
    fn p44_nothing_is_endless() {
        assert_eq!(Params::parse(&vec![b'a'; MAX_LENGTH + 1]), Err(TOO_LONG));
        assert_eq!(Params::parse(format!("scope={}", "a+".repeat(10_000 / 2)).as_bytes()), Err(TOO_LONG));
    }
}
