//! One pass over one file, on a thread of its own: rows are read and turned into facts while the store is busy with the
//! batch before. A few batches at most are in memory at once.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::super::read::{Package, Row, Rows, layout};
use super::super::report::{ImportError, Note};
use super::rows::{Reader, Said, user_id_key};

/// Rows handed on together.
const BATCH: usize = 500;

/// Some rows of a file, as facts.
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    pub(super) notes: Vec<Note>,
    pub(super) rows: u64,
    pub(super) secrets: u64,
    /// Whose rows these are, in files of users; also of rows that say nothing of this kind.
    pub(super) owners: Vec<String>,
}

/// What one row says, and of its standing.
pub(super) struct Item {
    pub(super) line: u64,
    pub(super) said: Said,
    pub(super) standing: Standing,
    /// Of a user: other users it is tied to, and its ids in other systems.
    pub(super) agents: Vec<String>,
    pub(super) user_ids: Vec<String>,
}

/// What the column `status` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Unsaid,
    Active,
    Deleted,
}

/// Starts the pass; batches arrive on the channel, and the task ends with what was wrong.
pub(super) fn read(
    package: &Arc<Package>,
    file: &'static str,
    reader: Reader,
    keep_notes: bool,
) -> (mpsc::Receiver<Batch>, tokio::task::JoinHandle<Result<(), ImportError>>) {
    let (sender, receiver) = mpsc::channel(2);
    let package = Arc::clone(package);
    let task = tokio::task::spawn_blocking(move || {
        let layout = layout(file).expect("a pass names a file that is read");
        package.read(file, |bytes| {
            let mut oddities = Vec::new();
            let mut rows = Rows::open(layout, bytes, &mut oddities)?;
            loop {
                let mut batch = Batch { items: Vec::new(), notes: Vec::new(), rows: 0, secrets: 0, owners: Vec::new() };
                while batch.rows < BATCH as u64 {
                    let Some(row) = rows.next(&mut oddities)? else { break };
                    let standing = standing(&row, &mut oddities);
                    if keep_notes {
                        batch.notes.append(&mut oddities);
                    }
                    oddities.clear();
                    add(&mut batch, &row, standing, reader);
                }
                if keep_notes {
                    batch.notes.append(&mut oddities);
                }
                let (done, empty) = (batch.rows < BATCH as u64, batch.rows == 0 && batch.notes.is_empty());
                // The other side is gone when its import was dropped: there is nobody left to read for.
                if (!empty && sender.blocking_send(batch).is_err()) || done {
                    return Ok(());
                }
            }
        })?;
        Ok(())
    });
    (receiver, task)
}

fn add(batch: &mut Batch, row: &Row, standing: Standing, reader: Reader) {
    batch.rows += 1;
    batch.secrets += u64::from(row.had_secret);
    let of_users = row.layout.name == "users.csv";
    let texts = |list: &str| if of_users { row.list(list).map(str::to_owned).collect() } else { Vec::new() };
    if of_users {
        batch.owners.extend(row.text("sourcedId"));
    }
    for said in reader(row, &mut batch.notes) {
        batch.items.push(Item {
            line: row.line,
            said,
            standing,
            agents: texts("agentSourcedIds"),
            user_ids: if of_users { row.list("userIds").filter_map(user_id_key).collect() } else { Vec::new() },
        });
    }
}

fn standing(row: &Row, notes: &mut Vec<Note>) -> Standing {
    let Some(status) = row.get("status") else { return Standing::Unsaid };
    let (standing, done) = match status {
        "active" => return Standing::Active,
        "tobedeleted" => return Standing::Deleted,
        other if other.eq_ignore_ascii_case("active") => (Standing::Active, "read as active"),
        other if ["tobedeleted", "inactive", "deleted"].iter().any(|word| other.eq_ignore_ascii_case(word)) => {
            (Standing::Deleted, "read as tobedeleted")
        }
        _ => (Standing::Active, "not a word of the standard: read as active"),
    };
    notes.push(Note::new(row.layout.name, row.line, "status", status, done));
    standing
}

/// What the first row of a file says of its standing: a file whose rows have a status is a delta, whatever the manifest says.
pub(super) fn first_standing(package: &Package, file: &'static str) -> Result<Option<Standing>, ImportError> {
    let layout = layout(file).expect("a pass names a file that is read");
    let first = package.read(file, |bytes| {
        let mut notes = Vec::new();
        let row = Rows::open(layout, bytes, &mut notes)?.next(&mut notes)?;
        Ok(row.map(|row| standing(&row, &mut notes)))
    })?;
    Ok(first.flatten())
}
