//! Into a folder: one `.eml` a letter, whole or not there at all, with names that sort by time. A letter that is
//! written again after a crash takes its own place, so that there is one of it.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::Mail;

/// A folder of letters.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the folder if it is not there, and tries to write to it.
    pub(super) async fn check(&self) -> io::Result<()> {
        fs::create_dir_all(&self.0).await?;
        let probe = self.0.join(".probe");
        fs::write(&probe, b"").await?;
        fs::remove_file(&probe).await
    }

    /// Writes a letter to a name that nobody looks at, and gives it its own when it is on the disk.
    pub(super) async fn write(&self, mail: &Mail) -> io::Result<()> {
        fs::create_dir_all(&self.0).await?;
        let part = self.0.join(format!(".{}.part", mail.name));
        let mut file = fs::File::create(&part).await?;
        file.write_all(&mail.bytes).await?;
        file.sync_all().await?;
        drop(file);
        fs::rename(&part, self.0.join(format!("{}.eml", mail.name))).await
    }
}
