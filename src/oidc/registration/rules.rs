//! What a client may be: every rule on its name and its settings, as a list of named functions, each under its section.

use url::Url;

use super::Mistake;
use crate::oidc::client_auth::{certificate, jws};
use crate::oidc::redirect_uri::{self, Unfit};
use crate::oidc::{binding, client_keys, logout, profile};
use crate::store::clients::{AuthMethod, GrantType, ResponseType, Settings, Trust};

/// May a client be this?
pub fn check(name: &str, settings: &Settings) -> Result<(), Mistake> {
    RULES.iter().try_for_each(|rule| rule(name, settings))
}

type Rule = fn(&str, &Settings) -> Result<(), Mistake>;

const RULES: &[Rule] = &[
    readable_name,
    proves_itself,
    answers,
    addresses,
    request_addresses,
    logout::addresses,
    somewhere_to_go,
    keys,
    strong_enough,
    public_client,
    bound_tokens,
    bound_once,
    certificate_subject,
    scope_values,
    lost_answers,
    readers,
    reach,
    trusted,
];

/// Row P29: a name is shown to people, who must see what it is, in whichever language.
fn readable_name(name: &str, settings: &Settings) -> Result<(), Mistake> {
    let others = settings.about.by_language.iter().filter(|(member, _)| member.starts_with("client_name#")).map(|(_, name)| name.as_str());
    match std::iter::once(name).chain(others).all(is_readable) {
        true => Ok(()),
        false => Err(Mistake::Name),
    }
}

fn is_readable(name: &str) -> bool {
    let hidden =
        |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    (1..=100).contains(&name.trim().chars().count()) && !name.chars().any(hidden)
}

/// Row P02.
fn addresses(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let lists = [("redirect URI", &settings.redirect_uris), ("post-logout redirect URI", &settings.post_logout_redirect_uris)];
    let listed = lists.into_iter().flat_map(|(field, list)| list.iter().map(move |address| (field, address)));
    let single = [
        ("launch URL", &settings.launch_url),
        ("logo", &settings.logo_uri),
        ("policy", &settings.policy_uri),
        ("terms", &settings.tos_uri),
        ("client_uri", &settings.about.client_uri),
        ("initiate_login_uri", &settings.initiate_login_uri),
        ("jwks_uri", &settings.jwks_uri),
        ("sector_identifier_uri", &settings.sector_identifier_uri),
    ];
    let single = single.into_iter().filter_map(|(field, address)| Some((field, address.as_ref()?)));
    let by_language = settings.about.by_language.iter().filter(|(member, _)| member.contains("_uri#"));
    let by_language = by_language.map(|(_, address)| ("an address by language", address));
    for (field, address) in listed.chain(single).chain(by_language) {
        redirect_uri::check(address).map_err(|why| Mistake::Address { field, address: address.clone(), why })?;
    }
    // OpenID Connect Registration section 2: these two by https alone, on this machine too.
    let open_wire = [("initiate_login_uri", &settings.initiate_login_uri), ("sector_identifier_uri", &settings.sector_identifier_uri)];
    let open_wire = open_wire.into_iter().filter_map(|(field, address)| Some((field, address.as_ref()?)));
    match open_wire.into_iter().find(|(_, address)| !address.starts_with("https://")) {
        Some((field, address)) => Err(Mistake::Address { field, address: address.clone(), why: Unfit::Scheme }),
        None => Ok(()),
    }
}

/// FAPI 2.0 Security Profile section 5.3.2.1: some profiles know no shared secret, and no client without any.
fn proves_itself(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match profile::of(settings.profile).auth_methods.contains(&settings.auth_method) {
        true => Ok(()),
        false => Err(Mistake::AuthMethod(settings.auth_method.word(), settings.profile.word())),
    }
}

/// RFC 7591 section 2.1, row P35.
fn answers(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let known = profile::of(settings.profile).response_types;
    let codes = settings.grants.contains(&GrantType::AuthorizationCode);
    // A client that nobody asks the authorization endpoint for has the usual answer, and no use for it.
    let unfit = |answer: &&ResponseType| !known.contains(answer) || **answer != ResponseType::Code && answer.has_code() && !codes;
    match settings.requests.response_types.iter().find(unfit) {
        Some(answer) => Err(Mistake::ResponseType(answer.words())),
        None => Ok(()),
    }
}

/// OpenID Connect Core section 6.2: a fragment tells one version of a request from another, and is no part of the address.
fn request_addresses(_: &str, settings: &Settings) -> Result<(), Mistake> {
    for address in &settings.requests.request_uris {
        let plain = address.split('#').next().unwrap_or_default();
        redirect_uri::check(plain).map_err(|why| Mistake::Address { field: "request URI", address: address.clone(), why })?;
    }
    Ok(())
}

/// RFC 6749 section 3.1.2.2.
fn somewhere_to_go(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let answered = settings.grants.contains(&GrantType::AuthorizationCode) || settings.grants.contains(&GrantType::Implicit);
    match answered && settings.redirect_uris.is_empty() {
        true => Err(Mistake::NoRedirectUri),
        false => Ok(()),
    }
}

/// RFC 7591 section 2: `private_key_jwt` and keys come together.
fn keys(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let by_key = matches!(settings.auth_method, AuthMethod::PrivateKeyJwt | AuthMethod::SelfSignedTlsClientAuth);
    let needed = by_key || settings.requests.signed_only;
    match (&settings.jwks, &settings.jwks_uri) {
        (Some(_), Some(_)) => Err(Mistake::KeysTwice),
        (Some(jwks), None) => jws::check_keys(jwks).map_err(Mistake::Keys),
        (None, None) if needed => Err(Mistake::NoKeys),
        (None, _) => Ok(()),
    }
}

/// FAPI 2.0 Security Profile section 5.4: what signs, here and there, is what the profile knows.
fn strong_enough(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let known = profile::of(settings.profile).algorithms;
    let requests = [settings.requests.object_alg, settings.requests.response_alg, settings.tokens.userinfo_alg].into_iter().flatten();
    let mut asked = [settings.id_token_alg, settings.access_token_alg].into_iter().chain(requests);
    match asked.find(|algorithm| !known.contains(algorithm)) {
        Some(algorithm) => Err(Mistake::Algorithm(algorithm.name(), settings.profile.word())),
        None => Ok(()),
    }
}

/// RFC 6749 section 4.4: only who can keep a secret.
fn public_client(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match settings.auth_method == AuthMethod::None && settings.grants.contains(&GrantType::ClientCredentials) {
        true => Err(Mistake::PublicForItself),
        false => Ok(()),
    }
}

/// RFC 9449 section 5.2: what comes through the browser is bound to nobody.
fn bound_tokens(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match settings.requests.response_types.iter().find(|answer| answer.has_token() && binding::is_demanded(settings)) {
        Some(answer) => Err(Mistake::Unbound(answer.words())),
        None => Ok(()),
    }
}

/// A token has one holder.
fn bound_once(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match settings.binding.dpop_bound_access_tokens && settings.binding.tls_client_certificate_bound_access_tokens {
        true => Err(Mistake::BoundTwice),
        false => Ok(()),
    }
}

/// RFC 8705 section 2.1.2.
fn certificate_subject(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match (&settings.binding.tls_subject, settings.auth_method == AuthMethod::TlsClientAuth) {
        (None, false) => Ok(()),
        (Some(subject), true) if certificate::is_readable(subject) => Ok(()),
        _ => Err(Mistake::TlsSubject),
    }
}

/// RFC 6749 appendix A.4.
fn scope_values(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let fits = |value: &str| value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    match settings.scopes.iter().find(|value| !fits(value)) {
        Some(value) => Err(Mistake::Scope(value.to_owned())),
        None => Ok(()),
    }
}

/// A lost answer is asked for again at once, or by a thief.
fn lost_answers(_: &str, settings: &Settings) -> Result<(), Mistake> {
    match settings.tokens.trust.refresh_grace > Trust::LONGEST_GRACE {
        true => Err(Mistake::Tokens("a refresh token is answered once more within 60 seconds at most")),
        false => Ok(()),
    }
}

/// OpenID Connect Dynamic Client Registration section 2: what is encrypted is encrypted for a key.
fn readers(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let asked = [settings.tokens.id_token_encryption, settings.tokens.userinfo_encryption];
    // What stands at an address is asked when it is needed.
    let readable = |by| settings.jwks_uri.is_some() || settings.jwks.as_ref().is_some_and(|keys| client_keys::sealer(keys, by).is_some());
    match asked.into_iter().flatten().all(readable) {
        true => Ok(()),
        false => Err(Mistake::Tokens("encrypted answers need a public key of the client that is for them (use enc, in its key set)")),
    }
}

/// RFC 8707 section 2, RFC 8693: what a client may ask tokens for is an address, and only a client that proves itself exchanges any.
fn reach(_: &str, settings: &Settings) -> Result<(), Mistake> {
    let address = |target: &String| Url::parse(target).is_ok_and(|url| url.fragment().is_none());
    if !settings.tokens.trust.targets.iter().all(address) {
        return Err(Mistake::Tokens("a service that tokens are asked for is an absolute address without a fragment"));
    }
    let strong = [GrantType::TokenExchange, GrantType::JwtBearer].iter().any(|grant| settings.grants.contains(grant));
    match strong && settings.auth_method == AuthMethod::None {
        true => Err(Mistake::Tokens("a public client cannot exchange tokens, nor bring the word of others")),
        false => Ok(()),
    }
}

/// RFC 7523 section 3: a word is believed by a key.
fn trusted(_: &str, settings: &Settings) -> Result<(), Mistake> {
    for issuer in &settings.tokens.trust.issuers {
        if issuer.issuer.is_empty() {
            return Err(Mistake::Tokens("a trusted issuer has a name (its iss)"));
        }
        jws::check_keys(&issuer.jwks).map_err(Mistake::Keys)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::keys::Algorithm;
    use crate::oidc::testing::client;
    use crate::store::clients::Profile;

    fn judge(change: impl FnOnce(&mut Settings)) -> Result<(), Mistake> {
        let mut settings = client().settings;
        change(&mut settings);
        check("Cahier", &settings)
    }

    #[test]
    fn p02_no_address_of_a_client_is_dangerous() {
        for address in ["javascript:x", "https://*", "https://a/#x", "http://a"] {
            let address = address.to_owned();
            let lists: [fn(&mut Settings, String); 5] = [
                |settings, address| settings.redirect_uris.push(address),
                |settings, address| settings.post_logout_redirect_uris.push(address),
                |settings, address| settings.launch_url = Some(address),
                |settings, address| settings.logo_uri = Some(address),
                |settings, address| _ = settings.about.by_language.insert("tos_uri#fr".to_owned(), address),
            ];
            for list in lists {
                let refused = judge(|settings| list(settings, address.clone()));
                assert!(matches!(refused, Err(Mistake::Address { .. })), "{address}: {refused:?}");
            }
        }
    }

    #[test]
    fn p29_a_name_is_what_it_looks_like() {
        assert_eq!(check("<script>alert(1)</script>", &client().settings), Ok(()), "it is shown as it stands");
        for name in ["", "  ", "a\u{202e}b", "a\0b", &"n".repeat(101)] {
            assert_eq!(check(name, &client().settings), Err(Mistake::Name), "{name:?}");
            let by_language = judge(|settings| _ = settings.about.by_language.insert("client_name#fr".to_owned(), name.to_owned()));
            assert_eq!(by_language, Err(Mistake::Name), "{name:?}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert_eq!(judge(|settings| settings.redirect_uris.clear()), Err(Mistake::NoRedirectUri));
        assert_eq!(judge(|settings| settings.auth_method = AuthMethod::PrivateKeyJwt), Err(Mistake::NoKeys));
        assert_eq!(judge(|settings| settings.requests.signed_only = true), Err(Mistake::NoKeys));
        let with_keys = |keys| move |settings: &mut Settings| settings.jwks = Some(keys);
        assert!(matches!(judge(with_keys(json!({ "keys": [] }))), Err(Mistake::Keys(_))));
        assert!(matches!(judge(with_keys(json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }))), Err(Mistake::Keys(_))));
        let hybrid = |settings: &mut Settings| settings.requests.response_types.insert(ResponseType::CodeIdToken);
        assert_eq!(judge(|settings| _ = hybrid(settings)), Err(Mistake::ResponseType("code id_token")), "p35: not for a school app");
        let older = judge(|settings| {
            settings.profile = Profile::Openid;
            hybrid(settings);
            settings.requests.request_uris = vec!["https://rp.test/r.jwt#v2".to_owned()];
        });
        assert_eq!(older, Ok(()));
        assert_eq!(judge(|settings| settings.profile = Profile::Fapi2), Err(Mistake::AuthMethod("client_secret_basic", "fapi2")));
        let unbound = judge(|settings| {
            settings.profile = Profile::Openid;
            settings.binding.dpop_bound_access_tokens = true;
            settings.requests.response_types.insert(ResponseType::CodeToken);
        });
        assert_eq!(unbound, Err(Mistake::Unbound("code token")));
        let twice = judge(|settings| {
            settings.binding.dpop_bound_access_tokens = true;
            settings.binding.tls_client_certificate_bound_access_tokens = true;
        });
        assert_eq!(twice, Err(Mistake::BoundTwice));
        assert_eq!(judge(|settings| settings.auth_method = AuthMethod::TlsClientAuth), Err(Mistake::TlsSubject));
        assert!(matches!(
            judge(|settings| settings.requests.request_uris.push("http://rp.test/r".to_owned())),
            Err(Mistake::Address { .. })
        ));
        let public = judge(|settings| {
            settings.auth_method = AuthMethod::None;
            settings.grants.insert(GrantType::ClientCredentials);
        });
        assert_eq!(public, Err(Mistake::PublicForItself));
    }

    #[test]
    fn p10_what_signs_is_what_the_profile_knows() {
        let with = |profile, algorithm| {
            let mut settings = client().settings;
            (settings.profile, settings.id_token_alg, settings.access_token_alg) = (profile, algorithm, algorithm);
            strong_enough("Cahier", &settings)
        };
        for algorithm in Algorithm::ALL.iter().copied() {
            assert_eq!(with(Profile::SchoolApp, algorithm), Ok(()));
        }
        for algorithm in [Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert_eq!(with(Profile::Fapi2, algorithm), Ok(()));
        }
        for algorithm in [Algorithm::RS256, Algorithm::ES384] {
            assert_eq!(with(Profile::Fapi2, algorithm), Err(Mistake::Algorithm(algorithm.name(), "fapi2")));
        }
    }
}
