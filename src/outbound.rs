//! The one client for calls to other servers: no redirects, time-outs, a limit on what is read, and no way to the
//! inside of the network (security.md P27). The address is judged where the connection is made, so that a name cannot mean one
//! machine when it is checked and another when it is called.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, StatusCode};
use url::{Host, Url};

use crate::model::Network;

/// Calls other servers.
#[derive(Clone)]
pub struct Outbound {
    client: Client,
    reach: Allowed,
}

/// The addresses that one client may connect to.
#[derive(Clone)]
struct Allowed {
    reach: Reach,
    inside: Arc<[Network]>,
}

/// Which machines may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public internet, by https.
    Public,
    /// Those, and this machine, also by http: for a district that itself is only on this machine.
    PublicAndLoopback,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// All of the body.
    pub body: Vec<u8>,
}

/// A call that did not work. It names the host and never the path, which may hold secrets.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The address is none that may be called.
    #[error("{0} may not be called: only https, and only public addresses")]
    Forbidden(String),
    /// The answer is longer than anybody needs.
    #[error("{0} answered with more than {MOST_READ} bytes")]
    TooLong(String),
    /// No connection, no answer, or none in time.
    #[error("{host} did not answer: {cause}")]
    Silent {
        /// Whom we asked.
        host: String,
        /// What happened, without the address.
        cause: String,
    },
}

impl Reach {
    /// The reach of a provider with this issuer: only one that is itself on this machine may call this machine.
    pub fn of_issuer(issuer: &Url) -> Self {
        match issuer.host() {
            Some(host) if is_loopback(&host) => Self::PublicAndLoopback,
            _ => Self::Public,
        }
    }

    /// This address may be connected to.
    pub fn allows(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || (self == Self::PublicAndLoopback && address.is_loopback())
    }
}

impl Allowed {
    fn allows(&self, address: IpAddr) -> bool {
        self.reach.allows(address) || self.inside.iter().any(|network| network.holds(address.to_canonical()))
    }

    /// This URL may be asked for. A host that is a name is judged again when it is resolved.
    fn allows_url(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        let address_fits = match host {
            Host::Domain(_) => true,
            Host::Ipv4(address) => self.allows(IpAddr::V4(address)),
            Host::Ipv6(address) => self.allows(IpAddr::V6(address)),
        };
        let plain_fits = self.reach == Reach::PublicAndLoopback && url.scheme() == "http" && is_loopback(&host);
        address_fits && (url.scheme() == "https" || plain_fits)
    }
}

impl Outbound {
    /// A client with this reach.
    pub fn new(reach: Reach) -> Self {
        Self::and_inside(reach, &[])
    }

    /// A client with this reach that may also call these networks of the district's own, by https.
    #[expect(clippy::disallowed_methods, reason = "this is the outbound client everyone else uses")]
    pub fn and_inside(reach: Reach, inside: &[Network]) -> Self {
        let reach = Allowed { reach, inside: inside.into() };
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(2)
            .dns_resolver(Arc::new(Guarded(reach.clone())))
            .user_agent(concat!("preau/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("the settings above hold on every machine");
        Self { client, reach }
    }

    /// Asks for what is at an address, once.
    pub async fn get(&self, url: Url) -> Result<Answer, OutboundError> {
        self.send(Request::new(Method::GET, url)).await
    }

    /// Sends a body to an address, once.
    pub async fn post(&self, url: Url, content_type: &'static str, body: Vec<u8>) -> Result<Answer, OutboundError> {
        let mut request = Request::new(Method::POST, url);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        *request.body_mut() = Some(body.into());
        self.send(request).await
    }

    /// Asks, once.
    pub async fn send(&self, request: Request) -> Result<Answer, OutboundError> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        if !self.reach.allows_url(request.url()) {
            return Err(OutboundError::Forbidden(host));
        }
        let silent = |error: reqwest::Error| OutboundError::Silent { host: host.clone(), cause: chain(&error.without_url()) };
        let mut response = self.client.execute(request).await.map_err(silent)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(silent)? {
            if body.len() + piece.len() > MOST_READ {
                return Err(OutboundError::TooLong(host));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status, headers, body })
    }
}

/// Resolves names to those addresses that may be connected to.
struct Guarded(Allowed);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.allows(address.ip())).collect();
            match allowed.is_empty() {
                true => Err(format!("{} has no address that may be called", name.as_str()).into()),
                false => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// What the last link of a chain of errors says is what an administrator needs.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Globally reachable, by the special-purpose registries of IANA (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (b == 18 || b == 19))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99);
    !special
}

/// Only global unicast, and of it neither documentation nor the ranges that carry an IPv4 address past the check.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global = (0x2000..0x4000).contains(&a);
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    global && !special
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Row P27.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Discovery, key sets and claims are far smaller.
const MOST_READ: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn only(reach: Reach) -> Allowed {
        Allowed { reach, inside: Arc::default() }
    }

    #[test]
    fn a_districts_own_network_is_called_where_it_says_so_and_by_https() {
        let allowed = Allowed { reach: Reach::Public, inside: [Network::parse("10.20.0.0/16").unwrap()].into() };
        assert!(allowed.allows("10.20.1.2".parse().unwrap()) && !allowed.allows("10.21.1.2".parse().unwrap()));
        assert!(allowed.allows_url(&url("https://10.20.1.2/x")) && !allowed.allows_url(&url("http://10.20.1.2/x")));
        assert!(allowed.allows("::ffff:10.20.1.2".parse().unwrap()) && !allowed.allows("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn only_public_addresses_are_called() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2001:db8::1",
            "2002:a00:1::",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!Reach::Public.allows(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["9.9.9.9", "192.0.1.1", "2620:fe::fe", "2a00:1450:4007::1"] {
            assert!(Reach::Public.allows(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn a_district_on_this_machine_may_call_this_machine_and_no_other_inside() {
        let reach = Reach::of_issuer(&url("http://localhost:8080"));
        assert_eq!(reach, Reach::PublicAndLoopback);
        assert!(reach.allows("127.0.0.1".parse().unwrap()) && reach.allows("::1".parse().unwrap()));
        assert!(!reach.allows("192.168.1.1".parse().unwrap()));
        let reach = only(reach);
        assert!(reach.allows_url(&url("http://127.0.0.1:8080/x")) && !reach.allows_url(&url("http://a.example/x")));
    }

    #[test]
    fn a_public_district_calls_by_https_alone() {
        let reach = Reach::of_issuer(&url("https://compte.ecole.example"));
        assert_eq!(reach, Reach::Public);
        let reach = only(reach);
        assert!(reach.allows_url(&url("https://a.example/x")));
        for wrong in
            ["http://a.example/x", "http://localhost/x", "https://127.0.0.1/", "https://[::1]/", "https://0x7f000001/", "ftp://a.example/"]
        {
            assert!(!reach.allows_url(&url(wrong)), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_connected_to_from_a_public_district() {
        let name = || "localhost".parse().unwrap();
        assert!(Guarded(only(Reach::Public)).resolve(name()).await.is_err());
        let found: Vec<SocketAddr> = Guarded(only(Reach::PublicAndLoopback)).resolve(name()).await.unwrap().collect();
        assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()));
    }
}
