//! A table for a spreadsheet, in a file that only its owner may read. It is written beside its place until it is whole, so that
//! no half of one is ever taken for it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A table that is being written.
pub(super) struct Table {
    rows: csv::Writer<File>,
    path: PathBuf,
}

/// A table that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {cause}", .path.display())]
pub struct Unwritable {
    /// Which.
    pub path: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

impl Table {
    /// Begins it beside its place, with the names of its columns.
    pub fn begin(path: &Path, columns: &[&str]) -> Result<Self, Unwritable> {
        let failed = |cause| Unwritable { path: path.to_owned(), cause };
        let file = private(&beside(path)).map_err(failed)?;
        let mut table = Self { rows: csv::Writer::from_writer(file), path: path.to_owned() };
        table.add(columns.iter().map(|column| (*column).to_owned()))?;
        Ok(table)
    }

    /// Adds a line.
    pub fn add(&mut self, cells: impl IntoIterator<Item = String>) -> Result<(), Unwritable> {
        let written = self.rows.write_record(cells.into_iter().map(plain));
        written.map_err(|error| Unwritable { path: self.path.clone(), cause: error.into() })
    }

    /// Everything that was added is on the disk.
    pub fn finish(&mut self) -> Result<(), Unwritable> {
        let flushed = self.rows.flush().and_then(|()| self.rows.get_ref().sync_all());
        flushed.map_err(|cause| Unwritable { path: self.path.clone(), cause })
    }

    /// It is whole, and takes its place.
    pub fn keep(mut self) -> Result<(), Unwritable> {
        self.finish()?;
        std::fs::rename(beside(&self.path), &self.path).map_err(|cause| Unwritable { path: self.path, cause })
    }
}

impl From<Unwritable> for io::Error {
    fn from(error: Unwritable) -> Self {
        error.cause
    }
}

/// Where a file is written until it is whole.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// An empty file that only its owner may read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// A spreadsheet takes what begins so for a formula: a name is none.
fn plain(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}
