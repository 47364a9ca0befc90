//! Codes that were given out: by what they are known again, whom they are for, what became of them. A code itself is
//! never here (row E28); its last group is, so that staff can tell letters apart (C18).

use std::collections::HashMap;

use sea_orm::Value;

use super::roster::{padded, places, shapes};
use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, BatchId, CodeId, Hash, PersonId, Timestamp};

/// What a code opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On paper: joining as the guardian of a child (system C).
    Activation,
    /// By mail, to an address on file: joining as the guardian it was sent to (system D).
    Security,
}

/// Codes that were asked for at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// What its codes open.
    pub kind: Kind,
    /// Who asked; `None`: the command line.
    pub made_by: Option<AccountId>,
    /// When.
    pub made_at: Timestamp,
    /// For whom, in the words of the command.
    pub asked: serde_json::Value,
}

/// One code as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Its id.
    pub id: CodeId,
    /// Its batch.
    pub batch: BatchId,
    /// What it opens.
    pub kind: Kind,
    /// The number of its letter in the batch, from one.
    pub number: i32,
    /// Stands for it as it is typed.
    pub mac: Hash,
    /// Stands for it as a link or a picture holds it.
    pub link: Hash,
    /// Stands for its first half, under which tries are counted.
    pub front: Hash,
    /// Its last group, in clear.
    pub last_group: String,
    /// The pupil it was asked for.
    pub child: Option<PersonId>,
    /// The guardian whose it is; `None`: whoever holds it.
    pub guardian: Option<PersonId>,
    /// The code in whose place it was printed.
    pub replaces: Option<CodeId>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
    /// When it was used, and the account that it made or that used it.
    pub used: Option<(Timestamp, Option<AccountId>)>,
    /// When it was taken back, and why.
    pub revoked: Option<(Timestamp, String)>,
}

/// How a code stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// It opens what it was made for.
    Unused,
    /// It was used.
    Used,
    /// It was taken back, or died of too many tries.
    Revoked,
    /// Its time is over.
    Expired,
}

/// Which codes are meant.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state.
    pub state: Option<CodeState>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// For pupils of this school, by the source's id.
    pub school: Option<String>,
    /// For pupils of this class, by the source's id.
    pub class: Option<String>,
}

/// The queries on codes.
pub struct Codes<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Codes that were given out.
    pub fn codes(&self) -> Codes<'_> {
        Codes(self.db())
    }
}

impl Tx {
    /// Codes that were given out.
    pub fn codes(&self) -> Codes<'_> {
        Codes(self.db())
    }
}

impl Kind {
    /// Its word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Activation => "activation",
            Self::Security => "security",
        }
    }
}

impl Issued {
    /// How it stands at an instant.
    pub fn state(&self, now: Timestamp) -> CodeState {
        match () {
            () if self.used.is_some() => CodeState::Used,
            () if self.revoked.is_some() => CodeState::Revoked,
            () if self.expires_at <= now => CodeState::Expired,
            () => CodeState::Unused,
        }
    }
}

impl CodeState {
    /// Its word, for people who look after codes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unused => "unused",
            Self::Used => "used",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

impl Codes<'_> {
    /// Begins a batch. Until [`Codes::publish`] none of its codes is found.
    pub async fn begin(&self, batch: &Batch) -> Result<(), StoreError> {
        let insert = "INSERT INTO code_batches (id, kind, made_by, made_at, asked) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            batch.id.0.into(),
            batch.kind.word().into(),
            batch.made_by.map(|account| account.0).into(),
            batch.made_at.0.into(),
            batch.asked.to_string().into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(())
    }

    /// Adds codes to a batch that is not published yet.
    pub async fn add(&self, codes: &[Issued]) -> Result<(), StoreError> {
        for codes in shapes(codes) {
            let rows: Vec<String> = (0..codes.len()).map(|n| format!("({})", places(1 + n * WIDTH, WIDTH))).collect();
            let insert = format!("INSERT INTO codes ({COLUMNS}) VALUES {}", rows.join(","));
            let mut values: Vec<Value> = Vec::with_capacity(codes.len() * WIDTH);
            for code in codes {
                values.extend([code.id.0.into(), code.batch.0.into(), code.kind.word().into(), code.number.into()]);
                values.extend([code.mac, code.link, code.front].map(|hash| Value::from(hash.to_vec())));
                values.push(code.last_group.as_str().into());
                values.extend([code.child.map(|person| person.0), code.guardian.map(|person| person.0)].map(Value::from));
                values.extend([code.replaces.map(|code| code.0).into(), code.issued_at.0.into(), code.expires_at.0.into()]);
            }
            sql::execute(&self.0, &insert, values).await?;
        }
        Ok(())
    }

    /// Makes the codes of a batch good, all at once; those in whose place they stand die in the same write: the ones that
    /// they replace, and whatever else the same guardians still held unused (row E10). How many died.
    pub async fn publish(&self, batch: BatchId, now: Timestamp) -> Result<u64, StoreError> {
        let ready = "UPDATE code_batches SET ready_at = $2 WHERE id = $1 AND ready_at IS NULL";
        sql::execute(&self.0, ready, [batch.0.into(), now.0.into()]).await?;
        let older = "UPDATE codes SET revoked_at = $2, revoked_why = 'replaced' WHERE used_at IS NULL AND revoked_at IS NULL \
                     AND batch <> $1 AND (id IN (SELECT replaces FROM codes WHERE batch = $1) \
                     OR guardian IN (SELECT guardian FROM codes WHERE batch = $1 AND guardian IS NOT NULL) \
                     AND kind = (SELECT kind FROM code_batches WHERE id = $1))";
        sql::execute(&self.0, older, [batch.0.into(), now.0.into()]).await
    }

    /// What these guardians held unused of one kind, but for one batch, dies: they get another in its place.
    pub async fn replace(&self, kind: Kind, guardians: &[PersonId], but: BatchId, now: Timestamp) -> Result<u64, StoreError> {
        if guardians.is_empty() {
            return Ok(0);
        }
        let guardians = padded(guardians);
        let update = format!(
            "UPDATE codes SET revoked_at = $1, revoked_why = 'replaced' WHERE used_at IS NULL AND revoked_at IS NULL \
             AND kind = $2 AND batch <> $3 AND guardian IN ({})",
            places(4, guardians.len())
        );
        let values = [now.0.into(), kind.word().into(), but.0.into()];
        sql::execute(&self.0, &update, values.into_iter().chain(guardians.iter().map(|person| person.0.into()))).await
    }

    /// Of these guardians, those who were ever given a code of one kind; and whether it still opens something.
    pub async fn given(&self, kind: Kind, guardians: &[PersonId], now: Timestamp) -> Result<HashMap<PersonId, bool>, StoreError> {
        if guardians.is_empty() {
            return Ok(HashMap::new());
        }
        let guardians = padded(guardians);
        let select = format!(
            "SELECT guardian, MAX(CASE WHEN used_at IS NULL AND revoked_at IS NULL AND expires_at > {} THEN 1 ELSE 0 END) AS live \
             FROM codes WHERE kind = $1 AND guardian IN ({}) GROUP BY guardian",
            now.0,
            places(2, guardians.len())
        );
        let values = std::iter::once(Value::from(kind.word())).chain(guardians.iter().map(|person| person.0.into()));
        let rows = sql::rows(&self.0, &select, values).await?;
        let given = |row: &Row| {
            let live: i64 = row.try_get::<i64>("", "live").or_else(|_| row.try_get::<i32>("", "live").map(i64::from))?;
            Ok((PersonId(row.try_get("", "guardian")?), live == 1))
        };
        rows.iter().map(given).collect()
    }

    /// One short step of forgetting batches that were begun before an instant and never published; false when none is left.
    pub async fn forget_unpublished(&self, before: Timestamp) -> Result<bool, StoreError> {
        let codes = "DELETE FROM codes WHERE id IN (SELECT c.id FROM codes c JOIN code_batches b ON b.id = c.batch \
                     WHERE b.ready_at IS NULL AND b.made_at < $1 LIMIT 1000)";
        if sql::execute(&self.0, codes, [before.0.into()]).await? > 0 {
            return Ok(true);
        }
        sql::execute(&self.0, "DELETE FROM code_batches WHERE ready_at IS NULL AND made_at < $1", [before.0.into()]).await?;
        Ok(false)
    }

    /// The code of what was typed or of what a link held, whatever became of it.
    pub async fn by_mac(&self, mac: &Hash) -> Result<Option<Issued>, StoreError> {
        let select =
            format!("{SELECT} WHERE c.mac = $1 AND b.ready_at IS NOT NULL UNION ALL {SELECT} WHERE c.link = $1 AND b.ready_at IS NOT NULL");
        sql::row(&self.0, &select, [mac.to_vec().into()]).await?.as_ref().map(read).transpose()
    }

    /// A code by id.
    pub async fn find(&self, id: CodeId) -> Result<Option<Issued>, StoreError> {
        let select = format!("{SELECT} WHERE c.id = $1 AND b.ready_at IS NOT NULL");
        sql::row(&self.0, &select, [id.0.into()]).await?.as_ref().map(read).transpose()
    }

    /// The codes of a batch, in the order of their letters.
    pub async fn of_batch(&self, batch: BatchId) -> Result<Vec<Issued>, StoreError> {
        let select = format!("{SELECT} WHERE c.batch = $1 ORDER BY c.number");
        sql::rows(&self.0, &select, [batch.0.into()]).await?.iter().map(read).collect()
    }

    /// Takes the code out of circulation, in one conditional write: of two that race one gets true (rows D5, E11).
    pub async fn spend(&self, id: CodeId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE codes SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await? == 1)
    }

    /// Undoes [`Codes::spend`] in the same unit of work: nothing was made after all.
    pub async fn give_back(&self, id: CodeId) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE codes SET used_at = NULL WHERE id = $1 AND used_by IS NULL", [id.0.into()]).await?;
        Ok(())
    }

    /// Says which account a code that was just spent made, or was used by.
    pub async fn used_by(&self, id: CodeId, account: AccountId) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE codes SET used_by = $2 WHERE id = $1", [id.0.into(), account.0.into()]).await?;
        Ok(())
    }

    /// Too many tries were made on the codes that begin so: they are dead. Which they were.
    pub async fn shut(&self, front: &Hash, now: Timestamp) -> Result<Vec<CodeId>, StoreError> {
        let update = "UPDATE codes SET revoked_at = $2, revoked_why = 'too-many-tries' \
                      WHERE front = $1 AND used_at IS NULL AND revoked_at IS NULL RETURNING id";
        let rows = sql::rows(&self.0, update, [front.to_vec().into(), now.0.into()]).await?;
        rows.iter().map(|row| Ok(CodeId(row.try_get("", "id")?))).collect()
    }

    /// Takes one code back; false if it was used, taken back or over already.
    pub async fn revoke(&self, id: CodeId, why: &str, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE codes SET revoked_at = $2, revoked_why = $3 \
                      WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into(), why.into()]).await? == 1)
    }

    /// Takes back every code that somebody made and nobody used; how many there were.
    pub async fn revoke_of_maker(&self, maker: AccountId, why: &str, now: Timestamp) -> Result<u64, StoreError> {
        let update = "UPDATE codes SET revoked_at = $2, revoked_why = $3 WHERE used_at IS NULL AND revoked_at IS NULL \
                      AND batch IN (SELECT id FROM code_batches WHERE made_by = $1)";
        sql::execute(&self.0, update, [maker.0.into(), now.0.into(), why.into()]).await
    }

    /// One short step of taking back the unused codes that a filter means: how many, zero when none is left.
    pub async fn revoke_some(&self, filter: &Filter, why: &str, now: Timestamp) -> Result<u64, StoreError> {
        let wanted = Filter { state: Some(CodeState::Unused), ..filter.clone() };
        let (conditions, mut values) = wanted.conditions(now);
        values.push(why.into());
        let update = format!(
            "UPDATE codes SET revoked_at = {}, revoked_why = ${} WHERE id IN \
             (SELECT c.id FROM codes c JOIN code_batches b ON b.id = c.batch WHERE {conditions} LIMIT 1000)",
            now.0,
            values.len()
        );
        sql::execute(&self.0, &update, values).await
    }

    /// Codes in the order of their batches and letters, after one of them.
    pub async fn list(&self, filter: &Filter, after: Option<&Issued>, most: u32, now: Timestamp) -> Result<Vec<Issued>, StoreError> {
        let (conditions, mut values) = filter.conditions(now);
        let (batch, number) = after.map_or((uuid::Uuid::nil(), 0), |code| (code.batch.0, code.number));
        let place = values.len() + 1;
        values.extend([batch.into(), number.into()]);
        let select = format!(
            "{SELECT} WHERE {conditions} AND (c.batch, c.number) > (${place}, ${}) ORDER BY c.batch, c.number LIMIT {most}",
            place + 1
        );
        sql::rows(&self.0, &select, values).await?.iter().map(read).collect()
    }

    /// How many codes a filter means.
    pub async fn count(&self, filter: &Filter, now: Timestamp) -> Result<u64, StoreError> {
        let (conditions, values) = filter.conditions(now);
        let select = format!("SELECT COUNT(*) AS n FROM codes c JOIN code_batches b ON b.id = c.batch WHERE {conditions}");
        let row = sql::row(&self.0, &select, values).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get::<i64>("", "n"))?.unsigned_abs())
    }
}

impl Filter {
    /// The conditions on `c` and `b`, and their values.
    fn conditions(&self, now: Timestamp) -> (String, Vec<Value>) {
        let mut conditions = vec!["b.ready_at IS NOT NULL".to_owned()];
        let mut values: Vec<Value> = Vec::new();
        let mut with = |condition: &str, value: Value| {
            values.push(value);
            conditions.push(condition.replace("$n", &format!("${}", values.len())));
        };
        if let Some(kind) = self.kind {
            with("c.kind = $n", kind.word().into());
        }
        if let Some(batch) = self.batch {
            with("c.batch = $n", batch.0.into());
        }
        if let Some(school) = &self.school {
            with(OF_SCHOOL, school.as_str().into());
        }
        if let Some(class) = &self.class {
            with(OF_CLASS, class.as_str().into());
        }
        conditions.extend(self.state.map(|state| match state {
            CodeState::Unused => format!("c.used_at IS NULL AND c.revoked_at IS NULL AND c.expires_at > {}", now.0),
            CodeState::Used => "c.used_at IS NOT NULL".to_owned(),
            CodeState::Revoked => "c.used_at IS NULL AND c.revoked_at IS NOT NULL".to_owned(),
            CodeState::Expired => format!("c.used_at IS NULL AND c.revoked_at IS NULL AND c.expires_at <= {}", now.0),
        }));
        (conditions.join(" AND "), values)
    }
}

fn read(row: &Row) -> Result<Issued, StoreError> {
    let kind: String = row.try_get("", "kind")?;
    let kind = [Kind::Activation, Kind::Security].into_iter().find(|known| known.word() == kind);
    let hash = |column: &str| sql::hash(TABLE, &row.try_get::<Vec<u8>>("", column)?);
    let person = |column: &str| Ok::<_, StoreError>(row.try_get::<Option<uuid::Uuid>>("", column)?.map(PersonId));
    let at = |column: &str| Ok::<_, StoreError>(row.try_get::<Option<i64>>("", column)?.map(Timestamp));
    let by = row.try_get::<Option<uuid::Uuid>>("", "used_by")?.map(AccountId);
    let why: Option<String> = row.try_get("", "revoked_why")?;
    Ok(Issued {
        id: CodeId(row.try_get("", "id")?),
        batch: BatchId(row.try_get("", "batch")?),
        kind: kind.ok_or_else(|| StoreError::Corrupt { table: TABLE, what: "a kind of code".to_owned() })?,
        number: row.try_get("", "number")?,
        mac: hash("mac")?,
        link: hash("link")?,
        front: hash("front")?,
        last_group: row.try_get("", "last_group")?,
        child: person("child")?,
        guardian: person("guardian")?,
        replaces: row.try_get::<Option<uuid::Uuid>>("", "replaces")?.map(CodeId),
        issued_at: Timestamp(row.try_get("", "issued_at")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        used: at("used_at")?.map(|at| (at, by)),
        revoked: at("revoked_at")?.map(|at| (at, why.unwrap_or_default())),
    })
}

const TABLE: &str = "codes";
const COLUMNS: &str = "id, batch, kind, number, mac, link, front, last_group, child, guardian, replaces, issued_at, expires_at";
const WIDTH: usize = 13;
const SELECT: &str = "SELECT c.* FROM codes c JOIN code_batches b ON b.id = c.batch";
const OF_SCHOOL: &str = "c.child IN (SELECT u.person FROM current_roster_roles r \
    JOIN current_roster_users u ON u.source_id = r.user_source WHERE r.org_source = $n AND r.role = 'student')";
const OF_CLASS: &str = "c.child IN (SELECT u.person FROM current_roster_enrollments e \
    JOIN current_roster_users u ON u.source_id = e.user_source WHERE e.class_source = $n AND e.role = 'student')";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::random::Random;
    use crate::store::testing::{assert_quick, stores};

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn later(seconds: i64) -> Timestamp {
        Timestamp(NOW.0 + seconds)
    }

    fn batch(random: &Random) -> Batch {
        let id = BatchId::new(NOW, random);
        Batch { id, kind: Kind::Activation, made_by: None, made_at: NOW, asked: serde_json::Value::Null }
    }

    fn code(batch: &Batch, number: i32, guardian: Option<PersonId>, random: &Random) -> Issued {
        let mac = |part: &str| Hash::of(format!("{} {number} {part}", batch.id).as_bytes());
        Issued {
            id: CodeId::new(NOW, random),
            batch: batch.id,
            kind: batch.kind,
            number,
            mac: mac("mac"),
            link: mac("link"),
            front: mac("front"),
            last_group: "BCDF".to_owned(),
            child: Some(PersonId(uuid::Uuid::from_u128(5))),
            guardian,
            replaces: None,
            issued_at: NOW,
            expires_at: later(1_000),
            used: None,
            revoked: None,
        }
    }

    async fn add(store: &crate::store::Store, batch: &Batch, codes: &[Issued]) {
        let add = async |tx: &Tx| {
            tx.codes().begin(batch).await?;
            tx.codes().add(codes).await
        };
        store.write(add).await.unwrap();
    }

    async fn publish(store: &crate::store::Store, batch: BatchId) -> u64 {
        store.write(async |tx: &Tx| tx.codes().publish(batch, NOW).await).await.unwrap()
    }

    #[tokio::test]
    async fn a_batch_is_good_all_at_once_and_what_never_was_is_forgotten() {
        for store in stores().await {
            let random = Random::seeded(1);
            let batch = batch(&random);
            let codes: Vec<Issued> = (1..=300).map(|number| code(&batch, number, None, &random)).collect();
            add(&store, &batch, &codes).await;
            let reader = store.read();
            assert_eq!(reader.codes().by_mac(&codes[7].mac).await.unwrap(), None);
            publish(&store, batch.id).await;
            assert_eq!(reader.codes().by_mac(&codes[7].mac).await.unwrap().as_ref(), Some(&codes[7]));
            assert_eq!(reader.codes().by_mac(&codes[7].link).await.unwrap().as_ref(), Some(&codes[7]));
            assert_eq!(reader.codes().by_mac(&codes[7].front).await.unwrap(), None);
            assert_eq!(reader.codes().of_batch(batch.id).await.unwrap(), codes);
            let half = self::batch(&random);
            add(&store, &half, &[code(&half, 1, None, &random)]).await;
            let forget = async |before| store.write(async |tx: &Tx| tx.codes().forget_unpublished(before).await).await.unwrap();
            assert!(!forget(NOW).await && forget(later(1)).await && !forget(later(1)).await);
            assert!(reader.codes().of_batch(half.id).await.unwrap().is_empty());
            assert_eq!(reader.codes().count(&Filter::default(), NOW).await.unwrap(), 300);
        }
    }

    #[tokio::test]
    async fn e11_of_thirty_two_that_spend_one_code_at_once_one_does() {
        for store in stores().await {
            let (store, random) = (Arc::new(store), Random::seeded(1));
            let batch = batch(&random);
            let one = code(&batch, 1, None, &random);
            add(&store, &batch, std::slice::from_ref(&one)).await;
            publish(&store, batch.id).await;
            let spending = (0..32).map(|_| {
                let (store, id) = (Arc::clone(&store), one.id);
                tokio::spawn(async move { store.write(async |tx: &Tx| tx.codes().spend(id, NOW).await).await.unwrap() })
            });
            let mut spent = 0;
            for done in spending.collect::<Vec<_>>() {
                spent += u32::from(done.await.unwrap());
            }
            assert_eq!(spent, 1);
            assert_eq!(store.read().codes().find(one.id).await.unwrap().unwrap().state(NOW), CodeState::Used);
        }
    }

    #[tokio::test]
    async fn e10_a_new_code_of_a_guardian_kills_the_old_one_and_other_codes_stay() {
        for store in stores().await {
            let random = Random::seeded(1);
            let (mother, father) = (PersonId(uuid::Uuid::from_u128(1)), PersonId(uuid::Uuid::from_u128(2)));
            let first = batch(&random);
            let codes = [
                code(&first, 1, Some(mother), &random),
                code(&first, 2, Some(father), &random),
                code(&first, 3, None, &random),
                code(&first, 4, None, &random),
            ];
            add(&store, &first, &codes).await;
            assert_eq!(publish(&store, first.id).await, 0);
            let second = batch(&random);
            let instead = Issued { replaces: Some(codes[2].id), ..code(&second, 2, None, &random) };
            add(&store, &second, &[code(&second, 1, Some(mother), &random), instead]).await;
            assert_eq!(publish(&store, second.id).await, 2);
            let reader = store.read();
            let states: Vec<CodeState> = reader.codes().of_batch(first.id).await.unwrap().iter().map(|code| code.state(NOW)).collect();
            assert_eq!(states, [CodeState::Revoked, CodeState::Unused, CodeState::Revoked, CodeState::Unused]);
            let spend = async |id, now| store.write(async |tx: &Tx| tx.codes().spend(id, now).await).await.unwrap();
            assert!(!spend(codes[0].id, NOW).await, "it was replaced");
            assert!(!spend(codes[1].id, later(1_000)).await && spend(codes[1].id, later(999)).await, "until it expires");
        }
    }

    #[tokio::test]
    async fn c18_unused_codes_are_taken_back_one_by_one_or_many_at_once() {
        for store in stores().await {
            let random = Random::seeded(1);
            let batch = batch(&random);
            let codes: Vec<Issued> = (1..=1_200).map(|number| code(&batch, number, None, &random)).collect();
            add(&store, &batch, &codes).await;
            publish(&store, batch.id).await;
            let account = AccountId(uuid::Uuid::from_u128(9));
            let work = async |tx: &Tx| {
                assert!(tx.codes().spend(codes[0].id, NOW).await?);
                tx.codes().used_by(codes[0].id, account).await?;
                assert!(tx.codes().revoke(codes[1].id, "lost", NOW).await?);
                assert!(!tx.codes().revoke(codes[1].id, "again", NOW).await?);
                tx.codes().revoke(codes[0].id, "too late", NOW).await
            };
            assert!(!store.write(work).await.unwrap());
            assert_eq!(store.write(async |tx: &Tx| tx.codes().shut(&codes[2].front, NOW).await).await.unwrap(), [codes[2].id]);
            let of_batch = Filter { batch: Some(batch.id), ..Filter::default() };
            let mut steps = Vec::new();
            while !steps.ends_with(&[0]) {
                steps.push(store.write(async |tx: &Tx| tx.codes().revoke_some(&of_batch, "all", NOW).await).await.unwrap());
            }
            assert_eq!(steps, [1_000, 197, 0]);
            let reader = store.read();
            let used = Filter { state: Some(CodeState::Used), ..Filter::default() };
            let used = reader.codes().list(&used, None, 10, NOW).await.unwrap();
            assert_eq!(used.iter().map(|code| (code.id, code.used)).collect::<Vec<_>>(), [(codes[0].id, Some((NOW, Some(account))))]);
            let revoked = Filter { state: Some(CodeState::Revoked), school: None, ..of_batch };
            let page = reader.codes().list(&revoked, Some(&codes[1]), 2, NOW).await.unwrap();
            assert_eq!(page.iter().map(|code| code.revoked.clone().unwrap().1).collect::<Vec<_>>(), ["too-many-tries", "all"]);
            assert_eq!(reader.codes().count(&revoked, NOW).await.unwrap(), 1_199);
        }
    }

    #[tokio::test]
    async fn a_code_is_found_without_walking_through_all() {
        let store = &stores().await[0];
        for condition in ["c.mac = $1", "c.link = $1", "c.id = $1", "c.front = $1", "c.batch = $1"] {
            assert_quick(store, &format!("{SELECT} WHERE {condition}")).await;
        }
    }
}
