//! `/`: the apps of the person's school, or the way in (A5, A10).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::pages::{App as Listed, Home, Welcome};
use crate::app::App;
use crate::store::clients::Client;
use crate::store::people::Person;
use crate::web::visitor::given_name;
use crate::web::{FrameExtras, PageError, SignedIn, Visitor, page};

/// `GET /`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else {
        return Ok(page(&Welcome { enroll: Some("/enroll".to_owned()) }, FrameExtras::default()));
    };
    Ok(page(&home(&app, signed_in).await?, FrameExtras::default()))
}

async fn home(app: &App, signed_in: &SignedIn) -> Result<Home, PageError> {
    let reader = app.store.read();
    let person = reader.people().find(signed_in.person).await?.ok_or(PageError::NotAllowed)?;
    let clients = reader.clients().all().await?;
    let mut apps: Vec<Listed> = clients.iter().filter(|client| is_for(client, &person)).filter_map(listed).collect();
    apps.sort_by_key(|app| app.name.to_lowercase());
    let messages = reader.announcements().unread(person.id).await?;
    Ok(Home { name: given_name(&person).to_owned(), username: signed_in.account.username.clone(), apps, messages })
}

/// The district assigned the app to one of the person's schools, and to one of their roles.
fn is_for(client: &Client, person: &Person) -> bool {
    let settings = &client.settings;
    let school = settings.schools.is_empty() || person.roles.iter().any(|at| settings.schools.contains(&at.org));
    let role = settings.roles.is_empty() || person.roles.iter().any(|at| settings.roles.contains(&at.role));
    client.enabled && school && role
}

fn listed(client: &Client) -> Option<Listed> {
    let address = client.settings.launch_url.clone()?;
    Some(Listed {
        name: client.name.clone(),
        letter: client.name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default(),
        address,
        logo: client.settings.logo_uri.clone().filter(|logo| logo.starts_with("/assets/")),
    })
}
