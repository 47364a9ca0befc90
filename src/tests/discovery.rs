//! Discovery and keys, read by a library that is not ours.

use axum::http::{Method, StatusCode};
use openidconnect::core::{CoreJsonWebKeySet, CoreProviderMetadata};

use super::agent::Agent;
use super::relying_party::RelyingParty;
use super::world::World;

const BOTH: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

#[tokio::test]
async fn another_library_reads_the_metadata_and_the_keys() {
    let world = World::new().await;
    for path in BOTH {
        let answer = Agent::new(&world).get(path).await;
        let metadata: CoreProviderMetadata = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(metadata.issuer().as_str(), world.issuer());
        assert_eq!(metadata.jwks_uri().as_str(), format!("{}/jwks", world.issuer()));
    }
    let answer = Agent::new(&world).get("/jwks").await;
    let keys: CoreJsonWebKeySet = serde_json::from_str(&answer.body).unwrap();
    assert!(keys.keys().len() >= 2, "one for RS256, one for ES256");
    for private in ["\"d\"", "\"p\"", "\"q\"", "\"k\""] {
        assert!(!answer.body.contains(private), "{private}");
    }
}

#[tokio::test]
async fn what_is_asked_most_may_be_kept() {
    let world = World::new().await;
    for path in [BOTH[0], BOTH[1], "/jwks"] {
        let first = Agent::new(&world).get(path).await;
        assert_eq!(first.header("cache-control"), "public, max-age=3600");
        let again = Agent::new(&world).send(Method::GET, path, &[("if-none-match", first.header("etag"))], None).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    }
}

#[tokio::test]
async fn p34_no_header_changes_who_we_are() {
    let world = World::new().await;
    for path in BOTH {
        let plain = Agent::new(&world).get(path).await;
        let headers = ["x-forwarded-host", "x-forwarded-proto", "forwarded"].map(|name| (name, "evil.test".to_owned()));
        let misled = Agent::new(&world).send(Method::GET, path, &headers, None).await;
        assert_eq!(misled.body, plain.body);
        let elsewhere = Agent::new(&world).send(Method::GET, path, &[("host", "evil.test".to_owned())], None).await;
        assert_eq!(elsewhere.status, StatusCode::MISDIRECTED_REQUEST);
    }
}

#[tokio::test]
async fn p33_only_pages_of_clients_may_read() {
    let world = World::new().await;
    RelyingParty::first_party(&world).await;
    for (path, method) in [(BOTH[0], Method::GET), ("/jwks", Method::GET), ("/token", Method::OPTIONS), ("/userinfo", Method::OPTIONS)] {
        for (origin, allowed) in [("https://rp.test", "https://rp.test"), ("https://evil.test", ""), ("null", "")] {
            let answer = Agent::new(&world).send(method.clone(), path, &[("origin", origin.to_owned())], None).await;
            assert_eq!(answer.header("access-control-allow-origin"), allowed, "{method} {path} from {origin}");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
    }
}
