//! `preau account`: people's accounts, as those see them who look after them. No password, answer or address is shown.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::passwords::ImportPasswords;
use crate::account::data::{self, Format};
use crate::account::erasing;
use crate::account::export::{self, Whose as Subject, Writing};
use crate::keys::KeyStore;
use crate::limits::{self, Rule};
use crate::model::{AccountId, Language, Letter, PersonId, Timestamp};
use crate::password::Busy;
use crate::people::{email_key, find_account, number_key};
use crate::recovery::office::{self, Change, Order, Refusal};
use crate::recovery::temporary::{self, Way};
use crate::store::accounts::{Account, AccountState};
use crate::store::people::Person;
use crate::store::{Reader, Store, StoreError, Tx};
use crate::tools::Tools;
use crate::web::visitor;

/// People's accounts.
#[derive(Debug, Subcommand)]
pub enum Accounts {
    /// One of the commands that need no file.
    #[command(flatten)]
    Now(Command),
    /// Take over the passwords that people had in another system (bcrypt, PBKDF2, SSHA, Argon2id): they sign in with the same.
    ImportPasswords(ImportPasswords),
}

/// What looks at an account or changes it.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the accounts, by name to sign in with.
    List {
        /// Only those in this state.
        #[arg(long, value_enum)]
        state: Option<State>,
    },
    /// Show one account: its state, how many sign-ins are live, what limits say.
    Show {
        /// The name to sign in with, the student number, or an id.
        person: String,
    },
    /// Take an account back to unclaimed: its owner claims it again. Identity, ties, consents and the history of
    /// passwords stay; sign-ins, tokens and known devices end.
    Reset(Whose),
    /// Shut the password of an account, which others may know, and end its sign-ins. Its owner gets back in with a new
    /// one, by the questions; or `unlock` opens the old one again.
    Lock(Whose),
    /// Judge password and answers again, however many tries there were. Nothing else changes.
    Unlock(Whose),
    /// Shut an account: nothing opens it, and its sign-ins end.
    Disable(Whose),
    /// Open an account that was shut.
    Enable(Whose),
    /// Give a temporary password: printed once, to be read out or handed over, or mailed to the address on file. It opens
    /// one page, where another is chosen; sign-ins end.
    GivePassword(Give),
    /// Everything that is held about somebody, as JSON; with `--pdf` also to read. It is written down that a copy was taken, and the
    /// person hears of it.
    Export(Export),
    /// Take every row of somebody out of the database, for good. `--dry-run` says what would go, what would stay and why.
    Erase(Erase),
}

/// Whose copy, and where.
#[derive(Debug, Args)]
pub struct Export {
    /// The name to sign in with, the student number, or an id.
    pub person: String,
    /// Also as PDF, into this file, which must not be there yet.
    #[arg(long, value_name = "OUT.pdf")]
    pub pdf: Option<PathBuf>,
    /// The language of the PDF; else the person's own.
    #[arg(long)]
    pub language: Option<String>,
}

/// Who is erased.
#[derive(Debug, Args)]
pub struct Erase {
    /// The name to sign in with, the student number, or an id.
    pub person: String,
    /// Look, and change nothing.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Do it: it cannot be taken back.
    #[arg(long)]
    pub yes: bool,
    /// Why, for the log, which stays.
    #[arg(long)]
    pub reason: Option<String>,
}

/// To whom a temporary password is given, and how.
#[derive(Debug, Args)]
pub struct Give {
    /// Whose.
    #[command(flatten)]
    pub whose: Whose,
    /// Mail it to the address on file, where `policy.temporary_password_by_mail` allows it. It lives a day, else seven.
    #[arg(long)]
    pub mail: bool,
}

/// Whose account, and why.
#[derive(Debug, Args)]
pub struct Whose {
    /// The name to sign in with, the student number, or an id.
    pub person: String,
    /// Why, for the log.
    #[arg(long)]
    pub reason: Option<String>,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum State {
    /// Open to its owner.
    Claimed,
    /// Invited by a letter, and not here yet.
    Invited,
    /// Reset, and not claimed again yet.
    Unclaimed,
    /// Shut.
    Disabled,
}

/// Why a command could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// Nobody, or several people, answer to it.
    #[error("nobody is called {0}, or several people are: try the name to sign in with, or an id")]
    Unknown(String),
    /// There is a person and nothing to change.
    #[error("{0} has no account yet: nothing to change")]
    NoAccount(String),
    /// The account is not in a state for it.
    #[error("{0}: {1}")]
    Refused(String, Refusal),
    /// The policy does not let passwords be mailed.
    #[error("passwords are not mailed here: set policy.temporary_password_by_mail, or give it by hand")]
    NotByMail,
    /// There is nowhere to mail it to.
    #[error("{0} has no address on file: give it by hand")]
    NoAddress(String),
    /// Nobody said that it is meant.
    #[error("nothing was erased. It cannot be taken back: look with --dry-run first, and say --yes if it is meant")]
    NotMeant,
    /// No language of ours.
    #[error("{0} is no language of these pages: fr or en")]
    Language(String),
    /// The file could not be made.
    #[error("{0}: {1}")]
    File(String, String),
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Does it; what it answers is one JSON value, which `--json` prints as it is.
pub async fn run(command: Command, store: &Store, tools: &Tools, now: Timestamp) -> Result<Value, Failed> {
    let keys = &tools.keys;
    let (change, whose) = match command {
        Command::List { state } => return list(&store.read(), state.map(AccountState::from)).await,
        Command::Show { person } => return show(&store.read(), keys, person, now).await,
        Command::Export(asked) => return export(&asked, store, tools, now).await,
        Command::Erase(asked) => return erase(&asked, store, tools, now).await,
        Command::Reset(whose) => (Change::Reset, whose),
        Command::Lock(whose) => (Change::Lock, whose),
        Command::Unlock(whose) => (Change::Unlock, whose),
        Command::Disable(whose) => (Change::Disable, whose),
        Command::Enable(whose) => (Change::Enable, whose),
        Command::GivePassword(Give { whose, mail }) => {
            let way = if mail { Way::ByMail } else { Way::ByHand };
            return give(store, tools, &whose, way, now).await;
        }
    };
    let (account, _) = owned(&store.read(), &whose.person).await?;
    let order = Order { account: &account, reason: whose.reason.as_deref(), now };
    let work = async |tx: &Tx| {
        let ended = office::change(tx, keys, change, &order).await?;
        if ended.is_ok() {
            office::tell(tools, tx, change, &order).await?;
        }
        Ok::<_, StoreError>(ended)
    };
    let ended = store.write(work).await?;
    let ended = ended.map_err(|refusal| Failed::Refused(account.username.clone(), refusal))?;
    let account = store.read().accounts().find(account.id).await?.unwrap_or(account);
    let mut told = describe(&account);
    told["sessions_ended"] = ended.sessions.into();
    told["devices_forgotten"] = ended.devices.into();
    Ok(told)
}

/// An account, and its owner.
async fn owned(reader: &Reader<'_>, word: &str) -> Result<(Account, Option<Person>), Failed> {
    match find(reader, word).await? {
        Some(Found { account: Some(account), person }) => Ok((account, person)),
        Some(_) => Err(Failed::NoAccount(word.to_owned())),
        None => Err(Failed::Unknown(word.to_owned())),
    }
}

async fn give(store: &Store, tools: &Tools, whose: &Whose, way: Way, now: Timestamp) -> Result<Value, Failed> {
    let (account, person) = owned(&store.read(), &whose.person).await?;
    let address = person.as_ref().and_then(|person| person.email.clone());
    let letter = match (way, person, address) {
        (Way::ByMail, ..) if !tools.policy.may_mail_passwords() => return Err(Failed::NotByMail),
        (Way::ByMail, Some(person), Some(to)) => Some((person, to)),
        (Way::ByMail, ..) => return Err(Failed::NoAddress(account.username)),
        (Way::ByHand, ..) => None,
    };
    let password = crate::password::readable(&tools.random);
    let hash = tools.hasher.hash(&password).await?;
    let until = temporary::end(way, now);
    let letter = letter.map(|(person, to)| {
        let language = account.language.or(person.language).unwrap_or(Language::ALL[0]);
        let zone = tools.config.district.zone();
        let moment = |at| tools.pages.moment(language, at, now, &zone);
        let name = visitor::given_name(&person);
        let data = json!({ "name": name, "password": password.expose(), "moment": moment(now), "until": moment(until) });
        Letter { kind: "temporary-password".to_owned(), to, language, data, useless_after: Some(until) }
    });
    let order = Order { account: &account, reason: whose.reason.as_deref(), now };
    let work = async |tx: &Tx| {
        let given = temporary::give(tx, (&tools.keys, &tools.random), &order, (&hash, way), letter.as_ref()).await?;
        if given.is_ok() {
            office::tell_given(tools, tx, &order).await?;
        }
        Ok::<_, StoreError>(given)
    };
    let given = store.write(work).await?;
    let until = given.map_err(|refusal| Failed::Refused(account.username.clone(), refusal))?;
    let mut told = describe(&account);
    told["expires_at"] = json!(until);
    told["mailed"] = letter.is_some().into();
    // Once, for whoever hands it over; a mailed one is its reader's alone.
    if letter.is_none() {
        told["temporary_password"] = password.expose().into();
    }
    Ok(told)
}

async fn export(asked: &Export, store: &Store, tools: &Tools, now: Timestamp) -> Result<Value, Failed> {
    let reader = store.read();
    let (whose, found) = whose(&reader, &asked.person).await?;
    let made = export::of(&reader, whose, &tools.config.district.name, now).await?;
    let format = if asked.pdf.is_some() { Format::Pdf } else { Format::Json };
    if let Some(path) = &asked.pdf {
        let language = match &asked.language {
            Some(tag) => Language::from_tag(tag).ok_or_else(|| Failed::Language(tag.clone()))?,
            None => reads(&found).unwrap_or(tools.config.languages.first().copied().unwrap_or(Language::ALL[0])),
        };
        let zone = tools.config.district.zone();
        let failed = |why: String| Failed::File(path.display().to_string(), why);
        let pdf = data::set(&made, Writing { pages: &tools.pages, language, zone: &zone }).await.map_err(failed)?;
        super::private_file(path, &pdf).map_err(|error| failed(error.to_string()))?;
    }
    store.write(async |tx: &Tx| data::record(tools, tx, whose, None, format, now).await).await?;
    Ok(made.json())
}

/// The language that somebody reads.
fn reads(found: &Found) -> Option<Language> {
    let chosen = found.account.as_ref().and_then(|account| account.language);
    chosen.or(found.person.as_ref().and_then(|person| person.language))
}

async fn erase(asked: &Erase, store: &Store, tools: &Tools, now: Timestamp) -> Result<Value, Failed> {
    let (whose, found) = whose(&store.read(), &asked.person).await?;
    let named = found.account.as_ref().map(|account| account.username.clone());
    if asked.dry_run {
        let look = erasing::look(&store.read(), whose).await?;
        return Ok(told(whose, named, false, json!(look)));
    }
    if !asked.yes {
        return Err(Failed::NotMeant);
    }
    let erased = store.write(async |tx: &Tx| erasing::erase(tools, tx, whose, asked.reason.as_deref(), now).await).await?;
    Ok(told(whose, named, true, json!(erased)))
}

fn told(whose: Subject, username: Option<String>, erased: bool, mut look: Value) -> Value {
    look["person"] = json!(whose.person);
    look["account"] = json!(whose.account);
    look["username"] = json!(username);
    look["erased"] = erased.into();
    let next = if look["comes_back"] == true {
        "the school's lists still have this person: the next import brings them back as somebody without an account; take them out there first"
    } else {
        "the present lists do not have this person: they do not come back"
    };
    look["next"] = next.into();
    look
}

/// Whom a word means, with or without an account.
async fn whose(reader: &Reader<'_>, word: &str) -> Result<(Subject, Found), Failed> {
    let found = find(reader, word).await?.ok_or_else(|| Failed::Unknown(word.to_owned()))?;
    let account = found.account.as_ref().map(|account| account.id);
    let person = found.account.as_ref().map(|account| account.person).or(found.person.as_ref().map(|person| person.id));
    let person = person.ok_or_else(|| Failed::Unknown(word.to_owned()))?;
    Ok((Subject { person, account }, found))
}

async fn list(reader: &Reader<'_>, state: Option<AccountState>) -> Result<Value, Failed> {
    let mut told: Vec<Value> = Vec::new();
    let mut after = String::new();
    loop {
        let page = reader.accounts().list(state, &after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(told.into()) };
        after.clone_from(&last.username);
        told.extend(page.iter().map(describe));
    }
}

async fn show(reader: &Reader<'_>, keys: &KeyStore, person: String, now: Timestamp) -> Result<Value, Failed> {
    let Some(found) = find(reader, &person).await? else { return Err(Failed::Unknown(person)) };
    let mut told = found.account.as_ref().map_or_else(|| json!({ "account": null, "state": "never-claimed" }), describe);
    if let Some(person) = &found.person {
        told["person"] = json!(person.id);
        told["name"] = person.display_name().into();
        told["student_number"] = json!(person.student_number);
        told["in_roster"] = person.active.into();
        told["roles"] = person.roles.iter().map(|at| json!({ "role": at.role.word(), "org": at.org })).collect();
    }
    let Some(account) = &found.account else { return Ok(told) };
    told["sessions"] = reader.sessions().of_account(account.id, now).await?.len().into();
    told["password"] = reader.accounts().password(account.id).await?.is_some().into();
    told["second_factors"] = reader.second_factors().authenticators(account.id).await?.len().into();
    told["questions"] = reader.accounts().security_answers(account.id).await?.len().into();
    let subject = limits::subject_of_account(keys, account.id);
    for (word, rule) in COUNTERS {
        told["counters"][*word] = json!(limits::look(reader, *rule, &subject, now).await?);
    }
    Ok(told)
}

/// Somebody, with or without an account.
struct Found {
    person: Option<Person>,
    account: Option<Account>,
}

/// Whom a word means: an id, else what one may sign in with, else what the roster knows of somebody without an account.
async fn find(reader: &Reader<'_>, word: &str) -> Result<Option<Found>, Failed> {
    let (accounts, people) = (reader.accounts(), reader.people());
    let word = word.trim();
    if let Ok(id) = word.parse::<AccountId>() {
        let account = match accounts.find(id).await? {
            Some(account) => Some(account),
            None => accounts.of_person(PersonId(id.0)).await?,
        };
        let person = people.find(account.as_ref().map_or(PersonId(id.0), |account| account.person)).await?;
        return Ok((account.is_some() || person.is_some()).then_some(Found { person, account }));
    }
    if let Some(id) = find_account(reader, word).await?
        && let Some(account) = accounts.find(id).await?
    {
        return Ok(Some(Found { person: people.find(account.person).await?, account: Some(account) }));
    }
    let mut named = match word.contains('@') {
        true => people.by_email(&email_key(word)).await?,
        false => people.by_number(&number_key(word)).await?,
    };
    Ok(if named.len() == 1 { named.pop().map(|person| Found { person: Some(person), account: None }) } else { None })
}

fn describe(account: &Account) -> Value {
    json!({
        "account": account.id,
        "person": account.person,
        "username": account.username,
        "state": account.state,
        "claimed_by": account.claimed_by,
        "claimed_at": account.claimed_at,
        "assurance": account.assurance,
        "language": account.language,
    })
}

impl From<State> for AccountState {
    fn from(state: State) -> Self {
        match state {
            State::Claimed => Self::Claimed,
            State::Invited => Self::Invited,
            State::Unclaimed => Self::Unclaimed,
            State::Disabled => Self::Disabled,
        }
    }
}

const COUNTERS: &[(&str, Rule)] = &[
    ("password", Rule::AccountPassword),
    ("password_on_known_devices", Rule::KnownDevice),
    ("second_factor", Rule::SecondFactor),
    ("badge", Rule::Badge),
    ("answers", Rule::SecurityAnswers),
    ("recoveries_this_hour", Rule::ResetByHour),
    ("recoveries_today", Rule::ResetByDay),
];
const PAGE: u32 = 1_000;
