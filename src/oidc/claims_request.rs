//! The `claims` parameter (OpenID Connect Core section 5.5): single claims, beside those of the scopes. A claim belongs to
//! the scope that opens it, so a client gets none that its scopes would not have given (row P40), and the person allows
//! what they would have allowed.

use serde_json::{Map, Value};

use super::error::{ErrorCode, OAuthError};
use super::scopes::SCOPES;
use crate::model::Scopes;
use crate::store::clients::Client;
use crate::store::grants::{ClaimNames, Request};

/// What a request asks for by `claims`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Claims that we know and this client may have; others are left out, essential or not (section 5.5.1).
    pub names: ClaimNames,
    /// The `sub` that it must be.
    pub subject: Option<String>,
    /// The assurances that it would like, best first.
    pub acr_values: Vec<String>,
    /// It has no use for another one (section 5.5.1.1).
    pub acr_is_essential: bool,
}

/// Reads the parameter. Nested no deeper than it can mean something (row P43).
pub fn read(text: Option<&str>, client: &Client) -> Result<Asked, OAuthError> {
    let Some(text) = text else { return Ok(Asked::default()) };
    let parsed: Value = serde_json::from_str(text).map_err(|_| NOT_JSON)?;
    let sections = parsed.as_object().ok_or(NOT_JSON)?;
    let none = Map::new();
    let section = |name: &str| match sections.get(name) {
        None | Some(Value::Null) => Ok(&none),
        Some(Value::Object(section)) => Ok(section),
        Some(_) => Err(NOT_JSON),
    };
    let (id_token, userinfo) = (section("id_token")?, section("userinfo")?);
    let names = ClaimNames { id_token: wanted(id_token, client), userinfo: wanted(userinfo, client) };
    let mut subjects = [id_token, userinfo].into_iter().filter_map(|section| values(section.get("sub")?).next().map(str::to_owned));
    let acr = id_token.get("acr").into_iter().flat_map(values).map(str::to_owned);
    let essential = id_token.get("acr").and_then(|acr| acr.get("essential")).and_then(Value::as_bool);
    Ok(Asked { names, subject: subjects.next(), acr_values: acr.collect(), acr_is_essential: essential.unwrap_or(false) })
}

/// What the person allows when they allow a request: its scopes, and those of its single claims.
pub fn to_allow(request: &Request) -> Scopes {
    request.scopes.and(&scopes(&request.claims))
}

/// The scopes whose claims these are: what the person allows when they allow the claims.
fn scopes(names: &ClaimNames) -> Scopes {
    let owners = names.id_token.iter().chain(&names.userinfo).filter_map(|name| scope_of(name));
    Scopes::parse(&owners.collect::<Vec<_>>().join(" "))
}

/// The scope that opens a claim; none for what every ID token says anyway.
pub fn scope_of(claim: &str) -> Option<&'static str> {
    SCOPES.iter().filter(|scope| scope.name != "openid").find(|scope| scope.claims.contains(&claim)).map(|scope| scope.name)
}

fn wanted(section: &Map<String, Value>, client: &Client) -> Vec<String> {
    let may_have = |name: &&String| scope_of(name).is_some_and(|scope| client.settings.scopes.has(scope));
    section.keys().filter(may_have).cloned().collect()
}

/// `value` and `values` of one claim.
fn values(claim: &Value) -> impl Iterator<Item = &str> {
    let several = claim.get("values").and_then(Value::as_array).into_iter().flatten();
    claim.get("value").into_iter().chain(several).filter_map(Value::as_str)
}

const NOT_JSON: OAuthError = ErrorCode::InvalidRequest.because("claims must be a JSON object with id_token and userinfo");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    #[test]
    fn p40_a_claim_is_given_to_those_alone_who_may_have_its_scope() {
        let text = r#"{"userinfo":{"name":{"essential":true},"edu_grade":null,"birthdate":null},"id_token":{"email":null,"auth_time":{}}}"#;
        let asked = read(Some(text), &client()).unwrap();
        assert_eq!(asked.names.userinfo, ["name"], "neither what the client may not have nor what nobody knows");
        assert_eq!(asked.names.id_token, ["email"]);
        assert_eq!(scopes(&asked.names), Scopes::parse("email profile"));
    }

    #[test]
    fn a_subject_and_an_assurance_may_be_asked_for() {
        let text = r#"{"id_token":{"sub":{"value":"248"},"acr":{"essential":true,"values":["a","b"]}}}"#;
        let asked = read(Some(text), &client()).unwrap();
        assert_eq!((asked.subject.as_deref(), asked.acr_values.as_slice()), (Some("248"), &["a".to_owned(), "b".to_owned()][..]));
    }

    #[test]
    fn p43_what_is_no_object_is_refused() {
        for text in ["", "[]", "1", "{", r#"{"userinfo":1}"#, &"[".repeat(4_000)] {
            assert!(read(Some(text), &client()).is_err(), "{text:.20}");
        }
        assert_eq!(read(None, &client()), Ok(Asked::default()));
        assert_eq!(read(Some(r#"{"userinfo":null,"other":{"x":1}}"#), &client()), Ok(Asked::default()));
    }
}
