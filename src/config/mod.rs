//! The settings: `preau.toml`, then the environment (`PREAU__SECTION__KEY`). An unknown key is refused with file, line
//! and the nearest known key. Relative paths are relative to the file. Everything is checked once, at start; whoever
//! holds a [`Config`] need not ask again.

pub mod assurance;
pub mod badges;
mod catalogue;
mod check;
pub mod counter;
pub mod district;
pub mod keys;
mod load;
pub mod mail;
pub mod passkeys;
pub mod passwords;
pub mod policy;
pub mod registration;
pub mod roster;
pub mod sources;
pub mod tls;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use load::{ConfigError, Problem, load, whereabouts};

use self::assurance::AssuranceSettings;
use self::badges::BadgeSettings;
use self::counter::CounterSettings;
use self::district::DistrictSettings;
use self::keys::KeySettings;
use self::mail::MailSettings;
use self::passkeys::PasskeySettings;
use self::passwords::PasswordSettings;
use self::policy::PolicySettings;
use self::registration::RegistrationSettings;
use self::roster::RosterSettings;
use self::sources::SourceSettings;
use self::tls::TlsSettings;
use crate::model::{Language, Network};

/// The effective settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Who Préau is to every app: scheme, host and port, without a slash at the end.
    pub issuer: String,
    /// Where it listens: an address and a port.
    pub listen: String,
    /// Where the embedded database and the mail folder are kept.
    pub data_dir: PathBuf,
    /// The languages of the pages, the default first.
    pub languages: Vec<Language>,
    /// Proxies that are believed when they say where a request came from: addresses, or networks in CIDR form.
    pub trusted_proxies: Vec<Network>,
    /// Certificates.
    pub tls: TlsSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// Mail.
    pub mail: MailSettings,
    /// Keys.
    pub keys: KeySettings,
    /// Enrollment flows.
    pub flows: FlowSettings,
    /// What people agree to.
    pub charters: CharterSettings,
    /// Calls to other servers.
    pub outbound: OutboundSettings,
    /// Passkeys.
    pub passkeys: PasskeySettings,
    /// Password hashing.
    pub passwords: PasswordSettings,
    /// The district.
    pub district: DistrictSettings,
    /// What the district allows each audience.
    pub policy: PolicySettings,
    /// Of whom a second factor is asked.
    pub assurance: AssuranceSettings,
    /// Cards for the youngest.
    pub badges: BadgeSettings,
    /// The counter of a school.
    pub counter: CounterSettings,
    /// Addresses of schools' own.
    pub hosts: Vec<HostSettings>,
    /// Other providers at which people may sign in.
    pub sources: Vec<SourceSettings>,
    /// Apps that register themselves.
    pub registration: RegistrationSettings,
    /// The roster.
    pub roster: RosterSettings,
}

/// `[database]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `sqlite:PATH`, or `postgres://…`.
    pub url: String,
}

/// `[flows]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowSettings {
    /// A folder of flow files, added to those that ship; one of the same name takes the place of ours.
    pub dir: Option<PathBuf>,
    /// The flows that stand among the ways to join, by name; else those whose files say so.
    pub listed: Option<Vec<String>>,
}

/// `[charters]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CharterSettings {
    /// A folder of charters, added to those that ship; one of the same name takes the place of ours.
    pub dir: Option<PathBuf>,
}

/// `[[hosts]]`: an address of a school's own, which leads here and to that school's pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostSettings {
    /// The host, such as `charpak.ecole.example`.
    pub host: String,
    /// The school's `sourcedId` in the roster.
    pub school: String,
}

/// `[outbound]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboundSettings {
    /// The district's own networks that may be called, beside the public internet.
    pub inside: Vec<Network>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            issuer: "http://localhost:8080".to_owned(),
            listen: "127.0.0.1:8080".to_owned(),
            data_dir: "./data".into(),
            languages: Language::ALL.to_vec(),
            trusted_proxies: Vec::new(),
            tls: TlsSettings::default(),
            database: DatabaseSettings::default(),
            mail: MailSettings::default(),
            keys: KeySettings::default(),
            flows: FlowSettings::default(),
            charters: CharterSettings::default(),
            outbound: OutboundSettings::default(),
            passkeys: PasskeySettings::default(),
            passwords: PasswordSettings::default(),
            district: DistrictSettings::default(),
            policy: PolicySettings::default(),
            assurance: AssuranceSettings::default(),
            badges: BadgeSettings::default(),
            counter: CounterSettings::default(),
            hosts: Vec::new(),
            sources: Vec::new(),
            registration: RegistrationSettings::default(),
            roster: RosterSettings::default(),
        }
    }
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self { url: "sqlite:./data/preau.db".to_owned() }
    }
}

impl Config {
    /// Makes every relative path one from `base`, the folder of the file.
    fn resolve(&mut self, base: &Path) {
        let from = |path: &Path| base.join(path.strip_prefix("./").unwrap_or(path));
        self.data_dir = from(&self.data_dir);
        self.keys.master_key_file = from(&self.keys.master_key_file);
        self.flows.dir = self.flows.dir.as_deref().map(from);
        self.charters.dir = self.charters.dir.as_deref().map(from);
        self.tls.resolve(from);
        self.roster.schedule.path = self.roster.schedule.path.as_deref().map(from);
        for url in [&mut self.database.url, &mut self.mail.url] {
            for scheme in ["sqlite:", "file:"] {
                // What stands behind two slashes is an address of the driver's own kind.
                if let Some(path) = url.strip_prefix(scheme).filter(|path| !path.starts_with("//") && !path.starts_with(":memory:")) {
                    *url = format!("{scheme}{}", from(Path::new(path)).display());
                }
            }
        }
    }

    /// The issuer's address.
    pub fn issuer(&self) -> url::Url {
        url::Url::parse(&self.issuer).expect("settings are checked when they are read")
    }

    /// Every school that the settings name by its `sourcedId`, with the key that does. What they say of one that the roster does not
    /// have holds for nobody.
    pub fn schools(&self) -> Vec<(&'static str, &str)> {
        let mut named: Vec<(&'static str, &str)> = Vec::new();
        named.extend(self.assurance.schools.iter().map(|asks| ("assurance.schools", asks.school.as_str())));
        named.extend(self.badges.only_at.iter().map(|school| ("badges.only_at", school.as_str())));
        named.extend(self.badges.schools.iter().map(|own| ("badges.schools", own.school.as_str())));
        named.extend(self.policy.pupil_invites.schools.iter().map(|school| ("policy.pupil_invites.schools", school.as_str())));
        named.extend(self.hosts.iter().map(|host| ("hosts", host.school.as_str())));
        named
    }

    /// Itself as TOML, passwords in addresses masked.
    pub fn printed(&self) -> String {
        let mut shown = self.clone();
        shown.database.url = masked(&shown.database.url);
        shown.mail.url = masked(&shown.mail.url);
        shown.sources.iter_mut().for_each(|source| "…".clone_into(&mut source.client_secret));
        toml::to_string_pretty(&shown).expect("settings are plain values")
    }

    /// Every key with its default and one line on it.
    pub fn annotated() -> String {
        catalogue::annotated()
    }
}

/// The files of a folder whose names end in `.toml`, by path, with what they say.
pub fn toml_files(dir: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

/// What a file is called in the settings and in addresses: its name without `.toml`.
pub fn stem(file: &str) -> String {
    Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// An address without the password in it.
pub fn masked(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // Only an address without a host cannot hold a password, and this one holds one.
            let _ = parsed.set_password(Some("…"));
            parsed.to_string().replace("%E2%80%A6", "…")
        }
        _ => url.to_owned(),
    }
}
