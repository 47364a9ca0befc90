//! The master key: 256 bits in a file that its owner alone may read. It is made once, for an empty database, and never
//! replaced: everything else is derived from it, one key a purpose (HKDF-SHA-256, RFC 5869).

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::hkdf;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::KeyError;
use crate::model::{Hash, Timestamp};
use crate::random::Random;
use crate::store::events::Event;
use crate::store::{Store, StoreError, Tx};

/// The master key of this database: read, and made if the database is empty. Missing or another one, nothing starts and
/// nothing is made in its place (row I12).
pub(super) async fn open(path: &Path, store: &Store, now: Timestamp, random: &Random) -> Result<MasterKey, KeyError> {
    let found = MasterKey::read(path)?;
    let keys = store.read();
    let mark = keys.signing_keys().master_mark().await?;
    if mark.is_none() && !keys.signing_keys().all().await?.is_empty() {
        let what = "no mark of a master key, although keys are sealed".to_owned();
        return Err(StoreError::Corrupt { table: "master_key", what }.into());
    }
    let (master, made) = match (found, mark) {
        (Some(master), Some(mark)) => return master.answering(&mark, path),
        // Looked for once more: another process of this machine may have made it, and tied the database, since.
        (None, Some(mark)) => return MasterKey::read(path)?.ok_or_else(|| missing(path))?.answering(&mark, path),
        (Some(master), None) => (master, false),
        (None, None) => MasterKey::make(path, random)?,
    };
    // A key that seals nothing yet is on the disk before the database is tied to it, and not the other way round.
    let tie = async |tx: &Tx| {
        let tied = tx.signing_keys().set_master_mark(master.mark(), now).await?;
        if tied {
            tx.record(&Event::of("master-key.set"), now).await?;
        }
        Ok::<_, StoreError>(tied)
    };
    if store.write(tie).await? {
        return Ok(master);
    }
    // Another node tied the database at the same moment, to its own key or to a copy of ours.
    let mark = store.read().signing_keys().master_mark().await?.unwrap_or(master.mark());
    let answer = master.answering(&mark, path);
    if answer.is_err() && made {
        let _ = fs::remove_file(path);
    }
    answer
}

/// The master key, if it is this database's; `None` if the database is tied to none yet. Makes nothing.
pub(super) async fn check(path: &Path, store: &Store) -> Result<Option<MasterKey>, KeyError> {
    match (MasterKey::read(path)?, store.read().signing_keys().master_mark().await?) {
        (Some(master), Some(mark)) => master.answering(&mark, path).map(Some),
        (None, Some(_)) => Err(missing(path)),
        (_, None) => Ok(None),
    }
}

/// What every other key is derived from.
pub(super) struct MasterKey(Zeroizing<[u8; BYTES]>);

impl MasterKey {
    /// 256 fresh bits, on the disk; if another process was quicker, its key, and false.
    fn make(path: &Path, random: &Random) -> Result<(Self, bool), KeyError> {
        let fresh = Self(Zeroizing::new(random.bytes()));
        match fresh.write(path, random)? {
            true => Ok((fresh, true)),
            false => Ok((Self::read(path)?.ok_or_else(|| missing(path))?, false)),
        }
    }

    /// This key, if the database is tied to it.
    fn answering(self, mark: &Hash, path: &Path) -> Result<Self, KeyError> {
        match self.mark().0.ct_eq(&mark.0).into() {
            true => Ok(self),
            false => Err(another(path)),
        }
    }

    /// A key that every run of the tests has the same.
    #[cfg(test)]
    pub(super) fn fixed(byte: u8) -> Self {
        Self(Zeroizing::new([byte; BYTES]))
    }

    /// Reads the file; `None` if there is none. A file that others may read is refused, for they may have read it.
    fn read(path: &Path) -> Result<Option<Self>, KeyError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, &error)),
        };
        let about = file.metadata().map_err(|error| unreadable(path, &error))?;
        let mode = about.permissions().mode() & 0o777;
        if about.is_file() && mode & 0o077 != 0 {
            return Err(KeyError::Master(format!(
                "the master key {0} may be read by others than its owner (mode {mode:04o}). Run: chmod 600 {0}",
                path.display()
            )));
        }
        let mut text = Zeroizing::new(String::new());
        // A little more than a key has: what is longer is not cut to look like one.
        match file.take(LONGEST).read_to_string(&mut text) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(not_a_key(path)),
            Err(error) => return Err(unreadable(path, &error)),
        }
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(text.trim_end()).map_err(|_| not_a_key(path))?);
        let key: [u8; BYTES] = bytes.as_slice().try_into().map_err(|_| not_a_key(path))?;
        Ok(Some(Self(Zeroizing::new(key))))
    }

    /// Writes the file durably, mode 0600, in a folder of mode 0700 if it must be made. A file that is there already is
    /// left alone; false says so.
    fn write(&self, path: &Path, random: &Random) -> Result<bool, KeyError> {
        self.write_new(path, random).map_err(|error| {
            KeyError::Master(format!(
                "the master key {} cannot be written: {error}. Give this program's user a folder to write it in, or name another file \
                 as keys.master_key_file",
                path.display()
            ))
        })
    }

    fn write_new(&self, path: &Path, random: &Random) -> io::Result<bool> {
        let folder = folder_of(path);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let beside = folder.join(format!(".master-key-{}", BASE64_URL_SAFE_NO_PAD.encode(random.bytes::<9>())));
        let linked = self.fill(&beside).and_then(|()| fs::hard_link(&beside, path));
        let tidied = fs::remove_file(&beside);
        // A link, unlike a rename, never takes the place of a key that another process has just made.
        match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            other => other.and(tidied)?,
        }
        File::open(&folder)?.sync_all()?;
        if let Some(above) = folder.parent() {
            File::open(if above.as_os_str().is_empty() { Path::new(".") } else { above })?.sync_all()?;
        }
        Ok(true)
    }

    fn fill(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let text = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(self.0.as_slice()) + "\n");
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    /// The key of one purpose.
    pub(super) fn derive(&self, purpose: &str) -> Zeroizing<[u8; BYTES]> {
        let mut key = Zeroizing::new([0; BYTES]);
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(self.0.as_slice());
        let filled = extracted.expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256).and_then(|expanded| expanded.fill(key.as_mut_slice()));
        filled.expect("one block of HKDF-SHA-256 has 32 bytes");
        key
    }

    /// What the database keeps to tell this key from another; it gives nothing of the key away.
    fn mark(&self) -> Hash {
        Hash(*self.derive("mark"))
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn missing(path: &Path) -> KeyError {
    KeyError::Master(format!(
        "the master key {} is missing, and this database holds what only that key opens. Put back the copy that is kept apart from the \
         database (mode 0600); a new key would open nothing, so none was made",
        path.display()
    ))
}

fn another(path: &Path) -> KeyError {
    KeyError::Master(format!(
        "the master key {} is not the one that this database was sealed with. Put back the right copy; every node of a district has \
         the same file",
        path.display()
    ))
}

fn unreadable(path: &Path, error: &io::Error) -> KeyError {
    KeyError::Master(format!(
        "the master key {} cannot be read: {error}. It must belong to this program's user, with mode 0600",
        path.display()
    ))
}

fn not_a_key(path: &Path) -> KeyError {
    KeyError::Master(format!(
        "{} is not a master key, which is one line of 43 letters, digits, - and _. Put back the copy that is kept apart from the \
         database",
        path.display()
    ))
}

const BYTES: usize = 32;
const LONGEST: u64 = 256;
const SALT: &[u8] = b"preau master key 1";
