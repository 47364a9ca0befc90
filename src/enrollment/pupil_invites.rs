//! `/account/invite`: a pupil invites a parent by mail (C10), where the district allows it (C11, C25). An address that the
//! school has for one of the pupil's guardians gets the mail with a code; any other address is for the school to look at. The
//! page says the same to both, so that no pupil learns what the school knows of a parent.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::inviting;
use super::pages::PupilInvites;
use crate::app::App;
use crate::limits::{self, Rule, Taken};
use crate::model::{CaseId, FieldError, JourneyId, PersonId, Timestamp};
use crate::people::{email_key, is_address};
use crate::store::cases::{Case, Cause};
use crate::store::events::{Event, Filter};
use crate::store::people::Person;
use crate::store::{StoreError, Tx};
use crate::web::cases::{Typed, free_number, seal};
use crate::web::invites::may_invite;
use crate::web::{self, FrameExtras, PageError, Sent, SignedIn, Visitor, page, see_other};

/// `GET /account/invite`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(see_other(SIGN_IN)) };
    let pupil = allowed(&app, signed_in).await?;
    list(&app, &visitor, &pupil, Vec::new(), "").await
}

/// `POST /account/invite`: invites, or takes every invitation of this pupil back.
pub async fn send(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(see_other(SIGN_IN)) };
    let pupil = allowed(&app, signed_in).await?;
    let (account, now) = (signed_in.account.id, visitor.now);
    if sent.form.ticked("withdraw") {
        let withdraw = async |tx: &Tx| {
            let ended = tx.codes().revoke_of_maker(account, "the pupil took it back", now).await?;
            let event = Event { actor: Some(account), person: Some(pupil.id), detail: json!({ "codes": ended }), ..Event::of(WITHDRAWN) };
            tx.record(&event, now).await
        };
        app.store.write(withdraw).await?;
        return Ok(see_other(ADDRESS));
    }
    let typed = sent.form.text(FIELD);
    if !is_address(typed) || typed.len() > LONGEST {
        let word = if typed.is_empty() { "about-you-email-missing" } else { "about-you-email-odd" };
        return list(&app, &visitor, &pupil, vec![FieldError::of(FIELD, word)], typed).await;
    }
    let invite = async |tx: &Tx| {
        let tools = &app.tools;
        let key = email_key(typed);
        let (by_pupil, by_address) =
            (limits::subject(&tools.keys, &["pupil invites", &account.to_string()]), limits::subject(&tools.keys, &["invitation", &key]));
        for subject in [&by_pupil, &by_address] {
            if let Taken::Wait(until) = limits::take(tx, Rule::InvitationAgain, subject, now).await? {
                return Ok(Some(until));
            }
        }
        match guardians_at(tx, &pupil, &key).await? {
            found if found.is_empty() => ask_the_school(tx, &app, &pupil, typed, now).await?,
            found => inviting::by_pupil(tx, tools, account, &found, now).await?,
        }
        let event = Event { actor: Some(account), person: Some(pupil.id), ..Event::of(INVITED) };
        tx.record(&event, now).await?;
        Ok::<_, StoreError>(None)
    };
    match app.store.write(invite).await? {
        Some(until) => Err(PageError::TooMany { until }),
        None => Ok(see_other(ADDRESS)),
    }
}

/// The pupil, where pupils of that school and grade may invite.
async fn allowed(app: &App, signed_in: &SignedIn) -> Result<Person, PageError> {
    let reader = app.store.read();
    let person = reader.people().find(signed_in.person).await?.ok_or(PageError::NotAllowed)?;
    if !may_invite(app, &person).await? {
        return Err(PageError::NotFound);
    }
    Ok(person)
}

/// The pupil's guardians at an address who may see the records.
async fn guardians_at(tx: &Tx, pupil: &Person, email_key: &str) -> Result<Vec<PersonId>, StoreError> {
    let people = tx.people();
    let ties = people.relationships(pupil.id).await?;
    let known = people.by_email(email_key).await?;
    let tied = |person: &Person| ties.iter().any(|tie| tie.guardian == person.id && tie.child == pupil.id && tie.can_access_records);
    Ok(known.into_iter().filter(tied).map(|person| person.id).collect())
}

/// An address that the school does not have is a request in its queue.
async fn ask_the_school(tx: &Tx, app: &App, pupil: &Person, address: &str, now: Timestamp) -> Result<(), StoreError> {
    let tools = &app.tools;
    let id = CaseId::new(now, &tools.random);
    let message = "The pupil invites a parent at this address, which no guardian on file has.".to_owned();
    let typed = Typed { child: pupil.display_name(), email: address.to_owned(), message, proven: true, ..Typed::default() };
    let case = Case {
        id,
        number: free_number(&tx.cases(), &tools.random).await?,
        flow: "account".to_owned(),
        journey: JourneyId(id.0),
        cause: Cause::AddressChanged,
        person: Some(pupil.id),
        subject: limits::subject(&tools.keys, &["request", &id.to_string()]),
        typed: seal(&tools.keys, &tools.random, id, &typed),
        tries: 1,
        opened_at: now,
        last_at: now,
    };
    tx.cases().save(&case).await
}

async fn list(app: &App, visitor: &Visitor, pupil: &Person, errors: Vec<FieldError>, typed: &str) -> Result<Response, PageError> {
    let zone = web::zone(app);
    let since = Some(visitor.now - inviting::LIFE);
    let events =
        app.store.read().events().list(&Filter { kind: Some("invitation".to_owned()), person: Some(pupil.id), since }, MOST).await?;
    // What was taken back is not listed any more, whichever address it went to.
    let mut open: Vec<Timestamp> = Vec::new();
    for event in events.into_iter().rev() {
        match event.kind.as_str() {
            WITHDRAWN => open.clear(),
            INVITED => open.push(event.at),
            _ => {}
        }
    }
    let sent = open.into_iter().rev().map(|at| app.tools.pages.moment(visitor.reading(), at, visitor.now, &zone)).collect();
    let wrong = !errors.is_empty();
    let typed = [(FIELD.to_owned(), typed.to_owned())].into();
    let extras = FrameExtras { action: ADDRESS.to_owned(), errors, typed, ..FrameExtras::default() };
    let mut response = page(&PupilInvites { sent }, extras);
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

const ADDRESS: &str = "/account/invite";
const SIGN_IN: &str = "/sign-in?return_to=%2Faccount%2Finvite";
const FIELD: &str = "email";
const LONGEST: usize = 254;
const MOST: u32 = 50;
const INVITED: &str = "invitation.by-pupil";
const WITHDRAWN: &str = "invitation.withdrawn";
