//! `preau doctor`: whether this machine could serve the district, one line a check. It changes nothing but that it makes
//! the folder of letters.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::Place;
use crate::config::{Config, masked, whereabouts};
use crate::console::Answer;
use crate::keys::KeyStore;
use crate::mail::Mailer;
use crate::model::Timestamp;
use crate::outbound::{Outbound, Reach};
use crate::password::{Hasher, Pepper};
use crate::people::name_key;
use crate::policy::Policy;
use crate::random::{Random, Secret};
use crate::serve;
use crate::store::events::Filter;
use crate::store::people::Org;
use crate::store::{Backend, Store, StoreError};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it should be.
    Right,
    /// Worth knowing; nothing to be mended before serving.
    Note,
    /// To be mended.
    Wrong,
    /// It could not be looked at, because something before it is wrong.
    Unseen,
}

/// One line.
struct Finding {
    what: &'static str,
    state: State,
    said: String,
}

/// What was found, and whether anything is wrong.
#[derive(Debug)]
pub struct Examined {
    /// One line a check.
    pub answer: Answer,
    /// The names of the checks that found something wrong.
    pub wrong: Vec<&'static str>,
}

/// Looks at everything.
pub async fn run(place: &Place, now: Timestamp) -> Examined {
    let mut findings = Vec::new();
    match configuration(place) {
        Ok((config, finding)) => {
            findings.push(finding);
            let (store, finding) = database(&config).await;
            findings.push(finding);
            findings.push(keys(&config, store.as_ref(), now).await);
            findings.push(passwords(&config).await);
            findings.push(rules(&config, store.as_ref()).await);
            findings.push(schools(place, &config, store.as_ref()).await);
            findings.push(mail(&config, store.as_ref(), now).await);
            findings.push(clock(store.as_ref(), now).await);
            findings.push(issuer(&config).await);
        }
        Err(finding) => {
            findings.push(finding);
            findings.extend(AFTER_CONFIGURATION.iter().map(|what| Finding::unseen(what)));
        }
    }
    Examined::of(&findings)
}

fn configuration(place: &Place) -> Result<(Config, Finding), Finding> {
    let wrong = |said: String| Finding { what: "configuration", state: State::Wrong, said };
    let config = place.config().map_err(|error| wrong(error.to_string()))?;
    let problems = serve::check(&config);
    if !problems.is_empty() {
        return Err(wrong(problems.join("; ")));
    }
    let said = format!("this is {}, listening at {}", config.issuer, config.listen);
    Ok((config, Finding { what: "configuration", state: State::Right, said }))
}

async fn database(config: &Config) -> (Option<Store>, Finding) {
    let finding = |state, said: String| Finding { what: "database", state, said };
    let url = masked(&config.database.url);
    let embedded = config.database.url.strip_prefix("sqlite:").map(|path| path.split('?').next().unwrap_or(path));
    if embedded.is_some_and(|path| !Path::new(path).exists()) {
        return (None, finding(State::Note, format!("{url} is not there yet; the first start makes it")));
    }
    let store = match serve::connect_store(config).await {
        Ok(store) => store,
        Err(error) => return (None, finding(State::Wrong, format!("{url}: {error}"))),
    };
    let name = if store.backend() == Backend::Sqlite { "SQLite" } else { "PostgreSQL" };
    match store.pending().await {
        Ok(pending) if pending.is_empty() => (Some(store), finding(State::Right, format!("{name} answers, its schema is up to date"))),
        Ok(pending) => {
            let said = format!("{name} answers; pending: {}. The next start makes them, or `preau database migrate`", pending.join(", "));
            (None, finding(State::Note, said))
        }
        Err(error) => (None, finding(State::Wrong, format!("{url}: {error}"))),
    }
}

async fn keys(config: &Config, store: Option<&Store>, now: Timestamp) -> Finding {
    let finding = |state, said: String| Finding { what: "keys", state, said };
    let file = config.keys.master_key_file.display();
    let Some(store) = store else {
        return match config.keys.master_key_file.exists() {
            true => finding(State::Note, format!("{file} is there; without the database nobody can say whether it fits")),
            false => finding(State::Note, format!("{file} is not there yet; the first start on an empty database makes it")),
        };
    };
    match KeyStore::check(&config.keys, store, now).await {
        Ok(Some(0)) => finding(State::Note, format!("{file} fits the database, which has no signing key yet; the next start makes them")),
        Ok(Some(count)) => finding(State::Right, format!("{file} opens the database, in which {count} keys sign")),
        Ok(None) => finding(State::Note, "nothing is sealed yet; the first start makes the keys".to_owned()),
        Err(error) => finding(State::Wrong, error.to_string()),
    }
}

/// What a sign-in costs here: nothing to be right or wrong, but the figure by which a district chooses a machine.
async fn passwords(config: &Config) -> Finding {
    let finding = |state, said: String| Finding { what: "passwords", state, said };
    let hasher = match Hasher::new(&config.passwords, Pepper::new(&[0; 32]), Random::seeded(0)) {
        Ok(hasher) => hasher,
        Err(error) => return finding(State::Wrong, error.to_string()),
    };
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        let began = tokio::time::Instant::now();
        if let Err(error) = hasher.hash(&Secret::new("the length of a usual password")).await {
            return finding(State::Wrong, error.to_string());
        }
        quickest = quickest.min(began.elapsed());
    }
    let millis = quickest.as_millis();
    let state = if quickest > SLOW_HASH { State::Note } else { State::Right };
    let more = if state == State::Note { ": people wait for it; give this machine more cores, or nothing else to do" } else { "" };
    finding(state, format!("one hash takes {millis} ms{more}"))
}

/// What people must choose, and how many have not come by since their password was taken over.
async fn rules(config: &Config, store: Option<&Store>) -> Finding {
    let finding = |state, said: String| Finding { what: "password rules", state, said };
    let policy = match Policy::new(config.policy.clone()) {
        Ok(policy) => policy,
        Err(wrong) => return finding(State::Wrong, wrong),
    };
    let mut said: Vec<String> = policy.meanings().into_iter().map(|meaning| format!("{}: {}", meaning.audience, meaning.says)).collect();
    match store {
        None => {}
        Some(store) => match store.read().foreign_hashes().waiting().await {
            Ok(0) => {}
            Ok(waiting) => said.push(format!("{waiting} passwords were taken over and are hashed anew at their first sign-in")),
            Err(error) => return finding(State::Wrong, error.to_string()),
        },
    }
    finding(State::Right, said.join(". "))
}

/// Whether the roster has the schools that the settings name. A slip in one asks for nothing of anybody, and nobody notices.
async fn schools(place: &Place, config: &Config, store: Option<&Store>) -> Finding {
    let finding = |state, said: String| Finding { what: "schools", state, said };
    let named = config.schools();
    if named.is_empty() {
        return finding(State::Right, "the settings name none".to_owned());
    }
    let Some(store) = store else {
        return finding(State::Note, format!("the settings name {}; the roster is compared once there is a database", named.len()));
    };
    let known = match store.read().people().orgs().await {
        Ok(known) if known.is_empty() => {
            return finding(State::Note, format!("the settings name {}; the roster is not imported yet", named.len()));
        }
        Ok(known) => known,
        Err(error) => return finding(State::Wrong, error.to_string()),
    };
    let strangers: Vec<String> = named
        .iter()
        .filter(|(_, school)| known.iter().all(|org| org.source_id != *school))
        .map(|(key, school)| {
            let at = whereabouts(place.file.as_deref(), &place.environment, key, school);
            format!("{at}: {key} names {school:?}, which the roster does not have{}", nearest(school, &known))
        })
        .collect();
    match strangers.is_empty() {
        true => finding(State::Right, format!("the roster has the {} that the settings name", named.len())),
        false => finding(State::Wrong, strangers.join("; ")),
    }
}

/// Which school was meant, by its id or by its name.
fn nearest(written: &str, known: &[Org]) -> String {
    let likeness = |org: &Org| {
        let by_name = strsim::jaro_winkler(&name_key(written), &name_key(&org.name));
        strsim::jaro_winkler(written, &org.source_id).max(by_name)
    };
    let rated = known.iter().map(|org| (likeness(org), org));
    match rated.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > 0.8) {
        Some((_, org)) => format!("; did you mean {:?} ({})?", org.source_id, org.name),
        None => String::new(),
    }
}

async fn mail(config: &Config, store: Option<&Store>, now: Timestamp) -> Finding {
    let finding = |state, said: String| Finding { what: "mail", state, said };
    let url = masked(&config.mail.url);
    let mailer = match Mailer::open(&config.mail) {
        Ok(mailer) => mailer,
        Err(error) => return finding(State::Wrong, error.to_string()),
    };
    if let Err(why) = mailer.check().await {
        return finding(State::Wrong, format!("{url}: {why}"));
    }
    let counts = match store {
        Some(store) => store.read().outbox().counts().await,
        None => return finding(State::Right, format!("{url} takes letters")),
    };
    match counts {
        Err(error) => finding(State::Wrong, error.to_string()),
        Ok(counts) if counts.dead > 0 => {
            finding(State::Note, format!("{url} takes letters; {} were given up: see `preau mail list`", counts.dead))
        }
        Ok(counts) if counts.oldest.is_some_and(|oldest| now.since(oldest) > LONG_WAIT) => {
            finding(State::Note, format!("{url} takes letters; {} wait, some for over an hour: is the server running?", counts.queued))
        }
        Ok(_) => finding(State::Right, format!("{url} takes letters")),
    }
}

/// The clock has three witnesses: the calendar, what the database was told before, and the database's own clock.
async fn clock(store: Option<&Store>, now: Timestamp) -> Finding {
    let finding = |state, said: String| Finding { what: "clock", state, said };
    let shown = jiff::Timestamp::from_second(now.0).map_or_else(|_| now.0.to_string(), |at| at.to_string());
    if now < RELEASED {
        return finding(State::Wrong, format!("it shows {shown}, which is long past: set it, and keep it by NTP"));
    }
    let Some(store) = store else { return finding(State::Right, format!("it shows {shown}")) };
    let (newest, theirs) = match witnesses(store).await {
        Ok(witnesses) => witnesses,
        Err(error) => return finding(State::Wrong, error.to_string()),
    };
    let ahead = newest.map_or(0, |newest| newest.since(now));
    let apart = theirs.map_or(0, |theirs| theirs.since(now).abs());
    if ahead > SLACK {
        finding(State::Wrong, format!("it shows {shown}, {ahead} s before the newest event of the log: keep it by NTP"))
    } else if apart > SLACK {
        finding(State::Wrong, format!("it shows {shown}, {apart} s away from the database's clock: keep both by NTP"))
    } else {
        finding(State::Right, format!("it shows {shown}"))
    }
}

async fn witnesses(store: &Store) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
    let reader = store.read();
    let newest = reader.events().list(&Filter::default(), 1).await?.first().map(|event| event.at);
    Ok((newest, reader.clock().await?))
}

/// Whether people and apps would reach us by the name that every token bears.
async fn issuer(config: &Config) -> Finding {
    let finding = |state, said: String| Finding { what: "issuer", state, said };
    let issuer = &config.issuer;
    let Ok(discovery) = Url::parse(&format!("{issuer}/.well-known/openid-configuration")) else {
        return finding(State::Wrong, format!("{issuer} is no address"));
    };
    let reach = Reach::of_issuer(&discovery);
    let host = discovery.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let addresses: Vec<IpAddr> = match tokio::net::lookup_host((host, discovery.port_or_known_default().unwrap_or(443))).await {
        Ok(found) => found.map(|address| address.ip()).collect(),
        Err(_) => return finding(State::Wrong, format!("the name {host} is not known from here: is it in the DNS?")),
    };
    if !addresses.iter().any(|address| reach.allows(*address)) {
        return finding(State::Note, format!("{host} is an address inside the network, where Préau asks nobody: try it from a browser"));
    }
    let answer = match Outbound::new(reach).get(discovery).await {
        Ok(answer) => answer,
        Err(error) => {
            let said = format!("{error}: is `preau serve` running, and does the proxy lead to {}?", config.listen);
            return finding(State::Wrong, said);
        }
    };
    let told: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match told.as_ref().and_then(|told| told["issuer"].as_str()) {
        Some(same) if same == issuer => finding(State::Right, format!("{issuer} answers as itself")),
        Some(other) => finding(State::Wrong, format!("{issuer} answers as another issuer, {other}")),
        None => {
            finding(State::Wrong, format!("{issuer} answers ({}), but not as Préau: where does the proxy lead?", answer.status.as_u16()))
        }
    }
}

impl Finding {
    fn unseen(what: &'static str) -> Self {
        Self { what, state: State::Unseen, said: "not looked at: the configuration comes first".to_owned() }
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Note => "note",
            Self::Wrong => "WRONG",
            Self::Unseen => "-",
        }
    }
}

impl Examined {
    fn of(findings: &[Finding]) -> Self {
        let mut text = String::new();
        for Finding { what, state, said } in findings {
            // One line a check, whatever an error has to say.
            let _ = writeln!(text, "{what:<14}  {:<5}  {}", state.word(), said.replace('\n', "; "));
        }
        let told = findings.iter().map(|one| json!({ "check": one.what, "state": one.state.word().to_lowercase(), "said": one.said }));
        let wrong = findings.iter().filter(|one| one.state == State::Wrong).map(|one| one.what).collect();
        Self { answer: Answer { json: told.collect(), text }, wrong }
    }
}

const AFTER_CONFIGURATION: &[&str] = &["database", "keys", "passwords", "password rules", "schools", "mail", "clock", "issuer"];
/// A hash that takes longer is felt at every sign-in.
const SLOW_HASH: Duration = Duration::from_millis(500);
/// A letter that waits so many seconds waits for somebody to look.
const LONG_WAIT: i64 = 60 * 60;
/// Tokens and codes forgive a clock so many seconds.
const SLACK: i64 = 30;
/// No clock that is right stands before the first release: 1 January 2026.
const RELEASED: Timestamp = Timestamp(1_767_225_600);

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    use tokio::net::TcpListener;

    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::roster::{Inputs, Options, import};
    use crate::store::Tx;
    use crate::store::events::Event;

    /// A folder with settings for a server at this port.
    fn place(dir: &Path, port: u16) -> Place {
        let text = format!(
            "issuer = \"http://localhost:{port}\"\nlisten = \"127.0.0.1:{port}\"\n[database]\nurl = \"sqlite:./preau.db\"\n\
             [mail]\nurl = \"file:./mail\"\n"
        );
        let file = dir.join("preau.toml");
        std::fs::write(&file, text).unwrap();
        Place { file: Some(file), here: dir.to_owned(), environment: Vec::new() }
    }

    async fn states(place: &Place) -> Vec<(String, String)> {
        let examined = run(place, SystemClock.now()).await;
        assert_eq!(examined.answer.text.lines().count(), 9, "one line a check: {}", examined.answer.text);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        examined.answer.json.as_array().unwrap().iter().map(|one| (text(&one["check"]), text(&one["state"]))).collect()
    }

    fn of<'a>(states: &'a [(String, String)], what: &str) -> &'a str {
        &states.iter().find(|(check, _)| check == what).unwrap().1
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_that_runs_is_right_in_everything() {
        let dir = tempfile::tempdir().unwrap();
        let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = place(dir.path(), door.local_addr().unwrap().port());
        let app = Arc::new(serve::assemble(place.config().unwrap(), Arc::new(SystemClock)).await.unwrap());
        let served = tokio::spawn(serve::run(app, door, std::future::pending()));
        let examined = run(&place, SystemClock.now()).await;
        served.abort();
        assert_eq!(examined.wrong, Vec::<&str>::new(), "{}", examined.answer.text);
        // How long a hash takes is this machine's affair.
        let right = |one: &Value| one["state"] == "right" || one["check"] == "passwords";
        assert!(examined.answer.json.as_array().unwrap().iter().all(right), "{}", examined.answer.text);
    }

    #[tokio::test]
    async fn before_the_first_start_nothing_is_made_and_only_the_silence_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let found = states(&place(dir.path(), 1)).await;
        assert_eq!((of(&found, "database"), of(&found, "keys"), of(&found, "issuer")), ("note", "note", "wrong"));
        assert!(!dir.path().join("preau.db").exists() && !dir.path().join("keys").exists());
    }

    /// A slip in the name of a school asks for nothing of anybody; the line that has it is told, with what was meant.
    #[tokio::test]
    async fn schools_that_the_roster_does_not_have_are_told_with_their_line_and_the_nearest_that_it_has() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(dir.path(), 1);
        let file = place.file.clone().unwrap();
        let plain = std::fs::read_to_string(&file).unwrap();
        let first = plain.lines().count();
        let write = |schools: &[&str]| {
            let of = |school: &&str| format!("[[assurance.schools]]\nschool = \"{school}\"\nstaff = \"two-factor\"\n");
            std::fs::write(&file, plain.clone() + &schools.iter().map(of).collect::<String>()).unwrap();
        };
        let said = async || {
            let examined = run(&place, SystemClock.now()).await;
            let findings = examined.answer.json.as_array().unwrap().clone();
            let finding = findings.iter().find(|one| one["check"] == "schools").unwrap();
            (
                finding["state"].as_str().unwrap().to_owned(),
                finding["said"].as_str().unwrap().replace(&format!("{}/", dir.path().display()), ""),
            )
        };
        assert_eq!(said().await.0, "right", "none is named");
        write(&["ecole-12"]);
        assert_eq!(said().await.0, "note", "there is no database");
        let app = serve::assemble(place.config().unwrap(), Arc::new(SystemClock)).await.unwrap();
        assert_eq!(said().await.0, "note", "there is no roster");

        let lists = tempfile::tempdir().unwrap();
        let orgs = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
                    ecole-12,,,École des Érables,school,,nord\necole-27,,,École du Ruisseau,school,,nord\nnord,,,Secteur nord,department,,\n";
        let users = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                     identifier,email,sms,phone,agentSourcedIds,grades,password\np1,,,true,ecole-12,student,a,,Ada,Roy,,1,,,,,,\n";
        std::fs::write(lists.path().join("orgs.csv"), orgs).unwrap();
        std::fs::write(lists.path().join("users.csv"), users).unwrap();
        let inputs = Inputs { clock: &SystemClock, random: &app.tools.random, progress: &|_, _| {} };
        import(&app.store, &inputs, lists.path(), &Options { approve: true, ..Options::default() }).await.unwrap();

        write(&["ecole-12", "nord"]);
        assert_eq!(said().await, ("right".to_owned(), "the roster has the 2 that the settings name".to_owned()));
        write(&["ecole-12", "ecole-72", "ecole du ruisseau", "zzz"]);
        let (state, said) = said().await;
        let line = |school: usize| first + 3 * school + 2;
        let expected = format!(
            "preau.toml:{}: assurance.schools names \"ecole-72\", which the roster does not have; did you mean \"ecole-27\" (École du Ruisseau)?; \
             preau.toml:{}: assurance.schools names \"ecole du ruisseau\", which the roster does not have; did you mean \"ecole-27\" \
             (École du Ruisseau)?; preau.toml:{}: assurance.schools names \"zzz\", which the roster does not have",
            line(1),
            line(2),
            line(3)
        );
        assert_eq!((state.as_str(), said), ("wrong", expected));
    }

    #[tokio::test]
    async fn what_is_broken_is_wrong() {
        let dir = tempfile::tempdir().unwrap();
        let place = place(dir.path(), 1);
        let app = serve::assemble(place.config().unwrap(), Arc::new(SystemClock)).await.unwrap();
        let ahead = Timestamp(SystemClock.now().0 + 3_600);
        app.store.write(async |tx: &Tx| tx.record(&Event::of("school.imagined"), ahead).await).await.unwrap();
        drop(app);
        let key = dir.path().join("keys/master.key");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        std::fs::write(dir.path().join("mail"), "not a folder").unwrap();
        let found = states(&place).await;
        assert_eq!(
            (of(&found, "database"), of(&found, "keys"), of(&found, "mail"), of(&found, "clock")),
            ("right", "wrong", "wrong", "wrong")
        );

        std::fs::remove_file(&key).unwrap();
        assert_eq!(of(&states(&place).await, "keys"), "wrong", "the keys of a database that has some are not made anew");
        assert!(!key.exists());

        std::fs::write(dir.path().join("preau.toml"), "isuer = \"x\"\n").unwrap();
        let found = states(&place).await;
        assert_eq!((of(&found, "configuration"), of(&found, "database")), ("wrong", "-"));
        assert_eq!(run(&place, SystemClock.now()).await.wrong, ["configuration"]);
    }
}
