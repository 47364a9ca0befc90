//! The examples of Web Authentication Level 3 (section 16, of the editor's draft of 30 July 2026; `vectors.json`), and what is
//! refused. Its examples were made by others than the authenticator of [`super::software`], which is ours.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::authenticator::{Attestation, Data};
use super::cose::Key;
use super::software::{Authenticator, Kind, OWNER, Statement, cbor};
use super::*;

const ORIGIN: &str = "https://id.ecole.example";
const CHALLENGE: &str = "Y2hhbGxlbmdl";

fn passkeys(rp_id: &str, origin: &str) -> Passkeys {
    Passkeys { rp_id: rp_id.to_owned(), origins: vec![origin.to_owned()], name: "Les Tilleuls".to_owned() }
}

fn school() -> Passkeys {
    passkeys("id.ecole.example", ORIGIN)
}

fn fresh(kind: Kind) -> Authenticator {
    let owner = Owner { person: Uuid::from_u128(7), username: "S0123456", name: "Zoé", has: &[] };
    Authenticator::new(kind, &school().to_make(&owner, CHALLENGE), ORIGIN)
}

/// What the school says to a passkey that is shown.
fn shows(authenticator: &Authenticator, made: &Made) -> Result<Seen, Wrong> {
    let shown = school().shown(&authenticator.show(CHALLENGE))?;
    school().verify(&shown, &made.public_key, made.backup_eligible)
}

fn vectors() -> serde_json::Map<String, Value> {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// An example, as a browser would have sent it.
fn sent(vector: &Value, ceremony: &str) -> String {
    let text = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(hex(value));
    let fields = vector[ceremony].as_object().unwrap().iter().filter(|(name, _)| *name != "challenge");
    let response: Value = fields.map(|(name, value)| (name.clone(), Value::from(text(value)))).collect();
    json!({ "rawId": text(&vector["credential_id"]), "type": "public-key", "response": response }).to_string()
}

#[test]
fn the_examples_of_the_standard_are_read_as_it_says() {
    let example = passkeys("example.org", "https://example.org");
    let made = |name: &str| example.made(&sent(&vectors()[name], "registration"));
    // Of all of them this one says that its owner was verified, and nothing of its maker.
    let own = made("packed-self.ES256").unwrap();
    assert_eq!(own.credential, hex(&vectors()["packed-self.ES256"]["credential_id"]));
    assert_eq!(own.challenge, hex(&vectors()["packed-self.ES256"]["registration"]["challenge"]));
    assert!((own.backup_eligible, own.backed_up, own.sign_count) == (true, true, 0));
    for (name, wrong) in [
        ("none.ES256", Wrong::NotVerified),
        ("none.ES256.crossOrigin", Wrong::Origin),
        ("none.ES256.topOrigin", Wrong::Origin),
        ("packed.RS256", Wrong::Attestation),
        ("packed.EdDSA", Wrong::Attestation),
        ("packed.ES384", Wrong::Attestation),
    ] {
        assert_eq!(made(name), Err(wrong), "{name}");
    }
    // Of those that are shown, two say that their owner was verified: one whose id is as long as an id may be, and one whose key
    // we do not ask for.
    for (name, vector) in vectors() {
        let shown = example.shown(&sent(&vector, "authentication"));
        if name.contains("Origin") {
            assert_eq!(shown, Err(Wrong::Origin), "{name}");
            continue;
        }
        let eligible = hex(&vector["authentication"]["authenticatorData"])[32] & 1 << 3 != 0;
        let verified = example.verify(&shown.unwrap(), &public_key(&vector), eligible);
        match name.as_str() {
            "none.ES256.long-credential-id" => assert_eq!(verified.unwrap().sign_count, 0),
            "packed.ES384" => assert_eq!(verified, Err(Wrong::Algorithm), "it was not asked for"),
            _ => assert_eq!(verified, Err(Wrong::NotVerified), "{name}"),
        }
    }
}

/// The key that an example was made with.
fn public_key(vector: &Value) -> Vec<u8> {
    let object: Cbor = ciborium::from_reader(hex(&vector["registration"]["attestationObject"]).as_slice()).unwrap();
    let entries = object.into_map().unwrap();
    let data = entries.iter().find(|(key, _)| key.as_text() == Some("authData")).unwrap().1.as_bytes().unwrap();
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    data[55 + length..].to_vec()
}

#[test]
fn the_signatures_of_the_standard_are_their_keys_and_of_no_other() {
    let mut checked = 0;
    for (name, vector) in vectors() {
        let key = Key::read(&public_key(&vector));
        if name == "packed.ES384" {
            assert_eq!(key.unwrap_err(), Wrong::Algorithm, "it was not asked for");
            continue;
        }
        let shown = &vector["authentication"];
        let hash = digest::digest(&SHA256, &hex(&shown["clientDataJSON"]));
        let mut signed = [hex(&shown["authenticatorData"]), hash.as_ref().to_vec()].concat();
        let signature = hex(&shown["signature"]);
        assert!(key.as_ref().unwrap().verifies(&signed, &signature), "{name}");
        signed[32] ^= 4;
        assert!(!key.unwrap().verifies(&signed, &signature), "{name}: the flag of the verified owner is signed");
        checked += 1;
    }
    assert_eq!(checked, 7);
}

#[test]
fn a_passkey_that_was_made_is_known_again_by_every_kind_of_key_that_is_asked_for() {
    for kind in [Kind::Es256, Kind::EdDsa, Kind::Rs256] {
        for statement in [Statement::None, Statement::Own] {
            let mut authenticator = Authenticator { statement, ..fresh(kind) };
            let made = school().made(&authenticator.make(CHALLENGE)).unwrap();
            assert_eq!((made.credential.as_slice(), made.challenge.as_slice()), (authenticator.credential.as_slice(), &b"challenge"[..]));
            authenticator.count = 7;
            assert_eq!(shows(&authenticator, &made), Ok(Seen { sign_count: 7, backed_up: false }), "{kind:?}");
            assert_eq!(school().shown(&authenticator.show(CHALLENGE)).unwrap().person, Some(Uuid::from_u128(7)));
            let another = fresh(kind);
            let forged = Authenticator { credential: authenticator.credential.clone(), ..another };
            assert_eq!(shows(&forged, &made), Err(Wrong::Signature), "{kind:?}");
        }
    }
}

#[test]
fn what_is_asked_is_a_discoverable_key_of_a_verified_owner_and_no_word_on_the_authenticator() {
    let has = [vec![1, 2, 3]];
    let owner = Owner { person: Uuid::from_u128(7), username: "S0123456", name: "Zoé", has: &has };
    let options = school().to_make(&owner, CHALLENGE);
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["rp"]["id"], "id.ecole.example");
    assert_eq!(options["excludeCredentials"][0]["id"], "AQID");
    let keys: Vec<i64> = options["pubKeyCredParams"].as_array().unwrap().iter().map(|key| key["alg"].as_i64().unwrap()).collect();
    assert_eq!(keys, [-7, -8, -257]);
    assert!(!BASE64_URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap().starts_with(b"S0123456"));
}

#[test]
fn w02_only_the_origins_of_the_settings_letter_by_letter() {
    let right = fresh(Kind::Es256);
    let made = school().made(&right.make(CHALLENGE)).unwrap();
    assert!(shows(&right, &made).is_ok());
    for origin in [
        "https://badid.ecole.example",
        "https://ecole.example",
        "https://sub.id.ecole.example",
        "http://id.ecole.example",
        "https://id.ecole.example:8443",
        "https://id.ecole.example/",
        "https://id.ecole.example.",
        "https://ID.ecole.example",
        "https://id.ecole.example@evil.example",
        "android:apk-key-hash:id.ecole.example",
        "null",
        "",
    ] {
        let mut elsewhere = fresh(Kind::Es256);
        elsewhere.origin = origin.to_owned();
        assert_eq!(school().made(&elsewhere.make(CHALLENGE)), Err(Wrong::Origin), "{origin}");
        assert_eq!(shows(&elsewhere, &made), Err(Wrong::Origin), "{origin}");
    }
    let framed = Authenticator { cross_origin: true, ..fresh(Kind::Es256) };
    assert_eq!(school().made(&framed.make(CHALLENGE)), Err(Wrong::Origin), "in a frame of another");
    assert_eq!(shows(&framed, &made), Err(Wrong::Origin));
    for rp_id in ["ecole.example", "badid.ecole.example", ""] {
        let mut elsewhere = fresh(Kind::Es256);
        elsewhere.rp_id = rp_id.to_owned();
        assert_eq!(school().made(&elsewhere.make(CHALLENGE)), Err(Wrong::RelyingParty), "{rp_id}");
        assert_eq!(shows(&elsewhere, &made), Err(Wrong::RelyingParty), "{rp_id}");
    }
}

#[test]
fn w03_the_owner_is_present_and_verified_the_key_is_one_that_was_asked_for_and_nothing_is_forged() {
    let right = fresh(Kind::Es256);
    let made = school().made(&right.make(CHALLENGE)).unwrap();
    for (flags, wrong) in
        [(OWNER & !1, Wrong::NotPresent), (OWNER & !4, Wrong::NotVerified), (0, Wrong::NotPresent), (OWNER | 1 << 4, Wrong::Copies)]
    {
        let other = Authenticator { flags, ..fresh(Kind::Es256) };
        assert_eq!(school().made(&other.make(CHALLENGE)), Err(wrong), "{flags:b}");
        assert_eq!(shows(&other, &made), Err(wrong), "{flags:b}");
    }
    // It said that it is never copied.
    let mut copied = fresh(Kind::Es256);
    let kept = school().made(&copied.make(CHALLENGE)).unwrap();
    copied.flags = OWNER | 1 << 3;
    assert_eq!(shows(&copied, &kept), Err(Wrong::Copies));
    for (statement, wrong) in [(Statement::Forged, Wrong::Attestation), (Statement::Foreign, Wrong::Attestation)] {
        let other = Authenticator { statement, ..fresh(Kind::Es256) };
        assert_eq!(school().made(&other.make(CHALLENGE)), Err(wrong));
    }
    // What was made is no passkey that is shown, and the other way round.
    assert_eq!(school().shown(&right.make(CHALLENGE)), Err(Wrong::Ceremony));
    assert_eq!(school().made(&right.show(CHALLENGE)), Err(Wrong::Ceremony));
    let key =
        |entries: &[(i64, Cbor)]| cbor(&Cbor::Map(entries.iter().map(|(label, value)| (Cbor::from(*label), value.clone())).collect()));
    let (number, point) = (|number: i64| Cbor::from(number), Cbor::Bytes(vec![1; 32]));
    let es256 = [(1, number(2)), (3, number(-7)), (-1, number(1)), (-2, point.clone()), (-3, point.clone())];
    let changed = |at: usize, value: Cbor| {
        let mut entries = es256.to_vec();
        entries[at].1 = value;
        entries
    };
    let twice = [es256.to_vec(), vec![(3, number(-8))]].concat();
    for (what, entries) in [
        ("ES384", changed(1, number(-35))),
        ("none at all", changed(1, number(0))),
        ("RS1", vec![(1, number(3)), (3, number(-65_535)), (-1, point.clone()), (-2, point.clone())]),
        ("another curve", changed(2, number(2))),
        ("a short point", changed(3, Cbor::Bytes(vec![1; 31]))),
        ("a compressed point", changed(4, Cbor::Bool(true))),
        ("two algorithms", twice),
    ] {
        assert_eq!(school().made(&right.make_with(CHALLENGE, &key(&entries))), Err(Wrong::Algorithm), "{what}");
    }
    // A point that is on no curve is a key that signed nothing.
    let mut off_curve = made;
    off_curve.public_key = key(&es256);
    assert_eq!(shows(&right, &off_curve), Err(Wrong::Signature));
}

#[test]
fn w03_no_bit_of_what_is_signed_can_be_changed() {
    let right = fresh(Kind::EdDsa);
    let made = school().made(&right.make(CHALLENGE)).unwrap();
    let shown = school().shown(&right.show(CHALLENGE)).unwrap();
    let verify = |shown: &Shown| school().verify(shown, &made.public_key, made.backup_eligible);
    assert!(verify(&shown).is_ok());
    for at in 0..shown.authenticator_data.len() * 8 {
        let mut changed = shown.clone();
        changed.authenticator_data[at / 8] ^= 1 << (at % 8);
        assert!(verify(&changed).is_err(), "bit {at} of the authenticator data");
    }
    for at in 0..shown.client_data.len() {
        let mut changed = shown.clone();
        changed.client_data[at] ^= 1;
        assert_eq!(verify(&changed), Err(Wrong::Signature), "byte {at} of the client data");
    }
}

#[test]
fn an_answer_says_each_thing_once() {
    let twice = br#"{"type":"webauthn.get","challenge":"AA","origin":"https://id.ecole.example","origin":"https://evil.example"}"#;
    assert_eq!(client::judge(twice, Ceremony::Get, &[ORIGIN.to_owned()]), Err(Wrong::Malformed("the client data")));
    for answer in ["", "{}", "[]", "null", r#"{"rawId":"","type":"public-key","response":{"clientDataJSON":""}}"#] {
        assert!(matches!(school().shown(answer), Err(Wrong::Malformed(_))), "{answer}");
        assert!(matches!(school().made(answer), Err(Wrong::Malformed(_))), "{answer}");
    }
}

proptest! {
    /// Row Z9: whatever comes in the place of what an authenticator wrote is refused, and nothing falls over.
    #[test]
    fn z9_bytes_of_any_kind_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), at in 0..400_usize, to in any::<u8>()) {
        prop_assert!(Attestation::read(&bytes).is_err());
        let _ = Key::read(&bytes);
        if let Ok(data) = Data::read(&bytes, "id.ecole.example") {
            let _ = data.attested();
        }
        let vector = &vectors()["packed-self.ES256"]["registration"];
        let mut object = hex(&vector["attestationObject"]);
        let at = at % object.len();
        prop_assume!(object[at] != to);
        object[at] = to;
        let hash = digest::digest(&SHA256, &hex(&vector["clientDataJSON"]));
        let judged = Attestation::read(&object).and_then(|attestation| {
            let data = Data::read(&attestation.data, "example.org")?;
            attestation.judge(&Key::read(data.attested()?.public_key)?, hash.as_ref())
        });
        prop_assert!(judged.is_err(), "byte {at} became {to}");
    }
}
