//! Access tokens and ID tokens: what stands in them, and their signatures. Built before the write that spends the
//! code; a request that loses the race throws them away.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::refresh_token::RefreshToken;
use crate::app::App;
use crate::keys::{KeyError, KeyStore};
use crate::model::{FamilyId, Hash, Holder, Scopes, Timestamp};
use crate::oidc::error::OAuthError;
use crate::oidc::jwe::Sealer;
use crate::oidc::{client_keys, issuer, subject};
use crate::random::{Random, Secret};
use crate::store::access_tokens::TokenRow;
use crate::store::clients::Client;
use crate::store::tokens::Family;
use crate::store::{StoreError, Tx};

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
    /// What encrypts its ID tokens, if it is registered for that.
    pub sealer: Option<Sealer>,
    /// The service that its access tokens are for; `None`: our own endpoints.
    pub audience: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    #[serde(skip)]
    kept: Option<TokenRow>,
}

/// An access token that was just made.
#[derive(Debug)]
pub struct Minted {
    /// What the client gets.
    pub text: String,
    /// What must be in the store before it opens anything, if it says nothing itself.
    pub kept: Option<TokenRow>,
}

/// The claims of an access token (RFC 9068 section 2.2).
#[derive(Debug, Serialize, Deserialize)]
pub struct AccessToken {
    /// Who issued it.
    pub iss: String,
    /// For whom it opens: our own endpoints, or a service that was asked for (RFC 8707).
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
    /// Who acts with it in the person's name (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    /// Who alone may use it, if it is bound (RFC 7800 section 3.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Holder>,
}

/// A client that acts for a person, and those that acted before it (RFC 8693 section 4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The client.
    pub sub: String,
    /// Who had the token before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
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

impl<'a> Mint<'a> {
    /// One that makes tokens for this client. What encrypts for it is found beforehand.
    pub async fn of(app: &'a App, client: &'a Client, now: Timestamp) -> Result<Self, OAuthError> {
        let sealer = match client.settings.tokens.id_token_encryption {
            Some(by) => Some(client_keys::for_encryption(app, client, by, now).await?),
            None => None,
        };
        Ok(Self {
            keys: &app.tools.keys,
            random: &app.tools.random,
            issuer: issuer(app),
            client,
            sealer,
            audience: None,
            holder: None,
            now,
        })
    }

    /// The same, for access tokens that are for this service.
    pub fn for_audience(self, audience: Option<&str>) -> Self {
        Self { audience: audience.map(str::to_owned), ..self }
    }

    /// The same, for access tokens that this holder alone may use.
    pub fn held_by(self, holder: Option<&'a Holder>) -> Self {
        Self { holder, ..self }
    }

    /// Everything that a family gives at one refresh, or at its beginning; `extra` stands in the ID token.
    pub fn tokens(
        &self,
        family: &Family,
        scopes: &Scopes,
        refresh: Option<RefreshToken>,
        extra: Map<String, Value>,
    ) -> Result<Tokens, KeyError> {
        let access_token = self.access_token(family, scopes)?;
        let beside = Beside { access_token: Some(&access_token.text), code: None };
        // Where somebody else vouched for the person, we have no sign-in to tell of.
        let id_token = match scopes.has("openid") && family.told.vouched_by.is_none() {
            true => Some(self.id_token(family, &beside, extra)?),
            false => None,
        };
        let refresh_token = refresh.map(|token| token.write(self.keys)).as_ref().map(Secret::expose).map(str::to_owned);
        Ok(Tokens { refresh_token, id_token, ..self.told(access_token, scopes) })
    }

    /// An access token for the person of a family.
    pub fn access_token(&self, family: &Family, scopes: &Scopes) -> Result<Minted, KeyError> {
        let sub = subject::of(self.keys, self.client, family.account);
        let signed_in = family.told.vouched_by.is_none();
        self.make(&AccessToken {
            auth_time: signed_in.then_some(family.told.auth_time.0),
            acr: signed_in.then(|| family.told.acr.clone()),
            ..self.access(sub, scopes, Some(family.id))
        })
    }

    /// Seconds that an access token is good for.
    pub fn access_life(&self) -> i64 {
        ACCESS_LIFE
    }

    /// What a client that was shown `subject`, which grew from `family`, gets for the next service: in the person's name, with itself as
    /// the one that acts, and for no longer (RFC 8693 section 2.2.1).
    pub fn delegated(&self, (subject, family): (&AccessToken, &Family), scopes: &Scopes, actor: Actor) -> Result<Tokens, KeyError> {
        let sub = subject::of(self.keys, self.client, family.account);
        let token = AccessToken {
            exp: subject.exp.min(self.now.0 + ACCESS_LIFE),
            auth_time: subject.auth_time,
            acr: subject.acr.clone(),
            act: Some(actor),
            ..self.access(sub, scopes, Some(family.id))
        };
        let tokens = self.told(self.make(&token)?, scopes);
        Ok(Tokens { expires_in: token.exp - self.now.0, issued_token_type: Some(ACCESS_TOKEN_URN), ..tokens })
    }

    /// What a client gets for itself.
    pub fn for_client(&self, scopes: &Scopes) -> Result<Tokens, KeyError> {
        let access_token = self.make(&self.access(self.client.client_id.clone(), scopes, None))?;
        Ok(self.told(access_token, scopes))
    }

    /// A bound token is of another type, so that no app takes it for one that may be shown alone (RFC 9449 section 5); a certificate
    /// shows itself (RFC 8705 section 3).
    fn told(&self, access_token: Minted, scopes: &Scopes) -> Tokens {
        let token_type = if matches!(self.holder, Some(Holder::Key(_))) { "DPoP" } else { "Bearer" };
        Tokens {
            access_token: access_token.text,
            token_type,
            expires_in: ACCESS_LIFE,
            refresh_token: None,
            id_token: None,
            scope: scopes.to_string(),
            issued_token_type: None,
            kept: access_token.kept,
        }
    }

    fn access(&self, sub: String, scopes: &Scopes, family: Option<FamilyId>) -> AccessToken {
        AccessToken {
            iss: self.issuer.to_owned(),
            aud: self.audience.clone().unwrap_or_else(|| self.issuer.to_owned()),
            sub,
            client_id: self.client.client_id.clone(),
            scope: scopes.clone(),
            iat: self.now.0,
            exp: self.now.0 + ACCESS_LIFE,
            jti: self.jti(family),
            auth_time: None,
            acr: None,
            act: None,
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

    /// In the form that the client is registered for: signed (RFC 9068), or 256 bits of chance whose meaning we keep.
    fn make(&self, token: &AccessToken) -> Result<Minted, KeyError> {
        if !self.client.settings.tokens.opaque {
            let text = self.keys.sign(self.client.settings.access_token_alg, ACCESS_TYPE, token)?;
            return Ok(Minted { text, kept: None });
        }
        let text = self.random.secret().expose().to_owned();
        let claims = serde_json::to_value(token).expect("claims have string keys");
        let kept = TokenRow { claims: Some(claims), ..token.row(&text) };
        Ok(Minted { text, kept: Some(kept) })
    }

    /// An ID token of a family's sign-in: signed, and where the client is registered for it encrypted after that.
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
        let signed = self.keys.sign(algorithm, ID_TYPE, &token)?;
        match &self.sealer {
            Some(sealer) => sealer.seal_jwt(&signed, self.random),
            None => Ok(signed),
        }
    }
}

impl Tokens {
    /// What must be written before they are given out.
    pub fn to_keep(&self) -> Option<&TokenRow> {
        self.kept.as_ref()
    }

    /// Writes what must be known of them, with whatever else gives them out.
    pub async fn keep(&self, tx: &Tx) -> Result<(), StoreError> {
        match &self.kept {
            Some(kept) => tx.access_tokens().add(kept).await,
            None => Ok(()),
        }
    }
}

impl Actor {
    /// How many acted, one after the other.
    pub fn depth(&self) -> usize {
        1 + self.act.as_ref().map_or(0, |before| before.depth())
    }
}

impl AccessToken {
    /// The family that it grew from; `None` for a client's own.
    pub fn family(&self) -> Option<FamilyId> {
        self.jti.split_once('.')?.0.parse().ok()
    }

    /// What stands for it in the store: the hash of its whole text.
    pub fn row(&self, text: &str) -> TokenRow {
        TokenRow {
            id: Hash::of(text.as_bytes()),
            client_id: self.client_id.clone(),
            family: self.family(),
            claims: None,
            expires_at: Timestamp(self.exp),
            revoked_at: None,
        }
    }
}

/// The `typ` of an access token (RFC 9068 section 2.1); no ID token passes for one (row P12).
pub const ACCESS_TYPE: &str = "at+jwt";
/// What an access token is called where tokens are exchanged (RFC 8693 section 3).
pub const ACCESS_TOKEN_URN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The `typ` of an ID token.
pub const ID_TYPE: &str = "JWT";
const ACCESS_LIFE: i64 = 15 * 60;
const ID_LIFE: i64 = 15 * 60;
