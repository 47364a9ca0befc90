//! One file as rows: its header matched with the standard's columns, its bytes made text, its oddities told.

use std::collections::BTreeSet;
use std::io::{BufReader, Read};

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::super::report::{ImportError, Note};
use super::guard::Guard;
use super::layout::{FileLayout, MISSPELT};

/// Columns that a file may have.
const MOST_COLUMNS: usize = 512;

/// Which columns a file has.
#[derive(Debug)]
pub struct Header {
    /// For each of the file's columns, its place in the layout.
    places: Vec<Option<usize>>,
    present: BTreeSet<usize>,
    layout: &'static FileLayout,
}

/// One row: the values of the layout's columns.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The line in the file.
    pub line: u64,
    /// Where it stands.
    pub layout: &'static FileLayout,
    /// There was a password in it.
    pub had_secret: bool,
    cells: Vec<Option<String>>,
}

/// The rows of one file.
pub struct Rows<R: Read> {
    reader: Reader<Guard<BufReader<R>>>,
    record: ByteRecord,
    /// What the header says.
    pub header: Header,
}

impl<R: Read> Rows<R> {
    /// Reads the header; refuses a file that lacks a column without which nothing can be done.
    pub fn open(layout: &'static FileLayout, bytes: R, notes: &mut Vec<Note>) -> Result<Self, ImportError> {
        let guard = Guard::new(BufReader::with_capacity(1 << 16, bytes));
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(guard);
        let mut record = ByteRecord::new();
        let some = reader.read_byte_record(&mut record).map_err(|error| refuse(layout, &error))?;
        let names = if some { header_names(layout, &record)? } else { Vec::new() };
        let header = Header::of(layout, &names, notes)?;
        Ok(Self { reader, record, header })
    }

    /// The next row; its oddities go to `notes`.
    pub fn next(&mut self, notes: &mut Vec<Note>) -> Result<Option<Row>, ImportError> {
        let layout = self.header.layout;
        loop {
            if !self.reader.read_byte_record(&mut self.record).map_err(|error| refuse(layout, &error))? {
                return Ok(None);
            }
            if self.record.iter().any(|field| !field.is_empty()) {
                break;
            }
        }
        let line = self.record.position().map_or(0, csv::Position::line);
        let (have, want) = (self.record.len(), self.header.places.len());
        if have != want {
            let done = if have < want { "the missing ones are taken for empty" } else { "the last ones are passed over" };
            notes.push(Note::new(layout.name, line, "", &format!("{have} values for {want} columns"), done));
        }
        let mut row = Row { line, layout, had_secret: false, cells: vec![None; layout.columns.len()] };
        for (field, place) in self.record.iter().zip(&self.header.places) {
            let Some(place) = *place else { continue };
            if layout.secret.contains(&layout.columns[place]) {
                row.had_secret |= !field.is_empty();
            } else if !field.is_empty() {
                row.cells[place] = text(layout, line, layout.columns[place], field, notes);
            }
        }
        Ok(Some(row))
    }
}

impl Row {
    /// A column's value, without the spaces around it; `None` if it is empty or not there.
    pub fn get(&self, column: &str) -> Option<&str> {
        let place = self.layout.columns.iter().position(|known| *known == column)?;
        self.cells[place].as_deref()
    }

    /// The same, to keep.
    pub fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    /// The values of a list, as the standard writes it: parted by commas.
    pub fn list(&self, column: &str) -> impl Iterator<Item = &str> {
        self.get(column).unwrap_or_default().split(',').map(str::trim).filter(|value| !value.is_empty())
    }
}

impl Header {
    /// The file has this column.
    pub fn has(&self, column: &str) -> bool {
        self.layout.columns.iter().position(|known| *known == column).is_some_and(|place| self.present.contains(&place))
    }

    fn of(layout: &'static FileLayout, names: &[String], notes: &mut Vec<Note>) -> Result<Self, ImportError> {
        let file = layout.name;
        let mut header = Self { places: Vec::with_capacity(names.len()), present: BTreeSet::new(), layout };
        for name in names {
            let place = place_of(layout, name);
            if let Some(place) = place {
                let column = layout.columns[place];
                if column != name {
                    notes.push(Note::new(file, 1, name, "", format!("read as {column}")));
                }
                if !header.present.insert(place) {
                    return Err(ImportError::Refused(format!("{file} has the column {column} twice: keep one")));
                }
            } else if !name.starts_with("metadata.") && layout.name != "demographics.csv" {
                notes.push(Note::new(file, 1, name, "", "not a column of OneRoster: passed over"));
            }
            header.places.push(place);
        }
        let known: Vec<usize> = header.places.iter().flatten().copied().collect();
        if !known.is_sorted() {
            notes.push(Note::new(file, 1, "", "", "columns in another order than the standard's: read by their names"));
        }
        let missing: Vec<&str> = layout.required.iter().copied().filter(|column| !header.has(column)).collect();
        if missing.is_empty() {
            return Ok(header);
        }
        Err(ImportError::Refused(format!(
            "{file} lacks the column {}: export the file again, with the header of OneRoster 1.1 or 1.2",
            missing.join(" and the column ")
        )))
    }
}

fn header_names(layout: &FileLayout, record: &ByteRecord) -> Result<Vec<String>, ImportError> {
    let file = layout.name;
    let first = record.get(0).unwrap_or_default();
    if first.starts_with(&[0xff, 0xfe]) || first.starts_with(&[0xfe, 0xff]) || record.iter().any(|field| field.contains(&0)) {
        return Err(ImportError::Refused(format!("{file} is not UTF-8 but looks like UTF-16: save it as UTF-8")));
    }
    if record.len() > MOST_COLUMNS {
        return Err(ImportError::Refused(format!("{file} has {} columns, and {MOST_COLUMNS} are allowed", record.len())));
    }
    let name = |field: &[u8]| String::from_utf8_lossy(field).trim_start_matches('\u{feff}').trim().to_owned();
    Ok(record.iter().map(name).collect())
}

fn place_of(layout: &FileLayout, name: &str) -> Option<usize> {
    let find = |wanted: &str| layout.columns.iter().position(|column| *column == wanted);
    let in_any_case = |wanted: &str| layout.columns.iter().position(|column| column.eq_ignore_ascii_case(wanted));
    let misspelt = || MISSPELT.iter().find(|(seen, _)| seen.eq_ignore_ascii_case(name)).and_then(|(_, meant)| find(meant));
    find(name).or_else(|| in_any_case(name)).or_else(misspelt)
}

/// The text of a field. Bytes that are not UTF-8 are read as Windows-1252, which old exports are written in.
fn text(layout: &FileLayout, line: u64, column: &str, field: &[u8], notes: &mut Vec<Note>) -> Option<String> {
    let mut text = match std::str::from_utf8(field) {
        Ok(text) => text.trim().to_owned(),
        Err(_) => {
            let text: String = field.iter().map(|byte| windows_1252(*byte)).collect();
            notes.push(Note::new(layout.name, line, column, &text, "not UTF-8: read as Windows-1252"));
            text.trim().to_owned()
        }
    };
    if text.contains('\0') {
        text.retain(|c| c != '\0');
        notes.push(Note::new(layout.name, line, column, &text, "a NUL character was left out"));
    }
    (!text.is_empty()).then_some(text)
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}', '\u{fffd}', '‘', '’', '“',
        '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
    ];
    if (0x80..0xa0).contains(&byte) { HIGH[usize::from(byte - 0x80)] } else { char::from(byte) }
}

fn refuse(layout: &FileLayout, error: &csv::Error) -> ImportError {
    let why = match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    };
    ImportError::Refused(format!("{}: {why}", layout.name))
}
