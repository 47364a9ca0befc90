//! A new password, for joining and for getting back in: the flow's own rules or the policy's, nothing that others know,
//! nothing used before (A25, A26, A36). Everything slow happens before the write. An account that does not exist is
//! asked the same.

use async_trait::async_trait;
use serde::{Deserialize, Deserializer};

use super::confirm::{school, still_open};
use super::pages;
use super::standing::username;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::draft::PasswordHash;
use crate::model::{AccountId, Audience, Draft, FieldError};
use crate::password::phrases;
use crate::policy::{Habit, LONGEST_PASSWORD, PasswordRules, Policy, Weak};
use crate::random::Secret;
use crate::store::people::Person;
use crate::web::session;

/// Asks for a new password.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetPassword {
    #[serde(default, deserialize_with = "length")]
    min_length: Option<u16>,
    #[serde(default)]
    twice: Option<bool>,
    /// Asked only of those whose password was given to them and must be changed (row E23).
    #[serde(default)]
    if_given: bool,
}

/// Whose password it will be, as far as that is known.
struct Owner {
    person: Option<Person>,
    /// The account there is already: its former passwords may not come back.
    account: Option<AccountId>,
    username: String,
    /// The names that somebody typed whom the school does not know.
    names: Vec<String>,
    /// Whose rules hold where nobody is known yet.
    audience: Audience,
}

/// What came of the slow work.
type Chosen = Result<PasswordHash, FieldError>;

#[async_trait]
impl Stage for SetPassword {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.password.is_none() && draft.adds_to.is_none() && (!self.if_given || draft.must_change)
    }

    fn is_for_all(&self) -> bool {
        !self.if_given
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let owner = Owner::of(look).await?;
        let rules = self.rules(&look.tools.policy, owner.audience());
        let ideas = match owner.audience() {
            Audience::Student => phrases(&look.tools.random, look.language, IDEAS, rules.bits),
            Audience::Guardian | Audience::Staff => Vec::new(),
        };
        let (username, min_length) = (owner.username, usize::from(rules.length));
        let (letters, bits) = (rules.letters(), rules.bits);
        Ok(Screen::of(&pages::NewPassword { username, min_length, letters, bits, again: rules.twice, ideas }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let typed = form.secret(FIELD);
        let owner = Owner::of(look).await?;
        let policy = &look.tools.policy;
        let rules = self.rules(policy, owner.audience());
        if let Err(error) = check(policy, &rules, form, &owner.known(look).await?) {
            return Ok(Prepared::made::<Chosen>(Err(error)));
        }
        if self.was_used(look, &owner, &rules, &typed).await? {
            return Ok(Prepared::made::<Chosen>(Err(FieldError::of(FIELD, "new-password-used"))));
        }
        Ok(Prepared::made::<Chosen>(Ok(look.tools.hasher.hash(&typed).await?)))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let hash = match prepared.take::<Chosen>() {
            Some(Ok(hash)) => hash,
            Some(Err(error)) => return Ok(Outcome::Again(vec![error])),
            None => return Ok(Outcome::again(FIELD, "new-password-missing")),
        };
        if still_open(step).await? {
            step.draft.password = Some(hash);
        }
        Ok(Outcome::Next)
    }
}

impl SetPassword {
    fn rules(&self, policy: &Policy, audience: Audience) -> PasswordRules {
        let rules = policy.password(audience);
        // What a flow allows to families it does not allow to those who work at the school, nor against the district's own word.
        let least = if audience == Audience::Staff || rules.said { rules.length } else { 0 };
        PasswordRules { length: self.min_length.unwrap_or(rules.length).max(least), twice: self.twice.unwrap_or(rules.twice), ..rules }
    }

    /// It was a password of this account within the policy's depth or days; those from before a reset count (A29).
    async fn was_used(&self, look: &Look<'_>, owner: &Owner, rules: &PasswordRules, typed: &Secret) -> Result<bool, FlowError> {
        let Some(account) = owner.account else { return Ok(false) };
        let within = std::time::Duration::from_hours(24 * u64::from(rules.history_days));
        let mut former = look.reader.accounts().password_history(account, u32::from(rules.history), within, look.now).await?;
        // One that was given was never chosen, and may not be now (row E23).
        let present = look.reader.accounts().password(account).await?.map(|password| password.hash);
        former.extend(present.filter(|present| !former.contains(present)).into_iter().collect::<Vec<_>>());
        Ok(look.tools.hasher.verify_any(typed, &former).await?)
    }
}

impl Owner {
    async fn of(look: &Look<'_>) -> Result<Self, FlowError> {
        let (people, accounts) = (look.reader.people(), look.reader.accounts());
        let matched = look.draft.person.as_ref().map(|proven| proven.value);
        let account = match (matched, look.draft.account) {
            (Some(person), _) => accounts.of_person(person).await?,
            (None, Some(account)) => accounts.find(account).await?,
            (None, None) => None,
        };
        let person = match matched.or(account.as_ref().map(|account| account.person)) {
            Some(person) => people.find(person).await?,
            None => None,
        };
        let newcomer = look.draft.newcomer.as_ref();
        let typed = newcomer.map(|newcomer| newcomer.email.clone());
        // Getting back in shows the name as it was typed: the account's own spelling would say that it exists.
        let username = match (&person, matched) {
            (Some(person), Some(_)) => username(&look.tools.policy, person).or(typed),
            _ => look.draft.username.clone().or(typed),
        };
        let names = newcomer.into_iter().flat_map(|newcomer| [newcomer.given_name.clone(), newcomer.family_name.clone()]);
        let audience = look.audience.filter(|_| newcomer.is_some()).unwrap_or(Audience::Student);
        let account = account.map(|account| account.id);
        Ok(Self { person, account, username: username.unwrap_or_default(), names: names.collect(), audience })
    }

    fn audience(&self) -> Audience {
        self.person.as_ref().map_or(self.audience, session::audience)
    }

    /// The words that others know of this person. Before anything was proven, those alone that the pages around show anyway: a
    /// refusal that names one tells nobody anything new.
    async fn known(&self, look: &Look<'_>) -> Result<Vec<String>, FlowError> {
        let mut known = halves(&self.username);
        known.push(look.tools.config.district.name.clone());
        known.extend(self.names.iter().cloned());
        if let Some(person) = &self.person {
            let names = [Some(&person.given_name), Some(&person.family_name)];
            let preferred = [person.preferred_given_name.as_ref(), person.preferred_family_name.as_ref(), person.student_number.as_ref()];
            for name in names.into_iter().chain(preferred).flatten() {
                known.extend(halves(name));
            }
            known.extend(school(&look.reader.people(), person).await?);
            if is_proven(look.draft) {
                known.extend(self.known_to_the_owner(look, person).await?);
            }
        }
        Ok(known)
    }

    /// What only somebody who has shown who they are may hear that the school knows: their addresses, and their family's names.
    async fn known_to_the_owner(&self, look: &Look<'_>, person: &Person) -> Result<Vec<String>, FlowError> {
        let own = match self.account {
            Some(account) => look.reader.accounts().email(account).await?,
            None => None,
        };
        let mut known: Vec<String> = person.email.iter().chain(&own).flat_map(|address| halves(address)).collect();
        let people = look.reader.people();
        for tie in people.relationships(person.id).await? {
            let other = if tie.child == person.id { tie.guardian } else { tie.child };
            if let Some(other) = people.find(other).await? {
                let preferred = other.preferred_given_name.iter();
                known.extend([&other.given_name, &other.family_name].into_iter().chain(preferred).flat_map(|name| halves(name)));
            }
        }
        Ok(known)
    }
}

/// Somebody has shown who they are, and not only what classmates know as well.
fn is_proven(draft: &Draft) -> bool {
    draft.email_shown.is_some() || draft.owner_shown_at().is_some() || draft.source_shown.is_some() || draft.code.is_some()
}

/// A name, and each half of a double one, which is known by itself.
fn halves(name: &str) -> Vec<String> {
    let halves = name.split(|symbol: char| !symbol.is_alphanumeric()).map(str::to_owned);
    halves.chain([name.to_owned()]).collect()
}

/// What can be said without hashing anything.
fn check(policy: &Policy, rules: &PasswordRules, form: &Form, known: &[String]) -> Result<(), FieldError> {
    let typed = form.secret(FIELD);
    if typed.expose().is_empty() {
        return Err(FieldError::of(FIELD, "new-password-missing"));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    policy.check_password(rules, typed.expose(), &known).map_err(|weak| why(weak, rules))?;
    if rules.twice && form.secret(AGAIN) != typed {
        return Err(FieldError::of(AGAIN, "new-password-differs"));
    }
    Ok(())
}

/// The rule that was missed, and what was seen.
fn why(weak: Weak, rules: &PasswordRules) -> FieldError {
    match weak {
        Weak::TooShort { had } => FieldError::of(FIELD, "new-password-short").with("least", i64::from(rules.length)).with("had", had),
        Weak::TooLong => FieldError::of(FIELD, "new-password-long").with("most", LONGEST_PASSWORD),
        Weak::Mixed { more } => FieldError::of(FIELD, "new-password-mixed").with("more", more),
        Weak::Date => FieldError::of(FIELD, habit(Habit::Date)),
        Weak::Guessed(guessed) => FieldError::of(FIELD, habit(guessed)),
        Weak::Known { word } => FieldError::of(FIELD, "new-password-known").with("word", word),
    }
}

/// What makes it easy, in words.
fn habit(habit: Habit) -> &'static str {
    match habit {
        Habit::Common => "new-password-common",
        Habit::Keys => "new-password-keys",
        Habit::Repeat => "new-password-repeat",
        Habit::Sequence => "new-password-sequence",
        Habit::Date => "new-password-date",
        Habit::Name => "new-password-name",
        Habit::Word => "new-password-word",
    }
}

/// A flow may ask for less than the policy where the district said nothing itself, as the systems that it stands in for do, but not for less than anybody
/// should (security.md 2.2).
fn length<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let length = u16::deserialize(deserializer)?;
    match length {
        SHORTEST..=LONGEST => Ok(Some(length)),
        _ => Err(serde::de::Error::custom(format!("`min_length` must lie between {SHORTEST} and {LONGEST}"))),
    }
}

const FIELD: &str = "new_password";
const AGAIN: &str = "new_password_again";
const IDEAS: usize = 3;
const SHORTEST: u16 = 8;
const LONGEST: u16 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn form(password: &str, again: Option<&str>) -> Form {
        let fields = [(FIELD, Some(password)), (AGAIN, again)];
        Form(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect())
    }

    fn refusal(password: &str, again: Option<&str>, twice: bool) -> Option<(String, String)> {
        let policy = Policy::default();
        let rules = PasswordRules { length: 8, twice, ..policy.password(Audience::Student) };
        let known = ["S0123456", "Léa", "Tremblay", "École du Ruisseau"].map(str::to_owned);
        check(&policy, &rules, &form(password, again), &known).err().map(|error| (error.field, error.message.id))
    }

    #[test]
    fn e25_each_refusal_has_its_own_words() {
        for (password, expected) in [
            ("", "new-password-missing"),
            ("court", "new-password-short"),
            (&"é".repeat(129), "new-password-long"),
            ("password1", "new-password-common"),
            ("Ruisseau2012", "new-password-known"),
            ("12 mars 2010", "new-password-date"),
            ("zzzzzzzzzzz", "new-password-repeat"),
            ("fghijklmno", "new-password-sequence"),
        ] {
            assert_eq!(refusal(password, None, false), Some((FIELD.to_owned(), expected.to_owned())), "{password}");
        }
        assert_eq!(refusal("quatre lapins sous la lune", None, false), None);
    }

    #[test]
    fn a22_it_is_typed_twice_only_where_the_flow_or_the_policy_asks() {
        let (good, slip) = ("quatre lapins sous la lune", "quatre lapins sous la lume");
        assert_eq!(refusal(good, None, false), None);
        assert_eq!(refusal(good, Some(good), true), None);
        for again in [None, Some(slip)] {
            assert_eq!(refusal(good, again, true), Some((AGAIN.to_owned(), "new-password-differs".to_owned())));
        }
    }

    #[test]
    fn a25_what_the_flow_does_not_say_the_policy_says() {
        let stage: SetPassword = toml::from_str("").unwrap();
        assert_eq!(stage.rules(&Policy::default(), Audience::Student), Policy::default().password(Audience::Student));
        let stage: SetPassword = toml::from_str("min_length = 8\ntwice = true").unwrap();
        let rules = stage.rules(&Policy::default(), Audience::Student);
        assert_eq!((rules.length, rules.twice, rules.history), (8, true, 5));
        // What the district says itself is the least that a flow asks.
        for (settings, length) in
            [("[student]\npassword_length = 10", 10), ("password_preset = 'nist'", 15), ("[staff]\npassword_length = 20", 8)]
        {
            let policy = Policy::new(toml::from_str(settings).unwrap()).unwrap();
            assert_eq!(stage.rules(&policy, Audience::Student).length, length, "{settings}");
        }
        for wrong in ["min_length = 7", "min_length = 65", "min_length = 'eight'", "least = 8"] {
            assert!(toml::from_str::<SetPassword>(wrong).is_err(), "{wrong}");
        }
    }
}
