//! The counter of a school, as those who sit at it and those who stand before it share it: who may open a session there, for whom,
//! and what opens it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::session::audience;
use crate::keys::{KeyStore, Purpose};
use crate::model::{Audience, CounterId, Hash, OrgId, Role};
use crate::policy::Policy;
use crate::store::StoreError;
use crate::store::counter_sessions::Secrets;
use crate::store::people::{People, Person};

/// Where a session at the counter ends, whichever way it does.
pub const END: &str = "/counter/end";

/// The same, of a session that went to its end.
pub const DONE: &str = "/counter/end?done=yes";

/// What opens a session: shown to whoever opened it, and to nobody else.
pub struct Shown {
    /// Eight digits, as they are typed.
    pub code: String,
    /// 256 bits, for the picture that a tablet reads.
    pub token: String,
}

/// The schools at whose counter somebody sits.
pub fn counters_of(policy: &Policy, person: &Person) -> Vec<OrgId> {
    let mut schools: Vec<OrgId> = Vec::new();
    for at in person.roles.iter().filter(|at| policy.may_open_counter(at.role)) {
        if !schools.contains(&at.org) {
            schools.push(at.org);
        }
    }
    schools
}

/// At which school somebody who sits at its counter may help this person: a pupil of it, or a guardian who may see the records of
/// one. Never themselves, and nobody who works for the district (rows R12, A02); of other schools nobody (row A01).
pub async fn may_help(people: &People<'_>, policy: &Policy, staff: &Person, whom: &Person) -> Result<Option<OrgId>, StoreError> {
    let counters = counters_of(policy, staff);
    if counters.is_empty() || !staff.active || !whom.active || staff.id == whom.id || audience(whom) == Audience::Staff {
        return Ok(None);
    }
    let pupil_at = |person: &Person| {
        let mut at = person.roles.iter().filter(|at| at.role == Role::Student && counters.contains(&at.org));
        at.next().map(|at| at.org)
    };
    if let Some(school) = pupil_at(whom) {
        return Ok(Some(school));
    }
    for tie in people.relationships(whom.id).await?.iter().filter(|tie| tie.guardian == whom.id && tie.can_access_records) {
        let child = people.find(tie.child).await?.filter(|child| child.active);
        if let Some(school) = child.as_ref().and_then(pupil_at) {
            return Ok(Some(school));
        }
    }
    Ok(None)
}

/// What opens a session. It is derived, so that the store holds nothing that does.
pub fn shown(keys: &KeyStore, id: CounterId) -> Shown {
    let digits = keys.mac(Purpose::Ticket, &[b"counter digits", id.0.as_bytes()]);
    let (head, _) = digits.0.split_first_chunk::<8>().expect("a hash has 32 bytes");
    let number = u64::from_be_bytes(*head) % 100_000_000;
    let token = keys.mac(Purpose::Ticket, &[b"counter token", id.0.as_bytes()]);
    Shown { code: format!("{:04} {:04}", number / 10_000, number % 10_000), token: BASE64_URL_SAFE_NO_PAD.encode(token.0) }
}

/// What the store keeps of it.
pub fn kept(keys: &KeyStore, shown: &Shown) -> Secrets {
    let of = |text: &str| typed(keys, text).expect("what we show can be typed");
    Secrets { code: of(&shown.code), token: of(&shown.token) }
}

/// What the store would keep of what was typed or read from the picture; `None`: it can be neither.
pub fn typed(keys: &KeyStore, text: &str) -> Option<Hash> {
    let bare: String = text.chars().filter(|symbol| !symbol.is_whitespace()).collect();
    let digits: String = bare.chars().filter(|symbol| *symbol != '-').collect();
    let opens = |what: &[u8], secret: &str| keys.mac(Purpose::Code, &[b"counter", what, secret.as_bytes()]);
    match () {
        () if digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(opens(b"digits", &digits)),
        () if bare.len() == 43 => Some(opens(b"token", &bare)),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::random::Random;

    #[test]
    fn r02_what_opens_a_session_is_read_as_people_type_it_and_differs_from_session_to_session() {
        let (keys, random) = (KeyStore::for_tests(), Random::seeded(1));
        let (one, other) = (CounterId::new(Timestamp(1), &random), CounterId::new(Timestamp(1), &random));
        let (shown, secrets) = (shown(&keys, one), kept(&keys, &shown(&keys, one)));
        let bare = shown.code.replace(' ', "");
        for written in [&shown.code, &bare, &format!("{}-{}", &bare[..4], &bare[4..]), &format!(" {bare} ")] {
            assert_eq!(typed(&keys, written), Some(secrets.code), "{written}");
        }
        assert_eq!(typed(&keys, &shown.token), Some(secrets.token));
        assert_ne!(super::shown(&keys, other).code, shown.code);
        assert_ne!(super::shown(&keys, other).token, shown.token);
        for nothing in ["", "1234567", "123456789", "1234 567x", &shown.token[1..], &"x".repeat(64)] {
            assert_eq!(typed(&keys, nothing), None, "{nothing}");
        }
    }
}
