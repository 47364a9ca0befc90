//! Z1: which addresses may be registered, and which is the same as a registered one. Two strangers must read every address that is
//! taken as we do: a browser, by the URL standard of the WHATWG, and whatever goes by RFC 3986.

#![no_main]

use fluent_uri::Uri;
use libfuzzer_sys::fuzz_target;
use preau::model::LocalPath;
use preau::oidc::redirect_uri::{check, origin, same};
use url::Url;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (registered, sent) = text.split_once('\0').unwrap_or((text, text));
    local(sent);
    // Whatever is not registered is compared with nothing; the comparison by itself still must not fall over.
    let equal = same(registered, sent);
    if check(registered).is_err() {
        return;
    }
    let (browser, other) = (Url::parse(registered).expect("it is an address"), read(registered));
    agree(&browser, &other, registered);
    assert!(same(registered, registered), "{registered:?} is not itself");
    let ours = origin(registered).expect("it has an origin");
    let port = other.authority().and_then(|authority| authority.port()).map(|port| format!(":{}", port.as_str())).unwrap_or_default();
    let host = other.authority().map(|authority| authority.host()).unwrap_or_default();
    assert_eq!(ours, format!("{}://{host}{port}", other.scheme()), "{registered:?}");
    if equal {
        let loopback = ["http://127.0.0.1", "http://[::1]"].iter().any(|start| registered.starts_with(start) && sent.starts_with(start));
        assert!(registered == sent || loopback, "{registered:?} is {sent:?}");
        let (sent_to, read_as) = (Url::parse(sent).expect("it is an address"), read(sent));
        agree(&sent_to, &read_as, sent);
        assert_eq!(sent_to.host_str(), browser.host_str(), "{registered:?} is {sent:?}");
        assert_eq!((sent_to.path(), sent_to.query(), sent_to.fragment()), (browser.path(), browser.query(), None), "{sent:?}");
    }
});

fn read(text: &str) -> Uri<&str> {
    Uri::parse(text).unwrap_or_else(|why| panic!("{text:?} is an address to a browser and none by RFC 3986: {why}"))
}

/// One address, two readers, and no difference.
fn agree(browser: &Url, other: &Uri<&str>, text: &str) {
    let authority = other.authority().unwrap_or_else(|| panic!("{text:?} has no host by RFC 3986"));
    assert_eq!(browser.scheme(), other.scheme().as_str(), "{text:?}");
    assert_eq!(browser.host_str(), Some(authority.host()), "{text:?}");
    let usual = if browser.scheme() == "https" { 443 } else { 80 };
    let port = authority.port_to_u16().unwrap_or_else(|_| panic!("{text:?} has a port that is none")).unwrap_or(usual);
    assert_eq!(browser.port_or_known_default(), Some(port), "{text:?}");
    assert!(!authority.has_userinfo(), "{text:?}");
    let path = if other.path().is_empty() { "/" } else { other.path().as_str() };
    assert_eq!((browser.path(), browser.query()), (path, other.query().map(|query| query.as_str())), "{text:?}");
}

/// Row P22: what journeys return to leads nowhere else, also where somebody decodes it once.
fn local(text: &str) {
    let Some(path) = LocalPath::parse(text) else { return };
    let base = Url::parse("https://id.test/flow/x").expect("an address");
    let decoded: String = url::form_urlencoded::parse(format!("x={}", path.as_str().replace('&', "%26").replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    for path in [path.as_str(), &decoded] {
        if let Ok(there) = base.join(path) {
            assert_eq!(there.origin(), base.origin(), "{text:?} leads to {there}");
        }
    }
}
