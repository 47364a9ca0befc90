//! Plain types that everything may use: ids, instants, languages, roles, drafts, letters. They hold what was parsed
//! once and is right for ever; nothing here reads the store, the clock or the network.

mod animal;
pub mod assurance;
mod counter;
mod date_format;
pub mod draft;
mod hash;
mod holder;
mod ids;
mod language;
pub mod letter;
mod local_path;
pub mod message;
mod network;
mod picture;
mod role;
mod scopes;
mod timestamp;

pub use animal::Animal;
pub use counter::AddressSaid;
pub use date_format::DateFormat;
pub use draft::{Draft, Journey};
pub use hash::Hash;
pub use holder::Holder;
pub use ids::{
    AccountId, AnnouncementId, AuthenticatorId, BadgeId, BatchId, CampaignId, CaseId, ClassId, CodeId, CounterId, FamilyId, GrantId,
    ImportId, JourneyId, LetterId, OrgId, PasskeyId, PersonId, SessionId, WaiterId,
};
pub use language::Language;
pub use letter::Letter;
pub use local_path::LocalPath;
pub use message::{FieldError, Message};
pub use network::Network;
pub use picture::Picture;
pub use role::{Audience, Role};
pub use scopes::Scopes;
pub use timestamp::Timestamp;
