//! Cards for the youngest. A camera opens the address of the card's square, or a reader types it; then the child shows three
//! pictures or a few digits of their own. A card works at the school in its hours alone: everywhere else it is not even
//! looked at, and one page says what to do. What it opens is less than a password, and says so to apps.

pub mod issuing;
pub mod pages;
pub(super) mod secret;

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;

use super::proof;
use crate::app::App;
use crate::flow::{Finished, FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::draft::{AskedFor, Card};
use crate::model::{Draft, LocalPath};
use crate::web::badge::{self, ADDRESS, Read};
use crate::web::session::{self, Proof};
use crate::web::{FrameExtras, PageError, Sent, Visitor, flow, page, see_other};

/// Waits for a card.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadCard {}

/// `GET /badge`: waits for a card, or says what is wrong with the one that was shown. Writes nothing.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    on(&app)?;
    let said = uri.query().and_then(|query| query.strip_prefix("card="));
    let state = pages::STATES.iter().copied().find(|state| Some(*state) == said);
    match state.filter(|_| badge::works_here(&app.tools, &visitor.origin.network, visitor.now)) {
        Some(state) => {
            let extras = FrameExtras { action: ADDRESS.to_owned(), here: Some(visitor.here.clone()), ..FrameExtras::default() };
            Ok(page(&pages::Badge { state }, extras))
        }
        None => flow::start(State(app), visitor, uri).await,
    }
}

/// `POST /badge`: a reader typed a card.
pub async fn typed(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri, sent: Sent) -> Result<Response, PageError> {
    on(&app)?;
    flow::start_with(State(app), visitor, uri, sent).await
}

/// `GET /badge/{token}`: a camera opened a card. It begins the way to its owner's pictures and spends nothing, however often
/// it is opened; the token goes out of the address at once (row R04).
pub async fn open(State(app): State<Arc<App>>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, PageError> {
    on(&app)?;
    if !badge::works_here(&app.tools, &visitor.origin.network, visitor.now) {
        return Ok(see_other(ADDRESS));
    }
    let read = match badge::token_of(&token) {
        Some(token) => badge::read(&app.store.read(), &app.tools, &token, &visitor.origin.network, visitor.now).await?,
        None => Read::Unknown,
    };
    let Read::Works { badge, account } = read else { return Ok(see_other(&format!("{ADDRESS}?card={}", read.word()))) };
    let (return_to, client) = on_the_way(&app, &visitor).await?;
    let draft = Draft { card: Some(Card::of(badge)), account: Some(account), client, ..Draft::default() };
    flow::begin(&app, &visitor, FLOW, draft, return_to).await
}

/// There are cards in this district.
fn on(app: &App) -> Result<(), PageError> {
    if app.tools.config.badges.enabled { Ok(()) } else { Err(PageError::NotFound) }
}

/// Where this browser was going when it stopped at the sign-in page a moment ago: a camera opens a page of its own.
async fn on_the_way(app: &App, visitor: &Visitor) -> Result<(LocalPath, Option<AskedFor>), PageError> {
    Ok(flow::lately_going(app, visitor).await?.unwrap_or_else(|| (LocalPath::home(), None)))
}

#[async_trait]
impl Stage for ReadCard {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.card.is_none()
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let works = badge::works_here(look.tools, &look.visitor.network, look.now);
        Ok(Screen::of(&pages::Badge { state: if works { "read" } else { "elsewhere" } }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        if !badge::works_here(look.tools, &look.visitor.network, look.now) {
            return Ok(Prepared::Nothing);
        }
        let read = match badge::token_of(form.text(FIELD)) {
            Some(token) => badge::read(&look.reader, look.tools, &token, &look.visitor.network, look.now).await?,
            None => Read::Unknown,
        };
        Ok(Prepared::made(read))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        Ok(match prepared.take::<Read>() {
            Some(Read::Works { badge, account }) => {
                step.draft.card = Some(Card::of(badge));
                step.draft.account = Some(account);
                Outcome::Next
            }
            Some(Read::Over) => Outcome::again(FIELD, "badge-over"),
            Some(Read::Asleep) => Outcome::again(FIELD, "badge-asleep"),
            Some(Read::NotOpen) => Outcome::again(FIELD, "badge-not-open"),
            Some(Read::Elsewhere) => Outcome::again(FIELD, "badge-of-elsewhere"),
            Some(Read::Unknown) => Outcome::again(FIELD, "badge-unknown"),
            // The page that is shown again says where cards work.
            None => Outcome::Again(Vec::new()),
        })
    }
}

/// The end of the way: a short session, as on every device that is shared. Place, hour, card and owner are asked once more: the
/// card may have been taken back since (rows S06, S07).
pub(super) async fn come_in(step: &mut Step<'_>) -> Result<Finished, FlowError> {
    let back = |path: &str| Ok(Finished::Elsewhere(LocalPath::parse(path).expect("it is a path")));
    let Some(card) = step.draft.card.clone().filter(|card| card.shown.is_some()) else { return back(ADDRESS) };
    if !badge::works_here(step.tools, &step.visitor.network, step.now) {
        return back(ADDRESS);
    }
    let Some((account, person)) = badge::owner(step.tx, step.tools, card.badge).await? else { return back(OVER) };
    if !badge::works_for(&step.tx.people(), step.tools, &person, &step.visitor.network, step.now).await? {
        return back(ELSEWHERE);
    }
    if step.draft.account != Some(account.id) || !step.tx.badges().used(card.badge, step.now).await? {
        return back(OVER);
    }
    // Row R13: a card is no way round a second lock.
    if step.tx.second_factors().has_any(account.id).await? {
        return back("/sign-in");
    }
    session::keep_agreement(step, &account).await?;
    step.draft.shared_device = true;
    let shown = proof::of(step.draft);
    let amr: Vec<&str> = shown.amr.iter().map(String::as_str).collect();
    session::begin(step, &account, &person, &Proof { amr: &amr, acr: shown.acr, know_device: false, told: true }).await
}

/// The flow of its name.
const FLOW: &str = "badge";
const OVER: &str = "/badge?card=over";
const ELSEWHERE: &str = "/badge?card=elsewhere";
/// Never kept and never shown again: its name says that it is a secret.
const FIELD: &str = "secret-card";
