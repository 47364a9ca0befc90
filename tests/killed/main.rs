//! `kill -9` at random moments while pupils claim their accounts (security.md 3.1, F01): whatever was acknowledged is
//! there after the restart, nothing is there by half, and whoever was interrupted goes on where they stood.
//! And the same for apps, while everything that is changed on a working day is changed under them (`lossless`); and for two servers on
//! one PostgreSQL, which may never differ (`two_nodes`).
//!
//! The real program, over HTTP, on SQLite and, where `PREAU_TEST_POSTGRES` says, on PostgreSQL.

#[cfg(test)]
mod app;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod lossless;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod pupil;
#[cfg(test)]
mod server;
#[cfg(test)]
mod two_nodes;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use preau::random::Random;

    use crate::journal::Journal;
    use crate::pupil::{Browser, Pupil};
    use crate::server::{Database, District, setting};

    /// Pupils who claim at the same time.
    const AT_ONCE: usize = 3;

    #[tokio::test(flavor = "multi_thread")]
    async fn f01_what_was_acknowledged_survives_a_kill_on_sqlite() {
        kill_and_look(&District::new(Database::Sqlite).await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn f01_what_was_acknowledged_survives_a_kill_on_postgresql() {
        let Some(url) = setting("PREAU_TEST_POSTGRES") else {
            assert!(setting("PREAU_TEST_EVERYTHING").is_none(), "PREAU_TEST_POSTGRES is not set");
            return;
        };
        kill_and_look(&District::new(Database::Postgres(url)).await).await;
    }

    async fn kill_and_look(district: &District) {
        let rounds = if setting("PREAU_TEST_LONG").is_some() { 100 } else { 20 };
        let chance = Random::system();
        let journal = Arc::new(Journal::new(&district.folder.path().join("journal")));
        let mut pupils = district.pupils().into_iter();
        for round in 0..rounds {
            let mut server = district.serve().await;
            let claims: Vec<_> = (0..AT_ONCE)
                .map(|_| {
                    let pupil = pupils.next().expect("the district has pupils enough");
                    let (journal, address) = (Arc::clone(&journal), server.address.clone());
                    tokio::spawn(async move { claim_until_the_end(&address, pupil, &journal).await })
                })
                .collect();
            // A claim takes some hundreds of milliseconds: any moment of it may be the last.
            let [low, high] = chance.bytes::<2>();
            tokio::time::sleep(Duration::from_millis(u64::from(u16::from_le_bytes([low, high]) % 900))).await;
            server.kill();
            for claim in claims {
                claim.await.expect("a pupil whose server died has only an error to tell");
            }
            let server = district.serve().await;
            for pupil in journal.pupils_of(round) {
                look_after(&server.address, &pupil, &journal).await;
            }
            journal.next_round();
        }
        let finished = journal.finished();
        assert_eq!(district.accounts(), finished, "the accounts that are there, against those that were acknowledged");
    }

    /// Walks to the end, or until the server is gone; what is acknowledged goes into the journal first.
    async fn claim_until_the_end(address: &str, pupil: Pupil, journal: &Journal) {
        let mut browser = Browser::new(address, pupil);
        journal.note(&browser);
        if browser.open("/enroll/student-claim").await.is_err() {
            return;
        }
        while !browser.is_done() {
            match browser.answer().await {
                Ok(()) => journal.note(&browser),
                Err(_) => return,
            }
        }
    }

    /// The oracle: the acknowledged part is there, the rest can be done, and the account is whole.
    async fn look_after(address: &str, before: &Browser, journal: &Journal) {
        let mut browser = before.at(address);
        if before.is_done() {
            browser.open("/").await.expect("the home page opens");
            assert_eq!(browser.page, "home", "the session of {} was acknowledged", browser.pupil.number);
        } else if before.acknowledged.is_empty() {
            browser.open("/enroll/student-claim").await.expect("a claim begins");
        } else {
            browser.open(&before.place.clone()).await.expect("the journey goes on");
            let last = before.acknowledged.last().expect("something was acknowledged");
            assert_ne!(&browser.page, last, "{last} was acknowledged and is asked again");
        }
        if browser.page == "expired" {
            // The last answer was taken and the reply to it lost: this browser's cookie is an older one (row E15). Either
            // that answer was the end, or the pupil begins again.
            let whole = Browser::new(address, browser.pupil.clone()).sign_in().await;
            if whole {
                return journal.note(&browser);
            }
            browser.open("/enroll/student-claim").await.expect("a claim begins again");
        }
        while !browser.is_done() && browser.can_answer() {
            browser.answer().await.expect("the claim goes on");
        }
        journal.note(&browser);
        let mut elsewhere = Browser::new(address, browser.pupil.clone());
        assert!(elsewhere.sign_in().await, "{} signs in with the password that was acknowledged", browser.pupil.number);
    }
}
