//! SQLite, asked on the thread that wants to know.
//!
//! A question to an embedded database is some microseconds of work; to hand it to a thread of a driver and to wait for the
//! answer costs several times that ([docs/performance.md]). So it is asked where it arises. A thread that answers people
//! must not be held up, though: a question that turns out to be long is broken off after [`STEPS`] and asked again on a
//! thread for slow work, and a write that has become long goes on there.
//!
//! [docs/performance.md]: ../../../docs/performance.md

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, OpenFlags};
use sea_orm::Value;
use tokio::sync::Semaphore;
use tokio::task::{coop, spawn_blocking};

use super::StoreError;

/// So many steps of SQLite's machine, about a millisecond, are short enough for a thread that answers people.
const STEPS: i32 = 20_000;
/// The steps of a statement are counted on from its last use, so the first time that [`STEPS`] are over says nothing.
const TURNS: u32 = 2;
/// For whoever may take as long as it takes.
const ENDLESS: u32 = u32::MAX;
/// A write with more statements than this, or with more values in one of them, goes on where slow work is done.
const MANY: usize = 64;
/// Fewer places than these are found as quickly by name, and their text is kept prepared as it is.
const NUMBERED: usize = 32;
/// So many slow questions are asked at one time.
const SLOW: usize = 8;
/// Statements that a connection keeps prepared.
const PREPARED: usize = 256;
/// How long somebody else's write is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A database file.
#[derive(Clone, Debug)]
pub(super) struct File(pub(super) PathBuf);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Questions; SQLite itself refuses everything else.
    Reading,
    /// Writes; the file is made if it is not there.
    Writing,
}

/// What an answer is wanted for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    /// Its first row.
    First,
    /// All of its rows.
    All,
    /// How many rows it touched.
    Changes,
}

/// What a statement said.
pub(super) struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) changes: u64,
}

/// One row of an answer.
pub(crate) struct Row {
    columns: Arc<[Box<str>]>,
    cells: Box<[Cell]>,
    /// Columns are mostly read in their order: the next is looked for here first.
    next: AtomicUsize,
}

impl Row {
    pub(super) fn get<T>(&self, prefix: &str, column: &str, read: impl FnOnce(&Cell) -> Option<T>) -> Result<T, StoreError> {
        let named = |name: &str| name.len() == prefix.len() + column.len() && name.starts_with(prefix) && name.ends_with(column);
        let next = self.next.load(Ordering::Relaxed);
        let place = (next..self.columns.len()).chain(0..next).find(|place| named(&self.columns[*place]));
        let Some(place) = place else { return Err(rusqlite::Error::InvalidColumnName(format!("{prefix}{column}")).into()) };
        self.next.store(place + 1, Ordering::Relaxed);
        let cell = &self.cells[place];
        read(cell).ok_or_else(|| rusqlite::Error::InvalidColumnType(place, format!("{prefix}{column}"), cell.data_type()).into())
    }
}

/// One connection, with the settings that durability rests on (security.md 2.9).
pub(super) struct Connection {
    sqlite: rusqlite::Connection,
    /// How many times more [`STEPS`] may be over before the statement that runs is broken off.
    turns: Arc<AtomicU32>,
}

impl Connection {
    pub(super) fn open(File(path): &File, wanted: Use) -> Result<Self, rusqlite::Error> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, wanted == Use::Writing);
        let sqlite = rusqlite::Connection::open_with_flags(path, flags)?;
        sqlite.busy_timeout(PATIENCE)?;
        sqlite.execute_batch("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY")?;
        match wanted {
            Use::Reading => sqlite.execute_batch("PRAGMA query_only = ON")?,
            Use::Writing => {
                sqlite.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
                // From here on other programs are waited for without holding up a thread (`Transaction::begin`).
                sqlite.busy_timeout(Duration::ZERO)?;
            }
        }
        sqlite.set_prepared_statement_cache_capacity(PREPARED);
        let turns = Arc::new(AtomicU32::new(ENDLESS));
        let left = Arc::clone(&turns);
        let over = move || left.load(Ordering::Relaxed) != ENDLESS && left.fetch_sub(1, Ordering::Relaxed) <= 1;
        sqlite.progress_handler(STEPS, Some(over))?;
        Ok(Self { sqlite, turns })
    }

    /// Runs one statement. Within `turns` it ends, or fails as [`broken_off`] says; what changes something is never broken off.
    fn answer(&self, sql: &str, values: &[Value], want: Want, turns: u32) -> Result<Answer, rusqlite::Error> {
        let mut statement = self.prepared(sql, values)?;
        self.turns.store(if statement.readonly() { turns } else { ENDLESS }, Ordering::Relaxed);
        let mut found = Vec::new();
        let mut names: Option<Arc<[Box<str>]>> = None;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            if want == Want::Changes {
                continue;
            }
            let columns = names.get_or_insert_with(|| row.as_ref().column_names().into_iter().map(Box::from).collect());
            let cells = (0..columns.len()).map(|place| Ok(Cell::try_from(row.get_ref(place)?)?)).collect::<Result<_, rusqlite::Error>>()?;
            found.push(Row { columns: Arc::clone(columns), cells, next: AtomicUsize::new(0) });
            if want == Want::First {
                break;
            }
        }
        drop(rows);
        Ok(Answer { rows: found, changes: self.sqlite.changes() })
    }

    fn prepared(&self, sql: &str, values: &[Value]) -> Result<CachedStatement<'_>, rusqlite::Error> {
        if values.len() < NUMBERED {
            let mut statement = self.sqlite.prepare_cached(sql)?;
            for place in 1..=statement.parameter_count() {
                // `$2` may come before `$1`, and SQLite counts in the order of the text.
                let number = statement.parameter_name(place).and_then(|name| name[1..].parse().ok()).unwrap_or(place);
                let value = values.get(number - 1).ok_or(rusqlite::Error::InvalidParameterCount(values.len(), number))?;
                statement.raw_bind_parameter(place, bound(value)?)?;
            }
            return Ok(statement);
        }
        let (sql, turns) = in_turn(sql, values);
        let mut statement = self.sqlite.prepare_cached(&sql)?;
        for (place, value) in turns.into_iter().enumerate() {
            statement.raw_bind_parameter(place + 1, bound(value)?)?;
        }
        Ok(statement)
    }

    fn run(&self, sql: &str) -> Result<(), rusqlite::Error> {
        self.turns.store(ENDLESS, Ordering::Relaxed);
        self.sqlite.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// One value, as text.
    pub(super) fn text(&self, sql: &str) -> Result<String, rusqlite::Error> {
        self.turns.store(ENDLESS, Ordering::Relaxed);
        self.sqlite.query_row(sql, [], |row| row.get(0))
    }
}

/// The same statement with nameless places, and their values in turn. No text of ours holds a `$` that is none.
///
/// SQLite looks a numbered place up by its name in a list, so the thousands of places of a bulk insert would cost their
/// square (85 % of an import, measured).
fn in_turn<'v>(sql: &str, values: &'v [Value]) -> (String, Vec<&'v Value>) {
    let mut pieces = sql.split('$');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    let mut turns = Vec::with_capacity(values.len());
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|symbol: char| symbol.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        let place: usize = number.parse().expect("a place has a number");
        turns.push(&values[place - 1]);
        plain.push('?');
        plain.push_str(rest);
    }
    (plain, turns)
}

fn bound(value: &Value) -> Result<ToSqlOutput<'_>, rusqlite::Error> {
    let value = match value {
        Value::Bool(value) => value.map(|yes| ValueRef::Integer(yes.into())),
        Value::Int(value) => value.map(|number| ValueRef::Integer(number.into())),
        Value::BigInt(value) => value.map(ValueRef::Integer),
        Value::String(value) => value.as_ref().map(|text| ValueRef::Text(text.as_bytes())),
        Value::Bytes(value) => value.as_ref().map(|bytes| ValueRef::Blob(bytes)),
        Value::Uuid(value) => value.as_ref().map(|id| ValueRef::Blob(id.as_bytes())),
        other => return Err(rusqlite::Error::ToSqlConversionFailure(format!("no column holds {other:?}").into())),
    };
    Ok(ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null)))
}

fn broken_off(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

/// Where a question is asked.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Of what is committed.
    Readers(&'a Readers),
    /// Inside a write.
    Transaction(&'a Transaction),
}

impl Place<'_> {
    pub(super) async fn ask(self, sql: &str, values: impl IntoIterator<Item = Value>, want: Want) -> Result<Answer, StoreError> {
        let values = values.into_iter().collect();
        match self {
            Self::Readers(readers) => readers.ask(sql, values, want).await,
            Self::Transaction(transaction) => transaction.ask(sql, values, want).await,
        }
    }
}

/// Connections for reading. There are as many as were ever needed at one time.
pub(crate) struct Readers {
    file: File,
    idle: Mutex<Vec<Connection>>,
    slow: Semaphore,
}

impl Readers {
    pub(super) fn of(file: File) -> Self {
        Self { file, idle: Mutex::default(), slow: Semaphore::new(SLOW) }
    }

    async fn ask(&self, sql: &str, values: Vec<Value>, want: Want) -> Result<Answer, StoreError> {
        coop::consume_budget().await;
        let connection = self.lend()?;
        let answer = connection.answer(sql, &values, want, TURNS);
        if answer.as_ref().is_err_and(broken_off) {
            return self.ask_slowly(connection, sql.to_owned(), values, want).await;
        }
        self.take_back(connection);
        Ok(answer?)
    }

    async fn ask_slowly(&self, connection: Connection, sql: String, values: Vec<Value>, want: Want) -> Result<Answer, StoreError> {
        let _place = self.slow.acquire().await.expect("it is never closed");
        let asked = spawn_blocking(move || {
            let answer = connection.answer(&sql, &values, want, ENDLESS);
            (connection, answer)
        });
        let (connection, answer) = asked.await.map_err(|_| StoreError::Abandoned)?;
        self.take_back(connection);
        Ok(answer?)
    }

    /// The one that was used last is lent first: its statements and pages are at hand.
    fn lend(&self) -> Result<Connection, rusqlite::Error> {
        let idle = locked(&self.idle).pop();
        idle.map_or_else(|| Connection::open(&self.file, Use::Reading), Ok)
    }

    fn take_back(&self, connection: Connection) {
        locked(&self.idle).push(connection);
    }
}

/// A transaction, or a part of one that can be taken back by itself. Dropped before its end, it is rolled back.
pub(crate) struct Transaction {
    connection: Arc<Mutex<Connection>>,
    whole: bool,
    asked: AtomicU32,
    ended: bool,
}

impl Transaction {
    /// Begins one. Another program that writes is waited for.
    pub(super) async fn begin(connection: &Arc<Mutex<Connection>>) -> Result<Self, StoreError> {
        let mut waited = Duration::ZERO;
        loop {
            let begun = locked(connection).run("BEGIN IMMEDIATE");
            let Err(error) = begun else { break };
            if error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) || waited >= PATIENCE {
                return Err(error.into());
            }
            let pause = (waited / 4).clamp(Duration::from_millis(1), Duration::from_millis(50));
            tokio::time::sleep(pause).await;
            waited += pause;
        }
        Ok(Self { connection: Arc::clone(connection), whole: true, asked: AtomicU32::new(0), ended: false })
    }

    /// A part of this transaction.
    pub(super) fn part(&self) -> Result<Self, StoreError> {
        self.open()?.run("SAVEPOINT part")?;
        Ok(Self { connection: Arc::clone(&self.connection), whole: false, asked: AtomicU32::new(0), ended: false })
    }

    async fn ask(&self, sql: &str, values: Vec<Value>, want: Want) -> Result<Answer, StoreError> {
        coop::consume_budget().await;
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) as usize;
        if asked < MANY && values.len() < MANY {
            let answer = self.open()?.answer(sql, &values, want, TURNS);
            if !answer.as_ref().is_err_and(broken_off) {
                return Ok(answer?);
            }
        }
        let (connection, sql) = (Arc::clone(&self.connection), sql.to_owned());
        let slowly = move || {
            let connection = locked(&connection);
            still_open(&connection)?;
            Ok(connection.answer(&sql, &values, want, ENDLESS)?)
        };
        spawn_blocking(slowly).await.map_err(|_| StoreError::Abandoned)?
    }

    /// Keeps what was written: a whole transaction durably, a part as far as the whole is.
    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        self.open()?.run(if self.whole { "COMMIT" } else { "RELEASE part" })?;
        self.ended = true;
        Ok(())
    }

    fn roll_back(&mut self) -> Result<(), StoreError> {
        self.ended = true;
        let connection = self.open()?;
        if self.whole {
            return Ok(connection.run("ROLLBACK")?);
        }
        connection.run("ROLLBACK TO part")?;
        Ok(connection.run("RELEASE part")?)
    }

    /// The connection, if the transaction is still there.
    fn open(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        let connection = locked(&self.connection);
        still_open(&connection)?;
        Ok(connection)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.ended
            && let Err(error) = self.roll_back()
        {
            tracing::error!(%error, "a write that was given up was not rolled back by us");
        }
    }
}

/// Where SQLite could not go on (a full disk), it takes the whole transaction back by itself; what is said after that must not
/// be kept on its own.
fn still_open(connection: &Connection) -> Result<(), StoreError> {
    if connection.sqlite.is_autocommit() { Err(StoreError::Abandoned) } else { Ok(()) }
}

/// Whoever panicked with it in their hands has dropped their transaction, and so rolled it back.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;
    use uuid::Uuid;

    use super::*;
    use crate::store::{Store, Tx, sql, testing};

    /// Some seconds of steps, if nobody breaks it off.
    const LONG: &str = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000) SELECT COUNT(*) AS n FROM c";

    #[test]
    fn nameless_places_have_their_values_in_turn() {
        let values = [Value::from(1), Value::from("b")];
        let (sql, turns) = in_turn("UPDATE t SET a = $2 WHERE b IN ($1, $2) AND c = 3", &values);
        assert_eq!(sql, "UPDATE t SET a = ? WHERE b IN (?, ?) AND c = 3");
        assert_eq!(turns, [&Value::from("b"), &Value::from(1), &Value::from("b")]);
    }

    async fn a_store() -> Store {
        let store = Store::open(&testing::sqlite()).await.unwrap();
        store.write(async |tx: &Tx| sql::execute(&tx.db(), "CREATE TABLE mark (n INTEGER PRIMARY KEY)", []).await).await.unwrap();
        store
    }

    async fn count(store: &Store) -> i64 {
        testing::rows(store, "SELECT COUNT(*) AS n FROM mark").await[0].try_get("", "n").unwrap()
    }

    /// What is written comes back as it was, by whichever number it stood.
    #[tokio::test]
    async fn values_come_back_as_they_were() {
        let store = a_store().await;
        let id = Uuid::from_u128(7);
        let select = "SELECT $6 AS flag, $5 AS missing, $4 AS bytes, $3 AS id, $2 AS text, $1 AS number, $1 AS p_number";
        let values = [7_i64.into(), "l'été".into(), id.into(), vec![0_u8, 255].into(), None::<String>.into(), true.into()];
        let reader = store.read();
        assert!(sql::row(&reader.db(), select, values[..5].to_vec()).await.is_err(), "a place without a value");
        let row = sql::row(&reader.db(), select, values).await.unwrap().unwrap();
        assert_eq!((row.try_get::<i64>("", "number").unwrap(), row.try_get::<i32>("p_", "number").unwrap()), (7, 7));
        assert_eq!(row.try_get::<String>("", "text").unwrap(), "l'été");
        assert_eq!(row.try_get::<Uuid>("", "id").unwrap(), id);
        assert_eq!(row.try_get::<Vec<u8>>("", "bytes").unwrap(), [0, 255]);
        assert_eq!(row.try_get::<Option<String>>("", "missing").unwrap(), None);
        assert!(row.try_get::<bool>("", "flag").unwrap());
        let told = |error: StoreError| error.to_string();
        assert!(told(row.try_get::<i64>("", "text").unwrap_err()).contains("text"), "what is of another kind is named");
        assert!(told(row.try_get::<String>("", "missing").unwrap_err()).contains("missing"));
        assert!(told(row.try_get::<String>("", "elsewhere").unwrap_err()).contains("elsewhere"));
    }

    /// On a thread that answers people, a long question lets others be answered first, and is answered itself.
    #[tokio::test]
    async fn a_long_question_holds_nobody_up() {
        let store = a_store().await;
        let order = Mutex::new(Vec::new());
        let long = async {
            let row = sql::row(&store.read().db(), LONG, []).await.unwrap().unwrap();
            locked(&order).push(row.try_get::<i64>("", "n").unwrap());
        };
        let within_a_write = async {
            let found = store.write(async |tx: &Tx| {
                sql::execute(&tx.db(), "INSERT INTO mark VALUES (1)", []).await?;
                let row = sql::row(&tx.db(), LONG, []).await?.expect("a count");
                row.try_get::<i64>("", "n")
            });
            let found = found.await.unwrap();
            locked(&order).push(found);
        };
        let short = async {
            let marks = count(&store).await;
            locked(&order).push(marks);
        };
        tokio::join!(long, within_a_write, short);
        assert_eq!(*locked(&order), [0, 1_000_000, 1_000_000]);
        assert_eq!(count(&store).await, 1, "the write went on where the question left it");
    }

    /// Many statements in one write go on elsewhere, and are one write all the same.
    #[tokio::test]
    async fn a_long_write_is_whole_or_absent() {
        let store = a_store().await;
        for whole in [false, true] {
            let work = store.write(async |tx: &Tx| {
                for n in 0..3 * i64::try_from(MANY).unwrap() {
                    sql::execute(&tx.db(), "INSERT INTO mark VALUES ($1)", [n.into()]).await?;
                }
                if whole { Ok(()) } else { Err(StoreError::Abandoned) }
            });
            assert_eq!(work.await.is_ok(), whole);
            assert_eq!(count(&store).await, if whole { 192 } else { 0 });
        }
    }

    /// SQLite takes a transaction back by itself where it cannot go on. Nothing that comes after is kept alone.
    #[tokio::test]
    async fn what_sqlite_took_back_is_not_half_kept() {
        let store = a_store().await;
        let work = store.write(async |tx: &Tx| {
            sql::execute(&tx.db(), "INSERT INTO mark VALUES (1)", []).await?;
            let back = sql::execute(&tx.db(), "INSERT OR ROLLBACK INTO mark VALUES (1)", []).await;
            assert!(back.unwrap_err().is_duplicate());
            for _ in 0..2 * MANY {
                let after = sql::execute(&tx.db(), "INSERT INTO mark VALUES (2)", []).await;
                assert!(matches!(after, Err(StoreError::Abandoned)));
            }
            Ok::<_, StoreError>(())
        });
        assert!(matches!(work.await, Err(StoreError::Commit(_))));
        assert_eq!(count(&store).await, 0);
        assert_eq!(store.write(async |tx: &Tx| sql::execute(&tx.db(), "INSERT INTO mark VALUES (3)", []).await).await.unwrap(), 1);
    }

    /// Another program that writes is waited for, and meanwhile the thread answers others.
    #[tokio::test]
    async fn another_program_is_waited_for() {
        let url = testing::sqlite();
        let (one, other) = (Store::open(&url).await.unwrap(), Store::open(&url).await.unwrap());
        one.write(async |tx: &Tx| sql::execute(&tx.db(), "CREATE TABLE mark (n INTEGER PRIMARY KEY)", []).await).await.unwrap();
        let mark = async |tx: &Tx| sql::execute(&tx.db(), "INSERT INTO mark VALUES ($1)", [count(&other).await.into()]).await;
        let slow = async |tx: &Tx| {
            let done = mark(tx).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            done
        };
        let (slow, next) = tokio::join!(one.write(slow), async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            timeout(Duration::from_secs(4), other.write(mark)).await.expect("it is not waited for in vain")
        });
        assert_eq!((slow.unwrap(), next.unwrap()), (1, 1));
        assert_eq!(count(&one).await, 2);
    }
}
