//! Security questions that people chose, with what is kept of their answers.

use super::{Db, Reader, StoreError, Tx, sql};
use crate::model::draft::{Answered, PasswordHash};
use crate::model::{AccountId, Timestamp};

/// The queries on security questions.
pub struct Answers<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Security questions and answers.
    pub fn answers(&self) -> Answers<'_> {
        Answers(self.db())
    }
}

impl Tx {
    /// Security questions and answers.
    pub fn answers(&self) -> Answers<'_> {
        Answers(self.db())
    }
}

impl Answers<'_> {
    /// The questions of an account, in the order in which they were chosen.
    pub async fn of(&self, account: AccountId) -> Result<Vec<Answered>, StoreError> {
        let select = "SELECT question, answer FROM security_answers WHERE account = $1 ORDER BY position";
        let rows = sql::rows(&self.0, select, [account.0.into()]).await?;
        let read = |row: sea_orm::QueryResult| {
            Ok(Answered { question: row.try_get("", "question")?, answer: PasswordHash(row.try_get("", "answer")?) })
        };
        rows.into_iter().map(read).collect()
    }

    /// Puts these questions in the place of all the account had.
    pub async fn replace(&self, account: AccountId, answers: &[Answered], now: Timestamp) -> Result<(), StoreError> {
        self.forget(account).await?;
        let insert = "INSERT INTO security_answers (account, question, answer, position, set_at) VALUES ($1, $2, $3, $4, $5)";
        for (position, Answered { question, answer }) in answers.iter().enumerate() {
            let position = i32::try_from(position).expect("nobody answers two thousand million questions");
            let values = [account.0.into(), question.as_str().into(), answer.0.as_str().into(), position.into(), now.0.into()];
            sql::execute(&self.0, insert, values).await?;
        }
        Ok(())
    }

    /// Removes the questions of an account.
    pub async fn forget(&self, account: AccountId) -> Result<(), StoreError> {
        sql::execute(&self.0, "DELETE FROM security_answers WHERE account = $1", [account.0.into()]).await?;
        Ok(())
    }
}
