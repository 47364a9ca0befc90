//! A letter as it travels (RFC 5322): one sender, one recipient, text and HTML. Nothing that anybody typed becomes
//! part of a header but the subject and the address, and those are made harmless here (security.md R18).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use url::{Host, Url};

use crate::model::{Language, LetterId, Timestamp};
use crate::pages::Rendered;

/// A letter, ready to be handed over.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// Whom to, and where it comes back to if it cannot be delivered.
    pub(super) envelope: Envelope,
    /// All of it, headers too.
    pub bytes: Vec<u8>,
    /// A name for its file, without an ending; names sort by time.
    pub name: String,
}

/// What a letter is made of.
pub(super) struct Parts<'a> {
    pub(super) id: LetterId,
    pub(super) from: &'a Mailbox,
    /// Who reads what families answer (B22).
    pub(super) reply_to: Option<&'a str>,
    pub(super) to: &'a str,
    pub(super) language: Language,
    pub(super) written_at: Timestamp,
    pub(super) rendered: Rendered,
    pub(super) issuer: &'a str,
}

impl Mail {
    /// Makes it; `None` if no letter can be sent to this address. The same letter is made the same every time, its
    /// Message-ID too, by which a second copy is known.
    pub(super) fn make(parts: Parts<'_>) -> Option<Self> {
        let Parts { id, from, reply_to, to, language, written_at, rendered, issuer } = parts;
        let to = address(to)?;
        let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()]).ok()?;
        let bodies = MultiPart::alternative()
            .boundary(format!("=_{}", id.0.simple()))
            .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
            .singlepart(part(ContentType::TEXT_HTML, rendered.html));
        let mut message = Message::builder().from(from.clone());
        if let Some(answers) = reply_to.and_then(address) {
            message = message.reply_to(Mailbox::new(None, answers));
        }
        let message = message
            .to(Mailbox::new(None, to))
            .subject(one_line(&rendered.subject))
            .date(moment(written_at))
            .message_id(Some(format!("<{}@{}>", id.0.simple(), host(issuer))))
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Content-Language"), language.tag().to_owned()))
            // RFC 3834: no machine answers a machine; Exchange asks for a word of its own.
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All".to_owned()))
            .envelope(envelope.clone())
            .multipart(bodies)
            .ok()?;
        let name = format!("{}-{}", digits(written_at), id.0.simple());
        Some(Self { envelope, bytes: message.formatted(), name })
    }
}

/// A sender: `Name <address>` or an address alone.
pub(super) fn sender(text: &str) -> Option<Mailbox> {
    let Some((name, rest)) = text.split_once('<') else { return Some(Mailbox::new(None, address(text.trim())?)) };
    let email = address(rest.trim_end().strip_suffix('>')?)?;
    let name = name.trim().trim_matches('"').trim();
    if name.contains(|sign: char| sign.is_control()) {
        return None;
    }
    Some(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), email))
}

/// One address, and nothing that could be more than that: no line breaks, no lists, no comments, no quotes, no
/// machine without a name. A domain with accents becomes the one that servers look up.
pub(super) fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let strange = |sign: char| sign.is_control() || sign.is_whitespace() || "<>()[],;:\\\"@".contains(sign);
    if text.len() > LONGEST || local.is_empty() || local.contains(strange) || domain.contains(strange) {
        return None;
    }
    match Host::parse(domain).ok()? {
        Host::Domain(domain) => Address::new(local, domain).ok(),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

/// Quoted-printable, always: lines stay short and bytes stay below 128, whatever server stands in between.
fn part(content_type: ContentType, text: String) -> SinglePart {
    SinglePart::builder().header(content_type).header(ContentTransferEncoding::QuotedPrintable).body(text)
}

fn one_line(subject: &str) -> String {
    let plain: String = subject.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn host(issuer: &str) -> String {
    let host = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "localhost".to_owned())
}

fn moment(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(at.0).unwrap_or_default())
}

fn digits(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// RFC 5321 section 4.5.3.1.3, without the angle brackets.
const LONGEST: usize = 254;
