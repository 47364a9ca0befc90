//! Where the three sites of a demonstration live. All are on this machine: the sample app and the mailbox have cookies
//! that must not travel, and the accounts' passwords stand in a file.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use url::Url;

/// Three open doors.
pub struct Doors {
    /// Préau's.
    pub preau: TcpListener,
    /// The sample app's.
    pub app: TcpListener,
    /// The mailbox's.
    pub mailbox: TcpListener,
}

/// Where a demonstration that was made before has its sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Préau's.
    pub preau: SocketAddr,
    /// The sample app's.
    pub app: SocketAddr,
    /// The mailbox's.
    pub mailbox: SocketAddr,
}

/// Why a door cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Shut {
    /// Others could come in.
    #[error("the demo is for this machine alone: --listen takes a loopback address such as {DEFAULT}, not {0}")]
    NotLoopback(SocketAddr),
    /// At the first start.
    #[error("port {0} is taken by another program, perhaps another demo; stop it, or let the demo take free ports: --listen 127.0.0.1:0")]
    Taken(u16),
    /// At a later start.
    #[error(
        "port {port}, where this demo has its {site}, is taken by another program; stop that one and start again, or begin anew \
         on free ports: --fresh --listen 127.0.0.1:0"
    )]
    KeptTaken {
        /// Which site.
        site: &'static str,
        /// Its port.
        port: u16,
    },
    /// The system says no.
    #[error("cannot listen on {0}: {1}")]
    Refused(SocketAddr, io::Error),
}

impl Doors {
    /// The doors of a new demonstration: Préau's where it was wanted, the others on the next ports, or on any.
    pub async fn open(wanted: SocketAddr) -> Result<Self, Shut> {
        if !wanted.ip().is_loopback() {
            return Err(Shut::NotLoopback(wanted));
        }
        let preau = bind(wanted).await.map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => Shut::Taken(wanted.port()),
            _ => Shut::Refused(wanted, error),
        })?;
        let next = |step: u16| if wanted.port() == 0 { 0 } else { wanted.port().checked_add(step).unwrap_or(0) };
        Ok(Self { preau, app: bind_near(next(1)).await?, mailbox: bind_near(next(2)).await? })
    }

    /// The same doors as before: what knows their addresses must find them again.
    pub async fn reopen(kept: Addresses) -> Result<Self, Shut> {
        Ok(Self {
            preau: rebind("identity provider", kept.preau).await?,
            app: rebind("sample app", kept.app).await?,
            mailbox: rebind("mailbox", kept.mailbox).await?,
        })
    }

    /// Where they are.
    pub fn addresses(&self) -> io::Result<Addresses> {
        Ok(Addresses { preau: self.preau.local_addr()?, app: self.app.local_addr()?, mailbox: self.mailbox.local_addr()? })
    }
}

/// Préau under the one name, the others under another: cookies know no ports, so the hosts must differ.
pub fn issuer(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// The address of the sample app or of the mailbox.
pub fn site(port: u16) -> Url {
    Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a port makes an address")
}

async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

async fn bind_near(port: u16) -> Result<TcpListener, Shut> {
    let at = |port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
    match bind(at(port)).await {
        Ok(listener) => Ok(listener),
        Err(_) => bind(at(0)).await.map_err(|error| Shut::Refused(at(0), error)),
    }
}

async fn rebind(site: &'static str, address: SocketAddr) -> Result<TcpListener, Shut> {
    bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Shut::KeptTaken { site, port: address.port() },
        _ => Shut::Refused(address, error),
    })
}

/// Where Préau listens if nobody says otherwise.
pub const DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_what_to_do() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();
        let said = Doors::open(address).await.err().unwrap().to_string();
        assert!(said.contains(&address.port().to_string()) && said.contains("--listen 127.0.0.1:0"), "{said}");

        let free = Doors::open("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let kept = Addresses { mailbox: address, ..free.addresses().unwrap() };
        drop(free);
        let said = Doors::reopen(kept).await.err().unwrap().to_string();
        assert!(said.contains("mailbox") && said.contains(&address.port().to_string()) && said.contains("--fresh"), "{said}");
    }

    #[tokio::test]
    async fn the_sample_app_and_the_mailbox_take_the_next_ports_or_any() {
        // A free port whose neighbours are free is looked for; one neighbour is then taken.
        for _ in 0..20 {
            let found = Doors::open("127.0.0.1:0".parse().unwrap()).await.unwrap().addresses().unwrap();
            let Ok(blocker) = TcpListener::bind((Ipv4Addr::LOCALHOST, found.preau.port().saturating_add(1))).await else { continue };
            let Ok(doors) = Doors::open(found.preau).await else { continue };
            let now = doors.addresses().unwrap();
            assert_eq!(now.preau, found.preau);
            assert_ne!(now.app.port(), blocker.local_addr().unwrap().port());
            assert!(now.app.ip().is_loopback() && now.mailbox.ip().is_loopback());
            return;
        }
        panic!("in twenty tries no port with a free neighbour was found");
    }

    #[tokio::test]
    async fn others_on_the_network_cannot_come_in() {
        let said = Doors::open("0.0.0.0:0".parse().unwrap()).await.err().unwrap().to_string();
        assert!(said.contains("loopback"), "{said}");
    }
}
