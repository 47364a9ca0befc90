//! Letters as PDF, set while codes are made: a thread of its own takes them as they come, so that a district's letters
//! never stand in memory together.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::app::App;
use crate::enrollment::issuing::{ForLetter, Letters};
use crate::model::{Language, OrgId, Timestamp};
use crate::pages::Pages;
use crate::pages::paper::{OnPaper, Reader};
use crate::store::StoreError;

/// How letters stand on paper.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Sheets {
    /// The sheets.
    #[arg(long, value_enum, default_value = "a4", requires = "letters")]
    paper: Paper,
    /// What is on a sheet.
    #[arg(long, value_enum, default_value = "letter", requires = "letters")]
    form: Form,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Paper {
    #[default]
    A4,
    UsLetter,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Form {
    #[default]
    Letter,
    LargePrint,
    TwoSlips,
    FourSlips,
}

/// What one letter says, before it is put into words.
pub struct Given {
    /// The family's language.
    pub language: Language,
    /// The school of the pupil.
    pub school: OrgId,
    /// Its name.
    pub school_name: String,
    /// Who reads it.
    pub reader: Reader,
    /// The given names of the children it is about.
    pub given: String,
    /// The pupil through whom it is handed out, family name first.
    pub listed: String,
    /// The class that hands it out; empty: none.
    pub class: String,
    /// Whom it is for; empty: whoever holds it.
    pub to: Vec<String>,
    /// By which the office finds it again.
    pub number: String,
    /// From then on it opens nothing.
    pub good_until: Timestamp,
    /// What opens the account.
    pub secret: letters::Secret,
    /// Where that is typed.
    pub address: String,
    /// What the square says.
    pub link: String,
}

/// Letters on their way to a file.
pub struct OnPaperInto {
    pages: Pages,
    senders: HashMap<OrgId, Arc<letters::Sender>>,
    labels: HashMap<Language, Arc<letters::Words>>,
    district: String,
    zone: jiff::tz::TimeZone,
    printed: Date,
    way: Option<SyncSender<letters::Letter>>,
    setting: Option<JoinHandle<Result<letters::Written, letters::Error>>>,
}

impl Sheets {
    fn layout(self) -> letters::Layout {
        let paper = match self.paper {
            Paper::A4 => letters::Paper::A4,
            Paper::UsLetter => letters::Paper::UsLetter,
        };
        let form = match self.form {
            Form::Letter => letters::Form::Letter,
            Form::LargePrint => letters::Form::LargePrint,
            Form::TwoSlips => letters::Form::TwoSlips,
            Form::FourSlips => letters::Form::FourSlips,
        };
        letters::Layout { paper, form, ..letters::Layout::default() }
    }
}

impl OnPaperInto {
    /// Begins to set letters into a file, which is whole once [`Letters::finish`] says so.
    pub async fn begin(path: &Path, sheets: Sheets, app: &App) -> Result<Self, std::io::Error> {
        let failed = |error: letters::Error| std::io::Error::other(error.to_string());
        let setter = letters::Typesetter::new(letters::Template::shipped(), sheets.layout(), Vec::new()).map_err(failed)?;
        let senders = senders(app).await.map_err(std::io::Error::other)?;
        let (way, coming) = sync_channel(WAITING);
        let output = letters::Output::OneFile(PathBuf::from(path));
        let work = move || letters::print(&setter, coming.into_iter(), &output, &|_| {});
        let setting = std::thread::Builder::new().name("paper".to_owned()).spawn(work)?;
        let zone = app.tools.config.district.zone();
        Ok(Self {
            pages: Pages::load().map_err(std::io::Error::other)?,
            senders,
            labels: HashMap::new(),
            district: app.tools.config.district.name.clone(),
            printed: day(&zone, app.now()),
            zone,
            way: Some(way),
            setting: Some(setting),
        })
    }

    /// Sends one letter on its way.
    pub fn set(&mut self, given: Given) -> std::io::Result<()> {
        let letter = self.compose(given);
        // Whoever waits at the other end has ended, and says why when it is asked.
        if self.way.as_ref().is_some_and(|way| way.send(letter).is_ok()) { Ok(()) } else { self.end() }
    }

    /// The file is whole, or says why it is not.
    pub fn end(&mut self) -> std::io::Result<()> {
        drop(self.way.take());
        let ended = || std::io::Error::other("the letters were not set to the end");
        let written = self.setting.take().ok_or_else(ended)?.join().map_err(|_| ended())?;
        written.map(|_| ()).map_err(|error| std::io::Error::other(error.to_string()))
    }

    fn compose(&mut self, given: Given) -> letters::Letter {
        let language = given.language;
        let labels = Arc::clone(self.labels.entry(language).or_insert_with(|| self.pages.labels_on_paper(language)));
        let (school, district) = (&given.school_name, &self.district);
        let unknown = || Arc::new(letters::Sender { district: district.clone(), school: school.clone(), ..letters::Sender::default() });
        let sender = Arc::clone(self.senders.entry(given.school).or_insert_with(unknown));
        let bare = given.address.split_once("://").map_or(given.address.as_str(), |(_, address)| address).to_owned();
        self.pages.on_paper(OnPaper {
            language,
            sender,
            labels,
            reader: given.reader,
            given: given.given,
            listed: given.listed,
            class: given.class,
            to: given.to,
            number: given.number,
            printed: self.printed,
            good_until: day(&self.zone, Timestamp(given.good_until.0 - 1)),
            secret: given.secret,
            address: bare,
            qr: given.link,
        })
    }
}

impl Letters for OnPaperInto {
    fn add(&mut self, letter: ForLetter) -> std::io::Result<()> {
        let given: Vec<&str> = letter.children.iter().map(|child| child.given_name.as_str()).collect();
        let groups: Vec<String> = letter.code.expose().split('-').map(str::to_owned).collect();
        self.set(Given {
            language: letter.language,
            school: letter.pupil.school,
            school_name: letter.pupil.school_name.clone(),
            reader: Reader::Guardian,
            given: given.join(", "),
            listed: format!("{} {}", letter.pupil.family_name, letter.pupil.given_name),
            class: letter.pupil.class.clone().unwrap_or_default(),
            // The roster has no whole address: the name alone tells the parents' letters apart.
            to: letter.guardian.iter().map(|guardian| format!("{} {}", guardian.given_name, guardian.family_name)).collect(),
            number: format!("{}-{}", letter.number, groups.last().map(String::as_str).unwrap_or_default()),
            good_until: letter.expires_at,
            secret: letters::Secret::Code(groups),
            address: letter.address.clone(),
            link: letter.link.expose().to_owned(),
        })
    }

    fn finish(&mut self) -> std::io::Result<()> {
        self.end()
    }
}

/// Who writes, by the school of the pupil.
async fn senders(app: &App) -> Result<HashMap<OrgId, Arc<letters::Sender>>, StoreError> {
    let schools = app.store.read().people().schools().await?;
    let sender = |school: crate::store::people::Org| {
        let sender = letters::Sender {
            district: app.tools.config.district.name.clone(),
            school: school.name,
            telephone: school.phone.unwrap_or_default(),
            mail: school.email.unwrap_or_default(),
            ..letters::Sender::default()
        };
        (school.id, Arc::new(sender))
    };
    Ok(schools.into_iter().map(sender).collect())
}

fn day(zone: &jiff::tz::TimeZone, at: Timestamp) -> Date {
    zone.to_datetime(jiff::Timestamp::from_second(at.0).unwrap_or_default()).date()
}

/// Letters that may wait to be set.
const WAITING: usize = 512;
