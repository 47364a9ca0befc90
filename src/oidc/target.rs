//! For whom an access token is (RFC 8707): our own endpoints, unless a client asks for a service that the district lets it reach.
//! A token for one opens nothing at another, nor here (row P12).

use url::Url;

use super::error::{ErrorCode, OAuthError};
use super::params::Params;
use crate::store::clients::Client;

/// The service that a request asks for, if it asks for one: an absolute address without a fragment (section 2), among those that the
/// client is registered for. One at a time: a token for two would open each to the other.
pub fn asked<'a>(params: &'a Params, client: &Client) -> Result<Option<&'a str>, OAuthError> {
    let Some(resource) = params.get("resource") else { return Ok(None) };
    if !Url::parse(resource).is_ok_and(|url| url.fragment().is_none()) {
        return Err(ErrorCode::InvalidTarget.because("resource is not an absolute address without a fragment"));
    }
    match client.settings.tokens.trust.targets.contains(resource) {
        true => Ok(Some(resource)),
        false => Err(ErrorCode::InvalidTarget.because("resource is not one that this client is registered for")),
    }
}

/// The same at the token endpoint, where the authorization request may have named one: then it is that one, asked again or not.
pub fn granted<'a>(params: &'a Params, client: &Client, granted: Option<&'a str>) -> Result<Option<&'a str>, OAuthError> {
    match (asked(params, client)?, granted) {
        (Some(asked), Some(granted)) if asked != granted => {
            Err(ErrorCode::InvalidTarget.because("resource is not that of the authorization request"))
        }
        // What the district took from the client since is gone.
        (None, Some(granted)) if !client.settings.tokens.trust.targets.contains(granted) => {
            Err(ErrorCode::InvalidTarget.because("this client is no longer registered for the resource of the authorization request"))
        }
        (asked, granted) => Ok(asked.or(granted)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::client;

    #[test]
    fn a_client_reaches_what_it_is_registered_for() {
        let mut client = client();
        client.settings.tokens.trust.targets =
            ["https://api.test/grades", "https://api.test/meals", "https://api.test/#x"].map(str::to_owned).into();
        let ask = |resource: &str, before| {
            let params = Params::of([("resource".to_owned(), resource.to_owned())]).unwrap();
            granted(&params, &client, before).map(|target| target.map(str::to_owned)).map_err(|error| error.code.word())
        };
        let grades = Ok(Some("https://api.test/grades".to_owned()));
        assert_eq!(ask("", None), Ok(None));
        assert_eq!(ask("https://api.test/grades", None), grades);
        assert_eq!(ask("", Some("https://api.test/grades")), grades);
        assert_eq!(ask("https://api.test/grades", Some("https://api.test/grades")), grades);
        assert_eq!(ask("https://api.test/meals", Some("https://api.test/grades")), Err("invalid_target"));
        assert_eq!(ask("", Some("https://api.test/taken-away")), Err("invalid_target"));
        for other in ["https://api.test/Grades", "https://api.test/grades/", "https://api.test", "grades", "https://api.test/#x", "/grades"]
        {
            assert_eq!(ask(other, None), Err("invalid_target"), "{other}");
        }
    }
}
