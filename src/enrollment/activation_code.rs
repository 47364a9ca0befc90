//! The code of a letter or of a mail. It is typed alone: who and what it is for stands in its row, never in the form (row E14). A slip
//! is found by the check symbols and costs nothing; a try is counted on the code's first half before it is judged, and
//! the tenth kills whatever begins so (row E08). Unknown, used, taken back, expired or another district's: one answer,
//! to the byte (rows E10, E13); only who has shown this very code is told what became of it.

use async_trait::async_trait;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::by_code::{self, reach, why_over};
use super::pages;
use super::standing::{Standing, standing, username};
use super::turned_away::{Why, turn_away};
use crate::codes::{Code, Slip};
use crate::flow::need::{Asks, Need};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::keys::{KeyStore, Purpose};
use crate::limits::{self, Network, Rule, Taken};
use crate::model::draft::{AboutYou, CodeOver, Proven};
use crate::model::{Draft, FieldError, Hash};
use crate::people::{family_name_matches, name_key};
use crate::store::cases::Cause;
use crate::store::codes::{Issued, Kind};

/// Asks for the code of a letter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivationCode {
    /// Also the family name of whom the letter is for, where it is for somebody.
    #[serde(default)]
    family_name: bool,
}

/// Asks for the code of a mail, and for the family name of whom it was sent to (D7).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecurityCode {}

/// What the two have in common.
#[derive(Clone, Copy)]
struct Asking {
    kind: Kind,
    family_name: bool,
}

/// What was typed, as the store knows it.
struct Typed {
    /// Of the whole code.
    mac: Hash,
    /// Of its first half; a link has none, for nobody guesses at 256 bits.
    front: Option<Hash>,
}

#[async_trait]
impl Stage for ActivationCode {
    fn is_open(&self, draft: &Draft) -> bool {
        is_open(draft)
    }

    fn asks(&self) -> Asks {
        Asks { needs: vec![Need::Child], ..Asks::default() }
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        self.asking().show(look).await
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        self.asking().prepare(look, form).await
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        self.asking().submit(step, form, prepared).await
    }
}

#[async_trait]
impl Stage for SecurityCode {
    fn is_open(&self, draft: &Draft) -> bool {
        is_open(draft)
    }

    fn asks(&self) -> Asks {
        Asks { needs: vec![Need::Child, Need::Email, Need::Names], ..Asks::default() }
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        MAILED.show(look).await
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        MAILED.prepare(look, form).await
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        MAILED.submit(step, form, prepared).await
    }
}

impl ActivationCode {
    fn asking(&self) -> Asking {
        Asking { kind: Kind::Activation, family_name: self.family_name }
    }
}

const MAILED: Asking = Asking { kind: Kind::Security, family_name: true };

fn is_open(draft: &Draft) -> bool {
    draft.code.is_none() || draft.code_over.is_some() || draft.not_matched.is_some()
}

impl Asking {
    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        if let Some(over) = over(look).await? {
            return Ok(Screen::of(&over));
        }
        let mailed = self.kind == Kind::Security;
        let resend = mailed.then(|| look.link(AGAIN));
        Ok(Screen::of(&pages::Code { family_name: self.family_name, mailed, resend, sign_in: look.link("/sign-in") }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        if self.read(&look.tools.keys, form).is_err() {
            return Ok(Prepared::Nothing);
        }
        let tools = look.tools;
        Ok(Prepared::made(limits::network(&look.reader, &tools.keys, &tools.policy, &look.visitor.network, look.now).await?))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let typed = match self.read(&step.tools.keys, form) {
            Ok(typed) => typed,
            Err(wrong) => return Ok(Outcome::Again(wrong)),
        };
        match prepared.take::<Network>() {
            Some(Network::Open) => {}
            Some(Network::Challenge { .. }) if step.visitor.challenge_passed => {}
            Some(Network::Closed { until }) => return Ok(Outcome::Wait(vec![FieldError::of(FIELD, "code-wait")], until)),
            Some(Network::Challenge { .. } | Network::LettersOnly { .. }) | None => return Ok(Outcome::Challenge),
        }
        self.judge(step, form, &typed).await
    }

    fn read(&self, keys: &KeyStore, form: &Form) -> Result<Typed, Vec<FieldError>> {
        let mut wrong = Vec::new();
        if self.family_name && name_key(form.text(NAME)).is_empty() {
            wrong.push(FieldError::of(NAME, "family-name-missing"));
        }
        match Typed::read(keys, self.kind, form.text(FIELD)) {
            Ok(typed) if wrong.is_empty() => return Ok(typed),
            Ok(_) => {}
            Err(slip) => wrong.insert(0, slip),
        }
        Err(wrong)
    }

    /// What tries are counted on: the code's first half; of a link, which nobody guesses at, but whose name somebody may,
    /// the link itself.
    fn counted(&self, keys: &KeyStore, typed: &Typed) -> (Rule, Hash) {
        let subject = limits::subject(keys, &["code", self.kind.word(), &hex(typed.front.as_ref().unwrap_or(&typed.mac))]);
        (if self.kind == Kind::Security { Rule::SecurityCode } else { Rule::Code }, subject)
    }

    /// Counts the try, and only then looks at what it was worth.
    async fn judge(&self, step: &mut Step<'_>, form: &Form, typed: &Typed) -> Result<Outcome, FlowError> {
        let (rule, subject) = self.counted(&step.tools.keys, typed);
        let taken = limits::take(step.tx, rule, &subject, step.now).await?;
        if let Taken::Wait(until) = taken {
            return Ok(Outcome::Wait(vec![FieldError::of(FIELD, "code-pause")], until));
        }
        let found = step.tx.codes().by_mac(&typed.mac).await?.filter(|code| code.kind == self.kind);
        let named = match found.as_ref().and_then(|code| code.guardian) {
            Some(guardian) => step.tx.people().find(guardian).await?,
            None => None,
        };
        let name = form.text(NAME);
        let right_name = !self.family_name || named.as_ref().is_none_or(|named| family_name_matches(name, named));
        if let (Taken::Go { .. }, Some(code), true) = (taken, found, right_name) {
            let own = code.used.is_some_and(|(_, by)| by.is_some() && by == step.visitor.signed_in);
            if own || why_over(&code, step.now).is_none() {
                limits::give_back(step.tx, rule, &subject).await?;
                if own {
                    return Ok(Outcome::again(FIELD, "code-yours"));
                }
                step.draft.name_shown = self.family_name && named.is_some();
                return self.hold(step, &code).await;
            }
        }
        if let (Rule::Code, Taken::Go { left: 0 }) = (rule, taken) {
            by_code::shut(step, typed.front.as_ref().unwrap_or(&typed.mac)).await?;
        }
        limits::failed(step.tx, &step.tools.keys, &step.visitor.network, &subject, step.now).await?;
        Ok(Outcome::again(FIELD, if self.kind == Kind::Security { "code-unknown-mailed" } else { "code-unknown" }))
    }

    /// The code is right: what it opens goes into the draft. Somebody else at the same screen, with another code, chooses
    /// everything anew.
    async fn hold(self, step: &mut Step<'_>, code: &Issued) -> Result<Outcome, FlowError> {
        let (people, now) = (step.tx.people(), step.now);
        let children = reach(&people, code).await?;
        let named = match code.guardian {
            Some(guardian) => people.find(guardian).await?,
            None => None,
        };
        let about = match &named {
            Some(person) if username(&step.tools.policy, person).is_some() => AboutYou::Nothing,
            Some(_) => AboutYou::Email,
            None => AboutYou::Everything,
        };
        let draft = &mut *step.draft;
        if draft.chosen_with.replace(code.id) != Some(code.id) {
            draft.password = None;
            draft.questions = None;
            draft.newcomer = None;
            draft.confirmed = false;
        }
        draft.not_matched = None;
        draft.code = Some(Proven { value: code.id, at: now });
        draft.code_over = children.is_empty().then_some(CodeOver::Untied);
        draft.child_seen = false;
        draft.adds_to = None;
        draft.about_you = about;
        draft.person = named.map(|person| Proven { value: person.id, at: now });
        if self.kind == Kind::Security && draft.code_over.is_none() {
            claimable(step, code).await?;
        }
        Ok(Outcome::Next)
    }
}

/// Whoever was sent a mail and has an account by now is told so: they have shown the code. What else stands in the way is
/// a matter for the school. With the code of a letter, the page of the child says both.
async fn claimable(step: &mut Step<'_>, code: &Issued) -> Result<(), FlowError> {
    let Some(guardian) = code.guardian else { return Ok(()) };
    let (people, accounts) = (step.tx.people(), step.tx.accounts());
    match standing(&people, &accounts, &step.tools.policy, step.audience, guardian).await? {
        Standing::Open(_) => {}
        Standing::Shut(Cause::AlreadyClaimed) => step.draft.code_over = Some(CodeOver::Claimed),
        Standing::Shut(cause) => {
            let subject = limits::subject_of_record(&step.tools.keys, guardian);
            turn_away(step, Why { cause, person: Some(guardian), subject, typed: None }).await?;
        }
    }
    Ok(())
}

/// What became of the code that was shown in this journey, or of the account that it was to make.
async fn over(look: &Look<'_>) -> Result<Option<pages::CodeOver>, FlowError> {
    let case = match look.draft.not_matched {
        Some(case) => look.reader.cases().find(case).await?,
        None => None,
    };
    let (why, sign_in) = match (&case, look.draft.code_over) {
        (Some(case), _) if case.cause == Cause::AlreadyClaimed => ("code-over-claimed", true),
        (Some(_), _) => ("code-over-shut", false),
        (None, Some(CodeOver::Used)) => ("code-over-used", true),
        (None, Some(CodeOver::Revoked)) => ("code-over-revoked", false),
        (None, Some(CodeOver::Expired)) => ("code-over-expired", false),
        (None, Some(CodeOver::Untied)) => ("code-over-untied", false),
        (None, Some(CodeOver::Claimed)) => ("code-over-claimed", true),
        (None, None) => return Ok(None),
    };
    let sign_in = sign_in.then(|| look.link("/sign-in"));
    Ok(Some(pages::CodeOver { why: why.to_owned(), case: case.map(|case| case.number), sign_in, again: look.link("/enroll") }))
}

impl Typed {
    /// What stands for what was typed, or what is wrong with it before anybody looks for it.
    fn read(keys: &KeyStore, kind: Kind, typed: &str) -> Result<Self, FieldError> {
        if is_link(typed) {
            return Ok(Self { mac: link_mac(keys, kind, typed), front: None });
        }
        match Code::parse(typed) {
            Ok(code) => Ok(Self { mac: code_mac(keys, kind, &code), front: Some(front_mac(keys, kind, &code)) }),
            Err(Slip::Missing) => Err(FieldError::of(FIELD, "code-missing")),
            Err(Slip::Length { had }) => Err(FieldError::of(FIELD, "code-length").with("had", had)),
            Err(Slip::Groups(groups)) => {
                let said: Vec<String> = groups.iter().map(ToString::to_string).collect();
                Err(FieldError::of(FIELD, "code-slip").with("count", groups.len()).with("groups", said.join(", ")))
            }
        }
    }
}

/// Stands for a code as it is typed.
pub(super) fn code_mac(keys: &KeyStore, kind: Kind, code: &Code) -> Hash {
    keys.mac(Purpose::Code, &[b"typed", kind.word().as_bytes(), code.text().expose().as_bytes()])
}

/// Stands for the first half of a code.
pub(super) fn front_mac(keys: &KeyStore, kind: Kind, code: &Code) -> Hash {
    keys.mac(Purpose::Code, &[b"front", kind.word().as_bytes(), code.front().expose().as_bytes()])
}

/// Stands for the secret of a link or a picture.
pub(super) fn link_mac(keys: &KeyStore, kind: Kind, secret: &str) -> Hash {
    keys.mac(Purpose::Code, &[b"link", kind.word().as_bytes(), secret.as_bytes()])
}

/// 256 bits, as links and pictures hold them.
fn is_link(typed: &str) -> bool {
    typed.len() == 43 && BASE64_URL_SAFE_NO_PAD.decode(typed).is_ok_and(|bytes| bytes.len() == 32)
}

fn hex(hash: &Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the mail is asked for once more.
pub(super) const AGAIN: &str = "/enroll/invitation-again";
const FIELD: &str = "code";
const NAME: &str = "family_name";
