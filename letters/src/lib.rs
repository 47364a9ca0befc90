//! The letters that schools hand out (systems C4, C9, E2): plain data in, tagged PDF out, set by typst from a template
//! that an administrator can read and replace (docs/letters.md).
//!
//! A [`Typesetter`] holds template, layout and fonts; [`print()`] sends letters through it, one document a class, on every
//! core, into files. Nothing here chooses a word: sentences and labels come with the data, from the caller's catalogue.
//! Nothing here asks for the time, chance or the environment: the same letters make the same bytes. A [`Record`], which is what a school
//! holds about somebody, and a [`Sheet`] to take home go the same way.
//!
//! ```ignore
//! let setter = Typesetter::new(Template::shipped(), layout, Vec::new())?;
//! let written = print(&setter, letters.into_iter(), &Output::OneFile(path), &|count| progress.tell("letters", count))?;
//! ```

mod cards;
mod data;
mod error;
mod files;
mod fonts;
mod join;
mod qr;
mod record;
mod sheet;
mod text;
mod typeset;

use std::sync::Arc;

pub use cards::{Card, CardSheet, CardSize, print_cards};
pub use error::{Error, Mistake, Mistakes};
pub use files::{Output, Written, print};
pub use record::{Record, Section};
pub use sheet::Sheet;
pub use typeset::{Document, Template, Typesetter};

/// One letter: what is on it, word by word. Every text may hold anything; none of it is ever read as markup.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The language of its texts, a BCP 47 tag: `fr`, `fr-CA`, `en`.
    pub language: String,
    /// Who writes.
    pub sender: Arc<Sender>,
    /// The labels, in this language.
    pub words: Arc<Words>,
    /// The pupil whom it is about, as the class list has it: « Tremblay Léa ».
    pub pupil: String,
    /// The class that hands it out; letters of a class should follow one another.
    pub class: String,
    /// The lines of the address in the envelope's window, name first; none: handed out, not posted.
    pub to: Vec<String>,
    /// Its date: « le 2 septembre 2026 ».
    pub date: String,
    /// By which the office finds it again. It opens nothing.
    pub number: String,
    /// The heading.
    pub title: String,
    /// « Chers parents, »
    pub salutation: String,
    /// What it is for, in one sentence.
    pub purpose: String,
    /// What opens the account.
    pub secret: Secret,
    /// Where that is typed, as people type it: `compte.ecole.example/code`.
    pub address: String,
    /// What the square says to a telephone: an address, its secret in the fragment. Up to 2,331 bytes.
    pub qr: String,
    /// Until when: « Valable jusqu’au 23 septembre 2026. »
    pub valid: String,
    /// What to do, in this order; the template numbers them. Three, if possible.
    pub steps: Vec<String>,
    /// Whom to ask, in one sentence; the sender's telephone and mail stand beside it.
    pub help: String,
    /// Who may use it and who may not.
    pub note: String,
}

/// What opens an account. It has no `Debug`: it must not reach a log.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// An activation code, in the groups in which it is printed.
    Code(Vec<String>),
    /// An identifier and the provisional password that goes with it.
    Provisional {
        /// As it is typed.
        identifier: String,
        /// As it is typed.
        password: String,
    },
    /// Nothing: what the school knows of the family opens it.
    Nothing,
}

// What stands in a letter is for the family, not for a log.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Who writes: the district, and the school through which it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sender {
    /// The district.
    pub district: String,
    /// The school.
    pub school: String,
    /// Its postal address, a line each.
    pub address: Vec<String>,
    /// Its telephone; empty: none.
    pub telephone: String,
    /// Its mail address; empty: none.
    pub mail: String,
    /// The district's logo: SVG, PNG, JPEG, GIF or WebP.
    pub logo: Option<Vec<u8>>,
}

/// The labels of a letter in one language. A template of one's own finds them as `letter.words.NAME`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Words {
    /// The title of the document, as a screen reader says it: « Lettres d’activation ».
    pub document: String,
    /// « Code d’activation »
    pub code: String,
    /// « Identifiant »
    pub identifier: String,
    /// « Mot de passe provisoire »
    pub password: String,
    /// « À saisir à l’adresse »
    pub address: String,
    /// « Ou photographiez ce carré avec un téléphone »
    pub scan: String,
    /// What a screen reader says of the square.
    pub scan_alternative: String,
    /// What a screen reader says of the logo.
    pub logo_alternative: String,
    /// « Que faire ? »
    pub steps: String,
    /// « Besoin d’aide ? »
    pub help: String,
    /// « Pour qui ? »
    pub note: String,
    /// « Élève »
    pub pupil: String,
    /// « Classe »
    pub class: String,
    /// « Lettre nº »
    pub number: String,
}

/// How letters stand on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Layout {
    /// The sheets.
    pub paper: Paper,
    /// What is on a sheet.
    pub form: Form,
    /// Where an envelope shows the address.
    pub window: Window,
}

/// The sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Paper {
    /// 210 × 297 mm; envelopes DL and C5/6.
    #[default]
    A4,
    /// 8.5 × 11 inches; envelopes No. 10.
    UsLetter,
}

/// What is on a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// One letter, with the address in the envelope's window.
    #[default]
    Letter,
    /// The same in 16 points, for readers who see badly: as a rule two pages.
    LargePrint,
    /// Two slips, one above the other, to cut apart; no address.
    TwoSlips,
    /// Four slips.
    FourSlips,
}

/// Where the envelope's window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Window {
    /// As the paper's country has it: right on A4 (La Poste, NF Z 11-001), left on US Letter (No. 10).
    #[default]
    OfThePaper,
    /// Left (DIN 5008 form B, No. 10).
    Left,
    /// Right.
    Right,
}

impl Form {
    /// Letters a sheet.
    pub fn per_sheet(self) -> usize {
        match self {
            Self::Letter | Self::LargePrint => 1,
            Self::TwoSlips => 2,
            Self::FourSlips => 4,
        }
    }
}
