//! The engine that walks people through stages: joining, signing in, getting back in. It knows no HTTP, no OpenID
//! and no stage.
//!
//! A *flow* is data: an ordered list of stages with their settings (`flows/*.toml`, read by [`definition`]). A
//! *journey* is one person's way through it, and its *draft* is everything learnt so far. There is no cursor: a
//! journey stands at the first stage that still has something to ask, so back buttons, reloads, second tabs and
//! letters opened tomorrow cannot lead anywhere else.
//!
//! A [`Stage`] is one screen. It says whether it still has something to ask, shows its page, and checks what was
//! sent back. It may read and write through what it is handed and nothing else: it never commits, never redirects,
//! never reads a cookie. What happens when nothing is left to ask is the [`Finish`] of the feature that the flow
//! belongs to; it runs in the same write as the last answer, so nothing exists before the end.

pub mod definition;
pub mod loaded;
pub mod need;

use std::collections::BTreeMap;

use async_trait::async_trait;
use minijinja::Value;

use self::need::Asks;
use crate::model::{AccountId, Audience, Draft, FieldError, Hash, JourneyId, Language, LocalPath, Message, PersonId, SessionId, Timestamp};
use crate::pages::Page;
use crate::password::Busy;
use crate::random::Secret;
use crate::store::{Reader, StoreError, Tx};
use crate::tools::Tools;

/// One screen of a flow. A stage is its settings: a struct read from its lines in the flow file.
#[async_trait]
pub trait Stage: Send + Sync {
    /// Is there anything left to ask? Depends on the draft alone.
    fn is_open(&self, draft: &Draft) -> bool;

    /// Everybody who walks the flow meets it; pages count their steps by these.
    fn is_for_all(&self) -> bool {
        true
    }

    /// What the roster must say of somebody for them to get past.
    fn asks(&self) -> Asks {
        Asks::default()
    }

    /// What this stage asks of the flow it stands in, beyond its own settings; what is wrong, in words. Asked when flow files
    /// are read.
    fn check(&self, _flow: &Flow) -> Result<(), String> {
        Ok(())
    }

    /// Takes back what this stage learnt, so that it is asked again: the person corrects it while the next stage still
    /// waits. False where it is too late for that, as it is by default.
    fn take_back(&self, _draft: &mut Draft) -> bool {
        false
    }

    /// Called once, in the POST that makes this stage the current one: puts a letter in the outbox, picks a question. It
    /// may find that there is nothing to ask of this person, and say so in the draft: then the stage is passed over.
    async fn enter(&self, _step: &mut Step<'_>) -> Result<(), FlowError> {
        Ok(())
    }

    /// The page to show. Changes nothing: a mail scanner, a reload or a second tab may call it at any time.
    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError>;

    /// Slow or outside work on what was sent back (hashing, a call to another service), with no transaction open.
    async fn prepare(&self, _look: &Look<'_>, _form: &Form) -> Result<Prepared, FlowError> {
        Ok(Prepared::Nothing)
    }

    /// Checks and writes, inside the request's short write. The only judge: what `prepare` saw may be old by now.
    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError>;
}

/// What a stage may look at.
pub struct Look<'a> {
    /// Clock, keys, hasher, policy, pages.
    pub tools: &'a Tools,
    /// A read-only view of the store.
    pub reader: Reader<'a>,
    /// Whom the flow is for; `None`: everybody.
    pub audience: Option<Audience>,
    /// What is known so far.
    pub draft: &'a Draft,
    /// Who is asking, as far as limits care.
    pub visitor: &'a Origin,
    /// The journey; none yet where its first page is shown.
    pub journey: Option<JourneyId>,
    /// The language of the page.
    pub language: Language,
    /// Where the person was going; links out of the flow carry it along.
    pub return_to: &'a LocalPath,
    /// The request's instant.
    pub now: Timestamp,
}

/// What a stage may touch while it writes. Not the store: it cannot open a transaction of its own.
pub struct Step<'a> {
    /// Clock, keys, hasher, policy, pages.
    pub tools: &'a Tools,
    /// The request's unit of work.
    pub tx: &'a Tx,
    /// What is known so far; what the stage learns goes here.
    pub draft: &'a mut Draft,
    /// Who is asking, as far as limits care.
    pub visitor: &'a Origin,
    /// The journey, for letters and the staff's queue; its id opens nothing.
    pub journey: JourneyId,
    /// The name of the flow, for the staff's queue.
    pub flow: &'a str,
    /// Whom the flow is for; `None`: everybody.
    pub audience: Option<Audience>,
    /// What opens a session that begins here. The same answer sent twice has the same, so a double click cannot lose it
    /// (row E22).
    pub session_secret: &'a Secret,
    /// The request's instant.
    pub now: Timestamp,
}

impl Step<'_> {
    /// The same step of a journey that goes on through another flow.
    pub fn through<'s>(&'s mut self, flow: &'s Flow) -> Step<'s> {
        Step { draft: &mut *self.draft, flow: &flow.name, audience: flow.audience, ..*self }
    }
}

/// Where a request came from, as far as limits care; and whose certificate it came with.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The network: an IPv4 address, or the /64 of an IPv6 address.
    pub network: String,
    /// The hash of the cookie that the browser has before anybody is signed in; none of a program.
    pub browser: Option<Hash>,
    /// The account whose known-device cookie this browser holds, after it was checked.
    pub known_device_of: Option<AccountId>,
    /// The account that is signed in in this browser.
    pub signed_in: Option<AccountId>,
    /// The waiting page (or the work) that limits may ask for was done.
    pub challenge_passed: bool,
    /// Where this browser signed in the last time, if it was to be remembered (E9).
    pub source: Option<String>,
    /// The hash of this browser's cookie, if it is a device that a family shares (A18).
    pub shared_device: Option<Hash>,
    /// The browser and the machine in a few words, such as `Firefox, Windows`, for letters; empty if they are not known.
    pub device: String,
    /// The certificate of the program that sent it, if it showed one (RFC 8705).
    pub certificate: Option<Vec<u8>>,
}

/// What was sent back, one value a field: a repeated field is refused before a stage sees it.
#[derive(Clone, Debug, Default)]
pub struct Form(pub BTreeMap<String, String>);

/// What `prepare` made for `submit`.
pub enum Prepared {
    /// Nothing was slow.
    Nothing,
    /// Whatever the stage needs; it knows the type.
    Made(Box<dyn std::any::Any + Send>),
}

/// A page and what fills it in.
pub struct Screen {
    /// The page's file under `templates/`.
    pub template: &'static str,
    /// Its data.
    pub data: Value,
}

/// What became of an answer. Every variant is committed: a wrong code must be counted.
#[derive(Debug)]
pub enum Outcome {
    /// Learnt; on to the next open stage.
    Next,
    /// The same page with the reasons, and what was typed.
    Again(Vec<FieldError>),
    /// Too many tries: the same page with when to come back.
    Wait(Vec<FieldError>, Timestamp),
    /// The browser must pass the challenge first, then the same answer is sent again.
    Challenge,
}

/// How a flow ends: the draft becomes an account, a session, a new password.
#[async_trait]
pub trait Finish: Send + Sync {
    /// Runs in the write of the answer that left nothing to ask; must create everything or nothing.
    async fn finish(&self, step: &mut Step<'_>, flow: &Flow) -> Result<Finished, FlowError>;
}

/// What came of a flow. The web layer turns it into cookies and one redirect.
#[derive(Debug)]
pub enum Finished {
    /// The person is signed in by a session that was just made; `secret` goes into the cookie.
    SignedIn {
        /// The session's row.
        session: SessionId,
        /// What the cookie holds.
        secret: Secret,
        /// Whose it is.
        account: AccountId,
        /// Its length of life, if the cookie is to outlive the browser.
        persistent_until: Option<Timestamp>,
        /// The browser is a known device from now on: what its cookie holds, and until when.
        device: Option<(Secret, Timestamp)>,
        /// Show the end page of the flow first (`enrolled`), with the name to sign in with.
        welcome: Option<Welcome>,
    },
    /// Somebody lost the race to the end: say so, and lead to sign-in.
    Elsewhere(LocalPath),
    /// The journey goes on through another flow, of this name, with everything that it knows.
    Into(String),
    /// What was asked for is written; nobody is signed in by it.
    Done(LocalPath),
    /// The same, and the person goes on to where the journey was to return.
    Back,
    /// The world changed on the way, and the draft with it: a stage has something to say or to ask again. Nothing was
    /// made, and the journey goes on from there.
    NotYet,
}

/// The last page of an enrolment.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// The name to sign in with.
    pub username: String,
    /// The person.
    pub person: PersonId,
}

/// What a feature folder offers to the engine.
pub struct Feature {
    /// The word by which flow files name it: `login`, `enrollment`, `recovery`.
    pub name: &'static str,
    /// Its stages.
    pub stages: &'static [StageEntry],
    /// How its flows end.
    pub finish: &'static dyn Finish,
}

/// One kind of stage: its word in flow files, and how to make one from its settings.
pub struct StageEntry {
    /// Its word, such as `set-password`.
    pub name: &'static str,
    /// Its settings, as TOML, become a stage; the error is serde's, with the span of the mistake.
    pub make: fn(&str) -> Result<Box<dyn Stage>, toml::de::Error>,
}

impl StageEntry {
    /// The entry of a stage type.
    pub const fn of<S: Stage + serde::de::DeserializeOwned + 'static>(name: &'static str) -> Self {
        Self { name, make: |settings| toml::from_str::<S>(settings).map(|stage| Box::new(stage) as Box<dyn Stage>) }
    }
}

/// A flow: what its file says, with every stage made.
pub struct Flow {
    /// Its name in addresses: the file's, without `.toml`.
    pub name: String,
    /// The feature it belongs to.
    pub feature: &'static Feature,
    /// Whom it is for; `None`: everybody.
    pub audience: Option<Audience>,
    /// The assurance it reaches, which becomes the session's `acr`.
    pub assurance: String,
    /// Titles and other texts of the flow, by language tag and then by key.
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
    /// The rows of security.md that it knowingly does not meet.
    pub exceptions: Vec<String>,
    /// Shown among the ways to join at `/enroll`.
    pub listed: bool,
    /// How long a journey through it may take.
    pub lifetime: std::time::Duration,
    /// Its stages, in order.
    pub stages: Vec<BoundStage>,
}

/// A stage in its place in a flow.
pub struct BoundStage {
    /// Its word.
    pub name: &'static str,
    /// Itself.
    pub stage: Box<dyn Stage>,
}

/// What became of an answer to a flow.
#[derive(Debug)]
pub enum Answered {
    /// On to the next page.
    Next,
    /// The stage that was answered is not the one the journey stands at: an old tab, a back button. Nothing changed.
    Elsewhere,
    /// The same page with the reasons.
    Again(Vec<FieldError>),
    /// Too many tries: the same page with when to come back.
    Wait(Vec<FieldError>, Timestamp),
    /// The challenge comes first.
    Challenge,
    /// Nothing is left to ask, and the effects are written.
    Finished(Finished),
}

/// The program or its machine is broken, or out of breath; never the person's mistake.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too many passwords are being hashed; come back in a few seconds.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Something else failed.
    #[error("{0}")]
    Broken(String),
}

impl Form {
    /// What was typed in a field, trimmed; empty when it was not sent.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).map_or("", |value| value.trim())
    }

    /// What was typed in a field, as it is; for passwords.
    pub fn secret(&self, field: &str) -> Secret {
        Secret::new(self.0.get(field).cloned().unwrap_or_default())
    }

    /// A box was ticked.
    pub fn ticked(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }
}

impl Prepared {
    /// Wraps what `prepare` made.
    pub fn made<T: Send + 'static>(value: T) -> Self {
        Self::Made(Box::new(value))
    }

    /// Takes it out again; `None` if `prepare` made nothing, or something else.
    pub fn take<T: 'static>(self) -> Option<T> {
        match self {
            Self::Nothing => None,
            Self::Made(value) => value.downcast().ok().map(|value| *value),
        }
    }
}

impl Screen {
    /// The screen of a page.
    pub fn of<P: Page>(page: &P) -> Self {
        Self { template: P::TEMPLATE, data: Value::from(minijinja::value::Serde(page)) }
    }
}

impl Look<'_> {
    /// The address of another way in, which leads to the same place in the end (A23).
    pub fn link(&self, path: &str) -> String {
        self.return_to.carried_by(path)
    }
}

impl Outcome {
    /// The same page with one reason.
    pub fn again(field: &str, message: &str) -> Self {
        Self::Again(vec![FieldError { field: field.to_owned(), message: Message::of(message) }])
    }
}

impl Flow {
    /// The first stage with something left to ask. There is no cursor to lose.
    pub fn current(&self, draft: &Draft) -> Option<&BoundStage> {
        self.stages.iter().find(|bound| bound.stage.is_open(draft))
    }

    /// Takes back what the first stage that can be corrected has learnt; its word. `None`: nothing can be.
    pub fn take_back(&self, draft: &mut Draft) -> Option<&'static str> {
        self.stages.iter().find(|bound| bound.stage.take_back(draft)).map(|bound| bound.name)
    }

    /// Where the person stands among the stages: the place of the current one, or of the last.
    pub fn place(&self, draft: &Draft) -> usize {
        self.stages.iter().position(|bound| bound.stage.is_open(draft)).unwrap_or(self.stages.len().saturating_sub(1))
    }

    /// The same for people: this is step n of so many, of the steps that everybody takes. Counted from one.
    pub fn progress(&self, draft: &Draft) -> (usize, usize) {
        let counted = |stages: &[BoundStage]| stages.iter().filter(|bound| bound.stage.is_for_all()).count();
        let all = counted(&self.stages);
        ((counted(&self.stages[..self.place(draft)]) + 1).min(all), all)
    }

    /// The page to show, and its stage's word. `None`: nothing is left to ask.
    pub async fn show(&self, look: &Look<'_>) -> Result<Option<(&'static str, Screen)>, FlowError> {
        match self.current(look.draft) {
            Some(bound) => Ok(Some((bound.name, bound.stage.show(look).await?))),
            None => Ok(None),
        }
    }

    /// Slow work for an answer, before the write. Nothing for a stage that is not the current one.
    pub async fn prepare(&self, stage: &str, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        match self.current(look.draft) {
            Some(bound) if bound.name == stage => bound.stage.prepare(look, form).await,
            _ => Ok(Prepared::Nothing),
        }
    }

    /// Enters the stage where the journey stands now, and those behind it as long as they find nothing to ask; true if
    /// one has something to ask.
    pub async fn arrive(&self, step: &mut Step<'_>) -> Result<bool, FlowError> {
        while let Some(next) = self.current(step.draft) {
            next.stage.enter(step).await?;
            if next.stage.is_open(step.draft) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Judges an answer inside the write. The one that leaves nothing to ask also finishes the flow; one from an old
    /// tab changes nothing.
    pub async fn answer(&self, stage: &str, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Answered, FlowError> {
        let Some(bound) = self.current(step.draft).filter(|bound| bound.name == stage) else {
            return Ok(Answered::Elsewhere);
        };
        match bound.stage.submit(step, form, prepared).await? {
            Outcome::Again(errors) => return Ok(Answered::Again(errors)),
            Outcome::Wait(errors, until) => return Ok(Answered::Wait(errors, until)),
            Outcome::Challenge => return Ok(Answered::Challenge),
            Outcome::Next => {}
        }
        if self.arrive(step).await? {
            return Ok(Answered::Next);
        }
        match self.feature.finish.finish(step, self).await? {
            Finished::NotYet => Ok(Answered::Next),
            finished => Ok(Answered::Finished(finished)),
        }
    }
}
