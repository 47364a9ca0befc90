//! Clients that show certificates (RFC 8705), to a proxy in front, over HTTP.

use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use super::agent::{Agent, Answer};
use super::relying_party::{CALLBACK, RelyingParty};
use super::world::World;
use crate::keys::Algorithm;
use crate::model::Network;
use crate::oidc::client_auth::certificate::thumbprint;
use crate::store::clients::{AuthMethod, GrantType, Profile, Settings, TlsSubject};

const PROXY: &str = "192.0.2.1";
const CLIENT: &str = include_str!("keys/tls/client.pem");
const SELF_SIGNED: &str = include_str!("keys/tls/self.pem");
const EXPIRED: &str = include_str!("keys/tls/expired.pem");

async fn world() -> World {
    World::with_settings(|config| {
        config.trusted_proxies = vec![Network::parse(PROXY).unwrap()];
        config.tls.client_certificate_header = Some("Client-Cert".to_owned());
        config.tls.mtls_base = Some("https://mtls.id.test".to_owned());
    })
    .await
}

async fn client(world: &World, method: AuthMethod, change: impl FnOnce(&mut Settings)) -> RelyingParty {
    RelyingParty::registered(world, |settings| {
        settings.first_party = true;
        settings.auth_method = method;
        settings.grants.insert(GrantType::ClientCredentials);
        if method == AuthMethod::TlsClientAuth {
            settings.binding.tls_subject = Some(TlsSubject::SanDns("cahier.rp.test".to_owned()));
        }
        change(settings);
    })
    .await
}

fn der(pem: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
}

fn header(pem: &str) -> (&'static str, String) {
    ("client-cert", format!(":{}:", BASE64_STANDARD.encode(der(pem))))
}

/// Asks through a proxy of this address, which passes these headers on.
async fn through(world: &World, proxy: &str, path: &str, headers: &[(&str, String)], form: &[(&str, &str)]) -> Answer {
    let (method, form) = if form.is_empty() { (Method::GET, None) } else { (Method::POST, Some(form)) };
    Agent::new(world).moved(world.router.clone(), proxy).send(method, path, headers, form).await
}

async fn own_token(world: &World, rp: &RelyingParty, proxy: &str, headers: &[(&str, String)]) -> Answer {
    let form = [("grant_type", "client_credentials"), ("client_id", rp.client.client_id.as_str())];
    through(world, proxy, "/token", headers, &form).await
}

#[tokio::test]
async fn a_certificate_of_a_believed_authority_proves_its_subject() {
    let world = world().await;
    let rp = client(&world, AuthMethod::TlsClientAuth, |_| {}).await;
    assert_eq!(own_token(&world, &rp, PROXY, &[header(CLIENT)]).await.status, StatusCode::OK);
    for (headers, why) in [
        (vec![], "none shown"),
        (vec![header(SELF_SIGNED)], "the same name, by nobody that is believed"),
        (vec![header(EXPIRED)], "over"),
        (vec![header(CLIENT), header(CLIENT)], "two"),
        (vec![("x-client-cert", header(CLIENT).1)], "another header"),
    ] {
        let refused = own_token(&world, &rp, PROXY, &headers).await;
        assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_client"), "{why}");
    }
    let forged = own_token(&world, &rp, "198.51.100.7", &[header(CLIENT)]).await;
    assert_eq!(forged.error(), "invalid_client", "a header counts from the proxy alone");
    let named = own_token(&world, &rp, PROXY, &[header(CLIENT), ("host", "mtls.id.test".to_owned())]).await;
    assert_eq!(named.status, StatusCode::OK, "at the address for certificates");
    let other = client(&world, AuthMethod::TlsClientAuth, |settings| {
        settings.binding.tls_subject = Some(TlsSubject::SanDns("other.rp.test".to_owned()));
    })
    .await;
    assert_eq!(own_token(&world, &other, PROXY, &[header(CLIENT)]).await.error(), "invalid_client");
    let public = client(&world, AuthMethod::ClientSecretBasic, |_| {}).await;
    assert_eq!(own_token(&world, &public, PROXY, &[header(CLIENT)]).await.error(), "invalid_client", "another way than its own");
}

#[tokio::test]
async fn a_self_signed_certificate_proves_the_client_that_registered_it() {
    let world = world().await;
    let whole = json!({ "keys": [{ "kty": "RSA", "n": modulus(), "e": "AQAB", "x5c": [BASE64_STANDARD.encode(der(SELF_SIGNED))] }] });
    let rp = client(&world, AuthMethod::SelfSignedTlsClientAuth, |settings| settings.jwks = Some(whole)).await;
    assert_eq!(own_token(&world, &rp, PROXY, &[header(SELF_SIGNED)]).await.status, StatusCode::OK);
    assert_eq!(own_token(&world, &rp, PROXY, &[header(CLIENT)]).await.error(), "invalid_client");
}

/// Of the key of the self-signed certificate, where it stands in it.
fn modulus() -> String {
    let der = der(SELF_SIGNED);
    let at = der.windows(5).position(|bytes| bytes == [0x02, 0x82, 0x01, 0x01, 0x00]).unwrap() + 5;
    BASE64_URL_SAFE_NO_PAD.encode(&der[at..at + 256])
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_certificate_comes_with_it() {
    let world = world().await;
    let rp = client(&world, AuthMethod::TlsClientAuth, |settings| {
        settings.profile = Profile::Fapi2;
        (settings.id_token_alg, settings.access_token_alg) = (Algorithm::ES256, Algorithm::ES256);
        settings.binding.tls_client_certificate_bound_access_tokens = true;
    })
    .await;
    let id = rp.client.client_id.as_str();
    let address = rp.request(&[]);
    let query = url::form_urlencoded::parse(address.split_once('?').unwrap().1.as_bytes()).into_owned();
    let asked: Vec<(String, String)> = query.collect();
    let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(through(&world, PROXY, "/par", &[], &asked).await.error(), "invalid_client");
    let pushed = through(&world, PROXY, "/par", &[header(CLIENT)], &asked).await;
    let answer = world.signed_in().await.get(&rp.pushed(&pushed)).await;
    let super::relying_party::Callback::Code(code) = rp.callback(&world, &answer) else { panic!("{answer:?}") };
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", rp.verifier()),
        ("client_id", id),
    ];
    let answer = through(&world, PROXY, "/token", &[header(CLIENT)], &form).await;
    let tokens: Value = answer.json();
    assert_eq!(tokens["token_type"], "Bearer", "{tokens}");
    let token = tokens["access_token"].as_str().unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["cnf"], json!({ "x5t#S256": thumbprint(&der(CLIENT)) }));
    let shown = |proxy, certificate: Option<&str>| {
        let headers: Vec<_> = [("authorization", format!("Bearer {token}"))].into_iter().chain(certificate.map(header)).collect();
        let world = &world;
        async move { through(world, proxy, "/userinfo", &headers, &[]).await }
    };
    assert_eq!(shown(PROXY, Some(CLIENT)).await.status, StatusCode::OK);
    for (proxy, certificate) in [(PROXY, None), (PROXY, Some(SELF_SIGNED)), ("198.51.100.7", Some(CLIENT))] {
        let refused = shown(proxy, certificate).await;
        assert_eq!((refused.status, refused.error().as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"));
    }
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap()), ("client_id", id)];
    assert_eq!(through(&world, PROXY, "/token", &[header(CLIENT)], &refresh).await.status, StatusCode::OK);
    assert_eq!(through(&world, PROXY, "/token", &[], &refresh).await.error(), "invalid_client");
}

#[tokio::test]
async fn certificates_are_offered_where_they_arrive() {
    let told = Agent::new(&world().await).get("/.well-known/openid-configuration").await.json();
    assert_eq!(told["tls_client_certificate_bound_access_tokens"], true);
    assert_eq!(told["mtls_endpoint_aliases"]["token_endpoint"], "https://mtls.id.test/token");
    let methods = |told: &Value| told["token_endpoint_auth_methods_supported"].to_string();
    assert!(methods(&told).contains("\"tls_client_auth\"") && methods(&told).contains("\"self_signed_tls_client_auth\""));
    let told = Agent::new(&World::new().await).get("/.well-known/openid-configuration").await.json();
    assert_eq!((&told["tls_client_certificate_bound_access_tokens"], &told["mtls_endpoint_aliases"]), (&json!(false), &Value::Null));
    assert!(!methods(&told).contains("tls_client_auth"));
}
