//! Passkeys (Web Authentication Level 3): what a browser is asked, and whether what it sends back is true. No page and no
//! store. `challenge` is what is signed, a MAC that any node knows again; `client` is what the browser says of the place where
//! it was asked, `authenticator` what its authenticator says, `cose` the key and its signature.
//!
//! A passkey is found by itself (it is discoverable), so nobody names who they are, and no list of somebody's passkeys is
//! shown to anybody. The person is verified each time, by a finger, a face or a PIN: one passkey is two factors.

mod authenticator;
mod challenge;
mod client;
mod cose;
#[cfg(test)]
pub(crate) mod software;
#[cfg(test)]
mod tests;

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;

use self::authenticator::{Attestation, Data};
use self::client::{Ceremony, Written};
use self::cose::Key;
use crate::config::Config;

pub use self::challenge::{Asked, Purpose, Ticket, challenge, known};

/// Where passkeys of this district are good, and what they are asked there.
#[derive(Clone, Debug)]
pub struct Passkeys {
    /// The relying party's id: a host, without scheme and port.
    rp_id: String,
    /// The origins at which they may be used, each exactly as browsers write it.
    origins: Vec<String>,
    /// The district's name, which some browsers show.
    name: String,
}

/// Whose passkey is to be made.
pub struct Owner<'a> {
    /// The person: what the authenticator keeps beside the key, and gives back. Nobody else reads it.
    pub person: Uuid,
    /// The name to sign in with; the browser shows it when several passkeys are there.
    pub username: &'a str,
    /// The name that they go by.
    pub name: &'a str,
    /// What they have already: the authenticator that holds one makes no second one.
    pub has: &'a [Vec<u8>],
}

/// A passkey that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What it is found by.
    pub credential: Vec<u8>,
    /// The public key, as COSE writes it (RFC 9052 section 7).
    pub public_key: Vec<u8>,
    /// How often it was used, as its authenticator counts; 0 where it does not count.
    pub sign_count: u32,
    /// It may be copied to other devices of its owner, by the maker of these.
    pub backup_eligible: bool,
    /// It was.
    pub backed_up: bool,
    /// The challenge that it answers.
    pub challenge: Vec<u8>,
}

/// What a browser sent for a passkey that it says to hold. True once it was [verified](Passkeys::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What the passkey is found by.
    pub credential: Vec<u8>,
    /// The person whose it is, as its authenticator kept it.
    pub person: Option<Uuid>,
    /// The challenge that it answers.
    pub challenge: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

/// What a passkey that was shown truly says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How often it was used, as its authenticator counts; 0 where it does not count.
    pub sign_count: u32,
    /// A copy of it is kept by the maker of the device.
    pub backed_up: bool,
}

/// Why an answer is worth nothing. For the log: people hear one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is not in the form that browsers write.
    #[error("it is not written as browsers write it: {0}")]
    Malformed(&'static str),
    /// It answers another question: a passkey that was made is no passkey that was shown.
    #[error("it answers another ceremony")]
    Ceremony,
    /// It was given at another place, or in a frame of another.
    #[error("it was given at another origin")]
    Origin,
    /// It is for another relying party.
    #[error("it is for another relying party")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody was present")]
    NotPresent,
    /// The authenticator did not see that it was its owner.
    #[error("the person was not verified")]
    NotVerified,
    /// What it says of its copies does not fit together, or is not what it said when it was made.
    #[error("it contradicts itself about copies")]
    Copies,
    /// A key of a kind that was not asked for.
    #[error("its key is of a kind that was not asked for")]
    Algorithm,
    /// A statement on the authenticator that was not asked for, or is not true.
    #[error("its attestation was not asked for, or is not true")]
    Attestation,
    /// The signature is not its key's.
    #[error("its signature is not its key's")]
    Signature,
}

impl Passkeys {
    /// As the settings say. `None`: they are switched off, or the issuer's host is an address, at which no browser makes any.
    pub fn of(config: &Config) -> Option<Self> {
        let settings = &config.passkeys;
        let rp_id = settings.rp_id.clone().or_else(|| config.issuer().domain().map(str::to_owned))?;
        let origins = if settings.origins.is_empty() { vec![config.issuer.clone()] } else { settings.origins.clone() };
        settings.enabled.then(|| Self { rp_id, origins, name: config.district.name.clone() })
    }

    /// The relying party's id.
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// What `navigator.credentials.create` is asked, in the words of `PublicKeyCredentialCreationOptionsJSON` (section 5.1.8).
    pub fn to_make(&self, owner: &Owner<'_>, challenge: &str) -> Value {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let has: Vec<Value> = owner.has.iter().map(|id| json!({ "type": "public-key", "id": text(id) })).collect();
        let keys: Vec<Value> = Key::ASKED_FOR.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
        json!({
            "rp": { "id": self.rp_id, "name": self.name },
            "user": { "id": text(owner.person.as_bytes()), "name": owner.username, "displayName": owner.name },
            "challenge": challenge,
            "pubKeyCredParams": keys,
            "timeout": TIMEOUT,
            "excludeCredentials": has,
            // `requireResidentKey` is what `residentKey` was called before (Level 1).
            "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": "required" },
            "attestation": "none",
        })
    }

    /// The passkey that a browser made (section 7.1). Whether the challenge is ours, and was not answered yet, is the
    /// caller's to ask.
    pub fn made(&self, answer: &str) -> Result<Made, Wrong> {
        let written = Written::read(answer)?;
        let client_data = written.response.client_data_json.0;
        let challenge = client::judge(&client_data, Ceremony::Create, &self.origins)?;
        let object = written.response.attestation_object.ok_or(Wrong::Malformed("there is no attestation object"))?.0;
        let attestation = Attestation::read(&object)?;
        let data = Data::read(&attestation.data, &self.rp_id)?;
        let attested = data.attested()?;
        let key = Key::read(attested.public_key)?;
        attestation.judge(&key, digest::digest(&SHA256, &client_data).as_ref())?;
        if attested.credential != written.raw_id.0 {
            return Err(Wrong::Malformed("it has two ids"));
        }
        Ok(Made {
            credential: attested.credential.to_vec(),
            public_key: attested.public_key.to_vec(),
            sign_count: data.sign_count,
            backup_eligible: data.backup_eligible,
            backed_up: data.backed_up,
            challenge,
        })
    }

    /// Reads what a browser sent for a passkey (section 7.2, steps 5 to 14): which one it is of, and which challenge it answers.
    pub fn shown(&self, answer: &str) -> Result<Shown, Wrong> {
        let written = Written::read(answer)?;
        let response = written.response;
        let challenge = client::judge(&response.client_data_json.0, Ceremony::Get, &self.origins)?;
        let (Some(data), Some(signature)) = (response.authenticator_data, response.signature) else {
            return Err(Wrong::Malformed("there is no signature"));
        };
        Ok(Shown {
            credential: written.raw_id.0,
            person: response.user_handle.and_then(|handle| Uuid::from_slice(&handle.0).ok()),
            challenge,
            client_data: response.client_data_json.0,
            authenticator_data: data.0,
            signature: signature.0,
        })
    }

    /// Whether the holder of this key, of which it was said when it was made whether it may be copied, sent it (section 7.2, steps
    /// 15 to 22). The count is the caller's to compare, in the write that keeps it.
    pub fn verify(&self, shown: &Shown, public_key: &[u8], backup_eligible: bool) -> Result<Seen, Wrong> {
        let data = Data::read(&shown.authenticator_data, &self.rp_id)?;
        if data.backup_eligible != backup_eligible {
            return Err(Wrong::Copies);
        }
        let signed = [&shown.authenticator_data, digest::digest(&SHA256, &shown.client_data).as_ref()].concat();
        if !Key::read(public_key)?.verifies(&signed, &shown.signature) {
            return Err(Wrong::Signature);
        }
        Ok(Seen { sign_count: data.sign_count, backed_up: data.backed_up })
    }
}

/// Milliseconds that the browser waits for its owner.
const TIMEOUT: u32 = 300_000;
