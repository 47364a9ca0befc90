//! What a yes brings: a code, tokens through the browser, or nothing but the yes (OAuth 2.0 Multiple Response Type Encoding
//! Practices). Everything is made and signed before the one write that answers the request.

use serde_json::{Map, Value};

use super::decide::{Case, Kept};
use super::reply::Said;
use crate::model::Hash;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::token::family;
use crate::oidc::token::mint::{Beside, Mint};
use crate::oidc::{check_session, claims, lifetimes, restriction};
use crate::store::access_tokens::TokenRow;
use crate::store::clients::ResponseType;
use crate::store::grants::{Issued, issued_at_once};
use crate::store::tokens::Family;
use crate::store::{StoreError, Tx};

impl Case<'_> {
    /// The answer for whoever is signed in. Asked again at every answer: is the client for this person? (row P45)
    pub async fn issue(&self, kept: Kept) -> Result<Said, OAuthError> {
        let signed_in = self.signed_in.ok_or(ErrorCode::LoginRequired.because("the person must sign in"))?;
        if !restriction::admits(self.app, self.client, signed_in.account.id).await? {
            return Err(ErrorCode::AccessDenied.because("this client is not for this person"));
        }
        let session = &signed_in.session;
        let issued = Issued {
            account: session.account,
            session: session.id,
            auth_time: session.auth_time,
            acr: session.acr.clone(),
            amr: session.amr.clone(),
        };
        let answer = self.grant.request.response_type;
        let family = (answer.has_token() || answer.has_id_token())
            .then(|| family::of_answer(self.app, self.grant, &issued, session.expires_at, self.now));
        let code = self.app.tools.random.secret();
        let mut said = Said::new();
        if answer.has_code() {
            said.push(("code", code.expose().to_owned()));
        }
        let token = match &family {
            Some(family) => self.add_tokens(&mut said, family).await?,
            None => None,
        };
        let family = family.as_ref().filter(|_| answer.has_token());
        self.write(kept, &Given { code: &code.hash(), issued: &issued, family, token: token.as_ref() }).await?;
        if self.grant.request.scopes.has("openid") {
            said.push(("session_state", check_session::state(self.app, self.grant, session.id)));
        }
        Ok(said)
    }

    /// OpenID Connect Core sections 3.2.2.5 and 3.3.2.5. The ID token is bound to what travels beside it. What is returned must be
    /// written with the answer.
    async fn add_tokens(&self, said: &mut Said, family: &Family) -> Result<Option<TokenRow>, OAuthError> {
        let answer = self.grant.request.response_type;
        let mint = Mint::of(self.app, self.client, self.now).await?.for_audience(family.told.resource.as_deref());
        let code = said.first().map(|(_, code)| code.clone());
        let access_token = if answer.has_token() { Some(mint.access_token(family, &family.scopes)?) } else { None };
        if answer.has_id_token() {
            let extra = self.claims_of(family, access_token.is_none() && code.is_none()).await?;
            let beside = Beside { access_token: access_token.as_ref().map(|token| token.text.as_str()), code: code.as_deref() };
            said.push(("id_token", mint.id_token(family, &beside, extra)?));
        }
        let Some(token) = access_token else { return Ok(None) };
        let kind =
            [("token_type", "Bearer".to_owned()), ("expires_in", mint.access_life().to_string()), ("scope", family.scopes.to_string())];
        said.push(("access_token", token.text));
        said.extend(kind);
        Ok(token.kept)
    }

    /// Where nothing else opens the claims of the scopes, the ID token says them (OpenID Connect Core section 5.4).
    async fn claims_of(&self, family: &Family, alone: bool) -> Result<Map<String, Value>, OAuthError> {
        let mut extra = claims::in_id_token(self.app, self.client, family).await?;
        if alone {
            extra.extend(claims::of_family(self.app, self.client, family).await?);
        }
        Ok(extra)
    }

    /// One write answers a request, once. One that brings no code is answered by a code that nobody is told and that is over.
    async fn write(&self, kept: Kept, given: &Given<'_>) -> Result<(), OAuthError> {
        let (grant, now) = (self.grant, self.now);
        let until = if grant.request.response_type.has_code() { now + lifetimes::CODE } else { now };
        // Nothing but a code for a request that nobody has seen yet: one statement says it.
        if kept == Kept::No && grant.request.pushed.is_none() && grant.request.response_type == ResponseType::Code {
            self.app.store.change(issued_at_once(grant, given.code, given.issued, until)).await?;
            return Ok(());
        }
        let written = self.app.store.write(async |tx: &Tx| {
            if let Some(pushed) = grant.request.pushed
                && !tx.pushed_requests().spend(pushed, now).await?
            {
                return Err(Answered::Before);
            }
            match kept {
                Kept::No => tx.grants().add_issued(grant, given.code, given.issued, until).await?,
                Kept::Yes if tx.grants().issue(grant.id, given.code, given.issued, now, until).await? => {}
                Kept::Yes => return Err(Answered::Before),
            }
            // The person may have signed out since we looked.
            let live = match given.family {
                Some(family) => tx.tokens().add(family).await?,
                None if grant.request.response_type.has_id_token() => {
                    tx.session_clients().remember(given.issued.session, &grant.client_id, now).await?
                }
                None => true,
            };
            if !live {
                return Err(Answered::SignedOut);
            }
            if let Some(token) = given.token {
                tx.access_tokens().add(token).await?;
            }
            Ok(())
        });
        match written.await {
            Ok(()) => Ok(()),
            Err(Answered::SignedOut) => Err(ErrorCode::LoginRequired.because("the person must sign in")),
            Err(Answered::Before) => Err(ErrorCode::AccessDenied.because("the request was answered already")),
            Err(Answered::Broken(cause)) => Err(cause.into()),
        }
    }
}

/// What an answer gives.
struct Given<'a> {
    /// The code; one that nobody is told, where the answer has none.
    code: &'a Hash,
    /// Whom it stands for.
    issued: &'a Issued,
    /// What came through the browser.
    family: Option<&'a Family>,
    /// Its access token, if that must be kept.
    token: Option<&'a TokenRow>,
}

/// Why an answer was not written, and nothing of it.
enum Answered {
    /// The request has one.
    Before,
    /// The session that it would stand on has ended.
    SignedOut,
    /// The store.
    Broken(StoreError),
}

impl From<StoreError> for Answered {
    fn from(cause: StoreError) -> Self {
        Self::Broken(cause)
    }
}
