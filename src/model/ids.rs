//! Ids. Each is a UUID of version 7 (RFC 9562 section 5.7): ordered by birth, so rows written together lie together,
//! and never used twice, so a removed person's id cannot come back on somebody else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::Timestamp;
use crate::random::Random;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh id.
            pub fn new(now: Timestamp, random: &Random) -> Self {
                Self(fresh(now, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// Somebody the roster knows: pupil, guardian or member of staff. Survives every change of name, school or source.
    PersonId,
    /// What a person signs in with.
    AccountId,
    /// One passkey of an account.
    PasskeyId,
    /// A school, a department, a district.
    OrgId,
    /// A class.
    ClassId,
    /// One person's way through one flow.
    JourneyId,
    /// One sign-in in one browser.
    SessionId,
    /// One authorization request, from the question to the code.
    GrantId,
    /// All tokens that grew from one code.
    FamilyId,
    /// One run of the roster's import.
    ImportId,
    /// One failed claim in the staff's queue.
    CaseId,
    /// One letter on its way out.
    LetterId,
    /// One code that was given out.
    CodeId,
    /// The codes that were asked for at once.
    BatchId,
    /// Somebody who waits for the lists of the school.
    WaiterId,
    /// One clear ask of many people, with a last day.
    CampaignId,
    /// One message of the school to many people.
    AnnouncementId,
    /// One authenticator app of an account.
    AuthenticatorId,
    /// One session at the counter of a school.
    CounterId,
    /// One card of a pupil.
    BadgeId,
}

fn fresh(now: Timestamp, random: &Random) -> Uuid {
    let millis = u64::try_from(now.0).unwrap_or_default() * 1000;
    uuid::Builder::from_unix_timestamp_millis(millis, &random.bytes()).into_uuid()
}
