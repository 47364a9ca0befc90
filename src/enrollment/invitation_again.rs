//! `/enroll/invitation-again`: « I did not get the e-mail » (D17). Whoever types an address on file of somebody who was
//! invited gets the mail again, with a new code; the old one dies. The page says the same to every address.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::activation_code::AGAIN;
use super::inviting;
use super::pages::{InvitationAgain, InvitationSent};
use crate::app::App;
use crate::limits::{self, Rule, Taken};
use crate::model::{FieldError, PersonId};
use crate::people::email_key;
use crate::people::is_address;
use crate::store::{StoreError, Tx};
use crate::web::{FrameExtras, PageError, Sent, Visitor, flow, page, see_other};

/// `GET /enroll/invitation-again`.
pub async fn show() -> Response {
    page(&InvitationAgain {}, FrameExtras { action: AGAIN.to_owned(), ..FrameExtras::default() })
}

/// `POST /enroll/invitation-again`.
pub async fn send(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let typed = sent.form.text(FIELD);
    if !is_address(typed) || typed.len() > LONGEST {
        let errors = vec![FieldError::of(FIELD, if typed.is_empty() { "about-you-email-missing" } else { "about-you-email-odd" })];
        let extras = FrameExtras { action: AGAIN.to_owned(), errors, typed: sent.form.0.clone(), ..FrameExtras::default() };
        let mut response = page(&InvitationAgain {}, extras);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let (tools, network, now) = (&app.tools, &visitor.origin.network, visitor.now);
    let key = email_key(typed);
    let known: Vec<PersonId> = app.store.read().people().by_email(&key).await?.into_iter().map(|person| person.id).collect();
    let rule = limits::mail_rule(&tools.policy, network);
    let (of_network, of_address) = (limits::subject(&tools.keys, &["mail", network]), limits::subject(&tools.keys, &["invitation", &key]));
    let work = async |tx: &Tx| {
        let taken = limits::take(tx, rule, &of_network, now).await?;
        let Taken::Go { .. } = taken else { return Ok::<_, StoreError>(taken) };
        // Too many to one address: it is not said, for it would say that there is somebody.
        if let Taken::Go { .. } = limits::take(tx, Rule::InvitationAgain, &of_address, now).await? {
            inviting::again(tx, tools, &known, now).await?;
        }
        Ok(taken)
    };
    match app.store.write(work).await? {
        Taken::Go { .. } => Ok(see_other(SENT)),
        Taken::Wait(until) => Err(PageError::TooMany { until }),
        Taken::Closed => Err(PageError::TooMany { until: now + std::time::Duration::from_hours(1) }),
    }
}

/// `GET /enroll/invitation-again/sent`.
pub async fn sent(uri: Uri) -> Response {
    let code = flow::return_to(&uri).carried_by("/enroll/guardian-invitation");
    page(&InvitationSent { code }, FrameExtras::default())
}

const FIELD: &str = "email";
const LONGEST: usize = 254;
const SENT: &str = "/enroll/invitation-again/sent";
