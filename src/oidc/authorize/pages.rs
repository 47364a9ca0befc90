//! The screens of the protocol itself: consent, which account it is to be, and the form that carries an answer.

use serde::Serialize;
use url::Url;

use crate::model::{Language, Message, Scopes};
use crate::pages::Page;
use crate::store::clients::Client;
use crate::web::seen;

/// What an app wants to know, for the person to allow or not.
#[derive(Debug, Serialize)]
pub struct Consent {
    /// The app.
    pub client: String,
    /// What it will see, in plain words.
    pub sees: Vec<Message>,
    /// It keeps its access when the person is away.
    pub stays: bool,
    /// The host of an app that registered itself and that the district does not know.
    pub unknown: Option<String>,
}

/// Which account it is to be.
#[derive(Debug, Serialize)]
pub struct ChooseAccount {
    /// Those signed in here.
    pub accounts: Vec<Choice>,
    /// Where another one signs in.
    pub other: String,
}

/// An account signed in here.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// What its button sends.
    pub value: String,
    /// The person's name.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
}

/// The answer, on its way to the app by a form (OAuth 2.0 Form Post Response Mode).
#[derive(Debug, Serialize)]
pub struct FormPost {
    /// The app's address.
    pub address: String,
    /// What it hears.
    pub fields: Vec<Field>,
}

/// One value of it.
#[derive(Debug, Serialize)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The value, whatever it is.
    pub value: String,
}

impl Page for FormPost {
    const TEMPLATE: &'static str = "pages/form-post.html";

    fn samples() -> Vec<Self> {
        let field = |name, value: &str| Field { name, value: value.to_owned() };
        vec![Self {
            address: "https://cahier.example/callback".to_owned(),
            fields: vec![
                field("code", "SplxlOBeZQQYbYS6WxSbIA"),
                field("state", "\"></form><script>"),
                field("iss", "https://compte.example"),
            ],
        }]
    }
}

impl Consent {
    /// The page for a client, what it asks, and where the person will be sent.
    pub fn of(client: &Client, scopes: &Scopes, address: &str, language: Language) -> Self {
        let host = Url::parse(address).ok().and_then(|address| address.host_str().map(str::to_owned));
        let unknown = host.filter(|_| client.settings.is_unknown());
        Self { unknown, ..Self::asking(client.name_in(language), scopes) }
    }

    fn asking(client: &str, scopes: &Scopes) -> Self {
        Self { client: client.to_owned(), sees: seen::words(scopes), stays: scopes.has("offline_access"), unknown: None }
    }
}

impl Page for Consent {
    const TEMPLATE: &'static str = "pages/consent.html";

    fn samples() -> Vec<Self> {
        let all = seen::SEEN.iter().map(|(scope, _)| *scope).collect::<Vec<_>>().join(" ");
        vec![
            Self::asking("Cahier de maths", &Scopes::parse("openid profile")),
            Self::asking("Cahier de maths", &Scopes::parse(&format!("{all} offline_access"))),
            Self { unknown: Some("jeux.example".to_owned()), ..Self::asking("Jeux de maths", &Scopes::parse("openid profile")) },
        ]
    }
}

impl Page for ChooseAccount {
    const TEMPLATE: &'static str = "pages/choose-account.html";

    fn samples() -> Vec<Self> {
        let choice = Choice { value: "here".to_owned(), name: "Léa Tremblay".to_owned(), username: "S0123456".to_owned() };
        vec![Self { accounts: vec![choice], other: "/authorize/0192/other".to_owned() }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::scopes::SCOPES;

    #[test]
    fn every_scope_that_opens_something_is_told() {
        for scope in SCOPES.iter().filter(|scope| !scope.claims.is_empty()) {
            assert!(seen::SEEN.iter().any(|(told, _)| *told == scope.name), "{}", scope.name);
        }
    }
}
