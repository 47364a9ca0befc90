//! What a child shows beside the card: three pictures of sixteen, one tap each, or a few digits. The first time they choose
//! it, and show it once more. It has a counter of its own: nobody shuts a child's password by it, and no password shuts it
//! (row R19). Five wrong ones, and the card sleeps an hour; the school hears of it.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::limits::{self, Rule, Taken};
use crate::model::draft::{Card, CardProof, PasswordHash, Proven};
use crate::model::{AccountId, Draft, FieldError, Picture};
use crate::password::Verdict;
use crate::policy;
use crate::random::Secret;
use crate::store::badges::{CardSecret, SecretKind};
use crate::store::events::Event;
use crate::store::people::Person;
use crate::web::badge;
use crate::web::visitor::given_name;

/// Asks for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::login) struct BesideCard {}

/// What was heard, before the write.
enum Heard {
    /// From the beginning, please.
    Again,
    /// One more picture, and more to come: all of them, sealed.
    More(String),
    /// It cannot be that: why.
    Odd(&'static str),
    /// Chosen for the first time, hashed.
    Chosen(PasswordHash),
    /// Chosen once more: the same as before, or not.
    Repeated(bool),
    /// Too many tries: it was not even compared.
    Limited,
    /// Shown, and compared with this hash.
    Shown { right: bool, against: PasswordHash },
}

/// What one form brought.
enum Brought {
    /// Not all of it yet.
    More(Vec<Picture>),
    /// All of it.
    Whole(Secret),
    /// It cannot be that.
    Odd(&'static str),
}

#[async_trait]
impl Stage for BesideCard {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.card.as_ref().is_some_and(|card| card.shown.is_none())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let (card, account) = held(look.draft)?;
        let secret = look.reader.badges().secret(account).await?;
        let tapped = tapped(look, card)?.len();
        let ask = match (&secret, &card.chosen) {
            (Some(_), _) => "show",
            (None, None) => "choose",
            (None, Some(_)) => "again",
        };
        let kind = secret.map_or_else(|| badge::kind(look.tools), |secret| secret.kind);
        Ok(Screen::of(&pages::BadgeSecret {
            name: name(look, account).await?,
            kind: kind.word(),
            ask,
            tapped,
            most: MOST,
            pictures: pages::Choice::all(),
        }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let (card, account) = held(look.draft)?;
        if form.ticked("again") {
            return Ok(Prepared::made(Heard::Again));
        }
        let (tools, secret) = (look.tools, look.reader.badges().secret(account).await?);
        let kind = secret.as_ref().map_or_else(|| badge::kind(tools), |secret| secret.kind);
        let choosing = secret.is_none();
        let whole = match brought(kind, tapped(look, card)?, form, choosing) {
            Brought::Odd(why) => return Ok(Prepared::made(Heard::Odd(why))),
            Brought::Whole(whole) => whole,
            Brought::More(tapped) => {
                let journey = look.journey.ok_or_else(|| FlowError::Broken("pictures of no journey".to_owned()))?;
                return Ok(Prepared::made(Heard::More(badge::seal(&tools.keys, &tools.random, journey, &tapped))));
            }
        };
        Ok(Prepared::made(match (secret, &card.chosen) {
            (None, None) => Heard::Chosen(tools.hasher.hash(&whole).await?),
            (None, Some(chosen)) => Heard::Repeated(tools.hasher.verify(&whole, Some(chosen)).await? != Verdict::Wrong),
            (Some(secret), _) => {
                if limits::would_wait(&look.reader, Rule::Badge, &badge::subject(&tools.keys, account), look.now).await? {
                    return Ok(Prepared::made(Heard::Limited));
                }
                let verdict = tools.hasher.verify(&whole, Some(&secret.hash)).await?;
                Heard::Shown { right: verdict != Verdict::Wrong, against: secret.hash }
            }
        }))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let Some(heard) = prepared.take::<Heard>() else { return Ok(Outcome::again(FIELD, "badge-pictures-missing")) };
        if !badge::works_here(step.tools, &step.visitor.network, step.now) {
            return Ok(Outcome::again(FIELD, "badge-no-longer-here"));
        }
        let badge = held(step.draft)?.0.badge;
        let Some((account, person)) = badge::owner(step.tx, step.tools, badge).await? else {
            return Ok(Outcome::again(FIELD, "badge-over"));
        };
        if !badge::works_for(&step.tx.people(), step.tools, &person, &step.visitor.network, step.now).await? {
            return Ok(Outcome::again(FIELD, "badge-of-elsewhere"));
        }
        let Some(card) = step.draft.card.as_mut() else { return Err(FlowError::Broken("a card that was held is gone".to_owned())) };
        if let Heard::More(sealed) = heard {
            card.tapped = Some(sealed);
            return Ok(Outcome::Next);
        }
        card.tapped = None;
        match heard {
            Heard::Odd(why) => Ok(Outcome::again(FIELD, why)),
            Heard::Again | Heard::More(_) => {
                card.chosen = None;
                Ok(Outcome::Next)
            }
            Heard::Chosen(hash) => {
                card.chosen = Some(hash);
                Ok(Outcome::Next)
            }
            Heard::Repeated(false) => {
                card.chosen = None;
                Ok(Outcome::again(FIELD, "badge-not-the-same"))
            }
            Heard::Repeated(true) => chosen(step, account.id, &person).await,
            Heard::Limited | Heard::Shown { .. } => judge(step, account.id, &person, heard).await,
        }
    }
}

/// The child chose, and knows it still.
async fn chosen(step: &mut Step<'_>, account: AccountId, person: &Person) -> Result<Outcome, FlowError> {
    let (now, kind) = (step.now, badge::kind(step.tools));
    let Some(card) = step.draft.card.as_mut() else { return Err(FlowError::Broken("a card that was held is gone".to_owned())) };
    let Some(hash) = card.chosen.take() else { return Ok(Outcome::Next) };
    if !step.tx.badges().choose(account, &CardSecret { kind, hash, set_at: now }).await? {
        // Somebody else with the card was first: from now on theirs is asked for.
        return Ok(Outcome::again(FIELD, "badge-chosen-already"));
    }
    card.shown = Some(Proven { value: CardProof::Chosen, at: now });
    let detail = serde_json::json!({ "badge": card.badge, "kind": kind.word() });
    step.tx.record(&Event { person: Some(person.id), detail, ..Event::of("badge.secret-chosen") }, now).await?;
    Ok(Outcome::Next)
}

/// A try is counted before it is judged.
async fn judge(step: &mut Step<'_>, account: AccountId, person: &Person, heard: Heard) -> Result<Outcome, FlowError> {
    let (keys, now) = (&step.tools.keys, step.now);
    let subject = badge::subject(keys, account);
    let left = match limits::take(step.tx, Rule::Badge, &subject, now).await? {
        Taken::Go { left } => left,
        Taken::Wait(until) => return Ok(Outcome::Wait(vec![FieldError::of(FIELD, "badge-wait")], until)),
        Taken::Closed => return Ok(Outcome::again(FIELD, "badge-closed")),
    };
    let Heard::Shown { right, against } = heard else { return Ok(Outcome::again(FIELD, "badge-once-more")) };
    if !right || !step.tx.badges().hold_secret(account, &against).await? {
        limits::failed(step.tx, keys, &step.visitor.network, &subject, now).await?;
        if left > 0 {
            return Ok(Outcome::Again(vec![FieldError::of(FIELD, "badge-wrong").with("left", i64::from(left))]));
        }
        let badge = held(step.draft)?.0.badge;
        badge::fell_asleep(step, badge, person, now + SLEEP).await?;
        return Ok(Outcome::again(FIELD, "badge-asleep"));
    }
    limits::clear(step.tx, Rule::Badge, &subject).await?;
    let kind = step.tx.badges().secret(account).await?.map_or(SecretKind::Pictures, |secret| secret.kind);
    let value = if kind == SecretKind::Pin { CardProof::Pin } else { CardProof::Pictures };
    if let Some(card) = step.draft.card.as_mut() {
        card.shown = Some(Proven { value, at: now });
    }
    Ok(Outcome::Next)
}

/// Puts together what a form brought and what was tapped before.
fn brought(kind: SecretKind, mut tapped: Vec<Picture>, form: &Form, choosing: bool) -> Brought {
    if kind == SecretKind::Pin {
        let digits: String = form.text("secret-pin").chars().filter(|symbol| !symbol.is_whitespace()).collect();
        return match () {
            () if digits.is_empty() => Brought::Odd("badge-pin-missing"),
            () if !(4..=6).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) => Brought::Odd("badge-pin-odd"),
            () if choosing && policy::is_weak_pin(&digits) => Brought::Odd("badge-pin-weak"),
            () => Brought::Whole(badge::of_pin(&digits)),
        };
    }
    let Some(picture) = Picture::from_word(form.text("secret-picture")) else { return Brought::Odd("badge-pictures-missing") };
    tapped.push(picture);
    match () {
        () if tapped.len() < MOST => Brought::More(tapped),
        () if choosing && tapped.iter().all(|other| *other == picture) => Brought::Odd("badge-pictures-all-same"),
        () => Brought::Whole(badge::of_pictures(&tapped)),
    }
}

/// The card that is held, and whose it is.
fn held(draft: &Draft) -> Result<(&Card, AccountId), FlowError> {
    match (&draft.card, draft.account) {
        (Some(card), Some(account)) => Ok((card, account)),
        _ => Err(FlowError::Broken("nobody holds a card here".to_owned())),
    }
}

fn tapped(look: &Look<'_>, card: &Card) -> Result<Vec<Picture>, FlowError> {
    match (&card.tapped, look.journey) {
        (Some(sealed), Some(journey)) => badge::unseal(&look.tools.keys, journey, sealed),
        _ => Ok(Vec::new()),
    }
}

/// The first name, by which a child knows their own card.
async fn name(look: &Look<'_>, account: AccountId) -> Result<String, FlowError> {
    let person = match look.reader.accounts().find(account).await? {
        Some(account) => look.reader.people().find(account.person).await?,
        None => None,
    };
    Ok(person.map(|person| given_name(&person).to_owned()).unwrap_or_default())
}

/// The field at which everything stands that is wrong.
const FIELD: &str = "beside-card";
/// Pictures.
const MOST: usize = 3;
/// As long as the counter waits.
const SLEEP: std::time::Duration = std::time::Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, value: &str) -> Form {
        Form([(name.to_owned(), value.to_owned())].into())
    }

    fn of(kind: SecretKind, tapped: &[Picture], form: &Form, choosing: bool) -> String {
        match brought(kind, tapped.to_vec(), form, choosing) {
            Brought::More(tapped) => format!("{} so far", tapped.len()),
            Brought::Whole(secret) => secret.expose().to_owned(),
            Brought::Odd(why) => why.to_owned(),
        }
    }

    #[test]
    fn three_pictures_in_order_are_one_secret_and_not_three_times_the_same() {
        let (cat, sun) = (Picture::Cat, Picture::Sun);
        let picture = |word| form("secret-picture", word);
        for (tapped, word, choosing, expected) in [
            (&[][..], "cat", true, "1 so far"),
            (&[cat][..], "cat", true, "2 so far"),
            (&[cat, cat][..], "cat", true, "badge-pictures-all-same"),
            (&[cat, cat][..], "cat", false, "pictures:cat,cat,cat"),
            (&[cat, cat][..], "sun", true, "pictures:cat,cat,sun"),
            (&[sun, cat][..], "cat", false, "pictures:sun,cat,cat"),
            (&[cat][..], "dragon", false, "badge-pictures-missing"),
            (&[cat][..], "", false, "badge-pictures-missing"),
        ] {
            assert_eq!(of(SecretKind::Pictures, tapped, &picture(word), choosing), expected, "{tapped:?} {word}");
        }
    }

    #[test]
    fn digits_are_four_to_six_and_not_those_that_are_tried_first() {
        for (typed, choosing, expected) in [
            ("2580", true, "pin:2580"),
            (" 25 80 ", true, "pin:2580"),
            ("1234", true, "badge-pin-weak"),
            ("1234", false, "pin:1234"),
            ("258", true, "badge-pin-odd"),
            ("2580258", true, "badge-pin-odd"),
            ("25٣0", true, "badge-pin-odd"),
            ("", true, "badge-pin-missing"),
        ] {
            assert_eq!(of(SecretKind::Pin, &[], &form("secret-pin", typed), choosing), expected, "{typed}");
        }
    }
}
