//! Requests of devices without a browser (RFC 8628). Both codes are kept as hashes; the tokens use a request up by one conditional
//! write, as they do a code of the browser.

use uuid::Uuid;

use super::grants::Issued;
use super::{Db, Reader, Row, StoreError, Tx, sql};
use crate::model::{AccountId, FamilyId, Hash, Scopes, SessionId, Timestamp};

/// A request of a device.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceRequest {
    /// Its row, which stands in the address of the page that asks the person.
    pub id: Uuid,
    /// The hash of what the device asks with.
    pub device_code: Hash,
    /// What stands for the code that the person types.
    pub user_code: Hash,
    /// Whose device it is.
    pub client_id: String,
    /// What it asks for.
    pub scopes: Scopes,
    /// When it is over.
    pub expires_at: Timestamp,
    /// Seconds that the device must wait between two questions.
    pub wait: i64,
    /// The session in which the code was typed; nobody else may answer.
    pub session: Option<SessionId>,
    /// How far it came.
    pub answer: Answer,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nobody said anything yet.
    None,
    /// The person said no.
    Denied,
    /// The person said yes, and this is how they were signed in.
    Allowed(Issued),
    /// The yes was turned into tokens.
    Spent(FamilyId),
}

/// The queries on requests of devices.
pub struct DeviceRequests<'a>(pub(super) Db<'a>);

impl Reader<'_> {
    /// Requests of devices.
    pub fn device_requests(&self) -> DeviceRequests<'_> {
        DeviceRequests(self.db())
    }
}

impl Tx {
    /// Requests of devices.
    pub fn device_requests(&self) -> DeviceRequests<'_> {
        DeviceRequests(self.db())
    }
}

impl DeviceRequests<'_> {
    /// Adds a request; false if another has one of its codes.
    pub async fn add(&self, request: &DeviceRequest) -> Result<bool, StoreError> {
        let insert = "INSERT INTO device_requests (id, device_code, user_code, client_id, scope, expires_at, wait) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
        let values = [
            request.id.into(),
            request.device_code.to_vec().into(),
            request.user_code.to_vec().into(),
            request.client_id.clone().into(),
            request.scopes.to_string().into(),
            request.expires_at.0.into(),
            request.wait.into(),
        ];
        Ok(sql::execute(&self.0, insert, values).await? == 1)
    }

    /// A request by its id.
    pub async fn find(&self, id: Uuid) -> Result<Option<DeviceRequest>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE id = $1"), [id.into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// The request that a device asks about; also one that is over.
    pub async fn by_device_code(&self, code: &Hash) -> Result<Option<DeviceRequest>, StoreError> {
        let row = sql::row(&self.0, &format!("{SELECT} WHERE device_code = $1"), [code.to_vec().into()]).await?;
        row.as_ref().map(record).transpose()
    }

    /// Ties the request of a typed code to whoever typed it, in one conditional write: of two people that type it one is tied.
    pub async fn tie(&self, code: &Hash, account: AccountId, session: SessionId, now: Timestamp) -> Result<Option<Uuid>, StoreError> {
        let update = "UPDATE device_requests SET account = $2, session = $3 WHERE user_code = $1 AND (account IS NULL OR account = $2) \
                      AND allowed IS NULL AND expires_at > $4";
        let values = [code.to_vec().into(), account.0.into(), session.0.into(), now.0.into()];
        if sql::execute(&self.0, update, values).await? != 1 {
            return Ok(None);
        }
        let row = sql::row(&self.0, "SELECT id FROM device_requests WHERE user_code = $1", [code.to_vec().into()]).await?;
        row.map(|row| row.try_get("", "id")).transpose()
    }

    /// The person's answer, once, from the session that the request is tied to.
    pub async fn answer(&self, id: Uuid, issued: &Issued, allowed: bool, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE device_requests SET allowed = $3, issued = $4 WHERE id = $1 AND session = $2 AND allowed IS NULL \
                      AND expires_at > $5";
        let said = serde_json::to_string(issued).expect("it has string keys");
        let values = [id.into(), issued.session.0.into(), allowed.into(), said.into(), now.0.into()];
        Ok(sql::execute(&self.0, update, values).await? == 1)
    }

    /// The device asked. False, and longer waits from now on, if that was too soon (RFC 8628 section 3.5).
    pub async fn polled(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let in_time = "UPDATE device_requests SET polled_at = $2 WHERE id = $1 AND (polled_at IS NULL OR polled_at + wait <= $2)";
        if sql::execute(&self.0, in_time, [id.into(), now.0.into()]).await? == 1 {
            return Ok(true);
        }
        let too_soon = "UPDATE device_requests SET polled_at = $2, wait = wait + 5 WHERE id = $1";
        sql::execute(&self.0, too_soon, [id.into(), now.0.into()]).await?;
        Ok(false)
    }

    /// Turns a yes into tokens, in one conditional write: of two that race one gets true.
    pub async fn spend(&self, id: Uuid, family: FamilyId, now: Timestamp) -> Result<bool, StoreError> {
        let update = "UPDATE device_requests SET family = $2 WHERE id = $1 AND allowed AND family IS NULL AND expires_at > $3 \
                      AND EXISTS (SELECT 1 FROM clients WHERE clients.client_id = device_requests.client_id AND clients.enabled)";
        Ok(sql::execute(&self.0, update, [id.into(), family.0.into(), now.0.into()]).await? == 1)
    }

    /// Forgets what ended before `before`.
    pub async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        sql::execute(&self.0, "DELETE FROM device_requests WHERE expires_at < $1", [before.0.into()]).await
    }
}

fn record(row: &Row) -> Result<DeviceRequest, StoreError> {
    let hash = |column: &str| sql::hash("device_requests", &row.try_get::<Vec<u8>>("", column)?);
    let allowed: Option<bool> = row.try_get("", "allowed")?;
    let family: Option<Uuid> = row.try_get("", "family")?;
    let issued: Option<String> = row.try_get("", "issued")?;
    let answer = match (allowed, family, issued) {
        (Some(true), Some(family), _) => Answer::Spent(FamilyId(family)),
        (Some(true), None, Some(issued)) => Answer::Allowed(sql::json("device_requests", &issued)?),
        (Some(false), _, _) => Answer::Denied,
        _ => Answer::None,
    };
    Ok(DeviceRequest {
        id: row.try_get("", "id")?,
        device_code: hash("device_code")?,
        user_code: hash("user_code")?,
        client_id: row.try_get("", "client_id")?,
        scopes: Scopes::from(row.try_get::<String>("", "scope")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
        wait: row.try_get("", "wait")?,
        session: row.try_get::<Option<Uuid>>("", "session")?.map(SessionId),
        answer,
    })
}

const SELECT: &str = "SELECT id, device_code, user_code, client_id, scope, expires_at, wait, session, allowed, issued, family \
                      FROM device_requests";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::clients::sample as client;
    use crate::store::testing::stores;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn request() -> DeviceRequest {
        DeviceRequest {
            id: Uuid::from_u128(1),
            device_code: Hash::of(b"device"),
            user_code: Hash::of(b"user"),
            client_id: client().client_id,
            scopes: Scopes::parse("openid"),
            expires_at: Timestamp(NOW.0 + 600),
            wait: 5,
            session: None,
            answer: Answer::None,
        }
    }

    fn issued(number: u128) -> Issued {
        let (account, session) = (AccountId(Uuid::from_u128(number)), SessionId(Uuid::from_u128(number)));
        Issued { account, session, auth_time: NOW, acr: "x".to_owned(), amr: vec!["pwd".to_owned()] }
    }

    #[tokio::test]
    async fn a_request_is_typed_answered_and_spent_once_each() {
        for store in stores().await {
            let (request, one, two) = (request(), issued(1), issued(2));
            let work = async |tx: &Tx| {
                tx.clients().add(&client()).await?;
                let requests = tx.device_requests();
                assert!(requests.add(&request).await?);
                assert!(!requests.add(&DeviceRequest { id: Uuid::from_u128(2), ..request.clone() }).await?, "its codes are taken");
                let typed = requests.tie(&request.user_code, one.account, one.session, NOW).await?;
                assert_eq!(typed, Some(request.id));
                assert_eq!(requests.tie(&request.user_code, two.account, two.session, NOW).await?, None, "somebody else typed it");
                assert!(!requests.answer(request.id, &two, true, NOW).await?);
                assert!(!requests.spend(request.id, FamilyId(Uuid::from_u128(7)), NOW).await?, "nobody said yes");
                assert!(requests.answer(request.id, &one, true, NOW).await?);
                assert!(!requests.answer(request.id, &one, false, NOW).await?, "once");
                let found = requests.by_device_code(&request.device_code).await?.unwrap();
                assert_eq!((found.session, found.answer), (Some(one.session), Answer::Allowed(one.clone())));
                assert!(requests.spend(request.id, FamilyId(Uuid::from_u128(7)), NOW).await?);
                assert!(!requests.spend(request.id, FamilyId(Uuid::from_u128(8)), NOW).await?);
                let found = requests.find(request.id).await?.unwrap();
                assert_eq!(found.answer, Answer::Spent(FamilyId(Uuid::from_u128(7))));
                Ok::<_, StoreError>(())
            };
            store.write(work).await.unwrap();
            assert_eq!(store.write(async |tx: &Tx| tx.device_requests().forget(Timestamp(NOW.0 + 601)).await).await.unwrap(), 1);
        }
    }

    #[tokio::test]
    async fn whoever_asks_too_soon_waits_longer() {
        for store in stores().await {
            store.write(async |tx: &Tx| tx.device_requests().add(&request()).await).await.unwrap();
            for (at, in_time) in [(0, true), (4, false), (9, false), (24, true), (38, false), (58, true)] {
                let polled = store.write(async |tx: &Tx| tx.device_requests().polled(request().id, Timestamp(NOW.0 + at)).await).await;
                assert_eq!(polled.unwrap(), in_time, "{at}");
            }
        }
    }
}
