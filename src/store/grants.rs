//! Authorization requests, from the question to the code. A code is kept as its hash and falls by one conditional
//! write.

use serde::{Deserialize, Serialize};

use super::clients::ResponseType;
use super::{Change, Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, FamilyId, GrantId, Hash, Scopes, SessionId, Timestamp};

/// One authorization request and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Its id, which stands in the address that journeys return to.
    pub id: GrantId,
    /// Who asked.
    pub client_id: String,
    /// The hash of the cookie of the browser that asked; no other may go on with it.
    pub browser: Hash,
    /// What was asked, after every rule was checked.
    pub request: Request,
    /// When.
    pub created_at: Timestamp,
    /// When it can no longer be answered.
    pub expires_at: Timestamp,
    /// The session that the person chose when asked which.
    pub chosen_in: Option<SessionId>,
    /// The session in which the person allowed it on the consent page.
    pub allowed_in: Option<SessionId>,
    /// The session that was asked to rise for it.
    pub stepped_in: Option<SessionId>,
    /// How far it came.
    pub state: GrantState,
}

/// What a client asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Where the answer goes: exactly as it was sent, and registered.
    pub redirect_uri: String,
    /// What was asked for, within what the client may ask.
    pub scopes: Scopes,
    /// Given back as it came.
    pub state: Option<String>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// The S256 challenge (RFC 7636).
    pub code_challenge: String,
    /// How the person must be bothered.
    pub prompt: Vec<Prompt>,
    /// At most so many seconds since the person proved who they are.
    pub max_age: Option<i64>,
    /// Who the client thinks it is.
    pub login_hint: Option<String>,
    /// The `sub` of an ID token that we gave this client.
    pub hinted_subject: Option<String>,
    /// The assurances it would like, best first.
    pub acr_values: Vec<String>,
    /// One of these it must be: the client has no use for less (OpenID Connect Core section 5.5.1.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub essential_acr: Vec<String>,
    /// The session of the browser when it asked: another one has been begun since.
    pub session_then: Option<SessionId>,
    /// What it is answered with.
    pub response_type: ResponseType,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Single claims that it asks for (OpenID Connect Core section 5.5).
    pub claims: ClaimNames,
    /// The thumbprint of the key that the code is bound to (RFC 9449 section 10).
    pub dpop_jkt: Option<String>,
    /// The request was pushed: its row, to be used up with the answer (RFC 9126 section 4).
    pub pushed: Option<uuid::Uuid>,
    /// The service that its access tokens are for (RFC 8707).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// Single claims that a client asked for, by name, beside those of the scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClaimNames {
    /// In the ID token.
    pub id_token: Vec<String>,
    /// At the UserInfo endpoint.
    pub userinfo: Vec<String>,
}

impl ClaimNames {
    /// Nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.id_token.is_empty() && self.userinfo.is_empty()
    }
}

/// How an answer travels to the client (OAuth 2.0 Multiple Response Type Encoding Practices section 2.1, Form Post Response
/// Mode, JARM section 2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query of its address.
    #[default]
    #[serde(rename = "query")]
    Query,
    /// In the fragment, which browsers keep to themselves.
    #[serde(rename = "fragment")]
    Fragment,
    /// In a form that the browser posts.
    #[serde(rename = "form_post")]
    FormPost,
    /// As one signed parameter in the query.
    #[serde(rename = "query.jwt")]
    QueryJwt,
    /// As one signed parameter in the fragment.
    #[serde(rename = "fragment.jwt")]
    FragmentJwt,
    /// As one signed parameter in a form.
    #[serde(rename = "form_post.jwt")]
    FormPostJwt,
}

/// How the person must be bothered (OpenID Connect Core section 3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Not at all.
    None,
    /// By signing in again.
    Login,
    /// By being asked for consent.
    Consent,
    /// By choosing an account.
    SelectAccount,
}

/// How far a grant came.
#[derive(Clone, Debug, PartialEq)]
pub enum GrantState {
    /// The person is still on the way.
    Pending,
    /// A code was given out.
    Issued {
        /// Whom it stands for.
        issued: Issued,
        /// When the code is over.
        until: Timestamp,
    },
    /// The code was turned into tokens.
    Exchanged {
        /// Whom it stood for.
        issued: Issued,
        /// The tokens it bought.
        family: FamilyId,
    },
}

/// Whom a code stands for, and how that person signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Issued {
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// The assurance reached.
    pub acr: String,
    /// How.
    pub amr: Vec<String>,
}

/// The queries on grants.
pub struct Grants<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Authorization requests and codes.
    pub fn grants(&self) -> Grants<'_> {
        Grants(self.db())
    }
}

impl Tx {
    /// Authorization requests and codes.
    pub fn grants(&self) -> Grants<'_> {
        Grants(self.db())
    }
}

impl Grants<'_> {
    /// Adds a request to which nothing was answered yet.
    pub async fn add(&self, grant: &Grant) -> Result<(), StoreError> {
        let insert = "INSERT INTO grants (id, client_id, browser, request, created_at, expires_at, wrong_verifiers) \
                      VALUES ($1, $2, $3, $4, $5, $6, 0)";
        sql::execute(&self.0, insert, values(grant)).await?;
        Ok(())
    }

    /// Adds a request that is answered at once, with its code.
    pub async fn add_issued(&self, grant: &Grant, code: &Hash, issued: &Issued, until: Timestamp) -> Result<(), StoreError> {
        sql::run(&self.0, issued_at_once(grant, code, issued, until)).await?;
        Ok(())
    }

    /// A request by its id.
    pub async fn find(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE id = $1"), [id.0.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The grant of a code, by the code's hash; also one that is over or exchanged.
    pub async fn by_code(&self, code: &Hash) -> Result<Option<Grant>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE code = $1"), [code.to_vec().into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The person chose to go on as who is signed in by this session.
    pub async fn choose(&self, id: GrantId, session: SessionId) -> Result<bool, StoreError> {
        let update = "UPDATE grants SET chosen_in = $2 WHERE id = $1 AND code IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), session.0.into()]).await? == 1)
    }

    /// The person of this session allowed it.
    pub async fn allow(&self, id: GrantId, session: SessionId) -> Result<bool, StoreError> {
        let update = "UPDATE grants SET allowed_in = $2 WHERE id = $1 AND code IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), session.0.into()]).await? == 1)
    }

    /// The person of this session is asked for what is missing.
    pub async fn step_up(&self, id: GrantId, session: SessionId) -> Result<bool, StoreError> {
        let update = "UPDATE grants SET stepped_in = $2 WHERE id = $1 AND code IS NULL";
        Ok(sql::execute(&self.0, update, [id.0.into(), session.0.into()]).await? == 1)
    }

    /// Takes an unanswered request away: it was refused.
    pub async fn close(&self, id: GrantId) -> Result<bool, StoreError> {
        Ok(sql::execute(&self.0, "DELETE FROM grants WHERE id = $1 AND code IS NULL", [id.0.into()]).await? == 1)
    }

    /// Answers a request with a code; false if it was answered already or is over.
    pub async fn issue(&self, id: GrantId, code: &Hash, issued: &Issued, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE grants SET code = $2, issued = $3, code_expires_at = $4 WHERE id = $1 AND code IS NULL AND expires_at > $5";
        let told = serde_json::to_string(issued).expect("it has string keys");
        Ok(sql::execute(&self.0, update, [id.0.into(), code.to_vec().into(), told.into(), until.0.into(), now.0.into()]).await? == 1)
    }

    /// Counts a verifier that did not fit. The code stays alive for its owner.
    pub async fn count_wrong_verifier(&self, id: GrantId) -> Result<(), StoreError> {
        sql::execute(&self.0, "UPDATE grants SET wrong_verifiers = wrong_verifiers + 1 WHERE id = $1", [id.0.into()]).await?;
        Ok(())
    }

    /// Takes the code out of circulation, in one conditional write: of two that race one gets true (rows P04, P05, P07).
    pub async fn spend(&self, id: GrantId, family: FamilyId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE grants SET exchanged_at = $3, family = $2 WHERE id = $1 AND exchanged_at IS NULL AND code_expires_at > $3 \
                      AND EXISTS (SELECT 1 FROM clients WHERE clients.client_id = grants.client_id AND clients.enabled)";
        Ok(sql::execute(&self.0, update, [id.0.into(), family.0.into(), now.0.into()]).await? == 1)
    }

    /// Forgets what ended before `before`: a replay is told from nonsense for as long as rows stay.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM grants WHERE expires_at < $1", [before.0.into()]).await
    }
}

/// [`Grants::add_issued`] as a write of its own, for whoever has nothing else to write.
pub fn issued_at_once(grant: &Grant, code: &Hash, issued: &Issued, until: Timestamp) -> Change {
    let insert = "INSERT INTO grants (id, client_id, browser, request, created_at, expires_at, wrong_verifiers, code, issued, \
                  code_expires_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9)";
    let told = serde_json::to_string(issued).expect("it has string keys");
    let answer: [sea_orm::Value; 3] = [code.to_vec().into(), told.into(), until.0.into()];
    Change { sql: insert.into(), values: values(grant).into_iter().chain(answer).collect() }
}

fn values(grant: &Grant) -> [sea_orm::Value; 6] {
    [
        grant.id.0.into(),
        grant.client_id.clone().into(),
        grant.browser.to_vec().into(),
        serde_json::to_string(&grant.request).expect("a request has string keys").into(),
        grant.created_at.0.into(),
        grant.expires_at.0.into(),
    ]
}

fn record(row: &Row) -> Result<Grant, StoreError> {
    let issued: Option<String> = row.try_get("", "issued")?;
    let issued: Option<Issued> = issued.map(|text| sql::json("grants", &text)).transpose()?;
    let until: Option<i64> = row.try_get("", "code_expires_at")?;
    let family: Option<uuid::Uuid> = row.try_get("", "family")?;
    let state = match (issued, family, until) {
        (None, None, None) => GrantState::Pending,
        (Some(issued), Some(family), _) => GrantState::Exchanged { issued, family: FamilyId(family) },
        (Some(issued), None, Some(until)) => GrantState::Issued { issued, until: Timestamp(until) },
        _ => return Err(StoreError::Corrupt { table: "grants", what: "a code without a person".to_owned() }),
    };
    Ok(Grant {
        id: GrantId(row.try_get("", "id")?),
        client_id: row.try_get("", "client_id")?,
        browser: sql::hash("grants", &row.try_get::<Vec<u8>>("", "browser")?)?,
        request: sql::json("grants", &row.try_get::<String>("", "request")?)?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        chosen_in: row.try_get::<Option<uuid::Uuid>>("", "chosen_in")?.map(SessionId),
        allowed_in: row.try_get::<Option<uuid::Uuid>>("", "allowed_in")?.map(SessionId),
        stepped_in: row.try_get::<Option<uuid::Uuid>>("", "stepped_in")?.map(SessionId),
        state,
    })
}

const SELECT: &str = "SELECT id, client_id, browser, request, created_at, expires_at, chosen_in, allowed_in, stepped_in, issued, code_expires_at, \
                      family FROM grants";

/// A request of the sample client that nobody answered yet, for tests.
#[cfg(test)]
pub fn sample(now: Timestamp) -> Grant {
    Grant {
        id: GrantId(uuid::Uuid::from_u128(1)),
        client_id: "app".to_owned(),
        browser: Hash::of(b"browser"),
        request: Request { redirect_uri: "https://rp.test/cb".to_owned(), ..Request::default() },
        created_at: now,
        expires_at: Timestamp(now.0 + 1_800),
        chosen_in: None,
        allowed_in: None,
        stepped_in: None,
        state: GrantState::Pending,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::Store;
    use crate::store::clients::sample as client;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);
    const LATER: Timestamp = Timestamp(1_800_000_060);

    fn issued() -> Issued {
        Issued {
            account: AccountId(uuid::Uuid::from_u128(1)),
            session: SessionId(uuid::Uuid::from_u128(2)),
            auth_time: NOW,
            acr: "urn:preau:acr:identified".to_owned(),
            amr: vec!["pwd".to_owned()],
        }
    }

    fn family(number: u128) -> FamilyId {
        FamilyId(uuid::Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn a_request_that_is_answered_at_once_is_the_same_as_one_that_waited() {
        for store in stores().await {
            let (grant, code) = (sample(NOW), Hash::of(b"code"));
            store.write(async |tx: &Tx| tx.clients().add(&client()).await).await.unwrap();
            assert_eq!(store.change(issued_at_once(&grant, &code, &issued(), LATER)).await.unwrap(), 1);
            let expected = Grant { state: GrantState::Issued { issued: issued(), until: LATER }, ..grant };
            assert_eq!(store.read().grants().by_code(&code).await.unwrap(), Some(expected));
            assert!(store.change(issued_at_once(&sample(NOW), &code, &issued(), LATER)).await.is_err(), "once");
        }
    }

    async fn with_code(store: &Store) -> (Grant, Hash) {
        let (grant, code) = (sample(NOW), Hash::of(b"code"));
        store
            .write(async |tx: &Tx| {
                tx.clients().add(&client()).await?;
                tx.grants().add(&grant).await?;
                assert!(tx.grants().issue(grant.id, &code, &issued(), NOW, LATER).await?);
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        (grant, code)
    }

    #[tokio::test]
    async fn a_grant_comes_back_as_it_was_kept() {
        for store in stores().await {
            let (kept, code) = with_code(&store).await;
            let found = store.read().grants().find(kept.id).await.unwrap().unwrap();
            assert_eq!(found, Grant { state: GrantState::Issued { issued: issued(), until: LATER }, ..kept.clone() });
            assert_eq!(store.read().grants().by_code(&code).await.unwrap(), Some(found));
            assert_eq!(store.read().grants().by_code(&Hash::of(b"other")).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn a_request_is_answered_once() {
        for store in stores().await {
            let (grant, _) = with_code(&store).await;
            let again = async |tx: &Tx| tx.grants().issue(grant.id, &Hash::of(b"second"), &issued(), NOW, LATER).await;
            assert!(!store.write(again).await.unwrap());
            assert!(!store.write(async |tx: &Tx| tx.grants().close(grant.id).await).await.unwrap());
        }
    }

    #[tokio::test]
    async fn p05_of_thirty_two_that_spend_a_code_at_once_one_does() {
        for store in stores().await {
            let store = Arc::new(store);
            let (grant, _) = with_code(&store).await;
            let spending = (0..32).map(|number| {
                let store = Arc::clone(&store);
                tokio::spawn(
                    async move { store.write(async |tx: &Tx| tx.grants().spend(grant.id, family(number), NOW).await).await.unwrap() },
                )
            });
            let mut won = 0;
            for spent in spending.collect::<Vec<_>>() {
                won += usize::from(spent.await.unwrap());
            }
            assert_eq!(won, 1);
        }
    }

    #[tokio::test]
    async fn p07_a_late_code_is_not_spent() {
        for store in stores().await {
            let (grant, _) = with_code(&store).await;
            assert!(!store.write(async |tx: &Tx| tx.grants().spend(grant.id, family(1), LATER).await).await.unwrap());
            assert!(store.write(async |tx: &Tx| tx.grants().spend(grant.id, family(1), Timestamp(LATER.0 - 1)).await).await.unwrap());
        }
    }

    #[tokio::test]
    async fn s07_a_code_of_a_client_that_was_shut_is_not_spent() {
        for store in stores().await {
            let (grant, _) = with_code(&store).await;
            let shut = crate::store::clients::Client { enabled: false, ..client() };
            assert!(store.write(async |tx: &Tx| tx.clients().save(&shut).await).await.unwrap());
            assert!(!store.write(async |tx: &Tx| tx.grants().spend(grant.id, family(1), NOW).await).await.unwrap());
        }
    }
}
