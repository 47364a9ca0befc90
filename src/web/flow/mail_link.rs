//! The link of a letter. Opening it changes nothing, however often and by whatever machine (rows R03, D10): the token goes
//! into a cookie and out of the address and the history (row R04), and a page with one button is shown. The button
//! confirms. Where the journey is another browser's, it goes on in this one and nowhere else: whoever began it with what
//! they know of a family, and waits for its mailbox, is left behind (rows E15, E18). To stay where it began, the letter has
//! a code.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::mail_proof::{LINK, MailLink, STAGES, link_mac};
use super::super::{FrameExtras, PageError, Sent, Visitor, carry_token, cookies, page, see_other, with_cookie};
use super::held::{Held, next};
use super::turn::Turn;
use super::{address, begun, start_of};
use crate::app::App;
use crate::random::Secret;
use crate::store::journeys::Kept;

/// `GET /mail/{token}`: what the letter's link leads to. Writes nothing.
pub async fn open(Path(token): Path<String>) -> Response {
    carry_token(cookies::MAIL, &token, ADDRESS)
}

/// `GET /mail`: one button. Writes nothing.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(found) = Found::of(&app, &visitor, None).await? else { return unknown(&app, &visitor).await };
    if found.here && !found.live {
        // Opened twice: where the journey stands.
        return Ok(see_other(&address(found.kept.journey.id)));
    }
    if !found.live {
        return Ok(late(found.start(&app), false));
    }
    let link = MailLink { state: "confirm", here: found.here, again: String::new() };
    Ok(page(&link, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /mail`: the button.
pub async fn confirm(State(app): State<Arc<App>>, visitor: Visitor, mut sent: Sent) -> Result<Response, PageError> {
    let Some(found) = Found::of(&app, &visitor, Some(&sent)).await? else { return unknown(&app, &visitor).await };
    let again = if found.here { address(found.kept.journey.id) } else { found.start(&app) };
    let (id, live, here) = (found.kept.journey.id, found.live, found.here);
    let held = match here {
        true => Held::find(&app, &visitor, &id.to_string(), Some(&sent)).await?,
        false => Held::moved(&app, found.kept, &found.token, &sent, visitor.now),
    };
    if held.came_twice() {
        return Ok(held.restore(see_other(&address(id))));
    }
    let flow = held.flow(&app)?;
    let waits = flow.current(&held.journey.draft).map(|bound| bound.name).filter(|stage| STAGES.contains(stage) && held.ending.is_none());
    let (Some(stage), true) = (waits, live) else {
        // The journey that went on shows where it stands; one that still waits has a newer letter.
        return Ok(if here && waits.is_none() { see_other(&address(id)) } else { late(again, here) });
    };
    sent.form.0.insert(LINK.to_owned(), found.token.expose().to_owned());
    let response = Turn { app: &app, visitor: &visitor, flow: &flow, stage, sent: &sent, held }.take(None).await?;
    Ok(with_cookie(response, cookies::clear(cookies::MAIL)))
}

/// What a link means in this browser.
struct Found {
    kept: Kept,
    token: Secret,
    /// It can still be right.
    live: bool,
    /// The journey is this browser's own.
    here: bool,
}

impl Found {
    /// `sent` is what came with the request: the cookie from before it is still this browser's, if the same form was
    /// answered a moment ago (row E22).
    async fn of(app: &App, visitor: &Visitor, sent: Option<&Sent>) -> Result<Option<Self>, PageError> {
        let Some(token) = visitor.jar.get(cookies::MAIL).cloned() else { return Ok(None) };
        let (reader, keys) = (app.store.read(), &app.tools.keys);
        let link = link_mac(keys, &token);
        let Some(before) = reader.mail_proofs().by_link(&link).await? else { return Ok(None) };
        let journey = before.journey;
        let Some(mut kept) = reader.journeys().find(journey).await? else { return Ok(None) };
        // Asked once more: a link that falls after the journey was read costs the turn; one that fell before that has
        // moved the journey on.
        let proof = reader.mail_proofs().by_link(&link).await?;
        if proof.as_ref() != Some(&before) {
            let Some(moved_on) = reader.journeys().find(journey).await? else { return Ok(None) };
            kept = moved_on;
        }
        let live = proof.is_some_and(|proof| proof.takes_the_link(visitor.now)) && kept.journey.expires_at > visitor.now;
        let opens = |secret: &Secret| secret.hash() == kept.browser;
        let here = visitor
            .jar
            .journey(journey)
            .is_some_and(|held| opens(&held) || sent.is_some_and(|sent| opens(&next(keys, journey, &held, sent))));
        Ok(Some(Self { kept, token, live, here }))
    }

    /// Where to begin again.
    fn start(&self, app: &App) -> String {
        app.flow(&self.kept.journey.flow).map_or_else(|| "/".to_owned(), |flow| start_of(&flow, &self.kept.journey))
    }
}

/// No letter has this link any more: a newer one took its place, or nobody ever sent it.
async fn unknown(app: &App, visitor: &Visitor) -> Result<Response, PageError> {
    for feature in ["enrollment", "recovery"] {
        if let Some((address, _)) = begun(app, visitor, feature).await? {
            return Ok(late(address, true));
        }
    }
    Ok(late("/".to_owned(), false))
}

/// The link is over: what to do, with one button.
fn late(again: String, here: bool) -> Response {
    page(&MailLink { state: "late", here, again }, FrameExtras::default())
}

const ADDRESS: &str = "/mail";
