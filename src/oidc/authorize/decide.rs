//! Brings together what [`super::next::next`] decides by, and gives the code out.

use super::next::{Facts, Next, next};
use crate::app::App;
use crate::model::{Scopes, Timestamp};
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::{lifetimes, restriction, subject};
use crate::people::{email_key, number_key};
use crate::random::Secret;
use crate::store::clients::Client;
use crate::store::grants::{Grant, Issued};
use crate::store::{StoreError, Tx};
use crate::web::SignedIn;

/// A request, who asks, and who is there.
pub(super) struct Case<'a> {
    pub app: &'a App,
    pub grant: &'a Grant,
    pub client: &'a Client,
    pub signed_in: Option<&'a SignedIn>,
    pub now: Timestamp,
}

/// Whether the request is in the store already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is, and waits for its answer.
    Yes,
    /// It is answered at once and is written with its answer.
    No,
}

impl Case<'_> {
    /// What happens next.
    pub async fn next(&self) -> Result<Next, OAuthError> {
        let keys = &self.app.tools.keys;
        let consented = match self.signed_in {
            Some(signed_in) if !self.client.settings.first_party => {
                self.app.store.read().consents().find(signed_in.account.id, &self.client.client_id).await?
            }
            _ => Scopes::default(),
        };
        let subject = self.signed_in.map(|signed_in| subject::of(keys, self.client, signed_in.account.id));
        Ok(next(&Facts {
            grant: self.grant,
            client: self.client,
            session: self.signed_in.map(|signed_in| &signed_in.session),
            subject: subject.as_deref(),
            hint_differs: self.hint_differs().await?,
            consented: &consented,
            now: self.now,
        }))
    }

    /// `login_hint` is a name, an address or a number of somebody else (row P39).
    async fn hint_differs(&self) -> Result<bool, OAuthError> {
        let (Some(hint), Some(signed_in)) = (self.grant.request.login_hint.as_deref(), self.signed_in) else { return Ok(false) };
        let hint = hint.trim();
        if hint.eq_ignore_ascii_case(&signed_in.account.username) {
            return Ok(false);
        }
        let person = self.app.store.read().people().find(signed_in.person).await?;
        let is_theirs = person.is_some_and(|person| {
            person.email.is_some_and(|email| email_key(&email) == email_key(hint))
                || person.student_number.is_some_and(|number| number_key(&number) == number_key(hint))
        });
        Ok(!is_theirs)
    }

    /// The code for whoever is signed in. Asked again at every code: is the client for this person? (row P45)
    pub async fn issue(&self, kept: Kept) -> Result<Secret, OAuthError> {
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
        let code = self.app.tools.random.secret();
        let (grant, now, hash) = (self.grant, self.now, code.hash());
        let given = self
            .app
            .store
            .write(async |tx: &Tx| {
                if kept == Kept::No {
                    tx.grants().add(grant).await?;
                }
                tx.grants().issue(grant.id, &hash, &issued, now, now + lifetimes::CODE).await
            })
            .await
            .map_err(|cause: StoreError| OAuthError::from(cause))?;
        match given {
            true => Ok(code),
            false => Err(ErrorCode::AccessDenied.because("the request was answered already")),
        }
    }
}
