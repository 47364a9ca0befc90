//! What one person has shown or chosen so far on the way through a flow.
//!
//! One struct for all flows: a new stage adds one field, the compiler finds every reader, and nobody invents a
//! string key. A journey's position is computed from this alone, never from what a form contains.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{
    AccountId, AddressSaid, AuthenticatorId, BadgeId, CaseId, CodeId, CounterId, DateFormat, JourneyId, Language, LocalPath, PasskeyId,
    PersonId, SessionId, Timestamp,
};

/// One person's way through one flow. It is bound to its browser by a cookie whose hash the store keeps; the id
/// alone opens nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Its id, which stands in the address.
    pub id: JourneyId,
    /// The flow's name, such as `student-claim`.
    pub flow: String,
    /// What is known so far.
    pub draft: Draft,
    /// Where the person was going.
    pub return_to: LocalPath,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last answered.
    pub touched_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Counts the answers: of two that race, one finds another number and changes nothing.
    pub version: i64,
}

/// Everything a stage has learnt. All of it was checked by the stage that wrote it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    /// The identifier typed at sign-in or recovery, canonical.
    pub username: Option<String>,
    /// The account it names. `None` also for unknown names, which go the same way.
    pub account: Option<AccountId>,
    /// Where somebody signs in: here, or at another provider (E9).
    pub signs_in_at: Option<SignsInAt>,
    /// The other provider said who it is.
    pub source_shown: Option<Proven<FromSource>>,
    /// Nobody came back from the other provider: the text that says so.
    pub source_wrong: Option<String>,
    /// The session in which somebody changes their own account.
    pub session: Option<SessionId>,
    /// The person the roster match found, and by what.
    pub person: Option<Proven<PersonId>>,
    /// Whom the password and the answers below were chosen for: not for whoever is matched next at the same screen.
    pub chosen_for: Option<PersonId>,
    /// The code that was shown: on paper or by mail.
    pub code: Option<Proven<CodeId>>,
    /// The name of whom the code is for was typed beside it, and right.
    pub name_shown: bool,
    /// What became of the code that was shown here: its holder is told truly.
    pub code_over: Option<CodeOver>,
    /// The person saw which child the code is for, and said yes.
    pub child_seen: bool,
    /// The code that the choices below were made with: not for whoever shows another one at the same screen.
    pub chosen_with: Option<CodeId>,
    /// What the holder of the code is asked about themselves.
    pub about_you: AboutYou,
    /// What they answered.
    pub newcomer: Option<Newcomer>,
    /// The account that the child is added to: nothing else is asked.
    pub adds_to: Option<AccountId>,
    /// The match failed: the neutral page, with the case in the staff's queue.
    pub not_matched: Option<CaseId>,
    /// What was typed led to nobody, or to somebody who may not go on; every page goes on as if it had led to somebody, and
    /// no proof will ever be right (row E01).
    pub nobody: bool,
    /// The mailbox that is to be proven.
    pub mailbox: Option<Mailbox>,
    /// The mailbox on file was proven: its address. Only the proof itself writes it (row E32).
    pub email_shown: Option<Proven<String>>,
    /// The password on file when the mailbox was proven in a recovery: the proof replaces this one and no other.
    pub replaces: Option<PasswordHash>,
    /// The birth dates that were asked beside it were right.
    pub birth_date_shown: bool,
    /// The person has no address, and goes on without.
    pub no_address: bool,
    /// The children were looked at.
    pub children_seen: bool,
    /// What the school holds was looked at.
    pub details_seen: bool,
    /// The hash of the password that was chosen or shown; never the password.
    pub password: Option<PasswordHash>,
    /// The sign-in password was right.
    pub password_shown: Option<Proven<()>>,
    /// A passkey was shown, and its owner verified: which one.
    pub passkey_shown: Option<Proven<PasskeyId>>,
    /// The card that was shown, and what was shown beside it.
    pub card: Option<Card>,
    /// A passkey was offered on the way to the account, and taken or not.
    pub passkey_offered: bool,
    /// The passkey that was made on that way.
    pub passkey_made: Option<NewPasskey>,
    /// What was just changed among the passkeys: the text that says so.
    pub passkeys_said: Option<String>,
    /// It was given, not chosen: another one comes before anything else (row E23).
    pub must_change: bool,
    /// The session that is to rise, and what it proved: somebody who is signed in is asked for what is missing alone.
    pub rises: Option<Rising>,
    /// What is asked of the person beside the first proof.
    pub second: Second,
    /// The second factor that was shown.
    pub second_shown: Option<Proven<SecondFactor>>,
    /// They have a second factor, and may have a code mailed in its place.
    pub mailed_instead: bool,
    /// The code was right that was mailed for want of a second factor, or in its place. It is none (row D3).
    pub mailed_shown: Option<Proven<()>>,
    /// An authenticator app that is being set up.
    pub authenticator: Option<NewAuthenticator>,
    /// Recovery codes that are being handed out.
    pub recovery: Option<NewRecovery>,
    /// What is to become of an authenticator app.
    pub managed: Option<Managed>,
    /// Security questions that were chosen, with their hashed answers.
    pub questions: Option<Vec<Answered>>,
    /// The recall questions asked in a recovery, by their keys: the same ones until they are answered.
    pub recall: Option<Vec<String>>,
    /// The mailbox was proven, and this account has questions that are asked after it (B20).
    pub recall_due: bool,
    /// They were answered while this was the password on file; once it is another one, the proof is worth nothing.
    pub recall_shown: Option<Proven<Option<PasswordHash>>>,
    /// Too many recoveries were begun for this name: no answer is judged before then.
    pub waits_until: Option<Timestamp>,
    /// For whom somebody else said yes: the school, or a guardian.
    pub approved: Option<Proven<PersonId>>,
    /// How the person chose to get back in, by the stage's name.
    pub way: Option<String>,
    /// What a service of the district said.
    pub outside: Option<Outside>,
    /// The charter: agreed to, or nothing to agree to.
    pub agreed: Option<Agreed>,
    /// How the person likes to be written to.
    pub preferences: Option<Preferences>,
    /// The last page before the effect was confirmed.
    pub confirmed: bool,
    /// The relying party that asked, if the journey began with one.
    pub client: Option<AskedFor>,
    /// The language the person chose.
    pub language: Option<Language>,
    /// Who an app thinks it is (`login_hint`); it only fills the field in.
    pub hint: Option<String>,
    /// The person says that the device is shared.
    pub shared_device: bool,
    /// They chose their first name on the first page of such a device, which shows no username (A18).
    pub picked: Option<String>,
    /// The session that somebody of the office opens at the counter.
    pub desk: Option<Desk>,
    /// The session at the counter that this journey is.
    pub counter: Option<AtCounter>,
}

/// A session that is being opened at the counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// The person who was looked for.
    pub found: PersonId,
    /// The one who stands there: they, or a guardian of theirs.
    pub whom: Option<PersonId>,
    /// What the office saw, by the words of its list.
    pub seen: Vec<String>,
    /// The language of the guided pages.
    pub language: Option<Language>,
}

/// A session at the counter, in the browser at the counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtCounter {
    /// It.
    pub session: CounterId,
    /// It ends by itself then, wherever it is.
    pub until: Timestamp,
    /// What the person said of the address on file.
    pub address: Option<AddressSaid>,
    /// The sheet was taken.
    pub sheet: bool,
}

/// A card of a pupil that somebody holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Which.
    pub badge: BadgeId,
    /// The pictures that were tapped so far, sealed for this journey.
    #[serde(default)]
    pub tapped: Option<String>,
    /// What was chosen to be shown beside it, and is to be shown once more.
    #[serde(default)]
    pub chosen: Option<PasswordHash>,
    /// What was shown beside it.
    #[serde(default)]
    pub shown: Option<Proven<CardProof>>,
}

/// What was shown beside a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardProof {
    /// Nothing: it was chosen just now, by whoever held the card.
    Chosen,
    /// The pictures.
    Pictures,
    /// The digits.
    Pin,
}

impl Card {
    /// One that was just read.
    pub fn of(badge: BadgeId) -> Self {
        Self { badge, tapped: None, chosen: None, shown: None }
    }
}

/// A session that is to rise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rising {
    /// It.
    pub session: SessionId,
    /// How its owner signed in (RFC 8176).
    pub amr: Vec<String>,
    /// What it proved is enough for the first factor; else the password is asked again.
    pub proven: bool,
    /// Whoever asked has no use for less.
    pub must: bool,
}

/// What is asked of somebody beside the first proof.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Second {
    /// Nobody looked yet.
    #[default]
    Unknown,
    /// Nothing.
    Nothing,
    /// A second factor, which they have.
    Asked,
    /// A code that is mailed to them: they have nothing better, or wish for it.
    Mailed,
    /// To set one up, which may wait until then; `None`: it may not wait.
    SetUp {
        /// The last moment.
        until: Option<Timestamp>,
    },
    /// They were asked to set one up, and will do it another time.
    Later,
}

/// A second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondFactor {
    /// A code of an authenticator app.
    App,
    /// A recovery code.
    RecoveryCode,
}

/// An authenticator app that is being set up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewAuthenticator {
    /// Its secret, sealed for this journey.
    pub sealed: String,
    /// What its owner calls it.
    pub name: String,
    /// The step of its first code; none while no code was right.
    pub step: Option<i64>,
}

/// Recovery codes that are being handed out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewRecovery {
    /// They, sealed for this journey; nothing where the account has enough of them.
    pub sealed: Option<String>,
    /// Their owner keeps them.
    pub kept: bool,
}

/// What is to become of an authenticator app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Managed {
    /// It gets another name.
    Rename {
        /// Which.
        app: AuthenticatorId,
        /// The name.
        name: String,
    },
    /// It is removed.
    Remove {
        /// Which.
        app: AuthenticatorId,
    },
}

impl Draft {
    /// When the owner of the account showed that it is them, here and last: by the password, or by a passkey.
    pub fn owner_shown_at(&self) -> Option<Timestamp> {
        let password = self.password_shown.as_ref().map(|shown| shown.at);
        password.max(self.passkey_shown.as_ref().map(|shown| shown.at))
    }

    /// They are to show it again.
    pub fn ask_owner_again(&mut self) {
        (self.password_shown, self.passkey_shown) = (None, None);
        (self.second, self.second_shown, self.mailed_shown) = (Second::Unknown, None, None);
    }
}

/// Where somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignsInAt {
    /// Here.
    Here,
    /// At another provider.
    Source {
        /// Its name in the settings.
        name: String,
        /// What this asking is told from others by. It opens nothing.
        salt: String,
    },
}

impl SignsInAt {
    /// The word for here, on the button and in the cookie; no provider has this name.
    pub const HERE: &str = "here";

    /// Its word.
    pub fn word(&self) -> &str {
        match self {
            Self::Here => Self::HERE,
            Self::Source { name, .. } => name,
        }
    }
}

/// Whom another provider vouched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FromSource {
    /// The provider's name in the settings.
    pub source: String,
    /// Its own name for the person.
    pub subject: String,
}

/// What a service of the district said of somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// The person goes on.
    Passed {
        /// What the service knows and wants kept.
        facts: BTreeMap<String, String>,
    },
    /// The service wants to know more.
    Wants {
        /// What it says, by language.
        text: BTreeMap<Language, String>,
        /// What it asks.
        fields: Vec<Wanted>,
    },
    /// The person does not go on.
    Refused {
        /// Why, by language.
        text: BTreeMap<Language, String>,
    },
}

/// A field that a service of the district asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its name in the answer.
    pub name: String,
    /// What stands above it, by language.
    pub label: BTreeMap<Language, String>,
}

/// What became of the charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreed {
    /// The person agreed before, or need not.
    NothingToAsk,
    /// The person agreed now.
    To {
        /// Its name.
        charter: String,
        /// The version that was on the page.
        version: String,
        /// The language it was read in.
        language: Language,
        /// When.
        at: Timestamp,
    },
}

/// How somebody likes to be written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// The language of pages and letters.
    pub language: Language,
    /// The order of a date; none: as the language has it.
    pub date_format: Option<DateFormat>,
    /// Another address for news, as it was typed: nobody has proven it (row E32).
    pub notification_email: Option<String>,
}

/// The relying party that a journey serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    /// Its `client_id`; pages show its name.
    pub client_id: String,
    /// The origin of the validated redirect address, for the page's `form-action`.
    pub origin: String,
}

/// A mailbox that a letter was sent to, or seems to have been.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mailbox {
    /// The address as the person typed it. Pages show nothing else (row E07).
    pub typed: Option<String>,
    /// Whose address on file hears that somebody tried, where nobody was matched (B12).
    pub hears: Option<PersonId>,
    /// When the last letter left.
    pub sent_at: Option<Timestamp>,
    /// Too many letters: no other leaves before then.
    pub waits_until: Option<Timestamp>,
}

/// A fact and the instant at which it was proven.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proven<T> {
    /// The fact.
    pub value: T,
    /// When it was proven.
    pub at: Timestamp,
}

/// A passkey that was made before its account was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// For whom.
    pub whose: PersonId,
    /// What its authenticator calls it.
    pub credential: Vec<u8>,
    /// Its public key, as COSE writes it.
    pub public_key: Vec<u8>,
    /// How often it was used, as its authenticator counts.
    pub sign_count: u32,
    /// It may be copied to other devices of its owner.
    pub backup_eligible: bool,
    /// It was.
    pub backed_up: bool,
    /// The device, in a few words.
    pub name: String,
}

/// Why a code that was shown opens nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeOver {
    /// It was used, here or elsewhere.
    Used,
    /// The school took it back, or printed another in its place.
    Revoked,
    /// Its time is over.
    Expired,
    /// The school does not tie its guardian to a child any more.
    Untied,
    /// Its guardian has an account already.
    Claimed,
}

/// What the holder of a code is asked about themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AboutYou {
    /// Nothing: the school knows it.
    #[default]
    Nothing,
    /// An address, which the name to sign in with is made of: the school has none.
    Email,
    /// Name and address: the code bears no name.
    Everything,
}

/// What the roster does not know of a guardian with a code: their address, and who they are if the code bears no name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newcomer {
    /// As it was typed.
    pub given_name: String,
    /// As it was typed.
    pub family_name: String,
    /// As it was typed; the name to sign in with is made of it.
    pub email: String,
}

/// A password as the store keeps it: Argon2id in PHC form, over the peppered password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub String);

/// One security question and what is kept of its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The question's key in the catalogue, such as `question-place-to-hide`.
    pub question: String,
    /// The hash of the folded answer.
    pub answer: PasswordHash,
}
