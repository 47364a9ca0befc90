//! What a browser writes of an answer, and of the place where it was asked (sections 5.1 and 5.8.1).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::Wrong;

/// What was asked.
#[derive(Clone, Copy)]
pub(super) enum Ceremony {
    /// `navigator.credentials.create`.
    Create,
    /// `navigator.credentials.get`.
    Get,
}

/// `RegistrationResponseJSON` or `AuthenticationResponseJSON` (section 5.1), as far as we read it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written {
    pub raw_id: Bytes,
    #[serde(rename = "type")]
    kind: String,
    pub response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Bytes,
    pub attestation_object: Option<Bytes>,
    pub authenticator_data: Option<Bytes>,
    pub signature: Option<Bytes>,
    pub user_handle: Option<Bytes>,
}

/// Bytes in base64url.
pub(super) struct Bytes(pub Vec<u8>);

/// `CollectedClientData`. What is said twice is refused by serde; what else a browser says means nothing to us.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: Bytes,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

impl Written {
    pub fn read(answer: &str) -> Result<Self, Wrong> {
        let written: Self = serde_json::from_str(answer).map_err(|_| Wrong::Malformed("the answer"))?;
        let fits = written.kind == "public-key" && (1..=LONGEST_ID).contains(&written.raw_id.0.len());
        if fits { Ok(written) } else { Err(Wrong::Malformed("the id")) }
    }
}

/// The challenge that was answered, if it was at one of these origins, at the top of a page of ours, and for this. An origin is
/// compared as a whole: nothing is cut off, and no port, scheme or sub-domain is forgiven (row W02).
pub(super) fn judge(client_data: &[u8], ceremony: Ceremony, origins: &[String]) -> Result<Vec<u8>, Wrong> {
    let said: ClientData = serde_json::from_slice(client_data).map_err(|_| Wrong::Malformed("the client data"))?;
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    if said.kind != kind {
        return Err(Wrong::Ceremony);
    }
    if said.cross_origin || said.top_origin.is_some() || !origins.contains(&said.origin) {
        return Err(Wrong::Origin);
    }
    Ok(said.challenge.0)
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_URL_SAFE_NO_PAD.decode(text).map(Self).map_err(|_| D::Error::custom("not base64url"))
    }
}

/// Section 4: an id has 1023 bytes at most.
const LONGEST_ID: usize = 1023;
