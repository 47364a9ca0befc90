//! Access tokens and ID tokens: what stands in them, and their signatures. Built before the write that spends the
//! code; a request that loses the race throws them away.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::refresh_token::RefreshToken;
use crate::keys::{KeyError, KeyStore};
use crate::model::{FamilyId, Holder, Scopes, Timestamp};
use crate::oidc::subject;
use crate::random::{Random, Secret};
use crate::store::clients::Client;
use crate::store::tokens::Family;

/// Makes tokens for one client at one instant.
pub struct Mint<'a> {
    /// What signs.
    pub keys: &'a KeyStore,
    /// What tells one token from another.
    pub random: &'a Random,
    /// Who we are.
    pub issuer: &'a str,
    /// Whom the tokens are for.
    pub client: &'a Client,
    /// Who alone may use the access tokens; whoever has them, if nobody.
    pub holder: Option<&'a Holder>,
    /// The request's instant.
    pub now: Timestamp,
}

/// The answer of the token endpoint (RFC 6749 section 5.1).
#[derive(Serialize)]
pub struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
}

/// The claims of an access token (RFC 9068 section 2.2).
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessToken {
    /// Who issued it.
    pub iss: String,
    /// For whom it opens: our own endpoints.
    pub aud: String,
    /// Whom it stands for, in the client's own words; for a client by itself, the client.
    pub sub: String,
    /// Who may use it.
    pub client_id: String,
    /// What for.
    pub scope: Scopes,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// Its family, if it has one, and what tells it from others.
    pub jti: String,
    /// When the person proved who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// The assurance reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Who alone may use it, if it is bound (RFC 7800 section 3.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Holder>,
}

/// The claims of an ID token (OpenID Connect Core section 2).
#[derive(Debug, Serialize, Deserialize)]
pub struct IdToken {
    /// Who issued it.
    pub iss: String,
    /// Whom it stands for.
    pub sub: String,
    /// The client.
    pub aud: String,
    /// When it ends.
    pub exp: i64,
    /// When it was made.
    pub iat: i64,
    /// When the person proved who they are.
    pub auth_time: i64,
    /// As the client sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The assurance reached.
    pub acr: String,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// The session, as this client knows it.
    pub sid: String,
    /// Ties it to the access token beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Ties it to the code beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c_hash: Option<String>,
    /// Claims of the person that were asked for here.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// What travels with an ID token.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// An access token.
    pub access_token: Option<&'a str>,
    /// A code.
    pub code: Option<&'a str>,
}

impl Mint<'_> {
    /// Everything that a family gives at one refresh, or at its beginning; `extra` stands in the ID token.
    pub fn tokens(
        &self,
        family: &Family,
        scopes: &Scopes,
        refresh: Option<RefreshToken>,
        extra: Map<String, Value>,
    ) -> Result<Tokens, KeyError> {
        let access_token = self.access_token(family, scopes)?;
        let beside = Beside { access_token: Some(&access_token), code: None };
        let id_token = match scopes.has("openid") {
            true => Some(self.id_token(family, &beside, extra)?),
            false => None,
        };
        let refresh_token = refresh.map(|token| token.write(self.keys)).as_ref().map(Secret::expose).map(str::to_owned);
        Ok(Tokens { refresh_token, id_token, ..self.told(access_token, scopes) })
    }

    /// An access token for the person of a family.
    pub fn access_token(&self, family: &Family, scopes: &Scopes) -> Result<String, KeyError> {
        let sub = subject::of(self.keys, self.client, family.account);
        self.sign_access(&AccessToken {
            auth_time: Some(family.told.auth_time.0),
            acr: Some(family.told.acr.clone()),
            ..self.access(sub, scopes, Some(family.id))
        })
    }

    /// Seconds that an access token is good for.
    pub fn access_life(&self) -> i64 {
        ACCESS_LIFE
    }

    /// What a client gets for itself.
    pub fn for_client(&self, scopes: &Scopes) -> Result<Tokens, KeyError> {
        let access_token = self.sign_access(&self.access(self.client.client_id.clone(), scopes, None))?;
        Ok(self.told(access_token, scopes))
    }

    /// A bound token is of another type, so that no app takes it for one that may be shown alone (RFC 9449 section 5); a certificate
    /// shows itself (RFC 8705 section 3).
    fn told(&self, access_token: String, scopes: &Scopes) -> Tokens {
        let token_type = if matches!(self.holder, Some(Holder::Key(_))) { "DPoP" } else { "Bearer" };
        Tokens { access_token, token_type, expires_in: ACCESS_LIFE, refresh_token: None, id_token: None, scope: scopes.to_string() }
    }

    fn access(&self, sub: String, scopes: &Scopes, family: Option<FamilyId>) -> AccessToken {
        AccessToken {
            iss: self.issuer.to_owned(),
            aud: self.issuer.to_owned(),
            sub,
            client_id: self.client.client_id.clone(),
            scope: scopes.clone(),
            iat: self.now.0,
            exp: self.now.0 + ACCESS_LIFE,
            jti: self.jti(family),
            auth_time: None,
            acr: None,
            cnf: self.holder.cloned(),
        }
    }

    fn jti(&self, family: Option<FamilyId>) -> String {
        let own = BASE64_URL_SAFE_NO_PAD.encode(self.random.bytes::<16>());
        match family {
            Some(family) => format!("{family}.{own}"),
            None => own,
        }
    }

    fn sign_access(&self, token: &AccessToken) -> Result<String, KeyError> {
        self.keys.sign(self.client.settings.access_token_alg, ACCESS_TYPE, token)
    }

    /// An ID token of a family's sign-in.
    pub fn id_token(&self, family: &Family, beside: &Beside<'_>, extra: Map<String, Value>) -> Result<String, KeyError> {
        let (told, algorithm) = (&family.told, self.client.settings.id_token_alg);
        let token = IdToken {
            iss: self.issuer.to_owned(),
            sub: subject::of(self.keys, self.client, family.account),
            aud: self.client.client_id.clone(),
            exp: self.now.0 + ID_LIFE,
            iat: self.now.0,
            auth_time: told.auth_time.0,
            nonce: told.nonce.clone(),
            acr: told.acr.clone(),
            amr: told.amr.clone(),
            sid: subject::session(self.keys, self.client, family.session),
            at_hash: beside.access_token.map(|token| algorithm.half_hash(token)),
            c_hash: beside.code.map(|code| algorithm.half_hash(code)),
            extra,
        };
        self.keys.sign(algorithm, ID_TYPE, &token)
    }
}

impl AccessToken {
    /// The family that it grew from; `None` for a client's own.
    pub fn family(&self) -> Option<FamilyId> {
        self.jti.split_once('.')?.0.parse().ok()
    }
}

/// The `typ` of an access token (RFC 9068 section 2.1); no ID token passes for one (row P12).
pub const ACCESS_TYPE: &str = "at+jwt";
/// The `typ` of an ID token.
pub const ID_TYPE: &str = "JWT";
const ACCESS_LIFE: i64 = 15 * 60;
const ID_LIFE: i64 = 15 * 60;
