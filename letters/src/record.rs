//! What a school holds about somebody, on paper: sections of facts, each a label and a value. Plain data in, tagged PDF out; every word
//! comes with the data, as in a letter.

use typst::foundations::{Array, Dict, IntoValue, Str, Value, dict};

use crate::fonts::Fonts;
use crate::text::printable;
use crate::{Document, Error, Layout, Paper, Template, Typesetter};

/// What is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// The language of its texts, a BCP 47 tag.
    pub language: String,
    /// The sheets.
    pub paper: Paper,
    /// Who holds it: the district.
    pub holder: String,
    /// The heading, which is also the document's title.
    pub title: String,
    /// What it is, in a sentence each.
    pub lead: Vec<String>,
    /// What stands between a label and its value: « : ».
    pub colon: String,
    /// In this order.
    pub sections: Vec<Section>,
}

/// Facts of one kind.
#[derive(Clone, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What must be said of them; empty: nothing.
    pub note: String,
    /// Each thing, by the facts about it: label and value.
    pub things: Vec<Vec<(String, String)>>,
}

// What stands in it is somebody's own, and not for a log.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record").field("sections", &self.sections.len()).finish_non_exhaustive()
    }
}

impl Record {
    /// Sets it as one document: slow work, for a thread that may wait.
    pub fn set(&self) -> Result<Document, Error> {
        let layout = Layout { paper: self.paper, ..Layout::default() };
        Typesetter::new(Template::record(), layout, Vec::new())?.set_record(self)
    }
}

/// Everything that the template gets: `sys.inputs.record`.
pub(crate) fn inputs(record: &Record, fonts: &Fonts) -> Dict {
    let text = |text: &str| Value::Str(printable(text, fonts).into());
    let (language, region) = record.language.split_once(['-', '_']).unwrap_or((&record.language, ""));
    let thing = |facts: &Vec<(String, String)>| -> Value {
        let fact = |(label, value): &(String, String)| dict! { "label" => text(label), "value" => text(value) }.into_value();
        Value::Array(facts.iter().map(fact).collect::<Array>())
    };
    let section = |section: &Section| {
        let things: Array = section.things.iter().map(thing).collect();
        dict! { "title" => text(&section.title), "note" => text(&section.note), "things" => things }.into_value()
    };
    dict! {
        "record" => dict! {
            "language" => Str::from(language),
            "region" => Str::from(region),
            "paper" => match record.paper { Paper::A4 => "a4", Paper::UsLetter => "us-letter" },
            "holder" => text(&record.holder),
            "title" => text(&record.title),
            "lead" => record.lead.iter().map(|line| text(line)).collect::<Array>(),
            "colon" => Str::from(record.colon.as_str()),
            "sections" => record.sections.iter().map(section).collect::<Array>(),
        },
    }
}
