//! `/account/inbox`: the messages of the school to the person who is signed in (C23). Looking at one changes nothing; that
//! it was read is said by a button.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;

use super::announcing::paragraphs;
use super::sign_in_first;
use crate::app::App;
use crate::model::AnnouncementId;
use crate::pages::Page;
use crate::store::announcements::Received;
use crate::store::{StoreError, Tx};
use crate::web::{self, FrameExtras, PageError, Sent, Visitor, page, see_other};

/// The messages.
#[derive(Clone, Debug, Serialize)]
pub struct Inbox {
    /// The latest first.
    pub messages: Vec<Listed>,
}

/// One of them in the list.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// When it came, in words.
    pub received: String,
    /// It was read.
    pub read: bool,
}

/// One message.
#[derive(Clone, Debug, Serialize)]
pub struct InboxMessage {
    /// Its id.
    pub id: String,
    /// Its subject.
    pub subject: String,
    /// What it says.
    pub paragraphs: Vec<String>,
    /// When it came, in words.
    pub received: String,
    /// When it was read, in words.
    pub read: Option<String>,
}

/// `GET /account/inbox`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let received = app.store.read().announcements().of_person(signed_in.person, MOST).await?;
    let messages = received.iter().filter_map(|one| listed(&app, &visitor, one)).collect();
    Ok(page(&Inbox { messages }, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `GET /account/inbox/{message}`.
pub async fn message(State(app): State<Arc<App>>, visitor: Visitor, Path(id): Path<String>) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(&visitor.here)) };
    let id: AnnouncementId = id.parse().map_err(|_| PageError::NotFound)?;
    // Somebody else's is none.
    let received = app.store.read().announcements().find(signed_in.person, id).await?.ok_or(PageError::NotFound)?;
    let said = received.announcement.said(visitor.language).ok_or(PageError::NotFound)?;
    let zone = web::zone(&app);
    let moment = |at| app.tools.pages.moment(visitor.reading(), at, visitor.now, &zone);
    let shown = InboxMessage {
        id: id.to_string(),
        subject: said.subject.clone(),
        paragraphs: paragraphs(&said.text),
        received: moment(received.announcement.made_at),
        read: received.read_at.map(moment),
    };
    Ok(page(&shown, FrameExtras { action: ADDRESS.to_owned(), ..FrameExtras::default() }))
}

/// `POST /account/inbox`: opens a message, or says that it was read.
pub async fn read(State(app): State<Arc<App>>, visitor: Visitor, sent: Sent) -> Result<Response, PageError> {
    let Some(signed_in) = &visitor.signed_in else { return Ok(sign_in_first(ADDRESS)) };
    let (open, read) = (sent.form.text("open"), sent.form.text("read"));
    let id: AnnouncementId = if open.is_empty() { read } else { open }.parse().map_err(|_| PageError::NotFound)?;
    let work = async |tx: &Tx| tx.announcements().read(signed_in.person, id, visitor.now).await;
    app.store.write(work).await.map_err(|error: StoreError| error)?;
    Ok(see_other(&if open.is_empty() { ADDRESS.to_owned() } else { format!("{ADDRESS}/{id}") }))
}

fn listed(app: &App, visitor: &Visitor, one: &Received) -> Option<Listed> {
    Some(Listed {
        id: one.announcement.id.to_string(),
        subject: one.announcement.said(visitor.language)?.subject.clone(),
        received: app.tools.pages.moment(visitor.reading(), one.announcement.made_at, visitor.now, &web::zone(app)),
        read: one.read_at.is_some(),
    })
}

const ADDRESS: &str = "/account/inbox";
const MOST: u32 = 100;

impl Page for Inbox {
    const TEMPLATE: &'static str = "pages/inbox.html";

    fn samples() -> Vec<Self> {
        let message = |id: &str, subject: &str, read| Listed {
            id: id.to_owned(),
            subject: subject.to_owned(),
            received: "aujourd’hui à 7 h 30".to_owned(),
            read,
        };
        let messages = vec![message("0192", "Sortie au musée demain", false), message("0191", "Rencontre de parents", true)];
        vec![Self { messages }, Self { messages: Vec::new() }]
    }
}

impl Page for InboxMessage {
    const TEMPLATE: &'static str = "pages/inbox-message.html";

    fn samples() -> Vec<Self> {
        let message = |read: Option<&str>| Self {
            id: "0192".to_owned(),
            subject: "Sortie au musée demain".to_owned(),
            paragraphs: vec!["Bonjour,\nla sortie au musée a lieu demain.".to_owned(), "N’oubliez pas le pique-nique.".to_owned()],
            received: "aujourd’hui à 7 h 30".to_owned(),
            read: read.map(str::to_owned),
        };
        vec![message(None), message(Some("aujourd’hui à 8 h"))]
    }
}
