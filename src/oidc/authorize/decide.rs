//! Brings together what [`super::next::next`] decides by.

use super::next::{Facts, Next, SecondFactor, next};
use super::step_up;
use crate::app::App;
use crate::model::{Scopes, Timestamp};
use crate::oidc::error::OAuthError;
use crate::oidc::subject;
use crate::people::{email_key, number_key};
use crate::store::clients::Client;
use crate::store::grants::Grant;
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
            claimed: self.signed_in.map_or("", |signed_in| &signed_in.account.assurance),
            second: self.second().await?,
            subject: subject.as_deref(),
            hint_differs: self.hint_differs().await?,
            consented: &consented,
            now: self.now,
        }))
    }

    /// What the person could show beside a password, asked only where something asks for it.
    async fn second(&self) -> Result<SecondFactor, OAuthError> {
        let (request, settings) = (&self.grant.request, &self.client.settings.requests);
        let asked = !request.acr_values.is_empty() || !request.essential_acr.is_empty() || settings.required_acr.is_some();
        match self.signed_in {
            Some(signed_in) if asked => Ok(step_up::second_factor(self.app, signed_in).await?),
            _ => Ok(SecondFactor::Never),
        }
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
}
