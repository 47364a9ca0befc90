//! `/`: the apps of the person's schools, of a guardian those of the children's, or the way in (A5, A10, B2).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::pages::{App as Listed, Home, Welcome};
use crate::app::App;
use crate::people::{is_offered, schools_of_children};
use crate::store::clients::Client;
use crate::web::visitor::given_name;
use crate::web::{FrameExtras, PageError, SignedIn, Visitor, logo, page};

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
    let children_at = schools_of_children(&reader.people(), person.id).await?;
    let offered = |client: &&Client| client.enabled && is_offered(&client.settings, &person, &children_at);
    let mut apps: Vec<Listed> = clients.iter().filter(offered).filter_map(listed).collect();
    apps.sort_by_key(|app| app.name.to_lowercase());
    let messages = reader.announcements().unread(person.id).await?;
    Ok(Home { name: given_name(&person).to_owned(), username: signed_in.account.username.clone(), apps, messages })
}

fn listed(client: &Client) -> Option<Listed> {
    let address = client.settings.launch_url.clone()?;
    Some(Listed {
        name: client.name.clone(),
        letter: client.name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default(),
        address,
        logo: logo::of(client),
    })
}
