//! Proofs of a mailbox: one a journey. A link and a code, of which the store has MACs alone; either is spent by one
//! conditional write, and a new letter kills the one before (rows R02, E15).

use std::time::Duration;

use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{Hash, JourneyId, PersonId, Timestamp};

/// A proof that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailProof {
    /// The journey that waits for it.
    pub journey: JourneyId,
    /// The MAC of the link's token.
    pub link: Hash,
    /// The MAC of the code.
    pub code: Hash,
    /// Whose mailbox; nobody's, where no letter left and nothing will be right.
    pub person: Option<PersonId>,
    /// Codes that were tried.
    pub tries: i32,
    /// When the letter was written.
    pub sent_at: Timestamp,
    /// From then on the code is worth nothing.
    pub code_until: Timestamp,
    /// From then on the link is worth nothing.
    pub link_until: Timestamp,
    /// When it was spent, or killed by a newer one.
    pub used_at: Option<Timestamp>,
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It was right, and is spent.
    Right,
    /// It was wrong; so many tries are left.
    Wrong(u32),
    /// It is over, or was tried too often: not judged.
    Over,
}

/// The queries on proofs of a mailbox.
pub struct MailProofs<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Proofs of a mailbox.
    pub fn mail_proofs(&self) -> MailProofs<'_> {
        MailProofs(self.db())
    }
}

impl Tx {
    /// Proofs of a mailbox.
    pub fn mail_proofs(&self) -> MailProofs<'_> {
        MailProofs(self.db())
    }
}

impl MailProofs<'_> {
    /// Asks for a proof. The one that this journey waited for is dead from now on, and so is every other that waits for the
    /// same person's mailbox: the newest letter counts (row R02).
    pub async fn add(&self, proof: &MailProof) -> Result<(), StoreError> {
        self.kill(proof.person.unwrap_or(PersonId(uuid::Uuid::nil())), proof.sent_at).await?;
        let upsert = "INSERT INTO mail_proofs (journey, link, code, person, tries, sent_at, code_until, link_until) \
                      VALUES ($1, $2, $3, $4, 0, $5, $6, $7) ON CONFLICT (journey) DO UPDATE SET link = excluded.link, \
                      code = excluded.code, person = excluded.person, tries = 0, sent_at = excluded.sent_at, \
                      code_until = excluded.code_until, link_until = excluded.link_until, used_at = NULL";
        let values = [
            proof.journey.0.into(),
            proof.link.to_vec().into(),
            proof.code.to_vec().into(),
            proof.person.map(|person| person.0).into(),
            proof.sent_at.0.into(),
            proof.code_until.0.into(),
            proof.link_until.0.into(),
        ];
        sql::execute(&self.0, upsert, values).await?;
        Ok(())
    }

    /// The proof that a journey waits for, or waited for.
    pub async fn of_journey(&self, journey: JourneyId) -> Result<Option<MailProof>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM mail_proofs WHERE journey = $1", [journey.0.into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The proof of a link, by the MAC of its token; also one that is over.
    pub async fn by_link(&self, link: &Hash) -> Result<Option<MailProof>, StoreError> {
        let row = sql::row(&self.0, "SELECT * FROM mail_proofs WHERE link = $1", [link.to_vec().into()]).await?;
        row.as_ref().map(read).transpose()
    }

    /// Tries a code: the try is counted before it is judged, and of many that are right at once one is.
    pub async fn try_code(&self, journey: JourneyId, code: &Hash, now: Timestamp) -> Result<Tried, StoreError> {
        let count = "UPDATE mail_proofs SET tries = tries + 1 WHERE journey = $1 AND used_at IS NULL AND code_until > $2 AND tries < $3 \
                     RETURNING tries";
        let counted = sql::row(&self.0, count, [journey.0.into(), now.0.into(), MOST_TRIES.into()]).await?;
        let Some(counted) = counted else { return Ok(Tried::Over) };
        let spend = "UPDATE mail_proofs SET used_at = $3 WHERE journey = $1 AND code = $2 AND used_at IS NULL AND code_until > $3";
        if sql::execute(&self.0, spend, [journey.0.into(), code.to_vec().into(), now.0.into()]).await? == 1 {
            return Ok(Tried::Right);
        }
        let tried: i32 = counted.try_get("", "tries")?;
        Ok(Tried::Wrong(u32::try_from(MOST_TRIES - tried).unwrap_or_default()))
    }

    /// Spends a link; of many at once one gets true.
    pub async fn spend_link(&self, journey: JourneyId, link: &Hash, now: Timestamp) -> Result<bool, StoreError> {
        let spend = "UPDATE mail_proofs SET used_at = $3 WHERE journey = $1 AND link = $2 AND used_at IS NULL AND link_until > $3";
        Ok(sql::execute(&self.0, spend, [journey.0.into(), link.to_vec().into(), now.0.into()]).await? == 1)
    }

    /// Kills whatever waits for a person's mailbox (row R14); how many there were.
    pub async fn kill(&self, person: PersonId, now: Timestamp) -> Result<u64, StoreError> {
        let update = "UPDATE mail_proofs SET used_at = $2 WHERE person = $1 AND used_at IS NULL";
        sql::execute(&self.0, update, [person.0.into(), now.0.into()]).await
    }

    /// Forgets what was over before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM mail_proofs WHERE link_until < $1", [before.0.into()]).await
    }
}

impl MailProof {
    /// A proof of so long a life from `now` on.
    pub fn new(journey: JourneyId, (link, code): (Hash, Hash), person: Option<PersonId>, now: Timestamp, link_life: Duration) -> Self {
        let (code_until, link_until) = (now + CODE_LIFE, now + link_life.max(CODE_LIFE));
        Self { journey, link, code, person, tries: 0, sent_at: now, code_until, link_until, used_at: None }
    }

    /// The code can still be right.
    pub fn takes_a_code(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.code_until > now && self.tries < MOST_TRIES
    }

    /// The link can still be right.
    pub fn takes_the_link(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.link_until > now
    }
}

fn read(row: &Row) -> Result<MailProof, StoreError> {
    let hash = |column: &str| sql::hash(TABLE, &row.try_get::<Vec<u8>>("", column)?);
    Ok(MailProof {
        journey: JourneyId(row.try_get("", "journey")?),
        link: hash("link")?,
        code: hash("code")?,
        person: row.try_get::<Option<uuid::Uuid>>("", "person")?.map(PersonId),
        tries: row.try_get("", "tries")?,
        sent_at: Timestamp(row.try_get("", "sent_at")?),
        code_until: Timestamp(row.try_get("", "code_until")?),
        link_until: Timestamp(row.try_get("", "link_until")?),
        used_at: row.try_get::<Option<i64>>("", "used_at")?.map(Timestamp),
    })
}

/// Decisions 13: what a mailbox that others read may be worth.
const CODE_LIFE: Duration = Duration::from_mins(10);
/// Eight digits and five tries (security.md 2.3).
const MOST_TRIES: i32 = 5;
const TABLE: &str = "mail_proofs";

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::random::Random;
    use crate::store::Store;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn proof(seed: u64, person: Option<PersonId>) -> MailProof {
        let journey = JourneyId::new(NOW, &Random::seeded(seed));
        let hashes = (Hash::of(format!("link {seed}").as_bytes()), Hash::of(b"12345678"));
        MailProof::new(journey, hashes, person, NOW, Duration::from_hours(24))
    }

    async fn add(store: &Store, proof: &MailProof) {
        store.write(async |tx: &Tx| tx.mail_proofs().add(proof).await).await.unwrap();
    }

    async fn code(store: &Store, proof: &MailProof, typed: &[u8], now: Timestamp) -> Tried {
        let typed = Hash::of(typed);
        store.write(async |tx: &Tx| tx.mail_proofs().try_code(proof.journey, &typed, now).await).await.unwrap()
    }

    async fn link(store: &Store, proof: &MailProof, now: Timestamp) -> bool {
        store.write(async |tx: &Tx| tx.mail_proofs().spend_link(proof.journey, &proof.link, now).await).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn r02_of_thirty_two_submits_of_one_mail_proof_one_succeeds() {
        for store in stores().await {
            let store = Arc::new(store);
            let proof = Arc::new(proof(1, None));
            add(&store, &proof).await;
            let trying = (0..32).map(|number| {
                let (store, proof) = (Arc::clone(&store), Arc::clone(&proof));
                tokio::spawn(async move {
                    match number % 8 {
                        0 => code(&store, &proof, b"12345678", NOW).await == Tried::Right,
                        _ => link(&store, &proof, NOW).await,
                    }
                })
            });
            let mut right = 0;
            for tried in trying.collect::<Vec<_>>() {
                right += usize::from(tried.await.unwrap());
            }
            assert_eq!(right, 1);
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn e12_five_codes_are_judged_however_many_come_at_once() {
        for store in stores().await {
            let store = Arc::new(store);
            let proof = Arc::new(proof(1, None));
            add(&store, &proof).await;
            let trying = (0..32).map(|_| {
                let (store, proof) = (Arc::clone(&store), Arc::clone(&proof));
                tokio::spawn(async move { code(&store, &proof, b"00000000", NOW).await })
            });
            let mut judged = 0;
            for tried in trying.collect::<Vec<_>>() {
                judged += usize::from(matches!(tried.await.unwrap(), Tried::Wrong(_)));
            }
            assert_eq!(judged, 5);
            assert_eq!(code(&store, &proof, b"12345678", NOW).await, Tried::Over, "the sixth is right, and not judged");
            assert!(link(&store, &proof, NOW).await, "whoever reads the mailbox still goes on");
        }
    }

    #[tokio::test]
    async fn a_code_lives_ten_minutes_and_a_link_its_own_time() {
        for store in stores().await {
            let (proof, later) = (proof(1, None), |minutes: u64| NOW + Duration::from_mins(minutes));
            add(&store, &proof).await;
            assert_eq!(code(&store, &proof, b"12345678", later(10)).await, Tried::Over);
            assert!(!link(&store, &proof, later(24 * 60)).await);
            assert!(link(&store, &proof, later(24 * 60 - 1)).await);
            assert!(!link(&store, &proof, later(1)).await, "once");
            assert_eq!(store.write(async |tx: &Tx| tx.mail_proofs().forget(later(25 * 60)).await).await.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn r02_a_newer_letter_kills_the_one_before_also_from_another_journey() {
        for store in stores().await {
            let person = Some(PersonId::new(NOW, &Random::seeded(9)));
            let (first, second) = (proof(1, person), proof(2, person));
            add(&store, &first).await;
            add(&store, &second).await;
            assert!(!link(&store, &first, NOW).await);
            let again = MailProof { link: Hash::of(b"again"), ..second.clone() };
            add(&store, &again).await;
            assert!(!link(&store, &second, NOW).await);
            assert!(link(&store, &again, NOW).await);
            // Those that are nobody's do not kill one another.
            let (one, two) = (proof(3, None), proof(4, None));
            add(&store, &one).await;
            add(&store, &two).await;
            assert!(store.read().mail_proofs().by_link(&one.link).await.unwrap().unwrap().takes_the_link(NOW));
        }
    }
}
