//! What a yes brings: a code, tokens through the browser, or nothing but the yes (OAuth 2.0 Multiple Response Type Encoding
//! Practices). Everything is made and signed before the one write that answers the request.

use serde_json::{Map, Value};

use super::decide::{Case, Kept};
use super::reply::Said;
use crate::model::Hash;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::token::family;
use crate::oidc::token::mint::{Beside, Mint};
use crate::oidc::{claims, issuer, lifetimes, restriction};
use crate::store::grants::Issued;
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
        if let Some(family) = &family {
            self.add_tokens(&mut said, family).await?;
        }
        self.write(kept, &code.hash(), &issued, family.as_ref().filter(|_| answer.has_token())).await?;
        Ok(said)
    }

    /// OpenID Connect Core sections 3.2.2.5 and 3.3.2.5. The ID token is bound to what travels beside it.
    async fn add_tokens(&self, said: &mut Said, family: &Family) -> Result<(), OAuthError> {
        let answer = self.grant.request.response_type;
        let tools = &self.app.tools;
        let (client, now) = (self.client, self.now);
        let mint = Mint { keys: &tools.keys, random: &tools.random, issuer: issuer(self.app), client, holder: None, now };
        let code = said.first().map(|(_, code)| code.clone());
        let access_token = if answer.has_token() { Some(mint.access_token(family, &family.scopes)?) } else { None };
        if answer.has_id_token() {
            let extra = self.claims_of(family, access_token.is_none() && code.is_none()).await?;
            let beside = Beside { access_token: access_token.as_deref(), code: code.as_deref() };
            said.push(("id_token", mint.id_token(family, &beside, extra)?));
        }
        if let Some(token) = access_token {
            let kind =
                [("token_type", "Bearer".to_owned()), ("expires_in", mint.access_life().to_string()), ("scope", family.scopes.to_string())];
            said.push(("access_token", token));
            said.extend(kind);
        }
        Ok(())
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
    async fn write(&self, kept: Kept, code: &Hash, issued: &Issued, family: Option<&Family>) -> Result<(), OAuthError> {
        let (grant, now) = (self.grant, self.now);
        let until = if grant.request.response_type.has_code() { now + lifetimes::CODE } else { now };
        let given = self.app.store.write(async |tx: &Tx| {
            if kept == Kept::No {
                tx.grants().add(grant).await?;
            }
            if let Some(pushed) = grant.request.pushed
                && !tx.pushed_requests().spend(pushed, now).await?
            {
                return Err(Answered::Before);
            }
            if !tx.grants().issue(grant.id, code, issued, now, until).await? {
                return Err(Answered::Before);
            }
            if let Some(family) = family {
                tx.tokens().add(family).await?;
            }
            Ok(())
        });
        match given.await {
            Ok(()) => Ok(()),
            Err(Answered::Before) => Err(ErrorCode::AccessDenied.because("the request was answered already")),
            Err(Answered::Broken(cause)) => Err(cause.into()),
        }
    }
}

/// Why an answer was not written, and nothing of it.
enum Answered {
    /// The request has one.
    Before,
    /// The store.
    Broken(StoreError),
}

impl From<StoreError> for Answered {
    fn from(cause: StoreError) -> Self {
        Self::Broken(cause)
    }
}
