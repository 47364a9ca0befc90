//! The secrets of clients that sign with them (`client_secret_jwt`): a hash verifies no signature, so the secret itself is kept, sealed
//! and bound to its client (row I15). Of every other client there is a hash and nothing else.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::keys::{KeyError, KeyStore, Place};
use crate::model::Timestamp;
use crate::random::{Random, Secret};
use crate::store::clients::Client;

/// A secret, sealed for this client.
pub fn seal(keys: &KeyStore, random: &Random, client_id: &str, secret: &Secret) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(keys.seal(place(client_id), secret.expose().as_bytes(), random))
}

/// The secrets that are good now: the current one, and the one before it until its instant.
pub fn open(keys: &KeyStore, client: &Client, now: Timestamp) -> Result<Vec<Secret>, KeyError> {
    let sealed = &client.settings.sealed_secrets;
    let in_time = client.secrets.previous.is_some_and(|(_, until)| until > now);
    let kept = [sealed.current.as_ref(), sealed.previous.as_ref().filter(|_| in_time)];
    let opened = kept.into_iter().flatten().map(|sealed| {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed).map_err(|_| KeyError::Seal(TABLE))?;
        let plain = Zeroizing::new(keys.unseal(place(&client.client_id), &sealed)?);
        let text = std::str::from_utf8(&plain).map_err(|_| KeyError::Seal(TABLE))?;
        Ok(Secret::new(text))
    });
    opened.collect()
}

fn place(client_id: &str) -> Place<'_> {
    Place { table: TABLE, column: "settings", row: client_id }
}

const TABLE: &str = "clients";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::clients::{SealedSecrets, sample};

    #[test]
    fn a_sealed_secret_opens_for_its_client_and_in_its_time() {
        let (keys, random) = (KeyStore::for_tests(), Random::seeded(1));
        let [new, old] = ["new", "old"].map(|text| (Secret::new(text), seal(&keys, &random, "app", &Secret::new(text))));
        let mut client = sample();
        client.settings.sealed_secrets = SealedSecrets { current: Some(new.1), previous: Some(old.1) };
        client.secrets.previous = Some((old.0.hash(), Timestamp(200)));
        assert_eq!(open(&keys, &client, Timestamp(199)).unwrap(), [new.0.clone(), old.0]);
        assert_eq!(open(&keys, &client, Timestamp(200)).unwrap(), [new.0]);
        client.client_id = "another".to_owned();
        assert!(matches!(open(&keys, &client, Timestamp(199)), Err(KeyError::Seal("clients"))));
    }
}
