//! The sheet that somebody takes home: the name to sign in with, in big letters, and the ways back in. Plain data in, tagged PDF out; every
//! word comes with the data, as in a letter. It holds nothing that opens anything.

use typst::foundations::{Array, Dict, Str, Value, dict};

use crate::fonts::Fonts;
use crate::text::printable;
use crate::{Document, Error, Layout, Paper, Template, Typesetter};

/// What is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The language of its texts, a BCP 47 tag.
    pub language: String,
    /// The sheets.
    pub paper: Paper,
    /// Who hands it out: the district, and the school.
    pub sender: String,
    /// The heading, which is also the document's title.
    pub title: String,
    /// « Votre identifiant »
    pub name_label: String,
    /// The name to sign in with.
    pub name: String,
    /// « Mot de passe oublié ? »
    pub ways_label: String,
    /// The ways back in, a sentence each.
    pub ways: Vec<String>,
    /// Where the password is: nowhere.
    pub note: String,
    /// Where one signs in: `compte.ecole.example`.
    pub address: String,
}

// Whose it is, is not for a log.
impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("ways", &self.ways.len()).finish_non_exhaustive()
    }
}

impl Sheet {
    /// Sets it as one document: slow work, for a thread that may wait.
    pub fn set(&self) -> Result<Document, Error> {
        let layout = Layout { paper: self.paper, ..Layout::default() };
        let setter = Typesetter::new(Template::sheet(), layout, Vec::new())?;
        setter.set_inputs(inputs(self, setter.fonts()))
    }
}

/// A name that stands on one line is copied as it is; a longer one may break.
fn name(name: &str, fonts: &Fonts) -> String {
    let printed = printable(name, fonts);
    if name.chars().count() <= ONE_LINE { printed.replace('\u{200b}', "") } else { printed }
}

/// So many characters are set small enough for one line (`sheet.typ`).
const ONE_LINE: usize = 90;

/// Everything that the template gets: `sys.inputs.sheet`.
fn inputs(sheet: &Sheet, fonts: &Fonts) -> Dict {
    let text = |text: &str| Value::Str(printable(text, fonts).into());
    let (language, region) = sheet.language.split_once(['-', '_']).unwrap_or((&sheet.language, ""));
    dict! {
        "sheet" => dict! {
            "language" => Str::from(language),
            "region" => Str::from(region),
            "paper" => match sheet.paper { Paper::A4 => "a4", Paper::UsLetter => "us-letter" },
            "sender" => text(&sheet.sender),
            "title" => text(&sheet.title),
            "name-label" => text(&sheet.name_label),
            "name" => Value::Str(name(&sheet.name, fonts).into()),
            "ways-label" => text(&sheet.ways_label),
            "ways" => sheet.ways.iter().map(|way| text(way)).collect::<Array>(),
            "note" => text(&sheet.note),
            "address" => text(&sheet.address),
        },
    }
}
