//! Proofs of possession that were used. A proof is nobody's row until it is used, and good for that one time, also on another
//! node and after a restart (row P15).

use super::{Db, StoreError, Tx, sql};
use crate::model::{Hash, Timestamp};

/// The queries on used proofs.
pub struct KeyProofs<'a>(Db<'a>);

impl Tx {
    /// Used proofs of possession.
    pub fn key_proofs(&self) -> KeyProofs<'_> {
        KeyProofs(self.db())
    }
}

impl KeyProofs<'_> {
    /// Uses a proof up, in one conditional write: of several that race one gets true. It is remembered until `until`, when
    /// its own time is over.
    pub async fn spend(&self, id: &Hash, until: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO key_proofs (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        Ok(sql::execute(&self.0, insert, [id.to_vec().into(), until.0.into()]).await? == 1)
    }

    /// Forgets those that are refused for their age by now.
    pub async fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM key_proofs WHERE expires_at < $1", [now.0.into()]).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::testing::stores;

    #[tokio::test]
    async fn p15_of_sixteen_uses_of_one_proof_one_counts() {
        for store in stores().await {
            let store = Arc::new(store);
            let using = (0..16).map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    store.write(async |tx: &Tx| tx.key_proofs().spend(&Hash::of(b"proof"), Timestamp(160)).await).await.unwrap()
                })
            });
            let mut counted = 0;
            for used in using.collect::<Vec<_>>() {
                counted += usize::from(used.await.unwrap());
            }
            assert_eq!(counted, 1);
            assert_eq!(store.write(async |tx: &Tx| tx.key_proofs().forget(Timestamp(160)).await).await.unwrap(), 0);
            assert_eq!(store.write(async |tx: &Tx| tx.key_proofs().forget(Timestamp(161)).await).await.unwrap(), 1);
        }
    }
}
