//! Serves what the pages bring with them. An address holds a hash of its content, so a browser keeps it for a year and
//! never asks again; what is not ours is not found.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::pages::Brand;
use crate::pages::assets::{self, Asset};

/// `/assets/…`, for any state.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{file}", get(serve))
}

async fn serve(Path(file): Path<String>, asked: HeaderMap) -> Response {
    if let Some(asset) = assets::find(&file) {
        answer(asset, &asked)
    } else if let Some(asset) = Brand::find(&file) {
        answer(&asset, &asked)
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

fn answer(asset: &Asset, asked: &HeaderMap) -> Response {
    let small = asked.get(ACCEPT_ENCODING).is_some_and(|accepted| accepted.as_bytes().windows(4).any(|word| word == b"gzip"));
    let small = small && !asset.media_type.starts_with("font/") && asset.media_type != "image/png";
    // The two forms differ in their bytes, so they differ in their ETag (RFC 9110 section 8.8.3.3).
    let etag = format!("\"{}{}\"", asset.hash, if small { "-gz" } else { "" });
    let known = asked.get(IF_NONE_MATCH).is_some_and(|etags| etags.to_str().is_ok_and(|etags| etags.contains(&etag)));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else if small {
        ([(CONTENT_ENCODING, "gzip")], compressed(asset)).into_response()
    } else {
        asset.body.to_vec().into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(ETAG, HeaderValue::from_str(&etag).expect("hexadecimal"));
    // A picture that is opened by itself runs nothing (security.md P29).
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"));
    response
}

/// Compressed once, at its first use, by content. Colours are few: the district's, and what a stranger types finds
/// its hash only when it is a colour's own.
fn compressed(asset: &Asset) -> Bytes {
    static DONE: LazyLock<Mutex<BTreeMap<String, Bytes>>> = LazyLock::new(Mutex::default);
    let gzip = || {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let written = encoder.write_all(&asset.body).and_then(|()| encoder.finish());
        Bytes::from(written.expect("a Vec takes all"))
    };
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if done.len() >= MOST_KEPT && !done.contains_key(&asset.hash) {
        return gzip();
    }
    done.entry(asset.hash.clone()).or_insert_with(gzip).clone()
}

const MOST_KEPT: usize = 64;

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str, header: Option<(&str, &str)>) -> Response {
        let mut request = Request::get(path);
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        routes::<()>().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn an_asset_is_kept_for_a_year_and_not_sent_twice() {
        let path = assets::address("preau.css").unwrap();
        let first = ask(&path, None).await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        let etag = first.headers()[ETAG].to_str().unwrap().to_owned();
        assert_eq!(ask(&path, Some(("if-none-match", &etag))).await.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn text_is_compressed_for_those_who_ask() {
        let path = assets::address("pico.min.css").unwrap();
        let plain = to_bytes(ask(&path, None).await.into_body(), usize::MAX).await.unwrap();
        let small = ask(&path, Some(("accept-encoding", "br, gzip"))).await;
        assert_eq!(small.headers()[CONTENT_ENCODING], "gzip");
        let small = to_bytes(small.into_body(), usize::MAX).await.unwrap();
        assert!(small.len() * 4 < plain.len(), "{} of {}", small.len(), plain.len());
    }

    #[tokio::test]
    async fn a_districts_colour_has_its_own_sheet_and_nothing_else_is_found() {
        assert_eq!(ask(&Brand::or_default("#b03060").address(), None).await.status(), StatusCode::OK);
        for wrong in
            ["/assets/preau.css", "/assets/brand-b03060.0000000000000000.css", "/assets/..%2fCargo.toml", "/assets/pico.LICENSE.md"]
        {
            assert_eq!(ask(wrong, None).await.status(), StatusCode::NOT_FOUND, "{wrong}");
        }
    }
}
