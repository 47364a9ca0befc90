//! The folder of a demonstration: what lies where in it, who may use it, and how it is begun anew. Nothing in a folder
//! that the demonstration did not make is read, changed or removed.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A folder that is ours; nobody else uses it while this value lives.
pub struct Folder {
    root: PathBuf,
    /// It was not there, or empty.
    new: bool,
    _lock: File,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It is no folder.
    #[error("{} is not a folder; name another one with --data", .0.display())]
    NotAFolder(PathBuf),
    /// Somebody's district.
    #[error("{} belongs to a preau that is not a demo, and is left alone; name another folder with --data", .0.display())]
    AnotherPreau(PathBuf),
    /// Somebody's files.
    #[error("{} is not empty and was not made by `preau demo`, so it is left alone; name another folder with --data", .0.display())]
    Foreign(PathBuf),
    /// Another process is at it.
    #[error("a demo is running in {} already; stop it first, or make a second one: --data ANOTHER --listen 127.0.0.1:0", .0.display())]
    Busy(PathBuf),
    /// The disk refused.
    #[error("cannot write to {}: {cause}", .path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
}

impl Folder {
    /// Takes the folder; makes it if there is none. Nothing that lies in it is changed yet.
    pub fn take(root: &Path) -> Result<Self, Unusable> {
        let disk = |cause| Unusable::Disk { path: root.to_owned(), cause };
        let root = std::path::absolute(root).map_err(disk)?;
        let new = judge(&root)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&root).map_err(disk)?;
        let lock = lock(&root)?;
        Ok(Self { root, new, _lock: lock })
    }

    /// There is a whole demonstration in it.
    pub fn is_made(&self) -> bool {
        self.kept().is_file()
    }

    /// Removes what a demonstration made, whole or half, and nothing else.
    pub fn clear(&self) -> Result<(), Unusable> {
        OURS.iter().try_for_each(|name| remove(&self.root.join(name)))
    }

    /// Leaves no trace in a folder that was new.
    pub fn give_up(self) {
        if self.new {
            // What cannot be removed is cleared away by the next start.
            let _ = self.clear().and_then(|()| remove(&self.root.join(MARK)));
        }
    }

    /// The configuration.
    pub fn config(&self) -> PathBuf {
        self.root.join(CONFIG)
    }

    /// What is printed at each start.
    pub fn kept(&self) -> PathBuf {
        self.root.join(KEPT)
    }

    /// The roster's files.
    pub fn roster(&self) -> PathBuf {
        self.root.join(ROSTER)
    }

    /// The folder of letters.
    pub fn mail(&self) -> PathBuf {
        self.root.join(MAIL)
    }

    /// Writes a file that only its owner may read, all of it or nothing.
    pub fn write(&self, path: &Path, text: &str) -> Result<(), Unusable> {
        let disk = |cause| Unusable::Disk { path: path.to_owned(), cause };
        let begun = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&begun).map_err(disk)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(disk)?;
        fs::rename(&begun, path).map_err(disk)
    }
}

fn remove(path: &Path) -> Result<(), Unusable> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Unusable::Disk { path: path.to_owned(), cause }),
        _ => Ok(()),
    }
}

/// May a demonstration live here? True where nothing is yet.
fn judge(root: &Path) -> Result<bool, Unusable> {
    let mut entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(Unusable::NotAFolder(root.to_owned())),
        Err(cause) => return Err(Unusable::Disk { path: root.to_owned(), cause }),
    };
    if entries.next().is_none() {
        Ok(true)
    } else if root.join(MARK).is_file() {
        Ok(false)
    } else if [CONFIG, DATABASE].iter().any(|name| root.join(name).exists()) {
        Err(Unusable::AnotherPreau(root.to_owned()))
    } else {
        Err(Unusable::Foreign(root.to_owned()))
    }
}

/// The mark that makes a folder ours, locked: the lock falls with the process, however it ends.
fn lock(root: &Path) -> Result<File, Unusable> {
    let path = root.join(MARK);
    let disk = |cause| Unusable::Disk { path: path.clone(), cause };
    let mut mark = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(disk)?;
    match mark.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Unusable::Busy(root.to_owned())),
        Err(TryLockError::Error(cause)) => return Err(disk(cause)),
    }
    if mark.metadata().map_err(disk)?.len() == 0 {
        mark.write_all(SAID_ON_THE_MARK.as_bytes()).map_err(disk)?;
    }
    Ok(mark)
}

/// The configuration's name.
pub const CONFIG: &str = "preau.toml";
/// The database's name.
pub const DATABASE: &str = "preau.db";
/// The folder of letters.
pub const MAIL: &str = "mail";
/// The file of people.
pub const KEPT: &str = "demo.toml";
const ROSTER: &str = "roster";
const MARK: &str = "MADE-BY-PREAU-DEMO.txt";
const OURS: &[&str] =
    &[KEPT, "demo.new", CONFIG, "preau.new", DATABASE, "preau.db-wal", "preau.db-shm", "preau.db-journal", ROSTER, MAIL, "keys"];

const SAID_ON_THE_MARK: &str = "\
This folder was made by `preau demo`. Nobody in it exists.

  preau.toml   the configuration; other commands take it: preau --config preau.toml roster history
  demo.toml    the people to try it with, with their passwords
  roster/      the roster that was imported (OneRoster 1.2)
  preau.db     the database
  keys/        the master key
  mail/        the letters that were sent

`preau demo --fresh` removes these and begins anew. It does so only where this file stands.
";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn left(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_that_a_demo_did_not_make_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.txt"), "years of work").unwrap();
        assert!(matches!(Folder::take(dir.path()), Err(Unusable::Foreign(_))));
        fs::write(dir.path().join(CONFIG), "").unwrap();
        assert!(matches!(Folder::take(dir.path()), Err(Unusable::AnotherPreau(_))));
        assert!(matches!(Folder::take(&dir.path().join("thesis.txt")), Err(Unusable::NotAFolder(_))));
        assert_eq!(left(dir.path()), [CONFIG, "thesis.txt"], "nothing was added and nothing removed");
    }

    #[test]
    fn clearing_removes_what_the_demo_made_and_keeps_the_rest() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::take(dir.path()).unwrap();
        assert!(!folder.is_made());
        fs::create_dir_all(dir.path().join("mail/new")).unwrap();
        fs::write(dir.path().join(DATABASE), "rows").unwrap();
        fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        folder.write(&folder.kept(), "people").unwrap();
        assert_eq!(fs::metadata(folder.kept()).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(folder.is_made());
        folder.clear().unwrap();
        assert!(!folder.is_made());
        assert_eq!(left(dir.path()), [MARK, "notes.txt"]);
    }

    #[test]
    fn giving_up_leaves_no_trace_in_a_new_folder_and_everything_in_an_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::take(dir.path()).unwrap();
        fs::write(dir.path().join(DATABASE), "half").unwrap();
        folder.give_up();
        assert!(left(dir.path()).is_empty());

        drop(Folder::take(dir.path()).unwrap());
        fs::write(dir.path().join(DATABASE), "rows").unwrap();
        Folder::take(dir.path()).unwrap().give_up();
        assert_eq!(left(dir.path()), [MARK, DATABASE]);
    }

    #[test]
    fn two_demos_do_not_share_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::take(dir.path()).unwrap();
        assert!(matches!(Folder::take(dir.path()), Err(Unusable::Busy(_))));
        drop(first);
        assert!(Folder::take(dir.path()).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_the_reason() {
        let refused = Folder::take(Path::new("/proc/nothing/here")).err().unwrap();
        assert!(refused.to_string().starts_with("cannot write to /proc/nothing/here: "), "{refused}");
    }
}
