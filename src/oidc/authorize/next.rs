//! What must happen before an authorization request may be answered: a pure function, and its truth table. The same
//! list drives the pages and the errors of `prompt=none`, so they cannot disagree.

use crate::model::assurance::{BADGE, TWO_FACTOR};
use crate::model::{Scopes, Timestamp};
use crate::oidc::acr;
use crate::oidc::claims_request::to_allow;
use crate::oidc::error::{ErrorCode, OAuthError};
use crate::oidc::profile;
use crate::store::clients::Client;
use crate::store::grants::{Grant, Prompt};
use crate::store::sessions::Session;

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The person signs in, for this reason.
    SignIn(Reason),
    /// The person shows what is missing beside this sign-in, and nothing else; sets it up, if they have none.
    StepUp {
        /// The client has no use for less.
        must: bool,
    },
    /// The person says which account it is to be.
    Choose,
    /// The person allows it.
    Consent,
    /// The client hears no more than this.
    Refuse(Reason),
    /// The code is given out.
    Issue,
}

/// Why the person is bothered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody is signed in.
    NoSession,
    /// `prompt=login`.
    Asked,
    /// `max_age` is over.
    TooOld,
    /// `acr_values` asks for more than this sign-in reached.
    TooWeak,
    /// The client has no use for less than an assurance that this person cannot reach.
    Unmet,
    /// `id_token_hint` names somebody else.
    SomebodyElse,
}

/// What somebody could show beside a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    /// What they have set up.
    Has,
    /// Nothing yet; they may set it up now.
    MayHave,
    /// Nothing: a child is not asked for it, nor is whoever has no password that comes first.
    Never,
}

/// Everything that counts.
pub struct Facts<'a> {
    /// The request.
    pub grant: &'a Grant,
    /// Who asks.
    pub client: &'a Client,
    /// The browser's session.
    pub session: Option<&'a Session>,
    /// The assurance with which the session's account was claimed.
    pub claimed: &'a str,
    /// What its owner could show beside a password.
    pub second: SecondFactor,
    /// The `sub` that the client would see.
    pub subject: Option<&'a str>,
    /// `login_hint` names another person than the one signed in.
    pub hint_differs: bool,
    /// What the person allowed this client before.
    pub consented: &'a Scopes,
    /// The request's instant.
    pub now: Timestamp,
}

/// OpenID Connect Core section 3.1.2.3.
pub fn next(facts: &Facts<'_>) -> Next {
    let request = &facts.grant.request;
    let asked = |prompt| request.prompt.contains(&prompt);
    let Some(session) = facts.session else { return Next::SignIn(Reason::NoSession) };
    // Signed in for this very request. Each sign-in has a session of its own, so another session than then is a new one;
    // its age is asked too, for a browser may go back to an older one.
    let fresh = request.session_then != Some(session.id) && session.auth_time >= facts.grant.created_at;
    let decided = fresh || facts.grant.chosen_in == Some(session.id);
    if asked(Prompt::Login) && !fresh {
        return Next::SignIn(Reason::Asked);
    }
    if request.max_age.is_some_and(|age| age == 0 || facts.now.since(session.auth_time) > age) && !fresh {
        return Next::SignIn(Reason::TooOld);
    }
    if request.hinted_subject.as_deref().is_some_and(|hinted| facts.subject != Some(hinted)) {
        return if decided { Next::Refuse(Reason::SomebodyElse) } else { Next::Choose };
    }
    // Rows P39: a hint never signs anybody in or out; the person says who it is.
    if (facts.hint_differs || asked(Prompt::SelectAccount)) && !decided {
        return Next::Choose;
    }
    if let Some(more) = more_assurance(facts, session, fresh) {
        return more;
    }
    let allowed = facts.grant.allowed_in == Some(session.id);
    let remembers = profile::of(facts.client.settings.profile).remembers_consent && !asked(Prompt::Consent);
    let remembered = remembers && to_allow(request).within(facts.consented);
    if !(facts.client.settings.first_party || allowed || remembered) {
        return Next::Consent;
    }
    Next::Issue
}

/// OpenID Connect Core section 5.5.1.1: what is essential is reached or refused, and so is what the client is registered to need;
/// what is wished for is asked once, and then the client learns what was reached (row P38).
fn more_assurance(facts: &Facts<'_>, session: &Session, fresh: bool) -> Option<Next> {
    let request = &facts.grant.request;
    let reaches = |reached: &str, wanted: &str| acr::reaches(reached, facts.claimed, wanted);
    let helps = |wanted: &[String]| session.acr != TWO_FACTOR && wanted.iter().any(|wanted| is_ours(wanted) && reaches(TWO_FACTOR, wanted));
    // A card is less than the password, which its owner may have: it is asked for once.
    let by_password =
        |wanted: &[String]| session.acr == BADGE && !fresh && wanted.iter().any(|wanted| is_ours(wanted) && reaches(facts.claimed, wanted));
    for must in [request.essential_acr.as_slice(), facts.client.settings.requests.required_acr.as_slice()] {
        if must.is_empty() || must.iter().any(|wanted| is_ours(wanted) && reaches(&session.acr, wanted)) {
            continue;
        }
        return Some(match (helps(must) && facts.second != SecondFactor::Never, by_password(must)) {
            (_, true) => Next::SignIn(Reason::TooWeak),
            (true, false) => Next::StepUp { must: true },
            (false, false) => Next::Refuse(Reason::Unmet),
        });
    }
    let wished = request.acr_values.as_slice();
    if wished.is_empty() || wished.iter().any(|wanted| reaches(&session.acr, wanted)) {
        return None;
    }
    if by_password(wished) {
        return Some(Next::SignIn(Reason::TooWeak));
    }
    match (helps(wished), facts.second) {
        (true, SecondFactor::Never) => None,
        (true, _) => (facts.grant.stepped_in != Some(session.id)).then_some(Next::StepUp { must: false }),
        (false, _) => (!fresh).then_some(Next::SignIn(Reason::TooWeak)),
    }
}

/// A word that is not ours is a wish that nobody can refuse, and nobody can fulfil.
fn is_ours(word: &str) -> bool {
    acr::WORDS.contains(&word)
}

impl Next {
    /// What the client hears when the person must not be bothered (`prompt=none`).
    pub fn unbothered(self) -> Option<OAuthError> {
        match self {
            Self::Refuse(Reason::Unmet) => {
                Some(ErrorCode::UnmetAuthenticationRequirements.because("this person cannot sign in with the assurance that is needed"))
            }
            Self::StepUp { .. } => Some(ErrorCode::LoginRequired.because("the person must show a second factor")),
            Self::SignIn(_) => Some(ErrorCode::LoginRequired.because("the person must sign in")),
            Self::Refuse(_) => Some(ErrorCode::LoginRequired.because("another person than the hinted one is signed in")),
            Self::Choose => Some(ErrorCode::AccountSelectionRequired.because("the person must choose an account")),
            Self::Consent => Some(ErrorCode::ConsentRequired.because("the person must allow it")),
            Self::Issue => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::assurance::{IDENTIFIED, PROVEN};
    use crate::oidc::testing::{client, grant, session};
    use crate::store::clients::Profile;
    use crate::store::grants::Request;

    const NOW: Timestamp = Timestamp(1_000);

    /// One row: what is changed from a request of a first-party client at 1000 by somebody who signed in at 900.
    fn decide(change: impl FnOnce(&mut Grant, &mut Client, &mut Option<Session>, &mut Other)) -> Next {
        let (mut grant, mut client, mut other) = (grant(NOW), client(), Other::default());
        client.settings.first_party = true;
        let mut signed_in = Some(session(1, Timestamp(900)));
        grant.request.session_then = signed_in.as_ref().map(|session| session.id);
        change(&mut grant, &mut client, &mut signed_in, &mut other);
        next(&Facts {
            grant: &grant,
            client: &client,
            session: signed_in.as_ref(),
            claimed: other.claimed,
            second: other.second,
            subject: Some("sub-1"),
            hint_differs: other.hint_differs,
            consented: &other.consented,
            now: NOW + std::time::Duration::from_secs(other.later),
        })
    }

    struct Other {
        hint_differs: bool,
        consented: Scopes,
        later: u64,
        claimed: &'static str,
        second: SecondFactor,
    }

    impl Default for Other {
        fn default() -> Self {
            let consented = Scopes::default();
            Self { hint_differs: false, consented, later: 0, claimed: IDENTIFIED, second: SecondFactor::Never }
        }
    }

    fn asks(prompt: Prompt) -> Request {
        Request { prompt: vec![prompt], ..Request::default() }
    }

    #[test]
    fn somebody_signed_in_is_not_bothered() {
        assert_eq!(decide(|_, _, _, _| {}), Next::Issue);
    }

    #[test]
    fn nobody_signed_in_signs_in() {
        assert_eq!(decide(|_, _, session, _| *session = None), Next::SignIn(Reason::NoSession));
    }

    #[test]
    fn p38_a_fresh_sign_in_is_a_fresh_one() {
        let then = session(1, Timestamp(900)).id;
        for request in [asks(Prompt::Login), Request { max_age: Some(0), ..Request::default() }] {
            let request = Request { session_then: Some(then), ..request };
            let old = decide(|grant, _, _, _| grant.request = request.clone());
            assert!(matches!(old, Next::SignIn(Reason::Asked | Reason::TooOld)), "{old:?}");
            let fresh = decide(|grant, _, signed_in, other| {
                grant.request = request.clone();
                *signed_in = Some(session(2, Timestamp(1_000)));
                other.later = 5;
            });
            assert_eq!(fresh, Next::Issue);
            let older_one = decide(|grant, _, signed_in, _| {
                grant.request = request.clone();
                *signed_in = Some(session(2, Timestamp(950)));
            });
            assert!(matches!(older_one, Next::SignIn(_)));
        }
    }

    #[test]
    fn max_age_counts_from_the_sign_in() {
        for (age, expected) in [(99, Next::SignIn(Reason::TooOld)), (100, Next::Issue), (10_000, Next::Issue)] {
            assert_eq!(decide(|grant, _, _, _| grant.request.max_age = Some(age)), expected, "{age}");
        }
    }

    #[test]
    fn p38_a_sign_in_below_the_wanted_assurance_is_not_enough() {
        let weak = decide(|grant, _, _, _| grant.request.acr_values = vec![PROVEN.to_owned()]);
        assert_eq!(weak, Next::SignIn(Reason::TooWeak));
        let one_of = decide(|grant, _, _, _| {
            grant.request.acr_values = vec!["urn:preau:acr:two-factor".to_owned(), "urn:preau:acr:identified".to_owned()];
        });
        assert_eq!(one_of, Next::Issue);
        let unknown = decide(|grant, _, _, _| grant.request.acr_values = vec!["urn:elsewhere".to_owned()]);
        assert_eq!(unknown, Next::Issue, "an assurance that nobody here knows is a wish");
    }

    /// Who has what, what is asked and how, and what comes of it.
    #[test]
    fn p38_a_second_factor_is_asked_of_whoever_can_show_it_and_of_nobody_else() {
        use SecondFactor::{Has, MayHave, Never};
        // What is wished for, what is essential, what the client needs.
        type Asked = (&'static [&'static str], &'static [&'static str], Option<&'static str>);
        let (up, wish, unmet) = (Next::StepUp { must: true }, Next::StepUp { must: false }, Next::Refuse(Reason::Unmet));
        let weak = Next::SignIn(Reason::TooWeak);
        let wished: Asked = (&[TWO_FACTOR], &[], None);
        let essential: Asked = (&[TWO_FACTOR], &[TWO_FACTOR], None);
        let needed: Asked = (&[], &[], Some(TWO_FACTOR));
        let either: Asked = (&[TWO_FACTOR, IDENTIFIED], &[TWO_FACTOR, IDENTIFIED], None);
        let proven: Asked = (&[], &[PROVEN], None);
        let foreign: Asked = (&[], &["urn:elsewhere"], None);
        let rows: &[(Asked, &str, &str, [Next; 3])] = &[
            (wished, IDENTIFIED, IDENTIFIED, [wish, wish, Next::Issue]),
            (essential, IDENTIFIED, IDENTIFIED, [up, up, unmet]),
            (needed, PROVEN, PROVEN, [up, up, unmet]),
            (either, IDENTIFIED, IDENTIFIED, [Next::Issue; 3]),
            (wished, TWO_FACTOR, IDENTIFIED, [Next::Issue; 3]),
            (essential, TWO_FACTOR, IDENTIFIED, [Next::Issue; 3]),
            (needed, TWO_FACTOR, PROVEN, [Next::Issue; 3]),
            (proven, IDENTIFIED, IDENTIFIED, [unmet; 3]),
            (proven, IDENTIFIED, PROVEN, [up, up, unmet]),
            (proven, TWO_FACTOR, IDENTIFIED, [unmet; 3]),
            (foreign, PROVEN, PROVEN, [unmet; 3]),
            ((&[PROVEN], &[], None), IDENTIFIED, IDENTIFIED, [weak; 3]),
        ];
        for ((wished, essential, needed), reached, claimed, expected) in rows {
            for (second, expected) in [Has, MayHave, Never].into_iter().zip(expected) {
                let said = decide(|grant, client, signed_in, other| {
                    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
                    (grant.request.acr_values, grant.request.essential_acr) = (words(wished), words(essential));
                    client.settings.requests.required_acr = needed.map(str::to_owned);
                    signed_in.as_mut().unwrap().acr = (*reached).to_owned();
                    (other.claimed, other.second) = (claimed, second);
                });
                assert_eq!(said, *expected, "{wished:?} {essential:?} {needed:?} of {reached} by {second:?}");
            }
        }
    }

    #[test]
    fn a_card_is_never_enough_where_a_password_is_needed() {
        for (needed, claimed, expected) in [
            (IDENTIFIED, IDENTIFIED, Next::SignIn(Reason::TooWeak)),
            (PROVEN, PROVEN, Next::SignIn(Reason::TooWeak)),
            (PROVEN, IDENTIFIED, Next::Refuse(Reason::Unmet)),
            (TWO_FACTOR, PROVEN, Next::Refuse(Reason::Unmet)),
            (BADGE, IDENTIFIED, Next::Issue),
        ] {
            let by_card = |fresh: bool| {
                decide(|grant, client, signed_in, other| {
                    client.settings.requests.required_acr = Some(needed.to_owned());
                    signed_in.as_mut().unwrap().acr = BADGE.to_owned();
                    other.claimed = claimed;
                    if fresh {
                        *signed_in = Some(Session { acr: BADGE.to_owned(), ..session(2, NOW) });
                        grant.request.session_then = None;
                    }
                })
            };
            assert_eq!(by_card(false), expected, "{needed} of {claimed}");
            let after = if needed == BADGE { Next::Issue } else { Next::Refuse(Reason::Unmet) };
            assert_eq!(by_card(true), after, "{needed}: whoever shows the card once more is not sent round in a circle");
        }
        assert_eq!(decide(|_, _, signed_in, _| signed_in.as_mut().unwrap().acr = BADGE.to_owned()), Next::Issue);
    }

    #[test]
    fn what_is_wished_for_is_asked_once_and_what_is_needed_until_it_is_there() {
        let decide = |essential: bool| {
            decide(|grant, _, signed_in, other| {
                grant.stepped_in = signed_in.as_ref().map(|session| session.id);
                grant.request.acr_values = vec![TWO_FACTOR.to_owned()];
                grant.request.essential_acr = if essential { grant.request.acr_values.clone() } else { Vec::new() };
                other.second = SecondFactor::MayHave;
            })
        };
        assert_eq!(decide(false), Next::Issue, "whoever goes on without it goes on, and the client learns what was reached");
        assert_eq!(decide(true), Next::StepUp { must: true });
    }

    #[test]
    fn an_old_sign_in_is_renewed_before_it_rises() {
        let both = decide(|grant, _, _, other| {
            grant.request.max_age = Some(10);
            grant.request.essential_acr = vec![TWO_FACTOR.to_owned()];
            other.second = SecondFactor::Has;
        });
        assert_eq!(both, Next::SignIn(Reason::TooOld));
    }

    #[test]
    fn p39_a_hint_for_another_person_asks_who_it_is() {
        assert_eq!(decide(|_, _, _, other| other.hint_differs = true), Next::Choose);
        let chosen = decide(|grant, _, signed_in, other| {
            other.hint_differs = true;
            grant.chosen_in = signed_in.as_ref().map(|session| session.id);
        });
        assert_eq!(chosen, Next::Issue);
        assert_eq!(decide(|grant, _, _, _| grant.request.hinted_subject = Some("sub-1".to_owned())), Next::Issue);
        assert_eq!(decide(|grant, _, _, _| grant.request.hinted_subject = Some("sub-2".to_owned())), Next::Choose);
        let insisted = decide(|grant, _, signed_in, _| {
            grant.request.hinted_subject = Some("sub-2".to_owned());
            grant.chosen_in = signed_in.as_ref().map(|session| session.id);
        });
        assert_eq!(insisted, Next::Refuse(Reason::SomebodyElse));
    }

    #[test]
    fn an_account_is_chosen_once() {
        assert_eq!(decide(|grant, _, _, _| grant.request.prompt = vec![Prompt::SelectAccount]), Next::Choose);
        let after = decide(|grant, _, signed_in, _| {
            grant.request.prompt = vec![Prompt::SelectAccount];
            grant.chosen_in = signed_in.as_ref().map(|session| session.id);
        });
        assert_eq!(after, Next::Issue);
        let in_another_session = decide(|grant, _, _, _| {
            grant.request.prompt = vec![Prompt::SelectAccount];
            grant.chosen_in = Some(session(3, Timestamp(1)).id);
        });
        assert_eq!(in_another_session, Next::Choose);
    }

    #[test]
    fn consent_is_asked_once_and_never_by_the_districts_own_apps() {
        let all = Scopes::parse("openid profile");
        assert_eq!(decide(|grant, _, _, _| grant.request.scopes = all.clone()), Next::Issue);
        let foreign = |grant: &mut Grant, client: &mut Client| {
            client.settings.first_party = false;
            grant.request.scopes = all.clone();
        };
        assert_eq!(decide(|grant, client, _, _| foreign(grant, client)), Next::Consent);
        let remembered = decide(|grant, client, _, other| {
            foreign(grant, client);
            other.consented = Scopes::parse("openid profile email");
        });
        assert_eq!(remembered, Next::Issue);
        let high_risk = decide(|grant, client, _, other| {
            foreign(grant, client);
            client.settings.profile = Profile::Fapi2;
            other.consented = all.clone();
        });
        assert_eq!(high_risk, Next::Consent, "each answer is somebody's own yes");
        let more = decide(|grant, client, _, other| {
            foreign(grant, client);
            other.consented = Scopes::parse("openid");
        });
        assert_eq!(more, Next::Consent);
        let asked_again = decide(|grant, client, _, other| {
            foreign(grant, client);
            grant.request.prompt = vec![Prompt::Consent];
            other.consented = all.clone();
        });
        assert_eq!(asked_again, Next::Consent);
        let allowed = decide(|grant, client, signed_in, _| {
            foreign(grant, client);
            grant.request.prompt = vec![Prompt::Consent];
            grant.allowed_in = signed_in.as_ref().map(|session| session.id);
        });
        assert_eq!(allowed, Next::Issue);
        let by_another = decide(|grant, client, _, _| {
            foreign(grant, client);
            grant.allowed_in = Some(session(3, Timestamp(1)).id);
        });
        assert_eq!(by_another, Next::Consent);
    }

    #[test]
    fn whoever_must_not_be_bothered_hears_why() {
        let table = [
            (Next::SignIn(Reason::NoSession), Some("login_required")),
            (Next::Choose, Some("account_selection_required")),
            (Next::Consent, Some("consent_required")),
            (Next::Refuse(Reason::SomebodyElse), Some("login_required")),
            (Next::StepUp { must: false }, Some("login_required")),
            (Next::Refuse(Reason::Unmet), Some("unmet_authentication_requirements")),
            (Next::Issue, None),
        ];
        for (next, word) in table {
            assert_eq!(next.unbothered().map(|error| error.code.word()), word);
        }
    }
}
