//! Connections: how many, how slow they may be (rows I01, I02), and their end. HTTP/1.1, in the clear or under `tls`; HTTP/2 is the
//! business of the proxy in front.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::http::StatusCode;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use super::lanes::Lanes;
use super::ready::Answers;
use super::tls::Tls;
use crate::web::ShownCertificate;

/// Connections that one address holds open.
type Open = Arc<Mutex<HashMap<IpAddr, u32>>>;

/// One of them; gone, it is counted no more.
struct Counted {
    open: Open,
    address: IpAddr,
}

/// Accepts connections until `stop` comes, then waits a moment for the requests under way.
pub(super) async fn serve(listener: TcpListener, lanes: &Lanes, answers: Answers, tls: Option<Arc<Tls>>, stop: impl Future<Output = ()>) {
    let slow = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER);
    let answers = answers.map(|router| router.layer(RequestBodyTimeoutLayer::new(BODY)).layer(slow));
    let (graceful, open) = (GracefulShutdown::new(), Open::default());
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(counted) = Counted::take(&open, peer.ip()) else { continue };
                // A small answer waits for nothing.
                let _ = stream.set_nodelay(true);
                let Ok(stream) = stream.into_std() else { continue };
                let (watcher, answers, tls) = (graceful.watcher(), answers.clone(), tls.clone());
                lanes.take(async move {
                    let Ok(stream) = TcpStream::from_std(stream) else { return };
                    // A connection that breaks is its client's affair.
                    match tls {
                        None => _ = watcher.watch(connection(stream, (peer, None), answers)).await,
                        Some(tls) => {
                            if let Some((stream, shown)) = tls.welcome(stream).await {
                                _ = watcher.watch(connection(stream, (peer, shown), answers)).await;
                            }
                        }
                    }
                    drop(counted);
                });
            }
            Err(error) => {
                // Out of file descriptors: those that end make room (F18).
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GOODBYE, graceful.shutdown()).await;
}

fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    (peer, shown): (SocketAddr, Option<Vec<u8>>),
    answers: Answers,
) -> hyper::server::conn::http1::Connection<
    TokioIo<S>,
    impl hyper::service::Service<Request<Incoming>, Response = axum::response::Response, Error = std::convert::Infallible, Future: Send> + Send,
> {
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        if let Some(shown) = &shown {
            request.extensions_mut().insert(ShownCertificate(shown.clone()));
        }
        let answers = answers.clone();
        async move { answers.answer(request.map(axum::body::Body::new)).await }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(LONGEST_HEAD).half_close(false);
    http.serve_connection(TokioIo::new(stream), service)
}

impl Counted {
    /// One more of an address, if it may have one more.
    fn take(open: &Open, address: IpAddr) -> Option<Self> {
        let mut counts = open.lock().expect("nothing panics while it counts");
        let count = counts.entry(address).or_default();
        // A proxy on this machine speaks for everybody.
        if *count >= MOST_OF_ONE && !address.is_loopback() {
            return None;
        }
        *count += 1;
        Some(Self { open: Arc::clone(open), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.open.lock().expect("nothing panics while it counts");
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Also the longest that a connection may lie idle between two requests.
const HEADERS: Duration = Duration::from_secs(10);
const BODY: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(60);
const GOODBYE: Duration = Duration::from_secs(2);
const BREATH: Duration = Duration::from_millis(50);
const LONGEST_HEAD: usize = 64 * 1024;
const MOST_OF_ONE: u32 = 200;
