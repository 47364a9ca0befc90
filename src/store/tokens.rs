//! Families of tokens: everything that grew from one code. A refresh token is not a row of its own: it names its
//! family and its place in the family's line, and carries a MAC over both, so a refresh is one conditional write and a
//! token that was used before is known for what it is.

use serde::{Deserialize, Serialize};

use super::accounts::{Account, AccountState, account_of};
use super::grants::ClaimNames;
use super::{Change, Db, Reader, Row, StoreError, Tx, session_clients, sql};
use crate::model::{AccountId, FamilyId, Hash, Holder, Scopes, SessionId, Timestamp};

/// All tokens that grew from one code.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Its id; access tokens carry it in their `jti`.
    pub id: FamilyId,
    /// Whom it was given to.
    pub client_id: String,
    /// Whom it stands for.
    pub account: AccountId,
    /// The sign-in it grew from.
    pub session: SessionId,
    /// It outlives that session (`offline_access`).
    pub offline: bool,
    /// What was granted.
    pub scopes: Scopes,
    /// What ID tokens say of the sign-in.
    pub told: Told,
    /// How often it was refreshed; only the refresh token of this generation is good.
    pub generation: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub idle_until: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// What ID tokens say of the sign-in; every refresh says the same (OpenID Connect Core section 12.2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// The assurance reached.
    pub acr: String,
    /// How.
    pub amr: Vec<String>,
    /// As the client sent it.
    pub nonce: Option<String>,
    /// Single claims that it asked for.
    #[serde(default, skip_serializing_if = "ClaimNames::is_empty")]
    pub claims: ClaimNames,
    /// The service that its access tokens are for, if the authorization request named one (RFC 8707).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Nobody signed in here: this issuer vouched for the person (RFC 7523 section 2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouched_by: Option<String>,
    /// Who alone was given its tokens, if they are bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
}

/// A family with what it stands on.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The family.
    pub family: Family,
    /// The account that it stands for, whatever its state.
    pub account: Option<Account>,
    /// Its person is in the roster.
    pub in_roster: bool,
    /// The session that it grew from has not ended; idleness does not count.
    pub signed_in: bool,
}

impl Standing {
    /// Whom the family's tokens may stand for now: its account, if that is claimed, its person in the roster and, unless the family
    /// outlives its session, still signed in (rows P17, S07).
    pub fn alive(&self) -> Option<&Account> {
        let claimed = self.account.as_ref().filter(|account| account.state == AccountState::Claimed);
        claimed.filter(|_| self.in_roster && (self.family.offline || self.signed_in))
    }
}

/// The step of [`Tokens::rotate`] as a write of its own, for whoever has nothing else to write.
pub fn rotation(id: FamilyId, generation: i64, idle_until: Timestamp, now: Timestamp) -> Change {
    let set = "UPDATE token_families SET generation = generation + 1, idle_until = $3, rotated_at = $4, repeated_at = NULL";
    let sql = format!("{set} WHERE id = $1 AND generation = $2 AND {ALIVE}");
    Change { sql: sql.into(), values: vec![id.0.into(), generation.into(), idle_until.0.into(), now.0.into()] }
}

/// What an app was given of an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The app.
    pub client_id: String,
    /// All of it.
    pub scopes: Scopes,
    /// The last time.
    pub at: Timestamp,
}

/// The queries on families of tokens.
pub struct Tokens<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Families of tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(self.db())
    }
}

impl Tx {
    /// Families of tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(self.db())
    }
}

impl Tokens<'_> {
    /// What the apps of an account were given, each one's last time, the latest first.
    pub async fn received(&self, account: AccountId) -> Result<Vec<Received>, StoreError> {
        let select = "SELECT client_id, scope, created_at FROM token_families WHERE account = $1 ORDER BY created_at DESC, id LIMIT 500";
        let mut received: Vec<Received> = Vec::new();
        for row in sql::rows(&self.0, select, [account.0.into()]).await? {
            let client_id: String = row.try_get("", "client_id")?;
            let scopes = Scopes::from(row.try_get::<String>("", "scope")?);
            match received.iter_mut().find(|known| known.client_id == client_id) {
                Some(known) => known.scopes = known.scopes.and(&scopes),
                None => received.push(Received { client_id, scopes, at: Timestamp(row.try_get("", "created_at")?) }),
            }
        }
        Ok(received)
    }

    /// Adds a family, and remembers that its session reached its client. False if that session has ended: whoever gives out
    /// tokens for it then takes the write back, or they would outlive a sign-out that has just been.
    pub async fn add(&self, family: &Family) -> Result<bool, StoreError> {
        let live = session_clients::remember(&self.0, family.session, &family.client_id, family.created_at).await?;
        let insert = "INSERT INTO token_families (id, client_id, account, session, offline, scope, told, generation, created_at, idle_until, \
                      expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let values = [
            family.id.0.into(),
            family.client_id.clone().into(),
            family.account.0.into(),
            family.session.0.into(),
            family.offline.into(),
            family.scopes.to_string().into(),
            serde_json::to_string(&family.told).expect("it has string keys").into(),
            family.generation.into(),
            family.created_at.0.into(),
            family.idle_until.0.into(),
            family.expires_at.0.into(),
        ];
        sql::execute(&self.0, insert, values).await?;
        Ok(live)
    }

    /// A family by id with what it stands on, by one question; also one that is over or was taken back.
    pub async fn standing(&self, id: FamilyId, now: Timestamp) -> Result<Option<Standing>, StoreError> {
        let select = format!("SELECT {STANDING} FROM token_families f {STANDS_ON} WHERE f.id = $1");
        let row = sql::row(&self.0, &select, [id.0.into(), now.0.into()]).await?;
        row.as_ref().map(standing_of).transpose()
    }

    /// A family by id; also one that is over or was taken back.
    pub async fn find(&self, id: FamilyId) -> Result<Option<Family>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE id = $1"), [id.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// Moves a family on to its next refresh token, in one conditional write: of two that race one gets true (row P16).
    pub async fn rotate(&self, id: FamilyId, generation: i64, idle_until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        Ok(sql::run(&self.0, rotation(id, generation, idle_until, now)).await? == 1)
    }

    /// Keeps a family alive under the refresh token that it has: false if that is another by now, or the family is over.
    pub async fn extend(&self, id: FamilyId, generation: i64, idle_until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let update = format!("UPDATE token_families SET idle_until = $3 WHERE id = $1 AND generation = $2 AND {ALIVE}");
        Ok(sql::execute(&self.0, &update, [id.0.into(), generation.into(), idle_until.0.into(), now.0.into()]).await? == 1)
    }

    /// The step to `generation` is answered once more, in one conditional write: it was taken at `since` or later, nothing was bought
    /// with it, and nobody asked again before. No refresh token becomes good by it that was not.
    pub async fn repeat(&self, id: FamilyId, generation: i64, since: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE token_families SET repeated_at = $4 WHERE id = $1 AND generation = $2 AND rotated_at >= $3 \
                      AND repeated_at IS NULL AND revoked_at IS NULL AND idle_until > $4 AND expires_at > $4 \
                      AND EXISTS (SELECT 1 FROM clients WHERE clients.client_id = token_families.client_id AND clients.enabled)";
        Ok(sql::execute(&self.0, update, [id.0.into(), generation.into(), since.0.into(), now.0.into()]).await? == 1)
    }

    /// Takes a family back: its refresh token and every access token end at once. False if they had ended.
    pub async fn revoke(&self, id: FamilyId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE token_families SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), now.0.into()]).await? == 1)
    }

    /// Takes back everything an account has given out, but what grew from the session `except` (row S06).
    pub async fn revoke_all(&self, account: AccountId, except: Option<SessionId>, now: Timestamp) -> Result<u64, StoreError> {
        let except = except.map_or_else(uuid::Uuid::nil, |session| session.0);
        sql::execute(&self.0, REVOKE_ALL, [account.0.into(), now.0.into(), except.into()]).await
    }

    /// Takes back what a person gave one client: its consent was withdrawn.
    pub async fn revoke_for(&self, account: AccountId, client_id: &str, now: Timestamp) -> Result<u64, StoreError> {
        let update = "UPDATE token_families SET revoked_at = $3 WHERE account = $1 AND client_id = $2 AND revoked_at IS NULL";
        sql::execute(&self.0, update, [account.0.into(), client_id.into(), now.0.into()]).await
    }

    /// Remembers a client's assertion until it is over; false if it was seen before (row P15).
    pub async fn remember_assertion(&self, id: &Hash, expires_at: Timestamp) -> Result<bool, StoreError> {
        let insert = "INSERT INTO client_assertions (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
        Ok(sql::execute(&self.0, insert, [id.to_vec().into(), expires_at.0.into()]).await? == 1)
    }

    /// Forgets what ended before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM client_assertions WHERE expires_at < $1", [before.0.into()]).await?;
        sql::execute(&self.0, "DELETE FROM token_families WHERE expires_at < $1", [before.0.into()]).await
    }
}

/// The standing in a row with the columns of [`STANDING`].
pub(super) fn standing_of(row: &Row) -> Result<Standing, StoreError> {
    let live: Option<uuid::Uuid> = row.try_get("", "live")?;
    let in_roster: Option<i32> = row.try_get("", "in_roster")?;
    let account: Option<uuid::Uuid> = row.try_get("account_", "id")?;
    let account = account.map(|_| account_of(row, "account_")).transpose()?;
    Ok(Standing { family: record(row)?, account, in_roster: in_roster.is_some(), signed_in: live.is_some() })
}

fn record(row: &Row) -> Result<Family, StoreError> {
    let revoked: Option<i64> = row.try_get("", "revoked_at")?;
    Ok(Family {
        id: FamilyId(row.try_get("", "id")?),
        client_id: row.try_get("", "client_id")?,
        account: AccountId(row.try_get("", "account")?),
        session: SessionId(row.try_get("", "session")?),
        offline: row.try_get("", "offline")?,
        scopes: Scopes::from(row.try_get::<String>("", "scope")?),
        told: sql::json("token_families", &row.try_get::<String>("", "told")?)?,
        generation: row.try_get("", "generation")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        idle_until: Timestamp(row.try_get("", "idle_until")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        revoked_at: revoked.map(Timestamp),
    })
}

/// At the instant `$4`, also for whoever shut the client a moment ago.
const ALIVE: &str = "revoked_at IS NULL AND idle_until > $4 AND expires_at > $4 \
                     AND EXISTS (SELECT 1 FROM clients WHERE clients.client_id = token_families.client_id AND clients.enabled)";
/// Also run where all sessions of an account end.
pub(super) const REVOKE_ALL: &str = "UPDATE token_families SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL AND session <> $3";
/// The columns of a [`Standing`].
pub(super) const STANDING: &str = "f.id, f.client_id, f.account, f.session, f.offline, f.scope, f.told, f.generation, f.created_at, f.idle_until, \
                        f.expires_at, f.revoked_at, s.id AS live, a.id AS account_id, a.person AS account_person, \
                        a.username AS account_username, a.state AS account_state, a.language AS account_language, \
                        a.claimed_by AS account_claimed_by, a.assurance AS account_assurance, a.claimed_at AS account_claimed_at, \
                        (SELECT 1 FROM current_roster_users u WHERE u.person = a.person AND u.active LIMIT 1) AS in_roster";
/// Where they stand, beside the family `f`; `$2` is the instant.
pub(super) const STANDS_ON: &str = "LEFT JOIN accounts a ON a.id = f.account \
                        LEFT JOIN sessions s ON s.id = f.session AND s.ended_at IS NULL AND s.expires_at > $2";
const SELECT: &str = "SELECT id, client_id, account, session, offline, scope, told, generation, created_at, idle_until, expires_at, \
                      revoked_at FROM token_families";

/// A family of the sample client that was never refreshed, for tests.
#[cfg(test)]
pub fn sample() -> Family {
    Family {
        id: FamilyId(uuid::Uuid::from_u128(1)),
        client_id: super::clients::sample().client_id,
        account: AccountId(uuid::Uuid::from_u128(2)),
        session: SessionId(uuid::Uuid::from_u128(3)),
        offline: false,
        scopes: Scopes::parse("openid profile"),
        told: Told {
            auth_time: Timestamp(1_800_000_000),
            acr: "urn:preau:acr:identified".to_owned(),
            amr: vec!["pwd".to_owned()],
            nonce: None,
            claims: ClaimNames::default(),
            resource: Some("https://api.test/grades".to_owned()),
            vouched_by: None,
            holder: None,
        },
        generation: 0,
        created_at: Timestamp(1_800_000_000),
        idle_until: Timestamp(1_800_036_000),
        expires_at: Timestamp(1_800_036_000),
        revoked_at: None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::sample as family;
    use super::*;
    use crate::store::Store;
    use crate::store::clients::sample as client;
    use crate::store::testing::{assert_quick, stores};

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const END: Timestamp = Timestamp(1_800_036_000);

    async fn kept(store: &Store) -> Family {
        let family = family();
        let add = async |tx: &Tx| {
            tx.clients().add(&client()).await?;
            tx.tokens().add(&family).await
        };
        store.write(add).await.unwrap();
        family
    }

    #[tokio::test]
    async fn what_an_app_was_given_is_told_once_with_all_of_it_and_the_last_time() {
        for store in stores().await {
            let first = kept(&store).await;
            let later = Family {
                id: FamilyId(uuid::Uuid::from_u128(9)),
                scopes: Scopes::parse("openid email"),
                created_at: Timestamp(NOW.0 + 60),
                ..first.clone()
            };
            store.write(async |tx: &Tx| tx.tokens().add(&later).await).await.unwrap();
            let told = store.read().tokens().received(first.account).await.unwrap();
            let all = Scopes::parse("openid profile email");
            assert_eq!(told, [Received { client_id: first.client_id, scopes: all, at: Timestamp(NOW.0 + 60) }]);
        }
    }

    #[tokio::test]
    async fn a_family_comes_back_as_it_was_kept() {
        for store in stores().await {
            let family = kept(&store).await;
            assert_eq!(store.read().tokens().find(family.id).await.unwrap(), Some(family));
        }
    }

    #[tokio::test]
    async fn what_a_family_stands_on_is_found_with_it_and_by_keys_alone() {
        for store in stores().await {
            let family = kept(&store).await;
            let standing = store.read().tokens().standing(family.id, NOW).await.unwrap().unwrap();
            assert_eq!((&standing.family, standing.account.is_none(), standing.signed_in), (&family, true, false));
            assert!(standing.alive().is_none(), "nobody has this account");
            assert!(store.read().tokens().standing(FamilyId(uuid::Uuid::nil()), NOW).await.unwrap().is_none());
        }
        assert_quick(&stores().await[0], &format!("SELECT {STANDING} FROM token_families f {STANDS_ON} WHERE f.id = $1")).await;
    }

    #[test]
    fn p17_a_family_lives_with_its_account_and_its_session_and_an_offline_one_without_that() {
        let account = |state| Account {
            id: family().account,
            person: crate::model::PersonId(uuid::Uuid::from_u128(4)),
            username: "s123456".to_owned(),
            state,
            language: None,
            claimed_by: "student-claim".to_owned(),
            assurance: "urn:preau:acr:identified".to_owned(),
            claimed_at: NOW,
        };
        for (state, in_roster, offline, signed_in, alive) in [
            (AccountState::Claimed, true, false, true, true),
            (AccountState::Claimed, true, false, false, false),
            (AccountState::Claimed, true, true, false, true),
            (AccountState::Claimed, false, true, true, false),
            (AccountState::Disabled, true, false, true, false),
            (AccountState::Disabled, true, true, true, false),
        ] {
            let standing = Standing { family: Family { offline, ..family() }, account: Some(account(state)), in_roster, signed_in };
            assert_eq!(standing.alive().is_some(), alive, "{state:?} {in_roster} {offline} {signed_in}");
        }
    }

    #[tokio::test]
    async fn p16_a_step_as_a_write_of_its_own_is_taken_once() {
        for store in stores().await {
            let id = kept(&store).await.id;
            let mut taken = 0;
            for _ in 0..3 {
                taken += store.change(rotation(id, 0, END, NOW)).await.unwrap();
            }
            assert_eq!((taken, store.read().tokens().find(id).await.unwrap().unwrap().generation), (1, 1));
        }
    }

    #[tokio::test]
    async fn p16_of_thirty_two_that_refresh_at_once_one_does() {
        for store in stores().await {
            let store = Arc::new(store);
            let id = kept(&store).await.id;
            let refreshing = (0..32).map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.write(async |tx: &Tx| tx.tokens().rotate(id, 0, END, NOW).await).await.unwrap() })
            });
            let mut won = 0;
            for rotated in refreshing.collect::<Vec<_>>() {
                won += usize::from(rotated.await.unwrap());
            }
            assert_eq!(won, 1);
            assert_eq!(store.read().tokens().find(id).await.unwrap().unwrap().generation, 1);
        }
    }

    #[tokio::test]
    async fn nothing_that_is_over_is_refreshed() {
        for store in stores().await {
            let id = kept(&store).await.id;
            assert!(!store.write(async |tx: &Tx| tx.tokens().rotate(id, 0, END, END).await).await.unwrap(), "at its end");
            assert!(!store.write(async |tx: &Tx| tx.tokens().rotate(id, 1, END, NOW).await).await.unwrap(), "another generation");
            let shut = crate::store::clients::Client { enabled: false, ..client() };
            store.write(async |tx: &Tx| tx.clients().save(&shut).await).await.unwrap();
            assert!(!store.write(async |tx: &Tx| tx.tokens().rotate(id, 0, END, NOW).await).await.unwrap(), "its client is shut");
            store.write(async |tx: &Tx| tx.clients().save(&client()).await).await.unwrap();
            assert!(store.write(async |tx: &Tx| tx.tokens().revoke(id, NOW).await).await.unwrap());
            assert!(!store.write(async |tx: &Tx| tx.tokens().revoke(id, NOW).await).await.unwrap());
            assert!(!store.write(async |tx: &Tx| tx.tokens().rotate(id, 0, END, NOW).await).await.unwrap(), "taken back");
        }
    }

    #[tokio::test]
    async fn s06_everything_of_an_account_is_taken_back_but_this_session() {
        for store in stores().await {
            let here = kept(&store).await;
            let there = Family { id: FamilyId(uuid::Uuid::from_u128(9)), session: SessionId(uuid::Uuid::from_u128(8)), ..here.clone() };
            store.write(async |tx: &Tx| tx.tokens().add(&there).await).await.unwrap();
            let all = async |tx: &Tx| tx.tokens().revoke_all(here.account, Some(here.session), NOW).await;
            assert_eq!(store.write(all).await.unwrap(), 1);
            assert_eq!(store.read().tokens().find(here.id).await.unwrap().unwrap().revoked_at, None);
            assert_eq!(store.read().tokens().find(there.id).await.unwrap().unwrap().revoked_at, Some(NOW));
        }
    }

    #[tokio::test]
    async fn p15_of_sixteen_that_use_an_assertion_at_once_one_does() {
        for store in stores().await {
            let store = Arc::new(store);
            let using = (0..16).map(|_| {
                let store = Arc::clone(&store);
                let assertion = Hash::of(b"client and jti");
                tokio::spawn(
                    async move { store.write(async |tx: &Tx| tx.tokens().remember_assertion(&assertion, END).await).await.unwrap() },
                )
            });
            let mut won = 0;
            for used in using.collect::<Vec<_>>() {
                won += usize::from(used.await.unwrap());
            }
            assert_eq!(won, 1);
        }
    }
}
