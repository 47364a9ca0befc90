//! What every handler shares: who is asking, cookies, CSRF, pages as responses, languages, security headers.

pub mod alarm;
pub mod approval;
pub mod assets;
pub mod browser_state;
pub mod cases;
mod certificate;
pub mod cookies;
pub mod csrf;
mod device;
mod district;
pub mod error;
pub mod flow;
pub mod footer;
pub mod form;
pub mod guide;
pub mod headers;
pub mod health;
pub mod help;
pub mod host;
pub mod invites;
pub mod logo;
pub mod mail_proof;
pub mod new_device;
pub mod notice;
pub mod respond;
pub mod seen;
pub mod session;
pub mod shared_device;
pub mod status;
pub mod visitor;

pub use certificate::ShownCertificate;
pub use district::{district, zone};
pub use error::PageError;
pub use form::Sent;
pub use respond::{FrameExtras, carry_token, page, screen, see_other, with_cookie};
pub use visitor::{SignedIn, Visitor};
