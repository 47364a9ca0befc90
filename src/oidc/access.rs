//! What an access token is worth, in one place for everybody who is shown one: whether we gave it, whether it is still good, who
//! may use it and whom it stands for. It is worth something only while everything behind it is alive: its family, the sign-in or
//! the account, the client, the person's place among those whom the client is for (rows S07, P14, P45).

use std::sync::Arc;

use super::token::mint::{ACCESS_TYPE, AccessToken};
use super::{issuer, restriction};
use crate::app::App;
use crate::model::{Hash, Timestamp};
use crate::store::StoreError;
use crate::store::access_tokens::TokenRow;
use crate::store::accounts::Account;
use crate::store::clients::Client;
use crate::store::people::Person;
use crate::store::tokens::{Family, Standing};

/// A live access token.
#[derive(Debug)]
pub struct Access {
    /// Who may use it.
    pub client: Arc<Client>,
    /// What it says.
    pub says: AccessToken,
    /// Whom it stands for; `None` for a client's own.
    pub behalf: Option<Behalf>,
}

/// The person that a token stands for.
#[derive(Debug)]
pub struct Behalf {
    /// The account.
    pub account: Account,
    /// Its person, as the roster has them now.
    pub person: Person,
    /// What the token grew from.
    pub family: Family,
}

/// The access token of this text; `None` for what is none of ours, is another kind of token (row P12), is over, was taken back,
/// or whose client, sign-in or person is no more.
pub async fn find(app: &App, text: &str, now: Timestamp) -> Result<Option<Access>, StoreError> {
    // One that says nothing is found by its row; the others say what they stand on before anything is looked up.
    let signed: Option<AccessToken> = if text.contains('.') { app.tools.keys.verify(ACCESS_TYPE, text).ok() } else { None };
    let named = signed.as_ref().and_then(AccessToken::family);
    let (kept, standing) = app.store.read().access_tokens().shown(&Hash::of(text.as_bytes()), named, now).await?;
    let Some(says) = read(app, (kept, signed), now) else { return Ok(None) };
    let Some(client) = app.store.client(&says.client_id, now).await?.filter(|client| client.enabled) else { return Ok(None) };
    let behalf = match says.family() {
        None => None,
        Some(id) => {
            let Some(standing) = standing.filter(|standing| standing.family.id == id) else { return Ok(None) };
            match behalf(app, &client, (&says, standing), now).await? {
                None => return Ok(None),
                alive => alive,
            }
        }
    };
    Ok(Some(Access { client, says, behalf }))
}

/// Ours, an access token and not another one, not over, and not taken back.
fn read(app: &App, (kept, signed): (Option<TokenRow>, Option<AccessToken>), now: Timestamp) -> Option<AccessToken> {
    let says: Option<AccessToken> = match kept {
        Some(TokenRow { revoked_at: Some(_), .. }) => None,
        Some(TokenRow { claims: Some(claims), .. }) => serde_json::from_value(claims).ok(),
        _ => signed,
    };
    says.filter(|says| says.iss == issuer(app) && says.exp > now.0 && says.iat <= now.0 + SKEW)
}

async fn behalf(
    app: &App,
    client: &Client,
    (says, standing): (&AccessToken, Standing),
    now: Timestamp,
) -> Result<Option<Behalf>, StoreError> {
    // What does not outlive its session ends with it; nobody who left the roster is heard of (row S07).
    let (alive, family) = (standing.alive().cloned(), standing.family);
    if family.revoked_at.is_some() || family.expires_at <= now || !grew_here(app, &family, says, now).await? {
        return Ok(None);
    }
    let Some(account) = alive else { return Ok(None) };
    let reader = app.store.read();
    let Some(person) = reader.people().find(account.person).await? else { return Ok(None) };
    let admitted = restriction::admits_person(&reader.people(), client, &person).await?;
    Ok(admitted.then_some(Behalf { account, person, family }))
}

/// A family's tokens are its client's, or of one that got them in exchange and says so; then the first one must be open, too.
async fn grew_here(app: &App, family: &Family, says: &AccessToken, now: Timestamp) -> Result<bool, StoreError> {
    if family.client_id == says.client_id {
        return Ok(true);
    }
    Ok(says.act.is_some() && app.store.client(&family.client_id, now).await?.is_some_and(|client| client.enabled))
}

/// How far the clocks of two nodes may differ.
const SKEW: i64 = 60;
