//! The apps that the person's browser tells of the sign-out (OpenID Connect Front-Channel Logout 1.0): the signed-out page
//! holds a frame for each, which loads the app's address with who we are and which session it was, and then goes on.

use axum::response::Response;
use url::form_urlencoded;

use crate::app::App;
use crate::model::{Language, SessionId};
use crate::oidc::shell::Shell;
use crate::oidc::{issuer, redirect_uri, subject};
use crate::pages::plain::{LeftApp, SignedOut};
use crate::store::StoreError;
use crate::store::clients::Client;

/// The apps of a session that is over, as far as the browser tells them.
#[derive(Default)]
pub struct Left {
    apps: Vec<LeftApp>,
    origins: Vec<String>,
}

impl Left {
    /// The apps that were reached by a session and want to hear by a frame.
    pub async fn by(app: &App, session: SessionId, language: Language) -> Result<Self, StoreError> {
        let mut left = Self::default();
        for client in app.store.read().session_clients().reached(session).await? {
            let Some(address) = &client.settings.logout.frontchannel_logout_uri else { continue };
            let Some(origin) = redirect_uri::origin(address) else { continue };
            left.apps.push(LeftApp { name: client.name_in(language).to_owned(), address: told(app, &client, address, session) });
            if !left.origins.contains(&origin) {
                left.origins.push(origin);
            }
        }
        Ok(left)
    }

    /// Nobody is to be told by the browser.
    pub fn is_empty(&self) -> bool {
        self.apps.is_empty()
    }

    /// The signed-out page that tells them. It goes on to `then` once they were told, without a script after a few seconds.
    pub(in crate::oidc) fn page(self, shell: &Shell<'_>, then: Option<String>) -> Response {
        shell.framing(&SignedOut { apps: self.apps, then }, self.origins)
    }
}

/// Section 2: always with both, whether the app said that it needs them or not.
fn told(app: &App, client: &Client, address: &str, session: SessionId) -> String {
    let sid = subject::session(&app.tools.keys, client, session);
    let said = form_urlencoded::Serializer::new(String::new()).append_pair("iss", issuer(app)).append_pair("sid", &sid).finish();
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{said}")
}
