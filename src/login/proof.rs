//! What somebody proved on the way in, in the words that apps read: `amr` (RFC 8176) and `acr` (docs/assurance.md). One pure
//! function says it, of what the stages wrote down (row P38).

use crate::model::Draft;
use crate::model::assurance::{BADGE, TWO_FACTOR};
use crate::model::draft::CardProof;

/// What was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The assurance reached by it; `None`: no more than the account was claimed with.
    pub acr: Option<&'static str>,
    /// How.
    pub amr: Vec<String>,
}

/// What a draft proves.
///
/// The password is `pwd`. A passkey is something held that was opened by what one is or knows: two factors by itself, `pop`, `user`
/// and `mfa`. What another provider asked for is its own knowledge, and is not said as ours. A code of an
/// authenticator app or from the sheet is `otp`, and whatever it stands beside makes it `mfa`: what somebody knows, and what they
/// have. A mailed code is neither (D3): it is `mca`, another channel, and `acr` stays what it was. A card is `qr`, and what was shown
/// beside it `pic` or `pin`: less than a password, and never two factors, for whoever has seen the card has a copy of it. A session
/// that rises proved what it proved before.
pub fn of(draft: &Draft) -> Shown {
    if let Some(shown) = draft.card.as_ref().and_then(|card| card.shown.as_ref()) {
        let beside = match shown.value {
            CardProof::Chosen => None,
            CardProof::Pictures => Some("pic"),
            CardProof::Pin => Some("pin"),
        };
        return Shown { acr: Some(BADGE), amr: std::iter::once("qr").chain(beside).map(str::to_owned).collect() };
    }
    let mut amr = match (&draft.password_shown, &draft.rises) {
        (Some(_), _) => vec!["pwd".to_owned()],
        (None, Some(rises)) => rises.amr.clone(),
        (None, None) => Vec::new(),
    };
    let passkey = draft.passkey_shown.is_some().then_some(["pop", "user", "mfa"].as_slice());
    let second = draft.second_shown.is_some().then_some(["otp", "mfa"].as_slice());
    let mailed = draft.mailed_shown.is_some().then_some(["mca"].as_slice());
    for method in passkey.into_iter().chain(second).chain(mailed).flatten() {
        if !amr.iter().any(|said| said == method) {
            amr.push((*method).to_owned());
        }
    }
    Shown { acr: passkey.or(second).map(|_| TWO_FACTOR), amr }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::draft::{Card, FromSource, Proven, Rising, SecondFactor};
    use crate::model::{BadgeId, PasskeyId, SessionId, Timestamp};

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn draft(password: bool, source: bool, second: Option<SecondFactor>, rises: Option<&[&str]>) -> Draft {
        let from = FromSource { source: "academie".to_owned(), subject: "7".to_owned() };
        let rising = |amr: &[&str]| Rising {
            session: SessionId(Uuid::from_u128(1)),
            amr: amr.iter().map(|method| (*method).to_owned()).collect(),
            proven: true,
            must: true,
        };
        Draft {
            password_shown: password.then_some(Proven { value: (), at: NOW }),
            source_shown: source.then_some(Proven { value: from, at: NOW }),
            second_shown: second.map(|value| Proven { value, at: NOW }),
            rises: rises.map(rising),
            ..Draft::default()
        }
    }

    #[test]
    fn p38_what_was_shown_is_said_and_nothing_else() {
        let (app, sheet) = (Some(SecondFactor::App), Some(SecondFactor::RecoveryCode));
        let rows: &[(Draft, Option<&str>, &[&str])] = &[
            (draft(true, false, None, None), None, &["pwd"]),
            (draft(true, false, app, None), Some(TWO_FACTOR), &["pwd", "otp", "mfa"]),
            (draft(true, false, sheet, None), Some(TWO_FACTOR), &["pwd", "otp", "mfa"]),
            (draft(false, true, None, None), None, &[]),
            (draft(false, true, app, None), Some(TWO_FACTOR), &["otp", "mfa"]),
            (draft(false, false, app, Some(&["pwd"])), Some(TWO_FACTOR), &["pwd", "otp", "mfa"]),
            (draft(false, false, app, Some(&["pwd", "otp", "mfa"])), Some(TWO_FACTOR), &["pwd", "otp", "mfa"]),
            // Whoever got back in by a mailbox shows the password before they rise, and the mailbox is said no more.
            (draft(true, false, app, Some(&["mca"])), Some(TWO_FACTOR), &["pwd", "otp", "mfa"]),
            (draft(false, false, None, Some(&["pwd"])), None, &["pwd"]),
        ];
        for (proof, amr) in [(CardProof::Chosen, &["qr"][..]), (CardProof::Pictures, &["qr", "pic"]), (CardProof::Pin, &["qr", "pin"])] {
            let card = Card { shown: Some(Proven { value: proof, at: NOW }), ..Card::of(BadgeId(Uuid::from_u128(9))) };
            let shown = of(&Draft { card: Some(card), ..Draft::default() });
            assert_eq!((shown.acr, shown.amr.iter().map(String::as_str).collect::<Vec<_>>()), (Some(BADGE), amr.to_vec()));
        }
        let read = Draft { card: Some(Card::of(BadgeId(Uuid::from_u128(9)))), ..Draft::default() };
        assert_eq!((of(&read).acr, of(&read).amr.is_empty()), (None, true), "a card alone proves nothing");
        let passkey = Some(Proven { value: PasskeyId(Uuid::from_u128(7)), at: NOW });
        let by_passkey = |draft: Draft| Draft { passkey_shown: passkey.clone(), ..draft };
        let held: &[(Draft, Option<&str>, &[&str])] = &[
            (by_passkey(Draft::default()), Some(TWO_FACTOR), &["pop", "user", "mfa"]),
            (by_passkey(draft(false, false, None, Some(&["pwd"]))), Some(TWO_FACTOR), &["pwd", "pop", "user", "mfa"]),
        ];
        let mailed =
            [(Draft { mailed_shown: Some(Proven { value: (), at: NOW }), ..draft(true, false, None, None) }, None, &["pwd", "mca"][..])];
        for (draft, acr, amr) in rows.iter().chain(held).chain(&mailed) {
            let shown = of(draft);
            assert_eq!((shown.acr, shown.amr.iter().map(String::as_str).collect::<Vec<_>>()), (*acr, amr.to_vec()), "{draft:?}");
        }
    }
}
