//! `/`: the apps of the person's schools, of a guardian those of the children's, or the way in (A5, A10, B2).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use url::Url;

use super::pages::{App as Listed, Home, Welcome};
use crate::app::App;
use crate::model::Language;
use crate::people::{is_offered, schools_of_children};
use crate::store::clients::Client;
use crate::web::counter::counters_of;
use crate::web::visitor::given_name;
use crate::web::{FrameExtras, PageError, SignedIn, Visitor, logo, page};

/// `GET /`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else {
        return Ok(page(&Welcome { enroll: Some("/enroll".to_owned()) }, FrameExtras::default()));
    };
    Ok(page(&home(&app, signed_in, visitor.language).await?, FrameExtras::default()))
}

async fn home(app: &App, signed_in: &SignedIn, language: Language) -> Result<Home, PageError> {
    let reader = app.store.read();
    let person = reader.people().find(signed_in.person).await?.ok_or(PageError::NotAllowed)?;
    let clients = reader.clients().all().await?;
    let children_at = schools_of_children(&reader.people(), person.id).await?;
    // An app that registered itself, and that nobody of the district looked at, is on nobody's page.
    let offered = |client: &&Client| client.enabled && !client.settings.is_unknown() && is_offered(&client.settings, &person, &children_at);
    let mut apps: Vec<Listed> =
        clients.iter().filter(offered).filter_map(|client| listed(&app.tools.config.issuer, client, language)).collect();
    apps.sort_by_key(|app| app.name.to_lowercase());
    let messages = reader.announcements().unread(person.id).await?;
    let counter = !counters_of(&app.tools.policy, &person).is_empty();
    Ok(Home { name: given_name(&person).to_owned(), username: signed_in.account.username.clone(), apps, messages, counter })
}

fn listed(issuer: &str, client: &Client, language: Language) -> Option<Listed> {
    let settings = &client.settings;
    let begun = settings.initiate_login_uri.as_deref().and_then(|begin| begun_by_us(issuer, begin, settings.launch_url.as_deref()));
    let address = begun.or_else(|| settings.launch_url.clone())?;
    let name = client.name_in(language);
    Some(Listed {
        name: name.to_owned(),
        letter: name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default(),
        address,
        logo: logo::of(client),
    })
}

/// OpenID Connect Core section 4: the app signs the person in at once, and goes on to its first page. Who it is is for the
/// sign-in to say: a `login_hint` here would tell every app the name of whoever looks at it.
fn begun_by_us(issuer: &str, begin: &str, launch_url: Option<&str>) -> Option<String> {
    let mut address = Url::parse(begin).ok()?;
    address.query_pairs_mut().append_pair("iss", issuer);
    if let Some(target) = launch_url {
        address.query_pairs_mut().append_pair("target_link_uri", target);
    }
    Some(address.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::clients::sample;

    fn tile(begin: Option<&str>, launch: Option<&str>) -> Option<String> {
        let mut client = sample();
        client.settings.initiate_login_uri = begin.map(str::to_owned);
        client.settings.launch_url = launch.map(str::to_owned);
        listed("https://compte.example", &client, Language::English).map(|listed| listed.address)
    }

    #[test]
    fn a_tile_begins_the_sign_in_where_the_app_can_begin_it() {
        let begin = Some("https://rp.test/login?tenant=7");
        let address = "https://rp.test/login?tenant=7&iss=https%3A%2F%2Fcompte.example";
        assert_eq!(tile(begin, None).as_deref(), Some(address));
        let target = format!("{address}&target_link_uri=https%3A%2F%2Frp.test%2F");
        assert_eq!(tile(begin, Some("https://rp.test/")), Some(target));
        assert_eq!(tile(None, Some("https://rp.test/")).as_deref(), Some("https://rp.test/"));
        assert_eq!(tile(None, None), None);
    }
}
