//! typst at work: one template, some letters, one tagged PDF.

use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::fonts::Fonts;
use crate::{Error, Layout, Letter, Mistake, Mistakes, Record, data, record};

/// What says how letters look: the text of a typst file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// What messages call it: its path.
    pub name: String,
    /// Its text.
    pub source: String,
}

impl Template {
    /// Ours, which is `templates/letters/letter.typ`.
    pub fn shipped() -> Self {
        Self { name: "letter.typ".to_owned(), source: include_str!("../../templates/letters/letter.typ").to_owned() }
    }

    /// That of a [`crate::Record`], which is `templates/letters/record.typ`.
    pub(crate) fn record() -> Self {
        Self { name: "record.typ".to_owned(), source: include_str!("../../templates/letters/record.typ").to_owned() }
    }

    /// That of a [`crate::Sheet`], which is `templates/letters/sheet.typ`.
    pub(crate) fn sheet() -> Self {
        Self { name: "sheet.typ".to_owned(), source: include_str!("../../templates/letters/sheet.typ").to_owned() }
    }

    /// That of sheets of cards, which is `templates/letters/cards.typ`.
    pub(crate) fn cards() -> Self {
        Self { name: "cards.typ".to_owned(), source: include_str!("../../templates/letters/cards.typ").to_owned() }
    }

    /// Another; `name` is what messages call it.
    pub fn new(name: impl Into<String>, source: impl Into<String>) -> Self {
        Self { name: name.into(), source: source.into() }
    }
}

/// Letters on paper.
pub struct Document {
    /// The PDF file: tagged, PDF/UA-1.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: usize,
    /// What typst found odd in the template; the letters are printed all the same.
    pub warnings: Vec<Mistake>,
}

/// Template, layout and fonts, ready for letters. It may be shared between threads.
pub struct Typesetter {
    name: String,
    source: Source,
    fonts: Fonts,
    layout: Layout,
    options: PdfOptions,
}

impl Typesetter {
    /// Reads template and fonts. `fonts` are TrueType or OpenType files for writings that ours lack (Arabic, Tamil …).
    /// A mistake in the template's grammar is found here; the others when the first letter is set.
    pub fn new(template: Template, layout: Layout, fonts: Vec<Vec<u8>>) -> Result<Self, Error> {
        let path = VirtualPath::new("/letter.typ").expect("a path");
        let source = Source::new(FileId::new(RootedPath::new(VirtualRoot::Project, path)), template.source);
        let options = PdfOptions {
            creator: Smart::Custom(Some("Préau".to_owned())),
            standards: PdfStandards::new(&[PdfStandard::Ua_1]).expect("one standard contradicts no other"),
            ..PdfOptions::default()
        };
        let setter = Self { name: template.name, source, fonts: Fonts::load(fonts)?, layout, options };
        let (mistakes, _) = setter.source.root().errors_and_warnings();
        if mistakes.is_empty() {
            return Ok(setter);
        }
        let told = mistakes.into_iter().map(SourceDiagnostic::from);
        Err(setter.refuse(told, &setter.desk(Library::builder().build())))
    }

    /// How its letters stand on paper.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Sets these letters as one document. About 1.5 MB of memory a page until it returns: give it a class, not a school.
    pub fn set(&self, letters: &[Letter]) -> Result<Document, Error> {
        self.set_inputs(data::inputs(letters, self.layout, &self.fonts)?)
    }

    /// Sets a record as one document.
    pub(crate) fn set_record(&self, facts: &Record) -> Result<Document, Error> {
        self.set_inputs(record::inputs(facts, &self.fonts))
    }

    pub(crate) fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Sets one document of what its template is to see.
    pub(crate) fn set_inputs(&self, inputs: Dict) -> Result<Document, Error> {
        let desk = self.desk(Library::builder().with_inputs(inputs).build());
        let Warned { output, warnings } = typst::compile::<PagedDocument>(&desk);
        let document = output.map_err(|mistakes| self.refuse(mistakes, &desk))?;
        let pdf = typst_pdf::pdf(&document, &self.options).map_err(|mistakes| self.refuse(mistakes, &desk))?;
        let warnings = self.told(warnings, &desk);
        Ok(Document { pdf, pages: document.pages().len(), warnings })
    }

    fn desk(&self, library: Library) -> Desk<'_> {
        Desk { library: LazyHash::new(library), source: &self.source, fonts: &self.fonts }
    }

    fn refuse(&self, mistakes: impl IntoIterator<Item = SourceDiagnostic>, desk: &Desk<'_>) -> Error {
        Error::Template(Mistakes(self.told(mistakes, desk)))
    }

    fn told(&self, diagnostics: impl IntoIterator<Item = SourceDiagnostic>, desk: &Desk<'_>) -> Vec<Mistake> {
        let lines = self.source.lines();
        let told = |diagnostic: SourceDiagnostic| {
            // A mistake inside typst's own code has no place of its own; then the call that led there has one.
            let calls = diagnostic.trace.iter().map(|call| call.span.into());
            let range = std::iter::once(diagnostic.span).chain(calls).find_map(|span| desk.range(span));
            let place = range.and_then(|range| lines.byte_to_line_column(range.start));
            Mistake {
                file: self.name.clone(),
                place: place.map(|(line, column)| (line + 1, column + 1)),
                message: diagnostic.message.to_string(),
                hints: diagnostic.hints.iter().map(|hint| hint.v.to_string()).collect(),
            }
        };
        diagnostics.into_iter().map(told).collect()
    }
}

/// All of the world that a template can reach: itself, the fonts, and the letters in `sys.inputs`. No file, no package,
/// no network, no clock.
struct Desk<'a> {
    library: LazyHash<Library>,
    source: &'a Source,
    fonts: &'a Fonts,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.all.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
