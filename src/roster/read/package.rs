//! The set of files, in a zip or a folder. An archive is judged by its table of contents before anything is unpacked
//! (A06): size, ratio, number of entries, names, links, encryption.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::super::report::{ImportError, Note};

/// What an archive may be at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes, unpacked.
    pub unpacked: u64,
    /// Unpacked bytes for a packed one.
    pub ratio: u64,
    /// Entries.
    pub entries: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unpacked: 2 << 30, ratio: 200, entries: 100 }
    }
}

/// The files of one set, by their names in the standard's spelling or as they are.
pub struct Package {
    path: PathBuf,
    files: BTreeMap<String, Place>,
}

enum Place {
    /// A file of the folder.
    File(PathBuf),
    /// An entry of the archive, and its size.
    Entry(usize, u64),
}

impl Package {
    /// Opens `path` and judges it; `names` are the files that the standard knows.
    pub fn open(path: &Path, names: &[&str], limits: Limits, notes: &mut Vec<Note>) -> Result<Self, ImportError> {
        let shown = path.display();
        let found = if path.is_dir() {
            folder(path).map_err(|error| refused(format!("{shown} cannot be read: {error}")))?
        } else {
            let file = File::open(path).map_err(|error| refused(format!("{shown} cannot be read: {error}")))?;
            archive(file, limits).map_err(|why| refused(format!("{shown}: {why}")))?
        };
        let mut files = BTreeMap::new();
        for (name, place) in found {
            let known = names.iter().find(|known| known.eq_ignore_ascii_case(&name));
            let Some(known) = known else {
                notes.push(Note::new(&name, 0, "", "", "not a file of OneRoster: passed over"));
                continue;
            };
            if *known != name {
                notes.push(Note::new(&name, 0, "", "", format!("read as {known}")));
            }
            if files.insert((*known).to_owned(), place).is_some() {
                return Err(refused(format!("{shown} has {known} twice: keep one")));
            }
        }
        Ok(Self { path: path.to_owned(), files })
    }

    /// The set has this file.
    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// There is not one file of the standard in it.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Hands a file's bytes, unpacked, to `read`. `None` if the set has no such file.
    pub fn read<T>(&self, name: &str, read: impl FnOnce(&mut dyn Read) -> Result<T, ImportError>) -> Result<Option<T>, ImportError> {
        let unreadable = |error: &dyn std::fmt::Display| refused(format!("{name} cannot be read: {error}"));
        match self.files.get(name) {
            None => Ok(None),
            Some(Place::File(path)) => {
                let mut file = File::open(path).map_err(|error| unreadable(&error))?;
                read(&mut file).map(Some)
            }
            Some(Place::Entry(index, size)) => {
                let file = File::open(&self.path).map_err(|error| unreadable(&error))?;
                let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(|error| unreadable(&error))?;
                let entry = archive.by_index(*index).map_err(|error| unreadable(&error))?;
                // An entry that is longer than the table of contents says is a bomb: it is cut, and then refused.
                let mut measured = Measured { inner: entry, left: *size };
                read(&mut measured).map(Some)
            }
        }
    }
}

struct Measured<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other("it is longer than its archive says"))?;
        Ok(read)
    }
}

fn folder(path: &Path) -> io::Result<Vec<(String, Place)>> {
    let mut files = Vec::new();
    for entry in path.read_dir()? {
        let entry = entry?;
        // Links are not followed: the folder may have been unpacked from somebody's archive.
        if entry.file_type()?.is_file() {
            files.push((entry.file_name().to_string_lossy().into_owned(), Place::File(entry.path())));
        }
    }
    files.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(files)
}

fn archive(mut file: File, limits: Limits) -> Result<Vec<(String, Place)>, String> {
    let entries = entries_announced(&mut file).map_err(|error| error.to_string())?;
    let entries = entries.ok_or("it is neither a folder nor a zip archive")?;
    if entries > limits.entries {
        return Err(format!("the archive has {entries} entries, and {} are allowed", limits.entries));
    }
    let packed = file.metadata().map_err(|error| error.to_string())?.len();
    let mut archive = ZipArchive::new(io::BufReader::new(file)).map_err(|error| format!("the archive is damaged: {error}"))?;
    let mut unpacked = 0_u64;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| format!("the archive is damaged: {error}"))?;
        let name = entry.name().map_err(|error| format!("the archive is damaged: {error}"))?.into_owned();
        if let Some(why) = unwanted(&name, entry.encrypted(), entry.unix_mode()) {
            return Err(format!("the archive's entry {name:?} {why}"));
        }
        unpacked = unpacked.saturating_add(entry.size());
        let base = name.rsplit('/').next().unwrap_or_default();
        if !entry.is_dir() && !name.starts_with("__MACOSX/") && !base.is_empty() {
            files.push((base.to_owned(), Place::Entry(index, entry.size())));
        }
    }
    if unpacked > limits.unpacked {
        return Err(format!("the archive unpacks to {unpacked} bytes, and {} are allowed", limits.unpacked));
    }
    // Small archives of a few repeated lines compress beyond any ratio and harm nobody.
    if unpacked > 10 << 20 && unpacked / packed.max(1) > limits.ratio {
        return Err(format!("the archive unpacks to more than {} times its size", limits.ratio));
    }
    Ok(files)
}

fn unwanted(name: &str, encrypted: bool, mode: Option<u32>) -> Option<&'static str> {
    const KIND: u32 = 0o170_000;
    const LINK: u32 = 0o120_000;
    let leads_out = name.starts_with('/') || name.contains('\\') || name.contains(':') || name.split('/').any(|part| part == "..");
    let nested = [".zip", ".gz", ".7z", ".rar", ".tar"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
    match () {
        () if leads_out => Some("leads out of the archive"),
        () if encrypted => Some("is encrypted: export without a password"),
        () if mode.is_some_and(|mode| mode & KIND == LINK) => Some("is a link"),
        () if nested => Some("is itself an archive"),
        () => None,
    }
}

/// The number of entries that the archive's last record announces, read before its table of contents is loaded.
fn entries_announced(file: &mut File) -> io::Result<Option<u64>> {
    let length = file.seek(SeekFrom::End(0))?;
    let tail = length.min(66_000);
    file.seek(SeekFrom::End(-i64::try_from(tail).expect("66,000 fits")))?;
    let mut bytes = Vec::new();
    file.take(tail).read_to_end(&mut bytes)?;
    file.rewind()?;
    let Some(end) = bytes.windows(4).rposition(|four| four == b"PK\x05\x06") else { return Ok(None) };
    let Some(count) = bytes.get(end + 10..end + 12) else { return Ok(None) };
    let count = u64::from(u16::from_le_bytes([count[0], count[1]]));
    if count < u64::from(u16::MAX) {
        return Ok(Some(count));
    }
    // Zip64: its own record holds the number at offset 32.
    let zip64 = bytes.windows(4).rposition(|four| four == b"PK\x06\x06").and_then(|at| bytes.get(at + 32..at + 40));
    Ok(Some(zip64.map_or(count, |count| u64::from_le_bytes(count.try_into().expect("eight bytes")))))
}

fn refused(why: String) -> ImportError {
    ImportError::Refused(why)
}
