//! The addresses through which every flow is walked. The first page of a flow needs no journey: it is shown without
//! writing anything, and its answer begins the journey in the same write. From then on the journey has an address,
//! `/flow/{id}`, which always shows where it stands: a reload, a second tab, tomorrow or the back button lead nowhere
//! else (A43, rows E15-E22).

mod held;
pub mod mail_link;
mod turn;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use serde::Serialize;

use self::held::Held;
use self::turn::Turn;
use super::counter;
use super::{Closes, FrameExtras, PageError, Sent, Visitor, cookies, page, screen, see_other, session, visitor, with_cookie};
use crate::app::App;
use crate::flow::{Flow, FlowError, Form, Look, Step};
use crate::model::draft::{AskedFor, Proven};
use crate::model::{Audience, Draft, FieldError, Hash, Journey, JourneyId, LocalPath, PersonId};
use crate::pages::Page;
use crate::people::age;
use crate::store::accounts::Account;
use crate::store::journeys::{Ending, Kept};
use crate::store::{Reader, StoreError, Tx};

/// A claim of this browser that was not matched.
#[derive(Clone, Debug)]
pub struct Unmatched {
    /// The journey.
    pub journey: JourneyId,
    /// Its flow's name.
    pub flow: String,
    /// Where it waits.
    pub address: String,
}

/// The account is made: the last page of joining.
#[derive(Clone, Debug, Serialize)]
pub struct Enrolled {
    /// The name to greet with.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// The app that the person was going to.
    pub app: Option<String>,
    /// How the person gets back in after forgetting the password, by the texts that say it: the sheet to print (A39).
    pub ways_back: Vec<&'static str>,
}

/// Starts a journey whose first facts are known, such as which app asked, and leads to it.
pub async fn begin(app: &App, visitor: &Visitor, flow: &str, draft: Draft, return_to: LocalPath) -> Result<Response, PageError> {
    begin_after(app, visitor, flow, draft, return_to, async |_: &Tx| Ok(())).await
}

/// The same, and in the same write, `before` it, what the journey stands on.
pub async fn begin_after(
    app: &App,
    visitor: &Visitor,
    flow: &str,
    mut draft: Draft,
    return_to: LocalPath,
    before: impl AsyncFnOnce(&Tx) -> Result<(), StoreError>,
) -> Result<Response, PageError> {
    draft.signs_in_at = held::remembered(visitor);
    let flow = &*app.flow(flow).ok_or(PageError::NotFound)?;
    let id = JourneyId::new(visitor.now, &app.tools.random);
    let secret = app.tools.random.secret();
    let journey = new_journey(flow, id, draft, return_to, visitor);
    let add = async |tx: &Tx| {
        before(tx).await?;
        let mut draft = journey.draft.clone();
        let mut step = Step {
            tools: &app.tools,
            tx,
            draft: &mut draft,
            visitor: &visitor.origin,
            journey: id,
            flow: &flow.name,
            audience: flow.audience,
            session_secret: &secret,
            now: visitor.now,
        };
        flow.arrive(&mut step).await?;
        tx.journeys().add(&Journey { draft, ..journey.clone() }, &secret.hash()).await?;
        Ok::<_, FlowError>(())
    };
    app.store.write(add).await?;
    let response = with_cookie(see_other(&address(id)), cookies::set_journey(id, &secret, turn::life(flow)));
    Ok(forget_oldest(visitor, response))
}

/// `GET /sign-in`, `/recover`, `/enroll/{flow}`: the first page. Writes nothing.
pub async fn start(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri) -> Result<Response, PageError> {
    let flow = &*flow_at(&app, uri.path())?;
    if let Some(first) = sign_in_first(flow, &visitor) {
        return Ok(first);
    }
    if let Some(waits) = again_here(&app, &visitor, flow, &uri).await? {
        return Ok(see_other(&waits));
    }
    let return_to = return_to(&uri);
    let mut draft = held::first_draft(&app, &visitor, flow, &return_to).await?;
    if query(&uri, "source").is_some() {
        draft.signs_in_at = None;
    }
    let mut typed = BTreeMap::new();
    if let Some(username) = query(&uri, "username").filter(|username| username.len() <= 254) {
        typed.insert("username".to_owned(), username);
    }
    if let (COUNTER, Some(code)) = (flow.feature.name, visitor.cookie(cookies::COUNTER)) {
        typed.insert("code".to_owned(), code.expose().to_owned());
    }
    if let Some(before) = held::lately_typed(&app, &visitor, flow).await? {
        typed.extend(before);
    }
    let place = Place { flow, journey: None, draft: &draft, return_to: &return_to, action: visitor.here.clone(), here: None };
    place.show(&app, &visitor, typed).await
}

/// `POST /sign-in`, `/recover`, `/enroll/{flow}`: the first answer, which begins the journey.
pub async fn start_with(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri, sent: Sent) -> Result<Response, PageError> {
    let flow = &*flow_at(&app, uri.path())?;
    if let Some(first) = sign_in_first(flow, &visitor) {
        return Ok(first);
    }
    let return_to = return_to(&uri);
    let (id, secret) = held::first(&app, &visitor, flow, &sent);
    let mut draft = held::first_draft(&app, &visitor, flow, &return_to).await?;
    if query(&uri, "source").is_some() {
        draft.signs_in_at = None;
    }
    let journey = new_journey(flow, id, draft, return_to, &visitor);
    let stage = flow.current(&journey.draft).ok_or(PageError::NotFound)?.name;
    let turn = Turn { app: &app, visitor: &visitor, flow, stage, sent: &sent, held: Held::first(journey, secret) };
    let response = turn.take(ticket(&uri)).await?;
    Ok(forget_oldest(&visitor, response))
}

/// `GET /flow/{journey}`: where the journey stands.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, uri: Uri, Path(id): Path<String>) -> Result<Response, PageError> {
    let mut held = Held::find(&app, &visitor, &id, None).await?;
    if let Some(ending) = &held.ending {
        return end(&app, &visitor, &held, ending).await;
    }
    let flow = &*held.flow(&app)?;
    // The form once more, with what was typed, instead of the page that says what became of it. Nothing is written.
    if query(&uri, "correct").is_some() {
        flow.take_back(&mut held.journey.draft);
    }
    let draft = &held.journey.draft;
    let Some(stage) = flow.current(draft) else { return Err(PageError::Expired { again: start_of(flow, &held.journey) }) };
    let ticket = query(&uri, "ticket").map(|ticket| format!("?ticket={ticket}")).unwrap_or_default();
    let action = format!("{}/{}{ticket}", address(held.journey.id), stage.name);
    let typed = held.typed.get(stage.name).cloned().unwrap_or_default();
    Place { flow, journey: Some(held.journey.id), draft, return_to: &held.journey.return_to, action, here: None }
        .show(&app, &visitor, typed)
        .await
}

/// `POST /flow/{journey}/{stage}`: an answer.
pub async fn answer(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    uri: Uri,
    Path((id, stage)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, PageError> {
    let mut held = Held::find(&app, &visitor, &id, Some(&sent)).await?;
    if let Some(ending) = &held.ending {
        let to = if stage == LAST || ending.username.is_none() { ending.to.as_str().to_owned() } else { address(held.journey.id) };
        return Ok(held.restore(see_other(&to)));
    }
    let flow = &*held.flow(&app)?;
    let here = address(held.journey.id);
    if held.came_twice() {
        return Ok(held.restore(see_other(&here)));
    }
    // What the person corrects while the next page still waits is asked, and answered, anew.
    let mut corrected = held.journey.draft.clone();
    if flow.take_back(&mut corrected) == Some(stage.as_str()) {
        held.journey.draft = corrected;
    }
    let stands = flow.place(&held.journey.draft);
    match flow.stages.iter().position(|bound| bound.name == stage) {
        Some(place) if place == stands => {}
        // Row E20: an earlier page, by the back button. Its answer is known already.
        Some(place) if place < stands => return Ok(see_other(&here)),
        // Row E19: the page was shown, but who it is must be shown again first. Nothing that was chosen is lost.
        Some(_) if held.resumed => return Ok(see_other(&here)),
        // Row E16: a page that nobody was shown yet.
        _ => return Err(PageError::conflict(&here)),
    }
    Turn { app: &app, visitor: &visitor, flow, stage: &stage, sent: &sent, held }.take(ticket(&uri)).await
}

/// What another provider sent the browser back with.
pub struct Return<'a> {
    /// The id of the journey that asked.
    pub journey: &'a str,
    /// The stage that waits for it.
    pub stage: &'a str,
    /// What it said.
    pub form: BTreeMap<String, String>,
    /// The whole of it, as it came.
    pub query: &'a str,
}

/// Another provider sent the browser back: an answer like any other, tied to the journey by what `is_ours` knows instead of
/// by a form's token. The same answer twice, as after a reload, is one.
pub async fn come_back(
    app: &App,
    visitor: &Visitor,
    back: Return<'_>,
    is_ours: impl FnOnce(JourneyId, &Draft) -> bool,
) -> Result<Response, PageError> {
    let sent = Sent { form: Form(back.form), showing: Default::default(), digest: Hash::of(back.query.as_bytes()) };
    let held = Held::find(app, visitor, back.journey, Some(&sent)).await?;
    let here = address(held.journey.id);
    if let Some(ending) = &held.ending {
        return Ok(held.restore(see_other(ending.to.as_str())));
    }
    if held.came_twice() {
        return Ok(held.restore(see_other(&here)));
    }
    let flow = &*held.flow(app)?;
    let waits = flow.current(&held.journey.draft).is_some_and(|bound| bound.name == back.stage);
    if !waits || !is_ours(held.journey.id, &held.journey.draft) {
        return Err(PageError::conflict(&here));
    }
    Turn { app, visitor, flow, stage: back.stage, sent: &sent, held }.take(None).await
}

/// The journey of a feature that this browser began last and can go on with: its address, and its flow's name.
pub async fn begun(app: &App, visitor: &Visitor, feature: &str) -> Result<Option<(String, String)>, PageError> {
    let reader = app.store.read();
    for (id, secret) in visitor.jar.journeys().into_iter().rev() {
        if let Some(kept) = reader.journeys().find(id).await?
            && kept.browser == secret.hash()
            && kept.ending.is_none()
            && kept.journey.expires_at > visitor.now
            && app.flow(&kept.journey.flow).is_some_and(|flow| flow.feature.name == feature)
        {
            return Ok(Some((address(id), kept.journey.flow)));
        }
    }
    Ok(None)
}

/// Where this browser was going when it stopped at the sign-in page a moment ago, and for which app: somebody signs in there by
/// another way, which has a page of its own.
pub async fn lately_going(app: &App, visitor: &Visitor) -> Result<Option<(LocalPath, Option<AskedFor>)>, PageError> {
    let reader = app.store.read();
    for (id, secret) in visitor.jar.journeys().into_iter().rev() {
        let Some(kept) = reader.journeys().find(id).await? else { continue };
        // Somebody has arrived since: whatever was asked before is answered.
        if kept.ending.is_some() {
            return Ok(None);
        }
        let (journey, now) = (kept.journey, visitor.now);
        let open = kept.browser == secret.hash() && now.since(journey.touched_at) <= A_MOMENT;
        if open && app.flow(&journey.flow).is_some_and(|flow| flow.feature.name == "login") && journey.draft.rises.is_none() {
            return Ok(Some((journey.return_to, journey.draft.client)));
        }
    }
    Ok(None)
}

/// The claim of this browser that was not matched, the latest of them.
pub async fn unmatched_here(app: &App, visitor: &Visitor) -> Result<Option<Unmatched>, PageError> {
    for (journey, _) in visitor.jar.journeys().into_iter().rev() {
        if let Some(flow) = unmatched(app, visitor, journey).await? {
            return Ok(Some(Unmatched { journey, flow, address: address(journey) }));
        }
    }
    Ok(None)
}

/// The flow of a journey of this browser that stands at the neutral page. Where pages go on as if somebody had been found,
/// nobody is told by this either (row E01).
async fn unmatched(app: &App, visitor: &Visitor, journey: JourneyId) -> Result<Option<String>, PageError> {
    let Some(secret) = visitor.jar.journey(journey) else { return Ok(None) };
    let kept = app.store.read().journeys().find(journey).await?;
    let mine = kept.filter(|kept| kept.browser == secret.hash() && kept.ending.is_none() && kept.journey.expires_at > visitor.now);
    let says_so = |draft: &Draft| draft.not_matched.is_some() && !draft.nobody;
    Ok(mine.filter(|kept| says_so(&kept.journey.draft)).map(|kept| kept.journey.flow))
}

/// A letter leads back to a claim that was not matched: where it waits in this browser, with what was typed. In any other
/// the flow begins, and nobody learns that there was one.
async fn again_here(app: &App, visitor: &Visitor, flow: &Flow, uri: &Uri) -> Result<Option<String>, PageError> {
    let Some(journey) = query(uri, "again").and_then(|id| id.parse::<JourneyId>().ok()) else { return Ok(None) };
    let found = unmatched(app, visitor, journey).await?;
    Ok(found.filter(|name| *name == flow.name).map(|_| format!("{}?correct=1", address(journey))))
}

/// The journey in this browser in which a mailbox was proven a moment ago: its address, and whose mailbox it is.
pub async fn proven_here(app: &App, visitor: &Visitor) -> Result<Option<(String, PersonId)>, PageError> {
    let reader = app.store.read();
    for (id, secret) in visitor.jar.journeys().into_iter().rev() {
        let Some(kept) = reader.journeys().find(id).await? else { continue };
        let open = kept.browser == secret.hash() && kept.ending.is_none() && kept.journey.expires_at > visitor.now;
        let draft = kept.journey.draft;
        if let (true, Some(person), Some(_)) =
            (open && !held::is_idle(kept.journey.touched_at, visitor.now), draft.person, draft.email_shown)
        {
            return Ok(Some((address(id), person.value)));
        }
    }
    Ok(None)
}

/// Lets go of the journeys of this browser that were somebody's at a counter: whether one of them went to its end, and the
/// cookies to clear. Those that the store does not know any more were stopped.
pub async fn leave_counter(app: &App, visitor: &Visitor) -> Result<Option<(bool, Vec<HeaderValue>)>, PageError> {
    let reader = app.store.read();
    let (mut done, mut cleared) = (false, Vec::new());
    for (id, _) in visitor.jar.journeys() {
        let kept = reader.journeys().find(id).await?;
        let of_counter = |kept: &Kept| app.flow(&kept.journey.flow).is_some_and(|flow| flow.feature.name == COUNTER);
        if kept.as_ref().is_none_or(of_counter) {
            done |= kept.and_then(|kept| kept.ending).is_some_and(|ending| ending.to.as_str() == counter::DONE);
            cleared.push(cookies::clear_journey(id));
        }
    }
    Ok((!cleared.is_empty()).then_some((done, cleared)))
}

/// A stage's page in its place.
struct Place<'a> {
    flow: &'a Flow,
    journey: Option<JourneyId>,
    draft: &'a Draft,
    return_to: &'a LocalPath,
    action: String,
    here: Option<String>,
}

impl Place<'_> {
    async fn show(&self, app: &App, visitor: &Visitor, typed: BTreeMap<String, String>) -> Result<Response, PageError> {
        self.show_wrong(app, visitor, typed, Vec::new()).await
    }

    async fn show_wrong(
        &self,
        app: &App,
        visitor: &Visitor,
        typed: BTreeMap<String, String>,
        errors: Vec<FieldError>,
    ) -> Result<Response, PageError> {
        let look = look(app, visitor, self);
        let (_, shown) = self.flow.show(&look).await?.ok_or_else(|| PageError::from(FlowError::Broken("no stage is open".to_owned())))?;
        let extras = FrameExtras {
            action: self.action.clone(),
            client: self.draft.client.clone(),
            errors,
            typed,
            progress: Some(self.flow.progress(self.draft)),
            here: self.here.clone(),
            child: child_reads(app, visitor, self.draft).await?,
            large: self.flow.feature.name == COUNTER,
            closes: self.draft.counter.as_ref().map(|counter| Closes {
                at: counter.until,
                seconds: counter.until.since(visitor.now).max(0),
                to: counter::END,
            }),
            ..FrameExtras::default()
        };
        Ok(screen(shown, extras))
    }
}

/// The ways back that an account has: nothing secret stands on the sheet (A39).
pub async fn ways_back(reader: &Reader<'_>, account: &Account) -> Result<Vec<&'static str>, StoreError> {
    let person = reader.people().find(account.person).await?;
    let mail = reader.accounts().email(account.id).await?.is_some() || person.as_ref().is_some_and(|person| person.email.is_some());
    let questions = !reader.accounts().security_answers(account.id).await?.is_empty();
    let guardian = reader.people().relationships(account.person).await?.iter().any(|tie| tie.child == account.person);
    let ways = [
        (mail, "enrolled-way-mail"),
        (questions, "enrolled-way-questions"),
        (guardian, "enrolled-way-guardian"),
        (true, "enrolled-way-school"),
    ];
    Ok(ways.into_iter().filter(|(there, _)| *there).map(|(_, text)| text).collect())
}

/// Whoever is known on this way is a child of primary school, by the school's own records (A32).
async fn child_reads(app: &App, visitor: &Visitor, draft: &Draft) -> Result<bool, PageError> {
    let Some(proven) = &draft.person else { return Ok(false) };
    let Some(person) = app.store.read().people().find(proven.value).await? else { return Ok(false) };
    let age = person.birth_date.as_deref().and_then(|born| age(born, visitor.now, &super::zone(app)));
    Ok(session::audience(&person) == Audience::Student && age.is_some_and(|age| age < CHILD_UNDER))
}

/// The last page of a journey, or where it led.
async fn end(app: &App, visitor: &Visitor, held: &Held, ending: &Ending) -> Result<Response, PageError> {
    let Some(username) = &ending.username else { return Ok(see_other(ending.to.as_str())) };
    let reader = app.store.read();
    let account = reader.accounts().by_username(username).await?;
    let ways_back = match &account {
        Some(account) => ways_back(&reader, account).await?,
        None => Vec::new(),
    };
    let person = match account {
        Some(account) => reader.people().find(account.person).await?,
        None => None,
    };
    let known = person.as_ref().map(|person| Proven { value: person.id, at: ending.at });
    let child = child_reads(app, visitor, &Draft { person: known, ..Draft::default() }).await?;
    let name = person.map(|person| visitor::given_name(&person).to_owned()).unwrap_or_default();
    let enrolled = Enrolled { name, username: username.clone(), app: None, ways_back };
    let action = format!("{}/{LAST}", address(held.journey.id));
    Ok(page(&enrolled, FrameExtras { action, child, ..FrameExtras::default() }))
}

fn look<'a>(app: &'a App, visitor: &'a Visitor, place: &Place<'a>) -> Look<'a> {
    let (tools, reader, audience, language) = (&app.tools, app.store.read(), place.flow.audience, visitor.language);
    let Place { journey, draft, return_to, .. } = place;
    Look { tools, reader, audience, draft, journey: *journey, language, visitor: &visitor.origin, return_to, now: visitor.now }
}

fn new_journey(flow: &Flow, id: JourneyId, draft: Draft, return_to: LocalPath, visitor: &Visitor) -> Journey {
    Journey {
        id,
        flow: flow.name.clone(),
        draft,
        return_to,
        created_at: visitor.now,
        touched_at: visitor.now,
        expires_at: visitor.now + flow.lifetime,
        version: 1,
    }
}

/// The flow that begins at an address.
fn flow_at(app: &App, path: &str) -> Result<Arc<Flow>, PageError> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let flow = app.flow(name).filter(|flow| start_address(flow) == path);
    flow.ok_or(PageError::NotFound)
}

/// Where a flow begins.
pub fn start_address(flow: &Flow) -> String {
    match flow.feature.name {
        "enrollment" => format!("/enroll/{}", flow.name),
        "account" => format!("/account/{}", flow.name),
        "office" => format!("/office/{}", flow.name),
        _ => format!("/{}", flow.name),
    }
}

/// Where a journey that is over begins again, on the way to where it went.
fn start_of(flow: &Flow, journey: &Journey) -> String {
    let to = &journey.return_to;
    match (flow.feature.name, *to == LocalPath::home()) {
        (_, true) => start_address(flow),
        // An app's request starts a new journey by itself.
        ("login", false) => to.as_str().to_owned(),
        (_, false) => to.carried_by(&start_address(flow)),
    }
}

/// Where a journey stands.
fn address(id: JourneyId) -> String {
    format!("/flow/{id}")
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
    pairs.into_owned().find(|(found, _)| found == name).map(|(_, value)| value)
}

/// A flow of the account, or of the office, is for those who are signed in.
fn sign_in_first(flow: &Flow, visitor: &Visitor) -> Option<Response> {
    if !held::is_of_signed_in(flow) || visitor.signed_in.is_some() {
        return None;
    }
    let back: String = url::form_urlencoded::byte_serialize(start_address(flow).as_bytes()).collect();
    Some(see_other(&format!("/sign-in?return_to={back}")))
}

/// Where the person was going; nothing that leads off this server (row P22).
pub fn return_to(uri: &Uri) -> LocalPath {
    query(uri, "return_to").and_then(|path| LocalPath::parse(&path)).unwrap_or_else(LocalPath::home)
}

fn ticket(uri: &Uri) -> Option<String> {
    query(uri, "ticket")
}

/// A browser that signs many people in one after another keeps the cookies of its last journeys only.
fn forget_oldest(visitor: &Visitor, response: Response) -> Response {
    let held = visitor.jar.journeys();
    let old = held.len().saturating_sub(MOST_JOURNEYS);
    held.iter().take(old).fold(response, |response, (id, _)| with_cookie(response, cookies::clear_journey(*id)))
}

impl Page for Enrolled {
    const TEMPLATE: &'static str = "pages/enrolled.html";

    fn samples() -> Vec<Self> {
        let page = |app: Option<&str>, ways_back: &[&'static str]| Self {
            name: "Éloïse".to_owned(),
            username: "S0123456".to_owned(),
            app: app.map(str::to_owned),
            ways_back: ways_back.to_vec(),
        };
        let all = ["enrolled-way-mail", "enrolled-way-questions", "enrolled-way-guardian", "enrolled-way-school"];
        vec![page(Some("Cahier de textes"), &all), page(None, &all[3..])]
    }
}

/// Of primary school.
const CHILD_UNDER: i16 = 12;
/// The feature whose journeys are somebody's at a counter.
const COUNTER: &str = "counter";
/// The button of the last page.
const LAST: &str = "continue";
const MOST_JOURNEYS: usize = 5;
/// Seconds.
const A_MOMENT: i64 = 10 * 60;
