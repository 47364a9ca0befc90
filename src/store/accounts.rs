//! Accounts and what they are opened with: passwords, their history, security answers. One account a person.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::draft::{Answered, PasswordHash, Preferences};
use crate::model::{AccountId, DateFormat, Language, PersonId, Timestamp};

/// What a person signs in with. It exists only once it is claimed; a reset by the school leaves it here, unclaimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Never shown; `sub` is derived from it.
    pub id: AccountId,
    /// Whose it is; one account a person.
    pub person: PersonId,
    /// The name to sign in with, as it is shown.
    pub username: String,
    /// What it may do.
    pub state: AccountState,
    /// The language its owner chose.
    pub language: Option<Language>,
    /// The flow it was claimed by, such as `student-claim`.
    pub claimed_by: String,
    /// The assurance of that claim; a sign-in reaches no more (row P38).
    pub assurance: String,
    /// When it was claimed.
    pub claimed_at: Timestamp,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// Open to its owner.
    Claimed,
    /// It has a name, and a provisional password in a letter: its owner has not been here yet (E2).
    Invited,
    /// Reset by the school: its owner must claim it again. Ids, ties and consents stay.
    Unclaimed,
    /// Shut by the school until it opens it again.
    Disabled,
}

/// The password of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// Its hash.
    pub hash: PasswordHash,
    /// When it was set.
    pub set_at: Timestamp,
    /// It was given, not chosen: its owner must choose another before anything else.
    pub must_change: bool,
    /// From then on it opens nothing.
    pub expires_at: Option<Timestamp>,
}

/// What became of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The account is the claimer's. After a reset it is the same account as before, with its old id.
    Now(Account),
    /// The person has an account already, open or shut.
    Already(Account),
    /// Somebody else signs in with this name.
    UsernameTaken,
}

/// The queries on accounts.
pub struct Accounts<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Accounts and credentials.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self.db())
    }
}

impl Tx {
    /// Accounts and credentials.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self.db())
    }
}

impl AccountState {
    /// Its word, in the store and for people who look after accounts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Invited => "invited",
            Self::Unclaimed => "unclaimed",
            Self::Disabled => "disabled",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Claimed, Self::Invited, Self::Unclaimed, Self::Disabled].into_iter().find(|state| state.word() == word)
    }
}

impl Accounts<'_> {
    /// An account by id.
    pub async fn find(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE id = $1"), [id.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The account of a person.
    pub async fn of_person(&self, person: PersonId) -> Result<Option<Account>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE person = $1"), [person.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The account of a name, folded as [`username_key`] does.
    pub async fn by_username(&self, username: &str) -> Result<Option<Account>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE username_key = $1"), [username_key(username).into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// Accounts in the order of their names, after `after`.
    pub async fn list(&self, state: Option<AccountState>, after: &str, most: u32) -> Result<Vec<Account>, StoreError> {
        let select = format!("{SELECT} WHERE username_key > $1 AND ($2 = '' OR state = $2) ORDER BY username_key LIMIT $3");
        let values = [username_key(after).into(), state.map_or("", AccountState::word).into(), i64::from(most).into()];
        sql::rows(&self.0, &select, values).await?.iter().map(record).collect()
    }

    /// Makes the account its claimer's: a new one, or the one that a reset left unclaimed, which keeps its id and takes
    /// the new name, flow and instant. Of two that race one gets [`Claimed::Now`] (row E11).
    pub async fn claim(&self, wanted: &Account) -> Result<Claimed, StoreError> {
        if let Some(account) = self.of_person(wanted.person).await? {
            return self.claim_again(account, wanted).await;
        }
        let insert = "INSERT INTO accounts (id, person, username, username_key, state, language, claimed_by, assurance, claimed_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
        let values = [
            wanted.id.0.into(),
            wanted.person.0.into(),
            wanted.username.clone().into(),
            username_key(&wanted.username).into(),
            AccountState::Claimed.word().into(),
            wanted.language.map(Language::tag).into(),
            wanted.claimed_by.clone().into(),
            wanted.assurance.clone().into(),
            wanted.claimed_at.0.into(),
        ];
        if sql::execute(&self.0, insert, values).await? == 1 {
            return Ok(Claimed::Now(Account { state: AccountState::Claimed, ..wanted.clone() }));
        }
        match self.of_person(wanted.person).await? {
            Some(account) => Ok(Claimed::Already(account)),
            None => Ok(Claimed::UsernameTaken),
        }
    }

    /// Keeps a name for somebody who is invited: a new account, or the one they have if nobody owns it. `None`: it has an
    /// owner or is shut, or the name was taken in the meantime.
    pub async fn invite(&self, wanted: &Account) -> Result<Option<Account>, StoreError> {
        let insert = "INSERT INTO accounts (id, person, username, username_key, state, claimed_by, assurance, claimed_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (person) DO UPDATE SET state = excluded.state, \
                      claimed_by = excluded.claimed_by, assurance = excluded.assurance, claimed_at = excluded.claimed_at \
                      WHERE accounts.state IN ('unclaimed', 'invited')";
        let values = [
            wanted.id.0.into(),
            wanted.person.0.into(),
            wanted.username.clone().into(),
            username_key(&wanted.username).into(),
            AccountState::Invited.word().into(),
            wanted.claimed_by.clone().into(),
            wanted.assurance.clone().into(),
            wanted.claimed_at.0.into(),
        ];
        match sql::execute(&self.0, insert, values).await? {
            0 => Ok(None),
            _ => self.of_person(wanted.person).await,
        }
    }

    /// An address that its owner gave and proved, with its key by `people::email_key` (E6).
    pub async fn set_email(&self, id: AccountId, (address, email_key): (&str, &str), now: Timestamp) -> Result<(), StoreError> {
        let update = "UPDATE accounts SET email = $2, email_key = $3, email_proven_at = $4 WHERE id = $1";
        sql::execute(&self.0, update, [id.0.into(), address.into(), email_key.into(), now.0.into()]).await?;
        Ok(())
    }

    /// Back to the address from before a change, if there was one.
    pub async fn restore_email(&self, id: AccountId, before: Option<(&str, &str)>, now: Timestamp) -> Result<(), StoreError> {
        if let Some(before) = before {
            return self.set_email(id, before, now).await;
        }
        let update = "UPDATE accounts SET email = NULL, email_key = NULL, email_proven_at = NULL WHERE id = $1";
        sql::execute(&self.0, update, [id.0.into()]).await?;
        Ok(())
    }

    /// The address that its owner gave and proved, if any.
    pub async fn email(&self, id: AccountId) -> Result<Option<String>, StoreError> {
        let row = sql::row(&self.0, "SELECT email FROM accounts WHERE id = $1", [id.0.into()]).await?;
        Ok(row.map(|row| row.try_get("", "email")).transpose()?.flatten())
    }

    /// The accounts whose owners gave and proved this address, folded by `people::email_key`.
    pub async fn by_email(&self, email_key: &str) -> Result<Vec<Account>, StoreError> {
        let rows = sql::rows(&self.0, &format!("{SELECT} WHERE email_key = $1 LIMIT 3"), [email_key.into()]).await?;
        rows.iter().map(record).collect()
    }

    async fn claim_again(&self, found: Account, wanted: &Account) -> Result<Claimed, StoreError> {
        if !matches!(found.state, AccountState::Unclaimed | AccountState::Invited) {
            return Ok(Claimed::Already(found));
        }
        if self.by_username(&wanted.username).await?.is_some_and(|holder| holder.id != found.id) {
            return Ok(Claimed::UsernameTaken);
        }
        let update = "UPDATE accounts SET state = $2, username = $3, username_key = $4, claimed_by = $5, assurance = $6, claimed_at = $7, \
                      language = COALESCE($8, language) WHERE id = $1 AND state = $9";
        let values = [
            found.id.0.into(),
            AccountState::Claimed.word().into(),
            wanted.username.clone().into(),
            username_key(&wanted.username).into(),
            wanted.claimed_by.clone().into(),
            wanted.assurance.clone().into(),
            wanted.claimed_at.0.into(),
            wanted.language.map(Language::tag).into(),
            found.state.word().into(),
        ];
        if sql::execute(&self.0, update, values).await? == 1 {
            let language = wanted.language.or(found.language);
            return Ok(Claimed::Now(Account { id: found.id, state: AccountState::Claimed, language, ..wanted.clone() }));
        }
        Ok(self.find(found.id).await?.map_or(Claimed::UsernameTaken, Claimed::Already))
    }

    /// Whatever password there was opens nothing any more: the owner signs in at another provider.
    pub async fn drop_password(&self, id: AccountId) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM passwords WHERE account = $1", [id.0.into()]).await?;
        Ok(())
    }

    /// Shuts or opens an account; false if it was so already, or cannot be. An unclaimed account is neither.
    pub async fn set_state(&self, id: AccountId, from: AccountState, to: AccountState) -> Result<bool, StoreError> {
        let update = "UPDATE accounts SET state = $3 WHERE id = $1 AND state = $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), from.word().into(), to.word().into()]).await? == 1)
    }

    /// Takes an account back to unclaimed: what opens it is gone, its id, consents and password history stay (A29).
    /// Sessions and known devices are ended by [`Sessions::end_all`](super::sessions::Sessions::end_all) and
    /// [`Devices::forget_all`](super::devices::Devices::forget_all) in the same write. False if it was unclaimed.
    pub async fn reset(&self, id: AccountId) -> Result<bool, StoreError> {
        let update = "UPDATE accounts SET state = $2 WHERE id = $1 AND state <> $2";
        if sql::execute(&self.0, update, [id.0.into(), AccountState::Unclaimed.word().into()]).await? == 0 {
            return Ok(false);
        }
        self.drop_password(id).await?;
        for table in
            ["security_answers", "shared_device_people", "totp", "recovery_codes", "passkeys", "second_factor_due", "badge_secrets"]
        {
            sql::execute(&self.0, &format!("DELETE FROM {table} WHERE account = $1"), [id.0.into()]).await?;
        }
        Ok(true)
    }

    /// How its owner likes to be written to.
    pub async fn set_preferences(&self, id: AccountId, chosen: &Preferences) -> Result<(), StoreError> {
        let update = "UPDATE accounts SET language = $2, date_format = $3, notification_email = $4 WHERE id = $1";
        let values = [
            id.0.into(),
            chosen.language.tag().into(),
            chosen.date_format.map(DateFormat::word).into(),
            chosen.notification_email.clone().into(),
        ];
        sql::execute(&self.0, update, values).await?;
        Ok(())
    }

    /// How its owner likes to be written to, where the owner said so.
    pub async fn preferences(&self, id: AccountId) -> Result<Option<Preferences>, StoreError> {
        let select = "SELECT language, date_format, notification_email FROM accounts WHERE id = $1 AND language IS NOT NULL";
        let Some(row) = sql::row(&self.0, select, [id.0.into()]).await? else { return Ok(None) };
        let Some(language) = Language::from_tag(&row.try_get::<String>("", "language")?) else { return Ok(None) };
        let date_format: Option<String> = row.try_get("", "date_format")?;
        let date_format = date_format.as_deref().and_then(DateFormat::from_word);
        Ok(Some(Preferences { language, date_format, notification_email: row.try_get("", "notification_email")? }))
    }

    /// The language its owner chose.
    pub async fn set_language(&self, id: AccountId, language: Language) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE accounts SET language = $2 WHERE id = $1", [id.0.into(), language.tag().into()]).await?;
        Ok(())
    }

    /// The password of an account.
    pub async fn password(&self, id: AccountId) -> Result<Option<Password>, StoreError> {
        let select = "SELECT hash, set_at, must_change, expires_at FROM passwords WHERE account = $1";
        let Some(row) = sql::row(&self.0, select, [id.0.into()]).await? else { return Ok(None) };
        let expires: Option<i64> = row.try_get("", "expires_at")?;
        Ok(Some(Password {
            hash: PasswordHash(row.try_get("", "hash")?),
            set_at: Timestamp(row.try_get("", "set_at")?),
            must_change: row.try_get("", "must_change")?,
            expires_at: expires.map(Timestamp),
        }))
    }

    /// Sets the password that its owner chose, and remembers it so that it is not chosen again (A26).
    pub async fn set_password(&self, id: AccountId, hash: &PasswordHash, now: Timestamp) -> Result<(), StoreError> {
        let password = Password { hash: hash.clone(), set_at: now, must_change: false, expires_at: None };
        self.give_password(id, &password).await?;
        self.remember_password(id, hash, now).await
    }

    /// Gives a password that its owner chose elsewhere, and remembers it so that it is not chosen again.
    pub async fn take_over_password(&self, id: AccountId, password: &Password) -> Result<(), StoreError> {
        self.give_password(id, password).await?;
        self.remember_password(id, &password.hash, password.set_at).await
    }

    async fn remember_password(&self, id: AccountId, hash: &PasswordHash, now: Timestamp) -> Result<(), StoreError> {
        let insert = "INSERT INTO password_history (account, hash, set_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        sql::execute(&self.0, insert, [id.0.into(), hash.0.clone().into(), now.0.into()]).await?;
        Ok(())
    }

    /// Sets the password that its owner chose in the place of `old`, in one conditional write: of two that race one gets
    /// true, and whoever proved something while another password was on file gets false.
    pub async fn replace_password(
        &self,
        id: AccountId,
        old: Option<&PasswordHash>,
        new: &PasswordHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let replaced = match old {
            Some(old) => {
                let update = "UPDATE passwords SET hash = $3, set_at = $4, must_change = FALSE, expires_at = NULL \
                              WHERE account = $1 AND hash = $2";
                sql::execute(&self.0, update, [id.0.into(), old.0.clone().into(), new.0.clone().into(), now.0.into()]).await?
            }
            None => {
                let insert = "INSERT INTO passwords (account, hash, set_at, must_change) VALUES ($1, $2, $3, FALSE) ON CONFLICT DO NOTHING";
                sql::execute(&self.0, insert, [id.0.into(), new.0.clone().into(), now.0.into()]).await?
            }
        };
        if replaced == 1 {
            self.remember_password(id, new, now).await?;
        }
        Ok(replaced == 1)
    }

    /// Whether this is still the password; if so it stays so until this write is over, and whoever changes it then finds
    /// what this write did (row R14).
    pub async fn hold_password(&self, id: AccountId, hash: &PasswordHash) -> Result<bool, StoreError> {
        let update = "UPDATE passwords SET hash = hash WHERE account = $1 AND hash = $2";
        Ok(sql::execute(&self.0, update, [id.0.into(), hash.0.clone().into()]).await? == 1)
    }

    /// Sets a password with its terms: one that was given must be changed and may expire.
    pub async fn give_password(&self, id: AccountId, password: &Password) -> Result<(), StoreError> {
        let upsert = "INSERT INTO passwords (account, hash, set_at, must_change, expires_at) VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (account) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at, \
                      must_change = excluded.must_change, expires_at = excluded.expires_at";
        let values = [
            id.0.into(),
            password.hash.0.clone().into(),
            password.set_at.0.into(),
            password.must_change.into(),
            password.expires_at.map(|at| at.0).into(),
        ];
        sql::execute(&self.0, upsert, values).await?;
        Ok(())
    }

    /// The same password under today's parameters; false if it was changed meanwhile.
    pub async fn rehash(&self, id: AccountId, old: &PasswordHash, new: &PasswordHash) -> Result<bool, StoreError> {
        let values = || [id.0.into(), old.0.clone().into(), new.0.clone().into()];
        let changed = sql::execute(&self.0, "UPDATE passwords SET hash = $3 WHERE account = $1 AND hash = $2", values()).await? == 1;
        sql::execute(&self.0, "UPDATE password_history SET hash = $3 WHERE account = $1 AND hash = $2", values()).await?;
        Ok(changed)
    }

    /// The passwords that may not be chosen again, newest first: the last `depth`, and those set within `within`. The
    /// present one is among them; they survive a reset (A26, A29).
    pub async fn password_history(
        &self,
        id: AccountId,
        depth: u32,
        within: Duration,
        now: Timestamp,
    ) -> Result<Vec<PasswordHash>, StoreError> {
        let select = "SELECT hash, set_at FROM password_history WHERE account = $1 ORDER BY set_at DESC, hash LIMIT 100";
        let rows = sql::rows(&self.0, select, [id.0.into()]).await?;
        let since = now - within;
        let depth = usize::try_from(depth).unwrap_or(usize::MAX);
        let mut kept = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            if place < depth || Timestamp(row.try_get("", "set_at")?) > since {
                kept.push(PasswordHash(row.try_get("", "hash")?));
            }
        }
        Ok(kept)
    }

    /// The security questions of an account, in their order, with their hashed answers.
    pub async fn security_answers(&self, id: AccountId) -> Result<Vec<Answered>, StoreError> {
        let select = "SELECT question, answer FROM security_answers WHERE account = $1 ORDER BY place";
        let rows = sql::rows(&self.0, select, [id.0.into()]).await?;
        let answered =
            |row: &Row| Ok(Answered { question: row.try_get("", "question")?, answer: PasswordHash(row.try_get("", "answer")?) });
        rows.iter().map(answered).collect()
    }

    /// Sets the security questions of an account anew.
    pub async fn set_security_answers(&self, id: AccountId, answers: &[Answered]) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM security_answers WHERE account = $1", [id.0.into()]).await?;
        for (place, answered) in (0_i32..).zip(answers) {
            let insert = "INSERT INTO security_answers (account, place, question, answer) VALUES ($1, $2, $3, $4)";
            let values = [id.0.into(), place.into(), answered.question.clone().into(), answered.answer.0.clone().into()];
            sql::execute(&self.0, insert, values).await?;
        }
        Ok(())
    }
}

/// Folds a name to sign in with: case and spaces do not count. Two accounts never share a key (row E31).
pub fn username_key(username: &str) -> String {
    username.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn record(row: &Row) -> Result<Account, StoreError> {
    account_of(row, "")
}

/// The account in a row whose columns of it begin with `prefix`.
pub(super) fn account_of(row: &Row, prefix: &str) -> Result<Account, StoreError> {
    let state: String = row.try_get(prefix, "state")?;
    let known = AccountState::from_word(&state);
    let language: Option<String> = row.try_get(prefix, "language")?;
    Ok(Account {
        id: AccountId(row.try_get(prefix, "id")?),
        person: PersonId(row.try_get(prefix, "person")?),
        username: row.try_get(prefix, "username")?,
        state: known.ok_or_else(|| StoreError::Corrupt { table: "accounts", what: format!("the state {state:?}") })?,
        language: language.as_deref().and_then(Language::from_tag),
        claimed_by: row.try_get(prefix, "claimed_by")?,
        assurance: row.try_get(prefix, "assurance")?,
        claimed_at: Timestamp(row.try_get(prefix, "claimed_at")?),
    })
}

const SELECT: &str = "SELECT id, person, username, state, language, claimed_by, assurance, claimed_at FROM accounts";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::Store;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn hash(text: &str) -> PasswordHash {
        PasswordHash(text.to_owned())
    }

    async fn with_password(store: &Store) -> AccountId {
        let account = Account {
            id: AccountId(uuid::Uuid::from_u128(1)),
            person: PersonId(uuid::Uuid::from_u128(2)),
            username: "S0123456".to_owned(),
            state: AccountState::Claimed,
            language: None,
            claimed_by: "student-claim".to_owned(),
            assurance: "urn:preau:acr:identified".to_owned(),
            claimed_at: NOW,
        };
        let add = async |tx: &Tx| {
            tx.accounts().claim(&account).await?;
            tx.accounts().set_password(account.id, &hash("old"), NOW).await
        };
        store.write(add).await.unwrap();
        account.id
    }

    #[tokio::test]
    async fn r14_of_thirty_two_that_replace_a_password_at_once_one_does() {
        for store in stores().await {
            let store = Arc::new(store);
            let id = with_password(&store).await;
            let replacing = (0..32).map(|number| {
                let (store, new) = (Arc::clone(&store), hash(&format!("new {number}")));
                tokio::spawn(async move {
                    let replace = async |tx: &Tx| tx.accounts().replace_password(id, Some(&hash("old")), &new, NOW).await;
                    (store.write(replace).await.unwrap(), new)
                })
            });
            let mut won = Vec::new();
            for replaced in replacing.collect::<Vec<_>>() {
                let (replaced, new) = replaced.await.unwrap();
                won.extend(replaced.then_some(new));
            }
            assert_eq!(won.len(), 1);
            let reader = store.read();
            assert_eq!(reader.accounts().password(id).await.unwrap().unwrap().hash, won[0]);
            let history = reader.accounts().password_history(id, 9, Duration::ZERO, NOW).await.unwrap();
            assert_eq!(history.len(), 2, "the losers' are not remembered: {history:?}");
        }
    }

    #[tokio::test]
    async fn a_password_is_replaced_only_where_what_was_there_still_is() {
        for store in stores().await {
            let id = with_password(&store).await;
            let replace = async |old: Option<&str>| {
                let old = old.map(hash);
                store.write(async |tx: &Tx| tx.accounts().replace_password(id, old.as_ref(), &hash("new"), NOW).await).await.unwrap()
            };
            assert!(!replace(None).await && !replace(Some("other")).await);
            let held = async |text: &str| {
                let hash = hash(text);
                store.write(async |tx: &Tx| tx.accounts().hold_password(id, &hash).await).await.unwrap()
            };
            assert!(held("old").await && !held("new").await);
            assert!(replace(Some("old")).await);
            assert!(held("new").await && !held("old").await);
            store.write(async |tx: &Tx| tx.accounts().reset(id).await).await.unwrap();
            assert!(!held("new").await && !replace(Some("new")).await);
            assert!(replace(None).await, "an account without one");
        }
    }
}
