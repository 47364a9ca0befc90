//! Making the district of a demonstration: a roster of people who do not exist, the real import of it, the sample app's
//! registration, and accounts for those who have one. What a person would do is done by the same code that does it for
//! a person, but for the pages.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use url::Url;

use super::app::Registration;
use super::folder::Folder;
use super::people::{self, Choosing, Chosen, Kind, Person, Recalled};
use super::phrase::phrase;
use super::tell::{Client, Size};
use crate::app::App;
use crate::codes::Code;
use crate::console::Progress;
use crate::enrollment::inviting::{self, Invitation, Invited};
use crate::enrollment::issuing::{self, ForLetter, Letters, Order, Refused, Wanted};
use crate::enrollment::provisioning::{self, Provisional};
use crate::model::draft::Answered;
use crate::model::{AccountId, Audience, PersonId, Scopes};
use crate::oidc::registration::{self, Maker, Mistake, NewClient};
use crate::oidc::scopes::SCOPES;
use crate::password::Busy;
use crate::people::answer_key;
use crate::policy::{Naming, QUESTIONS};
use crate::random::{Random, Secret};
use crate::roster::{self, District, GenerateError, Generated, ImportError, Inputs, Options, Outcome, Version};
use crate::store::accounts::{Account, AccountState, Claimed};
use crate::store::clients::{AuthMethod, GrantType, Settings};
use crate::store::events::Event;
use crate::store::{StoreError, Tx};

/// What was made.
pub struct Made {
    /// The sample app's registration.
    pub client: Client,
    /// The people to try it with.
    pub people: Vec<Person>,
    /// How large it is.
    pub size: Size,
}

/// Why it could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The roster's files.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The roster, in.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// It was not applied.
    #[error("the synthetic roster was not applied: {0:?}")]
    NotApplied(Outcome),
    /// The people.
    #[error(transparent)]
    Choosing(#[from] Choosing),
    /// The app.
    #[error("the sample app could not be registered: {0}")]
    Client(#[from] Mistake),
    /// An account.
    #[error("no account could be made for {0} {1}")]
    Account(String, String),
    /// The letters.
    #[error(transparent)]
    Letters(#[from] Refused),
    /// The letters of system E.
    #[error(transparent)]
    Provisioning(#[from] provisioning::Failed),
    /// The hasher.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a district of so many pupils; with `provisional`, those without an account have a letter with an identifier and a
/// provisional password (system E), else guardians have codes.
pub async fn make(app: &App, folder: &Folder, students: u32, address: &Url, provisional: bool) -> Result<Made, NotMade> {
    let progress = Arc::new(Progress::new());
    let made = generate(folder, students, Arc::clone(&progress)).await?;
    import(app, folder, &progress).await?;
    let client = register(app, address).await?;
    let chosen = people::choose(&app.store, &made).await?;
    let codes = if provisional { HandedOut::default() } else { letters(app, &chosen).await? };
    let passwords = if provisional { passwords(app, &chosen).await? } else { HashMap::new() };
    let mut people = Vec::new();
    for one in chosen {
        let (code, security_code) = (codes.printed.get(&one.known.id).cloned(), codes.mailed.get(&one.known.id).cloned());
        let given = passwords.get(&one.known.id);
        let mut person = Person { code, security_code, ..settle(app, one).await? };
        if let Some(given) = given {
            person.username.clone_from(&given.username);
            person.provisional_password = Some(given.password.expose().to_owned());
        }
        people.push(person);
        progress.tell("people to try it with", people.len() as u64);
    }
    Ok(Made { client, people, size: Size { schools: made.schools, students: made.students } })
}

async fn generate(folder: &Folder, students: u32, progress: Arc<Progress>) -> Result<Generated, NotMade> {
    let (out, district) = (folder.roster(), District { students, seed: SEED, version: Version::V1_2 });
    let making = move || roster::generate(&out, &district, &|made| progress.tell("pupils made up", made.into()));
    Ok(tokio::task::spawn_blocking(making).await.expect("the generator does not panic")?)
}

async fn import(app: &App, folder: &Folder, progress: &Progress) -> Result<(), NotMade> {
    let told = |file: &str, rows: u64| progress.tell(&format!("imported of {file}"), rows);
    let inputs = Inputs { clock: &*app.tools.clock, random: &app.tools.random, progress: &told };
    let report = roster::import(&app.store, &inputs, &folder.roster(), &Options::default()).await?;
    if report.outcome == Outcome::Applied { Ok(()) } else { Err(NotMade::NotApplied(report.outcome)) }
}

/// What guardians without an account got: a letter on paper each, and a mail.
async fn letters(app: &App, chosen: &[Chosen]) -> Result<HandedOut, NotMade> {
    let waiting: Vec<PersonId> = chosen.iter().filter(|one| one.person.kind == Kind::GuardianUnclaimed).map(|one| one.known.id).collect();
    let guardians: Vec<String> = app.store.read().families().find(&waiting).await?.into_iter().map(|guardian| guardian.source).collect();
    // They open for as long as anybody tries the demonstration.
    let life = Duration::from_hours(24 * 365);
    let order = Order { wanted: Wanted::Guardians(guardians.clone()), count: None, life, made_by: None };
    let mut handed = HandedOut::default();
    issuing::issue(&app.tools, &app.store, &order, &|_| {}, &mut handed).await?;
    let invitation = Invitation { invited: Invited::Guardians(guardians), again: false, dry_run: false, made_by: None };
    let mut mailed = |guardian, code: &Code| drop(handed.mailed.insert(guardian, code.text().expose().to_owned()));
    inviting::invite(&app.tools, &app.store, &invitation, &|_| {}, &mut mailed).await?;
    Ok(handed)
}

/// The letters of system E.
async fn passwords(app: &App, chosen: &[Chosen]) -> Result<HashMap<PersonId, Provisional>, NotMade> {
    let waiting: Vec<PersonId> = chosen.iter().filter(|one| !one.person.kind.has_account()).map(|one| one.known.id).collect();
    let life = app.tools.policy.provisional_life();
    let done = provisioning::provision((&app.store, &app.tools), &waiting, life, &|_| {}).await?;
    Ok(done.given.into_iter().map(|given| (given.person, given)).collect())
}

/// Codes by whom they are for.
#[derive(Default)]
struct HandedOut {
    printed: HashMap<PersonId, String>,
    mailed: HashMap<PersonId, String>,
}

impl Letters for HandedOut {
    fn add(&mut self, letter: ForLetter) -> std::io::Result<()> {
        self.printed.extend(letter.guardian.map(|guardian| (guardian.id, letter.code.expose().to_owned())));
        Ok(())
    }

    fn finish(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The sample app, as a district registers one of its own.
async fn register(app: &App, address: &Url) -> Result<Client, NotMade> {
    let redirect_uris = vec![Registration::redirect_uri(address)];
    let settings = Settings {
        redirect_uris: redirect_uris.clone(),
        post_logout_redirect_uris: vec![address.to_string()],
        launch_url: Some(Registration::launch_url(address)),
        first_party: true,
        auth_method: AuthMethod::ClientSecretBasic,
        grants: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials]),
        scopes: Scopes::parse(&SCOPES.iter().map(|scope| scope.name).collect::<Vec<_>>().join(" ")),
        ..Settings::default()
    };
    let new = NewClient { client_id: Some("cahier-de-textes".to_owned()), name: "Cahier de textes".to_owned(), settings };
    let registered =
        registration::register(&app.store, Maker { random: &app.tools.random, keys: &app.tools.keys }, app.now(), new).await??;
    let secret = registered.secret.expect("a client of this kind has a secret");
    Ok(Client { client_id: registered.client.client_id, client_secret: secret.expose().to_owned(), redirect_uris })
}

/// Gives somebody the name to sign in with and, where they have one, an account.
async fn settle(app: &App, chosen: Chosen) -> Result<Person, NotMade> {
    let Chosen { known, mut person } = chosen;
    let nameless = || NotMade::Account(known.given_name.clone(), known.family_name.clone());
    let audience = person.kind.audience();
    let naming = Naming {
        student_number: known.student_number.as_deref(),
        given_name: &known.given_name,
        family_name: &known.family_name,
        email: known.email.as_deref(),
    };
    person.username = app.tools.policy.username(audience, &naming).ok_or_else(nameless)?;
    if !person.kind.has_account() {
        return Ok(person);
    }
    let now = app.now();
    let password = phrase(&app.tools.random);
    let hash = app.tools.hasher.hash(&password).await?;
    let (recalled, answers) = questions(app, person.kind).await?;
    let wanted = Account {
        id: AccountId::new(now, &app.tools.random),
        person: known.id,
        username: person.username.clone(),
        state: AccountState::Claimed,
        language: known.language,
        claimed_by: "demo".to_owned(),
        assurance: IDENTIFIED.to_owned(),
        claimed_at: now,
    };
    let event = Event { person: Some(known.id), detail: json!({ "flow": wanted.claimed_by }), ..Event::of("account.claimed") };
    let claim = async |tx: &Tx| {
        let Claimed::Now(account) = tx.accounts().claim(&wanted).await? else { return Ok(false) };
        tx.accounts().set_password(account.id, &hash, now).await?;
        tx.accounts().set_security_answers(account.id, &answers).await?;
        tx.record(&event, now).await?;
        Ok::<_, StoreError>(true)
    };
    if !app.store.write(claim).await? {
        return Err(nameless());
    }
    person.password = Some(password.expose().to_owned());
    person.security_answers = recalled;
    Ok(person)
}

/// Recall questions of a pupil, answered in words of the same list as passwords.
async fn questions(app: &App, kind: Kind) -> Result<(Vec<Recalled>, Vec<Answered>), NotMade> {
    if kind.audience() != Audience::Student {
        return Ok((Vec::new(), Vec::new()));
    }
    let (mut recalled, mut answers) = (Vec::new(), Vec::new());
    for question in QUESTIONS.iter().take(usize::from(app.tools.policy.questions().answer)) {
        let answer = spaced(&app.tools.random);
        let hash = app.tools.hasher.hash(&Secret::new(answer_key(&answer))).await?;
        answers.push(Answered { question: (*question).to_owned(), answer: hash });
        recalled.push(Recalled { question: (*question).to_owned(), answer });
    }
    Ok((recalled, answers))
}

fn spaced(random: &Random) -> String {
    phrase(random).expose().replace('-', " ")
}

/// Everybody's district is the same; passwords are not.
const SEED: u64 = 1;
/// Nobody showed more than what a class knows.
const IDENTIFIED: &str = "urn:preau:acr:identified";
