//! Who is asking: made once a request, from its cookies, its address and its headers. Everything later believes this
//! and reads none of them again.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use tokio::sync::OnceCell;

use super::cookies::{self, Jar};
use super::csrf::Holder;
use super::{PageError, certificate, district};
use crate::app::App;
use crate::flow::Origin;
use crate::limits;
use crate::model::{DateFormat, Hash, Language, LocalPath, PersonId, Timestamp};
use crate::pages::Reading;
use crate::random::Secret;
use crate::store::accounts::Account;
use crate::store::people::Person;
use crate::store::sessions::{Session, Visiting};
use crate::store::{StoreError, Tx};

/// Who is asking: an extractor, made once a request.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The request's instant.
    pub now: Timestamp,
    /// The language to answer in: what this request asks for, what this person chose here, the account's, the
    /// cookie's, the browser's, the district's.
    pub language: Language,
    /// The live session of this browser.
    pub signed_in: Option<SignedIn>,
    /// As far as limits care.
    pub origin: Origin,
    /// The hash of the pre-session cookie, which forms are tied to.
    pub pre: Hash,
    /// Path and query of the request.
    pub here: String,
    /// The pre-session cookie, where the browser has none yet; a page with a form gives it.
    pub(super) fresh_pre: Option<Secret>,
    /// This request chose a language; the cookie remembers it.
    pub(super) chose: Option<Language>,
    /// The cookies that came along.
    pub(super) jar: Jar,
}

/// The person of a live session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Its account.
    pub account: Account,
    /// The person.
    pub person: PersonId,
    /// The name to greet with.
    pub name: String,
    /// The order of a date that the person chose.
    pub dates: Option<DateFormat>,
}

/// Where the request's visitor stands once somebody asked for it, so that nobody makes it twice.
pub(super) type Slot = Arc<OnceCell<Visitor>>;

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let slot = parts.extensions.get::<Slot>().cloned().unwrap_or_default();
        slot.get_or_try_init(|| Self::of(parts, app)).await.cloned()
    }
}

/// For programs that ask: where the request came from, and nothing of a browser.
impl FromRequestParts<Arc<App>> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self { network: network(app, parts), certificate: certificate::of(app, parts), ..Self::default() })
    }
}

impl Visitor {
    /// A cookie that this browser sent.
    pub fn cookie(&self, name: &str) -> Option<&Secret> {
        self.jar.get(name)
    }

    /// Looks at a request.
    pub(super) async fn of(parts: &Parts, app: &App) -> Result<Self, PageError> {
        let now = app.now();
        let jar = Jar::read(&parts.headers);
        let signed_in = signed_in(app, &jar, now).await?;
        let chose = asked_language(parts).filter(|language| district::languages(app).contains(language));
        let fresh_pre = jar.get(cookies::PRE).is_none().then(|| app.tools.random.secret());
        let pre = jar.get(cookies::PRE).or(fresh_pre.as_ref()).expect("one of them is there").hash();
        let known_device_of = match (jar.get(cookies::DEVICE), &parts.method) {
            (Some(secret), &Method::POST) => app.store.read().devices().owner(&secret.hash(), now).await?,
            _ => None,
        };
        let account = signed_in.as_ref().map(|signed_in| signed_in.account.id);
        Ok(Self {
            now,
            language: chose.unwrap_or_else(|| language(app, &jar, signed_in.as_ref(), &parts.headers)),
            signed_in,
            origin: Origin {
                network: network(app, parts),
                browser: Some(pre),
                known_device_of,
                signed_in: account,
                challenge_passed: false,
                shared_device: jar.get(cookies::FAMILY).map(Secret::hash),
                source: jar.get(cookies::SOURCE).map(|source| source.expose().to_owned()),
                device: super::device::device(&parts.headers),
                certificate: None,
            },
            pre,
            here: here(&parts.uri),
            fresh_pre,
            chose,
            jar,
        })
    }

    /// How this visitor reads instants.
    pub fn reading(&self) -> Reading {
        Reading { language: self.language, dates: self.signed_in.as_ref().and_then(|signed_in| signed_in.dates) }
    }

    /// Whose forms these are.
    pub(super) fn holder(&self) -> Holder {
        Holder { pre: self.pre, session: self.signed_in.as_ref().map(|signed_in| signed_in.session.id) }
    }

    /// What the language cookie holds: the language, and whose choice it was.
    pub(super) fn language_choice(&self) -> Option<String> {
        let tag = self.chose?.tag();
        Some(match &self.signed_in {
            Some(signed_in) => format!("{tag}.{}", chooser(&signed_in.account)),
            None => tag.to_owned(),
        })
    }
}

/// The given name a person goes by.
pub fn given_name(person: &Person) -> &str {
    person.preferred_given_name.as_ref().unwrap_or(&person.given_name)
}

/// The person of the session that the cookie opens. Whoever left the roster is signed in no more (row S07).
async fn signed_in(app: &App, jar: &Jar, now: Timestamp) -> Result<Option<SignedIn>, StoreError> {
    let Some(secret) = jar.get(cookies::SESSION) else { return Ok(None) };
    let Some(Visiting { session, account, name, dates }) = app.store.read().sessions().of_visitor(&secret.hash(), now).await? else {
        return Ok(None);
    };
    if session.is_to_touch(now) {
        app.store.write(async |tx: &Tx| tx.sessions().touch(session.id, now).await).await?;
    }
    Ok(Some(SignedIn { session, name, dates, person: account.person, account }))
}

fn asked_language(parts: &Parts) -> Option<Language> {
    let query = parts.uri.query()?;
    let (_, tag) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "language")?;
    Language::from_tag(&tag)
}

/// What somebody chose while signed in counts for nobody else: brothers and sisters share a browser (A16).
fn language(app: &App, jar: &Jar, signed_in: Option<&SignedIn>, headers: &HeaderMap) -> Language {
    let languages = district::languages(app);
    let spoken = |tag: &str| Language::from_tag(tag).filter(|language| languages.contains(language));
    let cookie = jar.get(cookies::LANGUAGE).map(Secret::expose).unwrap_or_default();
    let (tag, by) = cookie.split_once('.').unwrap_or((cookie, ""));
    let (own, account) = match signed_in {
        Some(SignedIn { account, .. }) => (spoken(tag).filter(|_| by == chooser(account)), account.language),
        None => (None, None),
    };
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    own.or(account.filter(|language| languages.contains(language)))
        .or_else(|| spoken(tag).filter(|_| by.is_empty()))
        .or_else(|| preferred(accepted, spoken))
        .unwrap_or_else(|| languages.first().copied().unwrap_or(Language::ALL[0]))
}

/// The end of an account's id tells its owner's choice from that of others, and says nothing more.
fn chooser(account: &Account) -> String {
    let digest = Hash::of(account.id.0.as_bytes());
    digest.0[..4].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The best language of an `Accept-Language` (RFC 9110 section 12.5.4).
pub fn preferred(accepted: &str, spoken: impl Fn(&str) -> Option<Language>) -> Option<Language> {
    let ranges = accepted.split(',').take(20).filter_map(|range| {
        let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
        let weight: f32 = weight.trim().parse().ok().filter(|weight: &f32| (0.0..=1.0).contains(weight))?;
        Some((spoken(tag.trim()).filter(|_| weight > 0.0)?, weight))
    });
    ranges.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(language, _)| language)
}

/// The network that limits count by: that of the connection, or what a proxy of ours says of it (row I05).
fn network(app: &App, parts: &Parts) -> String {
    let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else { return String::new() };
    let lines = parts.headers.get_all("x-forwarded-for").iter();
    let forwarded: Vec<&str> = lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).collect();
    limits::network_of(real_address(peer.ip(), &forwarded, |address| district::is_trusted_proxy(app, address)))
}

/// From right to left, as long as a trusted proxy speaks. Whatever is not an address is believed by nobody: then the
/// one who said it is counted.
fn real_address(peer: IpAddr, forwarded: &[&str], trusted: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut address = peer.to_canonical();
    for said in forwarded.iter().rev() {
        if !trusted(address) {
            break;
        }
        match said.trim().parse::<IpAddr>() {
            Ok(said) => address = said.to_canonical(),
            Err(_) => return peer.to_canonical(),
        }
    }
    address
}

/// The address of a page, for forms that lead back to it. `//else.test/x` is a path to us, and another host to the browser that reads
/// it in a form of the page that says that it is not there (row P22).
fn here(uri: &Uri) -> String {
    let path = uri.path_and_query().and_then(|here| LocalPath::parse(here.as_str()));
    path.unwrap_or_else(LocalPath::home).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_language_that_we_speak_wins() {
        let best = |accepted: &str| preferred(accepted, Language::from_tag);
        assert_eq!(best("fr-CA,fr;q=0.9,en;q=0.8"), Some(Language::French));
        assert_eq!(best("de, en;q=0.5, fr;q=0.7"), Some(Language::French));
        assert_eq!(best("en;q=0, de"), None);
        assert_eq!(best("en;q=x, fr;q=9"), None);
        assert_eq!(best(""), None);
    }

    #[test]
    fn i05_only_our_own_proxies_say_where_a_request_came_from() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let (inner, stranger): (IpAddr, IpAddr) = ("10.0.0.2".parse().unwrap(), "203.0.113.9".parse().unwrap());
        let trusted = |address: IpAddr| address == proxy || address == inner;
        let real = |peer, forwarded: &[&str]| real_address(peer, forwarded, trusted).to_string();
        assert_eq!(real(stranger, &["1.1.1.1"]), "203.0.113.9", "a stranger's header is not read");
        assert_eq!(real(proxy, &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(real(proxy, &["1.1.1.1", " 198.51.100.7", "10.0.0.2"]), "198.51.100.7", "what stands before a stranger is his word");
        assert_eq!(real(proxy, &["1.1.1.1", "a"]), "10.0.0.1", "garbage is nobody's address");
        assert_eq!(real(proxy, &[]), "10.0.0.1");
        assert_eq!(real(proxy, &["::ffff:198.51.100.7"]), "198.51.100.7");
    }
}
