//! Addresses that answers go to: which may be registered (row P02), and which is the same as a registered one (row
//! P01).

use url::Url;

/// Why an address may not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is not an address, or it is written in a way that two programs could read differently.
    #[error("is not a plain absolute address: write it as a browser shows it, in lower case, in ASCII, without a default port")]
    NotPlain,
    /// It would carry secrets over an open wire, or into a script.
    #[error("must begin with https:// (http:// only for localhost, 127.0.0.1 and [::1])")]
    Scheme,
    /// A fragment would swallow the answer.
    #[error("must not have a fragment (#)")]
    Fragment,
    /// It would stand for more than one address.
    #[error("must not have a wildcard (*): register each address")]
    Wildcard,
    /// It holds a name and a password.
    #[error("must not have a user name or a password")]
    UserInfo,
    /// The app's frame would be another's.
    #[error("must have the scheme, host and port of one of the redirect URIs")]
    Elsewhere,
    /// Its query would be taken for an answer.
    #[error("must not have a parameter named code, state, iss, error or error_description")]
    Reserved,
}

/// May this address be registered? (RFC 6749 section 3.1.2, RFC 9700 section 4.1)
pub fn check(text: &str) -> Result<(), Unfit> {
    let url = Url::parse(text).map_err(|_| Unfit::NotPlain)?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err(Unfit::Scheme),
    }
    if text.contains('#') {
        return Err(Unfit::Fragment);
    }
    if text.contains('*') {
        return Err(Unfit::Wildcard);
    }
    if text.contains('@') {
        return Err(Unfit::UserInfo);
    }
    let plain = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
    if !plain || !is_of_rfc_3986(&url) || text.contains("%2e") || text.contains("%2E") || text.contains(';') || url.path().contains("//") {
        return Err(Unfit::NotPlain);
    }
    if url.query_pairs().any(|(name, _)| RESERVED.contains(&name.as_ref())) {
        return Err(Unfit::Reserved);
    }
    Ok(())
}

/// Is this the registered address? Byte by byte; only the port of a loopback address may differ, because a program on
/// the person's own machine cannot choose it (RFC 8252 section 7.3).
pub fn same(registered: &str, sent: &str) -> bool {
    registered == sent
        || match (without_loopback_port(registered), without_loopback_port(sent)) {
            (Some(registered), Some(sent)) => registered == sent,
            _ => false,
        }
}

/// The origin of a registered address, for `form-action`.
pub fn origin(text: &str) -> Option<String> {
    Url::parse(text).ok().map(|url| url.origin().ascii_serialization())
}

/// Browsers leave letters as they are that RFC 3986 section 2 does not know (`|`, `{`, a bracket, a `%` that escapes nothing); whoever
/// goes by it reads another address there, or none.
fn is_of_rfc_3986(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let literal = host.starts_with('[') && host.ends_with(']');
    let named = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    (literal || named) && has_known_letters(url.path()) && url.query().is_none_or(has_known_letters)
}

/// The letters of a path and of a query (RFC 3986 sections 3.3 and 3.4).
fn has_known_letters(text: &str) -> bool {
    let mut escapes = text.split('%');
    let first = escapes.next().unwrap_or_default();
    let escaped = |rest: &str| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let known = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte));
    known(first) && escapes.all(|rest| escaped(rest) && known(rest))
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

/// A loopback address in two parts, before and after its port.
fn without_loopback_port(text: &str) -> Option<(&str, &str)> {
    let host = LOOPBACKS.iter().find(|host| text.starts_with(**host))?;
    let rest = &text[host.len()..];
    let rest = match rest.strip_prefix(':') {
        Some(port) => {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            port[..digits].parse::<u16>().ok()?;
            &port[digits..]
        }
        None => rest,
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((*host, rest))
}

const LOOPBACKS: &[&str] = &["http://127.0.0.1", "http://[::1]"];
const RESERVED: &[&str] = &["code", "state", "iss", "error", "error_description", "error_uri", "response"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_may_be_registered() {
        for uri in [
            "https://rp.test/cb",
            "https://rp.test",
            "https://rp.test:8443/cb?tenant=7",
            "http://127.0.0.1:3000/cb",
            "http://localhost/cb",
            "http://[::1]/cb",
            "https://rp.test/a%20b",
            "https://my_app.rp.test/~cb/a+b,(c)!$&=:?q=a/b?c%C3%A9",
        ] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn p02_dangerous_addresses_are_not_registered() {
        let table = [
            ("javascript:alert(1)", Unfit::Scheme),
            ("JaVaScRiPt:alert(1)", Unfit::Scheme),
            ("data:text/html,x", Unfit::Scheme),
            ("vbscript:x", Unfit::Scheme),
            ("file:///etc/passwd", Unfit::Scheme),
            ("http://a/", Unfit::Scheme),
            ("http://127.0.0.1.evil.test/", Unfit::Scheme),
            ("com.example.app:/cb", Unfit::Scheme),
            ("https://*", Unfit::Wildcard),
            ("https://*.rp.test/cb", Unfit::Wildcard),
            ("https://a/#x", Unfit::Fragment),
            ("https://rp.test@evil.test/", Unfit::UserInfo),
            ("HTTPS://rp.test/cb", Unfit::NotPlain),
            ("https://RP.test/cb", Unfit::NotPlain),
            ("https://rp.test:443/cb", Unfit::NotPlain),
            ("https://rp.test/a/../cb", Unfit::NotPlain),
            ("https://rp.test/%2e%2e/cb", Unfit::NotPlain),
            ("https://rp.test\\cb", Unfit::NotPlain),
            ("https://rp.test/c b", Unfit::NotPlain),
            ("https://rp.test/\tcb", Unfit::NotPlain),
            ("https://école.test/cb", Unfit::NotPlain),
            ("/cb", Unfit::NotPlain),
            // Found by the fuzz target `redirect-uri`: an address to a browser, and none by RFC 3986.
            ("https://rp.test/a|b", Unfit::NotPlain),
            ("https://rp.test/cb[1]", Unfit::NotPlain),
            ("https://rp.test/cb?a=^", Unfit::NotPlain),
            ("https://rp.test/cb%", Unfit::NotPlain),
            ("https://rp.test/cb?a=%zz", Unfit::NotPlain),
            ("https://a{b}.test/cb", Unfit::NotPlain),
            ("", Unfit::NotPlain),
            ("https://rp.test/cb?code=x", Unfit::Reserved),
            ("https://rp.test/cb?a=1&st%61te=x", Unfit::Reserved),
        ];
        for (uri, why) in table {
            assert_eq!(check(uri), Err(why), "{uri:?}");
        }
    }

    #[test]
    fn p01_only_the_registered_address_is_the_registered_address() {
        let registered = "https://rp.test/cb";
        assert!(same(registered, "https://rp.test/cb"));
        let hosts =
            ["rp.test.", "RP.test", "rp.test:443", "rp.test@evil.test", "rp.test.evil.test", "evil.test", "rр.test", "rp.test:8443"];
        let paths = [
            "",
            "/",
            "/cb/",
            "/CB",
            "//cb",
            "/cb//",
            "/./cb",
            "/cb/.",
            "/cb/..",
            "/cb/../cb",
            "/cb/../x",
            "/x/../cb",
            "/cb;/..;/x",
            "/cb;x",
            "/cb%2f",
            "/%63b",
            "/cb%00",
            "/cb%0a",
            "/cb\t",
            "/cb\n",
            "/cb ",
            " /cb",
            "/%2e%2e/cb",
            "/cb/%2e%2e/x",
            "/cb\\",
            "/cb\\..\\x",
            "/cb?",
            "/cb?x",
            "/cb?x=1",
            "/cb#",
            "/cb#f",
            "/cbx",
            "/c",
            "/cb%",
            "/cb%3fx",
            "/cb?code=1",
            "/cb&x=1",
            "/cb\u{202e}",
            "/cb\u{200b}",
        ];
        let schemes =
            ["http://", "HTTPS://", "https:/", "https:", "//", "https:///", "https:\\\\", " https://", "javascript://", "data://"];
        let mut corpus: Vec<String> = hosts.iter().map(|host| format!("https://{host}/cb")).collect();
        corpus.extend(paths.iter().map(|path| format!("https://rp.test{path}")));
        corpus.extend(schemes.iter().map(|scheme| format!("{scheme}rp.test/cb")));
        corpus.extend(hosts.iter().flat_map(|host| paths.iter().map(move |path| format!("https://{host}{path}"))));
        assert!(corpus.len() > 80);
        for sent in corpus {
            assert!(!same(registered, &sent), "{sent:?}");
        }
    }

    #[test]
    fn p01_only_the_port_of_a_loopback_address_may_differ() {
        let registered = "http://127.0.0.1:3000/cb";
        for sent in ["http://127.0.0.1:3000/cb", "http://127.0.0.1:49152/cb", "http://127.0.0.1/cb"] {
            assert!(same(registered, sent), "{sent}");
        }
        for sent in [
            "http://127.0.0.1:3000/cb2",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:3000@evil.test/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://127.0.0.1:1:2/cb",
            "https://127.0.0.1:3000/cb",
            "http://[::1]:3000/cb",
            "http://localhost:3000/cb",
        ] {
            assert!(!same(registered, sent), "{sent}");
        }
        assert!(!same("http://localhost:3000/cb", "http://localhost:4000/cb"));
    }
}
