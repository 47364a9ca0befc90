//! `/account/device`: whether this device, which a family shares, offers somebody by first name and picture on its first
//! page (A18). It does so for those alone who ask for it, there, while they are signed in. The list opens nothing: the
//! password is asked each time, and the session is a short one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use uuid::Uuid;

use super::pages::Device;
use super::sign_in_first;
use crate::app::App;
use crate::model::{Animal, Hash};
use crate::random::Secret;
use crate::store::events::Event;
use crate::store::shared_devices::MOST_PEOPLE;
use crate::store::{StoreError, Tx};
use crate::web::shared_device::{Choice, LIFE, SharedWith};
use crate::web::{FrameExtras, PageError, Sent, SignedIn, Visitor, cookies, page, see_other, with_cookie};

/// `GET /account/device`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let people = match &visitor.origin.shared_device {
        Some(device) => app.store.read().shared_devices().people(device).await?,
        None => Vec::new(),
    };
    let mine = people.iter().find(|somebody| somebody.account == signed_in.account.id).map(|somebody| somebody.animal.word());
    let taken = |animal: &Animal| people.iter().any(|somebody| somebody.animal == *animal && somebody.account != signed_in.account.id);
    let free = Animal::ALL.iter().copied().filter(|animal| !taken(animal)).map(Choice::of).collect();
    let full = mine.is_none() && i64::try_from(people.len()).is_ok_and(|people| people >= MOST_PEOPLE);
    let device = Device { people: people.iter().map(SharedWith::of).collect(), mine, animals: free, full };
    Ok(page(&device, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /account/device`: with an animal to be offered from now on; with `leave` to be offered no more, or nobody at all.
pub async fn change(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let device = visitor.origin.shared_device;
    match (sent.form.text("leave"), Animal::from_word(sent.form.text("animal")), device) {
        ("me", _, Some(device)) => leave(&app, &visitor, signed_in, &device).await?,
        ("all", _, Some(device)) => clear(&app, &visitor, signed_in, &device).await?,
        ("", Some(animal), _) => return offer(&app, &visitor, signed_in, animal).await,
        _ => {}
    }
    Ok(see_other(ADDRESS))
}

/// The cookie is made here and nowhere else: one that no device of ours has is not taken over, or the list would be for
/// somebody else to read. It lives on each time somebody joins.
async fn offer(app: &App, visitor: &Visitor, signed_in: &SignedIn, animal: Animal) -> Result<Response, PageError> {
    let (random, now) = (&app.tools.random, visitor.now);
    let secret = match visitor.cookie(cookies::FAMILY) {
        Some(held) if app.store.read().shared_devices().knows(&held.hash()).await? => Secret::new(held.expose()),
        _ => random.secret(),
    };
    let (device, id) = (secret.hash(), Uuid::from_bytes(random.bytes::<16>()));
    let account = signed_in.account.id;
    let put = async |tx: &Tx| {
        let put = tx.shared_devices().put(&device, id, account, animal, now).await?;
        if put {
            tx.record(&event("device.offers", signed_in), now).await?;
        }
        Ok::<_, StoreError>(put)
    };
    app.store.write(put).await?;
    Ok(with_cookie(see_other(ADDRESS), cookies::set(cookies::FAMILY, secret.expose(), Some(LIFE))))
}

async fn leave(app: &App, visitor: &Visitor, signed_in: &SignedIn, device: &Hash) -> Result<(), StoreError> {
    let leave = async |tx: &Tx| {
        if tx.shared_devices().remove(device, signed_in.account.id).await? {
            tx.record(&event("device.offers-no-more", signed_in), visitor.now).await?;
        }
        Ok::<_, StoreError>(())
    };
    app.store.write(leave).await
}

/// The device is given away, or is nobody else's business any more: whoever holds it may say so.
async fn clear(app: &App, visitor: &Visitor, signed_in: &SignedIn, device: &Hash) -> Result<(), StoreError> {
    let clear = async |tx: &Tx| {
        let people = tx.shared_devices().clear(device).await?;
        let event = Event { detail: json!({ "people": people }), ..event("device.cleared", signed_in) };
        tx.record(&event, visitor.now).await?;
        Ok::<_, StoreError>(())
    };
    app.store.write(clear).await
}

fn event(kind: &'static str, signed_in: &SignedIn) -> Event {
    Event { actor: Some(signed_in.account.id), person: Some(signed_in.person), ..Event::of(kind) }
}

const ADDRESS: &str = "/account/device";
