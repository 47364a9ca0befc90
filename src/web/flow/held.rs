//! A journey in the browser that holds it. The id in the address opens nothing: the browser's cookie does, and it is
//! another one after every step, so a cookie that somebody planted or copied before is dead (row E15). The next cookie
//! is made of the last one and of what was sent, under our key: the same form sent twice finds the same one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use uuid::Builder;

use super::super::{PageError, Sent, Visitor, cookies, with_cookie};
use super::{address, start_of, turn};
use crate::app::App;
use crate::flow::Flow;
use crate::keys::{KeyStore, Purpose};
use crate::model::draft::SignsInAt;
use crate::model::{Draft, Hash, Journey, JourneyId, LocalPath, Timestamp};
use crate::random::Secret;
use crate::store::journeys::{Ending, Kept, Typed};

/// A journey, and what its browser holds.
pub(super) struct Held {
    pub journey: Journey,
    pub typed: Typed,
    pub ending: Option<Ending>,
    /// What opens it now.
    pub secret: Secret,
    /// It has no row yet.
    pub fresh: bool,
    /// It lay so long that who it is must be shown again.
    pub resumed: bool,
    /// It was another browser's until now.
    pub moved: bool,
    again: Option<Again>,
}

/// This form was answered a moment ago: what its sender should have got.
struct Again {
    session: Option<Secret>,
    life: Option<Duration>,
}

impl Held {
    /// A journey that its first answer begins.
    pub fn first(journey: Journey, secret: Secret) -> Self {
        Self { journey, typed: Typed::new(), ending: None, secret, fresh: true, resumed: false, moved: false, again: None }
    }

    /// The journey of an address, if this browser may go on with it. `sent` is what came with the request.
    pub async fn find(app: &App, visitor: &Visitor, id: &str, sent: Option<&Sent>) -> Result<Self, PageError> {
        let id: JourneyId = id.parse().map_err(|_| PageError::NotFound)?;
        // Row E18: the same answer for a journey of somebody else and for none.
        let held = visitor.jar.journey(id).ok_or_else(|| PageError::forbidden("/"))?;
        let Some(kept) = app.store.read().journeys().find(id).await? else { return Err(PageError::Expired { again: "/".to_owned() }) };
        let flow = app.flow(&kept.journey.flow).ok_or_else(|| PageError::Expired { again: "/".to_owned() })?;
        let mut found = Self {
            resumed: is_idle(kept.journey.touched_at, visitor.now),
            journey: kept.journey,
            typed: kept.typed,
            ending: kept.ending,
            secret: held.clone(),
            fresh: false,
            moved: false,
            again: None,
        };
        if held.hash() != kept.browser {
            let keys = &app.tools.keys;
            let next = sent.map(|sent| next(keys, id, &held, sent)).filter(|next| next.hash() == kept.browser);
            let (Some(sent), Some(next)) = (sent, next) else {
                // An older cookie: somebody else's, or ours whose answer was taken and whose reply was lost on the way.
                // The journey is dead to it (row E15), so going on means beginning again.
                let again = if sent.is_some() { address(id) } else { start_of(&flow, &found.journey) };
                return Err(PageError::conflict(&again));
            };
            let lately = |ending: &Ending| ending.session.is_some() && visitor.now.since(ending.at) <= TWICE;
            let session = found.ending.as_ref().filter(|ending| lately(ending)).map(|_| session(keys, id, &held, sent));
            found.secret = next;
            found.again = Some(Again { session, life: turn::life(&flow) });
        }
        if found.ending.is_none() && found.journey.expires_at <= visitor.now {
            return Err(PageError::Expired { again: start_of(&flow, &found.journey) });
        }
        if found.resumed {
            ask_again(&mut found.journey.draft);
        }
        Ok(found)
    }

    /// A journey of another browser, which goes on in the one that shows the token of its letter. What that browser was
    /// on its way to is its own: an app's request is bound to it, so the way leads home instead.
    pub fn moved(app: &App, kept: Kept, token: &Secret, sent: &Sent, now: Timestamp) -> Self {
        let keys = &app.tools.keys;
        let mut journey = kept.journey;
        let mac = keys.mac(Purpose::Ticket, &[b"moved", journey.id.0.as_bytes(), token.expose().as_bytes()]);
        let mut secret = secret_of(mac);
        let next = next(keys, journey.id, &secret, sent);
        let twice = next.hash() == kept.browser;
        let again = twice.then(|| Again { session: None, life: app.flow(&journey.flow).and_then(|flow| turn::life(&flow)) });
        if twice {
            secret = next;
        }
        let resumed = is_idle(journey.touched_at, now);
        if resumed {
            ask_again(&mut journey.draft);
        }
        journey.draft.client = None;
        if journey.return_to.as_str().starts_with("/authorize") {
            journey.return_to = LocalPath::home();
        }
        Self { journey, typed: kept.typed, ending: kept.ending, secret, fresh: false, resumed, moved: true, again }
    }

    /// The journey's flow.
    pub fn flow(&self, app: &App) -> Result<Arc<Flow>, PageError> {
        app.flow(&self.journey.flow).ok_or_else(|| PageError::Expired { again: "/".to_owned() })
    }

    /// The same form was sent before, and answered (row E22).
    pub fn came_twice(&self) -> bool {
        self.again.is_some()
    }

    /// Gives the cookies again that the first of two same forms brought.
    pub fn restore(&self, response: Response) -> Response {
        let Some(again) = &self.again else { return response };
        let response = with_cookie(response, cookies::set_journey(self.journey.id, &self.secret, again.life));
        match &again.session {
            Some(session) => with_cookie(response, cookies::set(cookies::SESSION, session.expose(), None)),
            None => response,
        }
    }
}

/// The id and the secret of a journey that this form begins: the same for the same form sent twice.
pub(super) fn first(app: &App, visitor: &Visitor, flow: &Flow, sent: &Sent) -> (JourneyId, Secret) {
    let keys = &app.tools.keys;
    let parts: [&[u8]; 5] = [b"first", &visitor.pre.0, flow.name.as_bytes(), &sent.showing, &sent.digest.0];
    let made = keys.mac(Purpose::Ticket, &parts);
    let (shown_at, _) = sent.showing.split_first_chunk::<8>().expect("a showing has sixteen bytes");
    let millis = u64::try_from(i64::from_be_bytes(*shown_at)).unwrap_or_default().saturating_mul(1000);
    let (random, _) = made.0.split_first_chunk::<10>().expect("a hash has 32 bytes");
    let id = JourneyId(Builder::from_unix_timestamp_millis(millis, random).into_uuid());
    (id, secret_of(keys.mac(Purpose::Ticket, &[b"held", &made.0])))
}

/// What opens a journey after this form.
pub(super) fn next(keys: &KeyStore, id: JourneyId, held: &Secret, sent: &Sent) -> Secret {
    derive(keys, b"next", id, held, sent)
}

/// What opens the session that this form begins.
pub(super) fn session(keys: &KeyStore, id: JourneyId, held: &Secret, sent: &Sent) -> Secret {
    derive(keys, b"session", id, held, sent)
}

fn derive(keys: &KeyStore, what: &[u8], id: JourneyId, held: &Secret, sent: &Sent) -> Secret {
    secret_of(keys.mac(Purpose::Ticket, &[what, id.0.as_bytes(), held.expose().as_bytes(), &sent.digest.0]))
}

fn secret_of(mac: Hash) -> Secret {
    Secret::new(BASE64_URL_SAFE_NO_PAD.encode(mac.0))
}

/// What a journey knows before its first answer: the app that another journey of this browser serves on the way to the
/// same place. Who forgot the password still arrives where they were going (A23), and the page's form may end there.
pub(super) async fn first_draft(app: &App, visitor: &Visitor, flow: &Flow, return_to: &LocalPath) -> Result<Draft, PageError> {
    if let (true, Some(signed_in)) = (is_of_signed_in(flow), &visitor.signed_in) {
        let account = &signed_in.account;
        let username = Some(account.username.clone());
        return Ok(Draft { username, account: Some(account.id), session: Some(signed_in.session.id), ..Draft::default() });
    }
    let reader = app.store.read();
    let signs_in_at = remembered(visitor);
    if *return_to != LocalPath::home() {
        for (id, secret) in visitor.jar.journeys().into_iter().rev() {
            if let Some(kept) = reader.journeys().find(id).await?
                && kept.browser == secret.hash()
                && kept.journey.return_to == *return_to
            {
                return Ok(Draft { client: kept.journey.draft.client, signs_in_at, ..Draft::default() });
            }
        }
    }
    Ok(Draft { signs_in_at, ..Draft::default() })
}

/// Its journeys begin with whoever is signed in, who shows once more that it is them.
pub(super) fn is_of_signed_in(flow: &Flow) -> bool {
    ["account", "office"].contains(&flow.feature.name)
}

/// Whoever chose to be remembered as one who signs in here is not asked where (E9). Other providers come first on the page, and
/// are gone to by a click: nobody is sent off by a page that they only opened.
pub(super) fn remembered(visitor: &Visitor) -> Option<SignsInAt> {
    (visitor.origin.source.as_deref() == Some(SignsInAt::HERE)).then_some(SignsInAt::Here)
}

/// What was typed at the first stage of a journey that this browser began a moment ago: the back button shows it again
/// (A43). Signing in remembers nobody (A16).
pub(super) async fn lately_typed(app: &App, visitor: &Visitor, flow: &Flow) -> Result<Option<BTreeMap<String, String>>, PageError> {
    if flow.feature.name != "enrollment" {
        return Ok(None);
    }
    let Some(first) = flow.stages.first() else { return Ok(None) };
    let reader = app.store.read();
    for (id, secret) in visitor.jar.journeys().into_iter().rev() {
        if let Some(kept) = reader.journeys().find(id).await?
            && kept.browser == secret.hash()
            && kept.journey.flow == flow.name
            && kept.ending.is_none()
            && !is_idle(kept.journey.touched_at, visitor.now)
        {
            return Ok(kept.typed.get(first.name).cloned());
        }
    }
    Ok(None)
}

/// After a while somebody else may sit there: who it is must be shown again (decisions 13). What was chosen stays.
fn ask_again(draft: &mut Draft) {
    draft.code = None;
    draft.child_seen = false;
    draft.adds_to = None;
    // Where the mailbox is the proof, it is shown again, and until then nothing else is worth anything. A letter may be
    // read tomorrow: whoever waits for it goes on waiting.
    match draft.mailbox {
        Some(_) => draft.email_shown = None,
        None => draft.person = None,
    }
    draft.ask_owner_again();
    draft.card = None;
    draft.source_shown = None;
    if let Some(rises) = &mut draft.rises {
        rises.proven = false;
    }
    draft.approved = None;
    draft.recall_shown = None;
    draft.confirmed = false;
}

/// So long ago that somebody else may sit there now.
pub(super) fn is_idle(touched_at: Timestamp, now: Timestamp) -> bool {
    now.since(touched_at) > IDLE
}

const IDLE: i64 = 30 * 60;
/// A second click comes at once, or it is no second click.
const TWICE: i64 = 30;
