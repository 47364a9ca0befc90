//! Sheets of cards with a square: one sheet a class, to cut apart. Plain data in, tagged PDF out, as for letters; a card holds
//! no more than a first name, a class and the square.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use typst::foundations::{Array, Bytes, Dict, IntoValue, Str, Value, dict};

use crate::files::{Batch, Files, STACK};
use crate::fonts::Fonts;
use crate::text::printable;
use crate::{Error, Layout, Output, Paper, Sender, Template, Typesetter, Written, qr};

/// The cards of a class.
#[derive(Clone, PartialEq, Eq)]
pub struct CardSheet {
    /// The language of its texts, a BCP 47 tag.
    pub language: String,
    /// Who prints it.
    pub sender: Arc<Sender>,
    /// The title of the document, as a screen reader says it: « Cartes des élèves ».
    pub document: String,
    /// The heading: « Cartes : CP A ».
    pub title: String,
    /// What to do with them, in a few words.
    pub note: String,
    /// What stands small on every card.
    pub small: String,
    /// The class, as every card says it.
    pub class: String,
    /// The cards, in order.
    pub cards: Vec<Card>,
}

/// One card.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// The first name.
    pub name: String,
    /// What a screen reader says of the square.
    pub alternative: String,
    /// What the square says. Up to 2,331 bytes.
    pub qr: String,
}

/// How many cards stand on a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CardSize {
    /// A class: up to thirty.
    #[default]
    Class,
    /// Ten, as large as cards for a purse.
    Large,
}

// What stands on a card is for the child who holds it, not for a log.
impl std::fmt::Debug for CardSheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardSheet").field("cards", &self.cards.len()).finish_non_exhaustive()
    }
}

/// Prints sheets into one file, which appears under its name when it is whole; only its owner may read it. Slow work: call it
/// from a thread that may wait.
pub fn print_cards(sheets: &[CardSheet], paper: Paper, size: CardSize, path: &Path) -> Result<Written, Error> {
    let setter = Typesetter::new(Template::cards(), Layout { paper, ..Layout::default() }, Vec::new())?;
    let output = Output::OneFile(path.to_owned());
    let mut files = Files::new(&output);
    let done = thread::scope(|scope| {
        let work = || {
            sheets.iter().try_for_each(|sheet| {
                let document = setter.set_inputs(inputs(sheet, paper, size, setter.fonts())?)?;
                typst::comemo::evict(0);
                let batch = Batch { school: sheet.sender.clone(), class: sheet.class.clone(), letters: sheet.cards.len() };
                files.add(&batch, document, &|_| {})
            })
        };
        let worker = thread::Builder::new().name("cards".to_owned()).stack_size(STACK).spawn_scoped(scope, work);
        let worker = worker.map_err(|error| Error::Broken(error.to_string()))?;
        worker.join().unwrap_or_else(|_| Err(Error::Broken("without a word".to_owned())))
    });
    match done.and_then(|()| files.close()) {
        Ok(()) => files.settle(),
        Err(error) => {
            files.discard();
            Err(error)
        }
    }
}

fn inputs(sheet: &CardSheet, paper: Paper, size: CardSize, fonts: &Fonts) -> Result<Dict, Error> {
    let text = |text: &str| Value::Str(printable(text, fonts).into());
    let (language, region) = sheet.language.split_once(['-', '_']).unwrap_or((&sheet.language, ""));
    let cards = sheet.cards.iter().map(|card| {
        let too_long = || Error::Qr { number: card.name.clone(), length: card.qr.len() };
        let square = qr::square(&card.qr).ok_or_else(too_long)?;
        let seen = dict! {
            "name" => text(&card.name),
            "alternative" => text(&card.alternative),
            "pixels" => Bytes::new(square.pixels),
            "side" => square.side as i64,
        };
        Ok(seen.into_value())
    });
    let cards = cards.collect::<Result<Array, Error>>()?;
    Ok(dict! {
        "paper" => if paper == Paper::A4 { "a4" } else { "us-letter" },
        "large" => size == CardSize::Large,
        "language" => Str::from(language),
        "region" => Str::from(region),
        "district" => text(&sheet.sender.district),
        "school" => text(&sheet.sender.school),
        "document" => text(&sheet.document),
        "title" => text(&sheet.title),
        "note" => text(&sheet.note),
        "small" => text(&sheet.small),
        "class" => text(&sheet.class),
        "cards" => cards,
    })
}
