//! Client metadata (RFC 7591 section 2, OpenID Connect Registration section 2), read into settings and written from them:
//! the one mapping, for clients that register themselves and for `preau client register --metadata`. What an administrator
//! alone may decide (whose app it is, its schools, its profile) has no word here.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Mistake;
use crate::model::Scopes;
use crate::store::clients::{
    AboutSettings, Client, ContentAlgorithm, Encryption, GrantType, ResponseType, Settings, TlsSubject, TokenSettings,
};

/// What a client says of itself; members that nobody here knows are passed over (RFC 7591 section 2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata(Map<String, Value>);

impl Metadata {
    /// Reads a JSON object.
    pub fn parse(text: &[u8]) -> Result<Self, Mistake> {
        serde_json::from_slice(text).map(Self).map_err(|_| Mistake::NoObject)
    }

    /// The name that people read.
    pub fn client_name(&self) -> Result<Option<String>, Mistake> {
        self.member("client_name", TEXT)
    }

    /// A text member as it stands, for those that belong to the conversation and not to the client.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Writes what is said over `settings`; a member that is missing, null or empty leaves them as they are.
    pub fn apply(&self, settings: &mut Settings) -> Result<(), Mistake> {
        self.apply_addresses(settings)?;
        self.apply_grants(settings)?;
        self.apply_requests(settings)?;
        self.apply_logout(settings)?;
        self.apply_tokens(&mut settings.tokens)?;
        self.apply_binding(settings)?;
        self.set("token_endpoint_auth_method", "must be a method of discovery", &mut settings.auth_method)?;
        self.set("jwks", "must be a JSON Web Key Set", &mut settings.jwks)?;
        self.set("jwks_uri", TEXT, &mut settings.jwks_uri)?;
        self.set("subject_type", "must be pairwise or public", &mut settings.subject)?;
        self.set("sector_identifier_uri", TEXT, &mut settings.sector_identifier_uri)?;
        self.set("id_token_signed_response_alg", ALGORITHM, &mut settings.id_token_alg)?;
        self.set("access_token_signed_response_alg", ALGORITHM, &mut settings.access_token_alg)?;
        if let Some(scope) = self.member::<String>("scope", TEXT)? {
            settings.scopes = Scopes::parse(&scope);
        }
        Ok(())
    }

    fn apply_addresses(&self, settings: &mut Settings) -> Result<(), Mistake> {
        self.set("redirect_uris", TEXTS, &mut settings.redirect_uris)?;
        self.set("post_logout_redirect_uris", TEXTS, &mut settings.post_logout_redirect_uris)?;
        self.set("initiate_login_uri", TEXT, &mut settings.initiate_login_uri)?;
        self.set("logo_uri", TEXT, &mut settings.logo_uri)?;
        self.set("policy_uri", TEXT, &mut settings.policy_uri)?;
        self.set("tos_uri", TEXT, &mut settings.tos_uri)?;
        let about = &mut settings.about;
        self.set("application_type", "must be web or native", &mut about.application_type)?;
        self.set("client_uri", TEXT, &mut about.client_uri)?;
        self.set("contacts", TEXTS, &mut about.contacts)?;
        self.set("software_id", TEXT, &mut about.software_id)?;
        self.set("software_version", TEXT, &mut about.software_version)?;
        self.apply_languages(about)
    }

    /// OpenID Connect Registration section 2.1: a member, `#`, and the tag of a language (RFC 5646). All of them take the place of all.
    fn apply_languages(&self, about: &mut AboutSettings) -> Result<(), Mistake> {
        let mut by_language = BTreeMap::new();
        for (name, said) in &self.0 {
            let Some((member, tag)) = name.split_once('#') else { continue };
            let Some(member) = AboutSettings::BY_LANGUAGE.iter().copied().find(|known| *known == member) else { continue };
            let is_tag = (2..=LONGEST_TAG).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            match said {
                _ if !is_tag => return Err(Mistake::Member { name: member, expected: "must bear the tag of a language behind its #" }),
                Value::String(said) if !said.is_empty() => _ = by_language.insert(name.clone(), said.clone()),
                Value::String(_) | Value::Null => {}
                _ => return Err(Mistake::Member { name: member, expected: TEXT }),
            }
        }
        if by_language.len() > MOST_LANGUAGES {
            return Err(Mistake::Member { name: "client_name", expected: "and the others by language are too many" });
        }
        if !by_language.is_empty() {
            about.by_language = by_language;
        }
        Ok(())
    }

    /// What it is answered with needs the grants that bring it (RFC 7591 section 2.1): those that were left out are added.
    fn apply_grants(&self, settings: &mut Settings) -> Result<(), Mistake> {
        let known = "must be grants of discovery";
        self.set("grant_types", known, &mut settings.grants)?;
        if let Some(answers) = self.member::<Vec<String>>("response_types", TEXTS)? {
            let answers = answers.iter().map(|words| ResponseType::from_words(words)).collect::<Option<BTreeSet<_>>>();
            settings.requests.response_types = answers
                .filter(|answers| !answers.is_empty())
                .ok_or(Mistake::Member { name: "response_types", expected: "must be response types of discovery" })?;
            settings.grants.extend(settings.requests.response_types.iter().flat_map(|answer| grants_of(*answer)));
        }
        Ok(())
    }

    fn apply_requests(&self, settings: &mut Settings) -> Result<(), Mistake> {
        let requests = &mut settings.requests;
        self.set("request_uris", TEXTS, &mut requests.request_uris)?;
        self.set("request_object_signing_alg", ALGORITHM, &mut requests.object_alg)?;
        self.set("require_pushed_authorization_requests", FLAG, &mut requests.pushed_only)?;
        self.set("require_signed_request_object", FLAG, &mut requests.signed_only)?;
        self.set("authorization_signed_response_alg", ALGORITHM, &mut requests.response_alg)?;
        self.set("default_max_age", "must be a number of seconds", &mut requests.default_max_age)?;
        self.set("default_acr_values", TEXTS, &mut requests.default_acr_values)
    }

    fn apply_logout(&self, settings: &mut Settings) -> Result<(), Mistake> {
        let logout = &mut settings.logout;
        self.set("backchannel_logout_uri", TEXT, &mut logout.backchannel_logout_uri)?;
        self.set("backchannel_logout_session_required", FLAG, &mut logout.backchannel_logout_session_required)?;
        self.set("frontchannel_logout_uri", TEXT, &mut logout.frontchannel_logout_uri)?;
        self.set("frontchannel_logout_session_required", FLAG, &mut logout.frontchannel_logout_session_required)
    }

    fn apply_tokens(&self, tokens: &mut TokenSettings) -> Result<(), Mistake> {
        self.set("opaque_access_tokens", FLAG, &mut tokens.opaque)?;
        self.set("userinfo_signed_response_alg", ALGORITHM, &mut tokens.userinfo_alg)?;
        let id_token = ("id_token_encrypted_response_alg", "id_token_encrypted_response_enc");
        self.set_encryption(id_token, &mut tokens.id_token_encryption)?;
        self.set_encryption(("userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc"), &mut tokens.userinfo_encryption)
    }

    /// How a content is encrypted says nothing without how its key comes (OpenID Connect Registration section 2).
    fn set_encryption(&self, (alg, enc): (&'static str, &'static str), kept: &mut Option<Encryption>) -> Result<(), Mistake> {
        let content: Option<ContentAlgorithm> = self.member(enc, ALGORITHM)?;
        let key = self.member(alg, ALGORITHM)?.or(kept.map(|by| by.alg));
        let Some(key) = key else {
            return content.map_or(Ok(()), |_| Err(Mistake::Member { name: enc, expected: "needs the algorithm of its key beside it" }));
        };
        *kept = Some(Encryption { alg: key, enc: content.or(kept.map(|by| by.enc)).unwrap_or_default() });
        Ok(())
    }

    /// RFC 9449 section 5.2, RFC 8705 sections 2.1.2 and 3.4. Of the subjects of a certificate there is one.
    fn apply_binding(&self, settings: &mut Settings) -> Result<(), Mistake> {
        let binding = &mut settings.binding;
        self.set("dpop_bound_access_tokens", FLAG, &mut binding.dpop_bound_access_tokens)?;
        self.set("tls_client_certificate_bound_access_tokens", FLAG, &mut binding.tls_client_certificate_bound_access_tokens)?;
        let mut subjects = Map::new();
        for name in TlsSubject::NAMES {
            if let Some(said) = self.member::<String>(name, TEXT)? {
                subjects.insert((*name).to_owned(), said.into());
            }
        }
        if !subjects.is_empty() {
            // An enum of JSON has one member: two subjects are none.
            binding.tls_subject = Some(serde_json::from_value(Value::Object(subjects)).map_err(|_| Mistake::TlsSubject)?);
        }
        Ok(())
    }

    /// Writes a member over what is kept, if it was said.
    fn set<T: DeserializeOwned>(&self, name: &'static str, expected: &'static str, kept: &mut T) -> Result<(), Mistake> {
        if let Some(said) = self.member(name, expected)? {
            *kept = said;
        }
        Ok(())
    }

    fn member<T: DeserializeOwned>(&self, name: &'static str, expected: &'static str) -> Result<Option<T>, Mistake> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(empty)) if empty.is_empty() => Ok(None),
            Some(said) => T::deserialize(said).map(Some).map_err(|_| Mistake::Member { name, expected }),
        }
    }
}

/// The grants without which a response type brings nothing.
fn grants_of(answer: ResponseType) -> impl Iterator<Item = GrantType> {
    let code = answer.has_code().then_some(GrantType::AuthorizationCode);
    let front = (answer.has_id_token() || answer.has_token()).then_some(GrantType::Implicit);
    code.into_iter().chain(front)
}

/// A client in these words, each of them, said or not.
pub fn describe(client: &Client) -> Value {
    let settings = &client.settings;
    let mut told = Map::new();
    let subject = serde_json::to_value(&settings.binding.tls_subject).unwrap_or_default();
    let by_language = json!(settings.about.by_language);
    for part in [itself(client), by_language, requests(settings), logout(settings), tokens(settings), subject] {
        if let Value::Object(part) = part {
            told.extend(part);
        }
    }
    Value::Object(told)
}

fn itself(client: &Client) -> Value {
    let settings = &client.settings;
    let about = &settings.about;
    json!({
        "client_id": client.client_id,
        "client_name": client.name,
        "application_type": about.application_type,
        "client_uri": about.client_uri,
        "contacts": about.contacts,
        "software_id": about.software_id,
        "software_version": about.software_version,
        "redirect_uris": settings.redirect_uris,
        "post_logout_redirect_uris": settings.post_logout_redirect_uris,
        "initiate_login_uri": settings.initiate_login_uri,
        "logo_uri": settings.logo_uri,
        "policy_uri": settings.policy_uri,
        "tos_uri": settings.tos_uri,
        "token_endpoint_auth_method": settings.auth_method,
        "jwks": settings.jwks,
        "jwks_uri": settings.jwks_uri,
        "sector_identifier_uri": settings.sector_identifier_uri,
        "subject_type": settings.subject,
        "scope": settings.scopes,
    })
}

fn requests(settings: &Settings) -> Value {
    let requests = &settings.requests;
    json!({
        "grant_types": settings.grants,
        "response_types": requests.response_types,
        "request_uris": requests.request_uris,
        "request_object_signing_alg": requests.object_alg,
        "require_pushed_authorization_requests": requests.pushed_only,
        "require_signed_request_object": requests.signed_only,
        "authorization_signed_response_alg": requests.response_alg,
        "default_max_age": requests.default_max_age,
        "default_acr_values": requests.default_acr_values,
    })
}

fn logout(settings: &Settings) -> Value {
    let logout = &settings.logout;
    json!({
        "backchannel_logout_uri": logout.backchannel_logout_uri,
        "backchannel_logout_session_required": logout.backchannel_logout_session_required,
        "frontchannel_logout_uri": logout.frontchannel_logout_uri,
        "frontchannel_logout_session_required": logout.frontchannel_logout_session_required,
    })
}

fn tokens(settings: &Settings) -> Value {
    let (tokens, binding) = (&settings.tokens, &settings.binding);
    json!({
        "id_token_signed_response_alg": settings.id_token_alg,
        "id_token_encrypted_response_alg": tokens.id_token_encryption.map(|by| by.alg),
        "id_token_encrypted_response_enc": tokens.id_token_encryption.map(|by| by.enc),
        "userinfo_signed_response_alg": tokens.userinfo_alg,
        "userinfo_encrypted_response_alg": tokens.userinfo_encryption.map(|by| by.alg),
        "userinfo_encrypted_response_enc": tokens.userinfo_encryption.map(|by| by.enc),
        "access_token_signed_response_alg": settings.access_token_alg,
        "opaque_access_tokens": tokens.opaque,
        "dpop_bound_access_tokens": binding.dpop_bound_access_tokens,
        "tls_client_certificate_bound_access_tokens": binding.tls_client_certificate_bound_access_tokens,
    })
}

/// RFC 5646 section 4.4.1.
const LONGEST_TAG: usize = 35;
const MOST_LANGUAGES: usize = 100;
const TEXT: &str = "must be a text";
const TEXTS: &str = "must be a list of texts";
const FLAG: &str = "must be true or false";
const ALGORITHM: &str = "must be an algorithm of discovery";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Algorithm;
    use crate::model::Language;
    use crate::oidc::testing::client;
    use crate::store::clients::{AuthMethod, KeyAlgorithm, Trust};

    fn read(said: &Value) -> Result<Settings, Mistake> {
        let mut settings = Settings { grants: BTreeSet::from([GrantType::AuthorizationCode]), ..Settings::default() };
        Metadata::parse(said.to_string().as_bytes())?.apply(&mut settings)?;
        Ok(settings)
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut written = client();
        written.settings.jwks_uri = Some("https://rp.test/jwks".to_owned());
        written.settings.about.contacts = vec!["it@rp.test".to_owned()];
        written.settings.about.by_language = [("client_name#fr-CA".to_owned(), "Cahier".to_owned())].into();
        written.settings.requests.default_max_age = Some(60);
        written.settings.id_token_alg = Algorithm::ES256;
        written.settings.logout.backchannel_logout_uri = Some("https://rp.test/back".to_owned());
        written.settings.logout.frontchannel_logout_session_required = true;
        written.settings.tokens.opaque = true;
        written.settings.tokens.userinfo_alg = Some(Algorithm::RS256);
        written.settings.tokens.id_token_encryption = Some(Encryption { alg: KeyAlgorithm::EcdhEs, enc: ContentAlgorithm::A256Gcm });
        written.settings.grants.insert(GrantType::DeviceCode);
        written.settings.auth_method = AuthMethod::TlsClientAuth;
        written.settings.binding.tls_client_certificate_bound_access_tokens = true;
        written.settings.binding.tls_subject = Some(TlsSubject::SanIp("192.0.2.7".parse().unwrap()));
        let read = read(&describe(&written)).unwrap();
        let (sector, first_party) = (written.settings.sector.clone(), written.settings.first_party);
        assert_eq!(Settings { sector, first_party, ..read }, written.settings);
    }

    #[test]
    fn a_member_is_said_by_language() {
        let said = json!({ "client_name": "Homework", "client_name#fr": "Devoirs", "client_name#fr-CA": "Cahier", "client_name#de": "Heft",
            "policy_uri#fr": "https://rp.test/fr", "tos_uri#fr": "", "scope#fr": "openid" });
        let about = read(&said).unwrap().about;
        let kept: Vec<&str> = about.by_language.keys().map(String::as_str).collect();
        assert_eq!(kept, ["client_name#de", "client_name#fr", "client_name#fr-CA", "policy_uri#fr"]);
        assert_eq!(about.said_in("client_name", Language::French), Some("Devoirs"));
        assert_eq!((about.said_in("client_name", Language::English), about.said_in("tos_uri", Language::French)), (None, None));
        for bad in [json!({ "client_name#": "x" }), json!({ "client_name#f r": "x" }), json!({ "client_name#fr": 7 })] {
            assert!(matches!(read(&bad), Err(Mistake::Member { name: "client_name", .. })), "{bad}");
        }
    }

    #[test]
    fn a_certificate_has_one_subject() {
        let both = json!({ "tls_client_auth_san_dns": "rp.test", "tls_client_auth_subject_dn": "CN=rp" });
        assert_eq!(read(&both), Err(Mistake::TlsSubject));
        assert_eq!(read(&json!({ "tls_client_auth_san_ip": "rp.test" })), Err(Mistake::TlsSubject));
        let one = read(&json!({ "tls_client_auth_san_dns": "rp.test", "dpop_bound_access_tokens": true })).unwrap().binding;
        assert!(one.dpop_bound_access_tokens && one.tls_subject == Some(TlsSubject::SanDns("rp.test".to_owned())));
    }

    #[test]
    fn an_answer_brings_its_grants() {
        let settings = read(&json!({ "response_types": ["token id_token code"], "grant_types": ["authorization_code"] })).unwrap();
        assert_eq!(settings.requests.response_types, BTreeSet::from([ResponseType::CodeIdTokenToken]));
        assert_eq!(settings.grants, BTreeSet::from([GrantType::AuthorizationCode, GrantType::Implicit]));
        assert_eq!(read(&json!({})).unwrap().grants, BTreeSet::from([GrantType::AuthorizationCode]));
    }

    #[test]
    fn what_is_missing_null_or_empty_says_nothing() {
        let said = json!({ "logo_uri": "", "jwks": null, "nobody_knows_this": 7, "token_endpoint_auth_method": "none" });
        let settings = read(&said).unwrap();
        assert_eq!((settings.logo_uri, settings.jwks, settings.auth_method), (None, None, AuthMethod::None));
    }

    #[test]
    fn a_member_of_another_kind_is_named() {
        for (said, name) in [
            (json!({ "redirect_uris": "https://rp.test/cb" }), "redirect_uris"),
            (json!({ "response_types": ["password"] }), "response_types"),
            (json!({ "response_types": [] }), "response_types"),
            (json!({ "grant_types": ["password"] }), "grant_types"),
            (json!({ "id_token_signed_response_alg": "none" }), "id_token_signed_response_alg"),
            (json!({ "default_max_age": -1 }), "default_max_age"),
            (json!({ "client_uri": 7 }), "client_uri"),
            (json!({ "id_token_encrypted_response_alg": "RSA1_5" }), "id_token_encrypted_response_alg"),
            (json!({ "userinfo_encrypted_response_enc": "A256GCM" }), "userinfo_encrypted_response_enc"),
        ] {
            assert!(matches!(read(&said), Err(Mistake::Member { name: named, .. }) if named == name), "{said}");
        }
        assert_eq!(Metadata::parse(b"[]"), Err(Mistake::NoObject));
    }

    #[test]
    fn p23_nobody_makes_themselves_the_districts_own() {
        let said = json!({ "first_party": true, "schools": ["x"], "profile": "openid", "sector": "bank.test", "enabled": true });
        assert_eq!(read(&said), read(&json!({})));
        // Nor what the district alone trusts an app with, by whatever name.
        let trust = json!({ "identifiers": ["x"], "targets": ["https://x.test"], "exchange": ["x"], "refresh_grace": 60,
            "issuers": [{ "issuer": "x", "jwks": { "keys": [] } }] });
        let said =
            json!({ "trust": trust, "tokens": { "trust": trust }, "refresh_grace": 60, "targets": ["https://x.test"], "issuers": [] });
        assert_eq!(read(&said).unwrap().tokens.trust, Trust::default());
    }
}
