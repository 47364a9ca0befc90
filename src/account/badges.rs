//! `/account/badges`: the cards of the pupils whom somebody looks after, a teacher those of their classes, the office those of
//! its school. A card that is lost is taken back by one click. The right is looked up in the roster when the click comes, not when
//! the page was shown (row R17).

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::badge_pages::{Badges, CardDone, CardGroup, CardOf};
use super::sign_in_first;
use crate::app::App;
use crate::model::{AccountId, PersonId, Timestamp};
use crate::store::accounts::AccountState;
use crate::store::badges::{Badge, Taking};
use crate::store::families::Pupil;
use crate::store::people::Person;
use crate::store::{Reader, StoreError, Tx};
use crate::web::badge::{self, Group};
use crate::web::visitor::given_name;
use crate::web::{self, FrameExtras, PageError, Sent, SignedIn, Visitor, page, see_other};

/// `GET /account/badges`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let (reader, staff) = (app.store.read(), allowed(&app, signed_in).await?);
    let mut groups = badge::groups(&reader, &staff).await?;
    let asked = query(&uri, "class").map(|id| (true, id)).or_else(|| query(&uri, "school").map(|id| (false, id)));
    let chosen = match asked {
        Some((is_class, id)) => groups.iter().position(|group| group.is_class == is_class && group.source == id),
        None if groups.len() == 1 => Some(0),
        None => None,
    };
    let chosen = chosen.map(|at| groups.remove(at));
    let pupils = match &chosen {
        Some(group) => pupils(&app, &visitor, &reader, group).await?,
        None => Vec::new(),
    };
    let shown = Badges {
        done: done(&reader, &staff, &uri).await?,
        pupils,
        groups: groups.iter().map(card_group).collect(),
        chosen: chosen.as_ref().map(|group| group.title.clone()),
    };
    let action = chosen.as_ref().map_or_else(|| ADDRESS.to_owned(), address_of);
    Ok(page(&shown, FrameExtras { action, ..FrameExtras::default() }))
}

/// `POST /account/badges`: one click.
pub async fn change(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let staff = allowed(&app, signed_in).await?;
    let Ok(pupil) = sent.form.text("pupil").parse::<PersonId>() else { return Err(PageError::NotAllowed) };
    if !badge::may_look_after(&app.store.read(), &staff, pupil).await? {
        return Err(PageError::NotAllowed);
    }
    let asked = sent.form.text("do").to_owned();
    let (keys, by, now) = (&app.tools.keys, signed_in.account.id, visitor.now);
    let change = async |tx: &Tx| act(tx, keys, &asked, (pupil, by), now).await;
    let done = app.store.write(change).await?;
    let back = query(&uri, "class").map(|id| ("class", id)).or_else(|| query(&uri, "school").map(|id| ("school", id)));
    let mut to = url::form_urlencoded::Serializer::new(String::new());
    if let Some((name, id)) = &back {
        to.append_pair(name, id);
    }
    if done {
        to.append_pair("done", &asked).append_pair("pupil", &pupil.to_string());
    }
    Ok(see_other(&format!("{ADDRESS}?{}", to.finish())))
}

async fn act(
    tx: &Tx,
    keys: &crate::keys::KeyStore,
    asked: &str,
    (pupil, by): (PersonId, AccountId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    if asked == "lost" {
        return Ok(badge::revoke(tx, pupil, Taking { by: Some(by), why: "lost" }, now).await?.is_some());
    }
    let account = tx.accounts().of_person(pupil).await?.filter(|account| account.state == AccountState::Claimed);
    match (asked, account) {
        ("secret", Some(account)) => badge::forget_secret(tx, keys, &account, Some(by), now).await,
        ("wake", Some(account)) => badge::wake(tx, keys, &account, Some(by), now).await,
        _ => Ok(false),
    }
}

/// Whether somebody looks after cards at all: asked by the page that leads here.
pub(super) async fn looks_after(app: &App, reader: &Reader<'_>, person: &Person) -> Result<bool, StoreError> {
    Ok(app.tools.config.badges.enabled && !badge::groups(reader, person).await?.is_empty())
}

/// Who works here; where there are no cards, there is no such page.
async fn allowed(app: &App, signed_in: &SignedIn) -> Result<Person, PageError> {
    let reader = app.store.read();
    let person = reader.people().find(signed_in.person).await?.ok_or(PageError::NotAllowed)?;
    if looks_after(app, &reader, &person).await? { Ok(person) } else { Err(PageError::NotFound) }
}

async fn pupils(app: &App, visitor: &Visitor, reader: &Reader<'_>, group: &Group) -> Result<Vec<CardOf>, PageError> {
    let pupils = reader.families().pupils(group.which()).await?;
    let people: Vec<PersonId> = pupils.iter().map(|pupil| pupil.id).collect();
    let cards: HashMap<PersonId, Badge> = reader.badges().newest(&people).await?.into_iter().map(|badge| (badge.person, badge)).collect();
    let zone = web::zone(app);
    let moment = |at| app.tools.pages.moment(visitor.reading(), at, visitor.now, &zone);
    let mut shown = Vec::new();
    for Pupil { id, given_name, family_name, .. } in pupils {
        let Some(person) = reader.people().find(id).await? else { continue };
        if !badge::is_meant(&reader.people(), &app.tools, &person).await? {
            continue;
        }
        let secret = match reader.accounts().of_person(id).await? {
            Some(account) => reader.badges().secret(account.id).await?.is_some(),
            None => false,
        };
        let mut card = CardOf::none(id.to_string(), format!("{given_name} {family_name}"));
        card.secret = secret;
        if let Some(badge) = cards.get(&id) {
            let standing = badge::standing(reader, &app.tools, badge, visitor.now).await?;
            let at = badge.revoked.as_ref().map(|(at, _)| *at).or(badge.used_at).unwrap_or(badge.issued_at);
            card.since = moment(at);
            card.works = standing != "over";
            card.asleep = standing == "asleep";
            card.state = match (standing, badge.used_at) {
                ("over", _) => "badges-state-over",
                ("asleep", _) => "badges-state-asleep",
                ("not-open", _) => "badges-state-not-open",
                (_, None) => "badges-state-new",
                (_, Some(_)) => "badges-state-works",
            };
        }
        shown.push(card);
    }
    Ok(shown)
}

/// What was just done, and to whose card.
async fn done(reader: &Reader<'_>, staff: &Person, uri: &Uri) -> Result<Option<CardDone>, PageError> {
    let said = query(uri, "done");
    let text = DONE.iter().find(|(word, _)| Some(*word) == said.as_deref()).map(|(_, text)| *text);
    let (Some(text), Some(Ok(pupil))) = (text, query(uri, "pupil").map(|id| id.parse::<PersonId>())) else { return Ok(None) };
    if !badge::may_look_after(reader, staff, pupil).await? {
        return Ok(None);
    }
    let person = reader.people().find(pupil).await?;
    Ok(person.map(|person| CardDone { text, name: given_name(&person).to_owned() }))
}

fn card_group(group: &Group) -> CardGroup {
    CardGroup { address: address_of(group), title: group.title.clone(), school: group.school.clone(), whole: !group.is_class }
}

fn address_of(group: &Group) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair(if group.is_class { "class" } else { "school" }, &group.source);
    format!("{ADDRESS}?{}", query.finish())
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.into_owned().find(|(found, _)| found == name).map(|(_, value)| value)
}

const ADDRESS: &str = "/account/badges";
const DONE: &[(&str, &str)] = &[("lost", "badges-done-lost"), ("secret", "badges-done-secret"), ("wake", "badges-done-woken")];
