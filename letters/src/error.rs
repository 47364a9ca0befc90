//! What can go wrong, in words for the administrator who replaced a template.

use std::fmt;
use std::path::PathBuf;

/// Why letters could not be printed. Nothing half-written is left behind.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The template is wrong: every mistake that was found, with its place.
    #[error("{0}")]
    Template(Mistakes),
    /// A file of fonts that is none.
    #[error("the font {0} of those that were added is not a TrueType or OpenType font")]
    Font(usize),
    /// More than a QR code of this kind takes.
    #[error("letter {number}: an address of {length} bytes is too long for a QR code (2,331 at most)")]
    Qr {
        /// The letter's number.
        number: String,
        /// The length of its address.
        length: usize,
    },
    /// A file could not be written.
    #[error("{}: {cause}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Several documents could not be made one file.
    #[error("the documents cannot be joined: {0}; print one file a class instead")]
    Join(&'static str),
    /// The typesetter itself broke.
    #[error("the typesetter broke off: {0}")]
    Broken(String),
}

/// All that is wrong with a template: one line a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

/// One mistake in a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The template, as it was named to us.
    pub file: String,
    /// Line and column, from one; nothing where the mistake has no place.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// How it might be put right.
    pub hints: Vec<String>,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mistake) in self.0.iter().enumerate() {
            write!(f, "{}{mistake}", if at == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.hints.is_empty() {
            write!(f, " ({})", self.hints.join("; "))?;
        }
        Ok(())
    }
}
