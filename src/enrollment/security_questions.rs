//! The questions that get somebody back in one day (A38, B14). How many, the flow says, or else the policy. An answer is folded, so that case,
//! accents and spaces do not count months later, and kept as a hash (row R10). What anybody would guess is refused. So
//! is whatever *looks like* a date, a number or an address, whether the school has it on file or not: a page that refused
//! only the true ones would give the file away, one guess after another.

use std::collections::BTreeSet;

use async_trait::async_trait;
use serde::{Deserialize, Deserializer};

use super::confirm::{school, still_open};
use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::draft::Answered;
use crate::model::{Draft, FieldError, Language, Message};
use crate::pages::Pages;
use crate::people::{answer_key, name_key};
use crate::policy::{MONTHS, Policy, QUESTIONS};
use crate::random::Secret;

/// Asks for questions and answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecurityQuestions {
    /// How many are to be chosen; else as many as the policy says.
    #[serde(default, deserialize_with = "count")]
    count: Option<u8>,
}

/// What came of the slow work.
type Chosen = Result<Vec<Answered>, Vec<FieldError>>;

#[async_trait]
impl Stage for SecurityQuestions {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.questions.is_none() && draft.adds_to.is_none()
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let questions = QUESTIONS.iter().map(|question| (*question).to_owned()).collect();
        Ok(Screen::of(&pages::SecurityQuestions { questions, count: usize::from(self.count(&look.tools.policy)) }))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let known = known(look).await?;
        let mut pairs = Vec::new();
        let mut wrong = Vec::new();
        for number in 1..=self.count(&look.tools.policy) {
            let pair = Pair::read(form, number);
            wrong.extend(pair.wrong(&pairs, &look.tools.pages, &known));
            pairs.push(pair);
        }
        if !wrong.is_empty() {
            return Ok(Prepared::made::<Chosen>(Err(wrong)));
        }
        let keys: Vec<Secret> = pairs.iter().map(|pair| Secret::new(pair.key.clone())).collect();
        let hashes = look.tools.hasher.hash_each(&keys.iter().collect::<Vec<_>>()).await?;
        let answered = pairs.into_iter().zip(hashes).map(|(pair, answer)| Answered { question: pair.question, answer });
        Ok(Prepared::made::<Chosen>(Ok(answered.collect())))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let answered = match prepared.take::<Chosen>() {
            Some(Ok(answered)) => answered,
            Some(Err(wrong)) => return Ok(Outcome::Again(wrong)),
            None => return Ok(Outcome::again("answer_1", "security-answer-missing")),
        };
        if still_open(step).await? {
            step.draft.questions = Some(answered);
        }
        Ok(Outcome::Next)
    }
}

impl SecurityQuestions {
    fn count(&self, policy: &Policy) -> u8 {
        self.count.unwrap_or(policy.questions().answer)
    }
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let count = u8::deserialize(deserializer)?;
    match (1..=5).contains(&count) {
        true => Ok(Some(count)),
        false => Err(serde::de::Error::custom("`count` must be between 1 and 5")),
    }
}

/// One question and what was answered.
struct Pair {
    number: u8,
    question: String,
    typed: String,
    /// The folded answer: what is hashed.
    key: String,
}

impl Pair {
    fn read(form: &Form, number: u8) -> Self {
        let typed = form.text(&format!("answer_{number}")).to_owned();
        let question = form.text(&format!("question_{number}")).to_owned();
        Self { number, question, key: answer_key(&typed), typed }
    }

    /// What is wrong with it beside those before it.
    fn wrong(&self, before: &[Self], pages: &Pages, known: &BTreeSet<String>) -> Vec<FieldError> {
        let question = match () {
            () if !QUESTIONS.contains(&self.question.as_str()) => Some("security-question-missing"),
            () if before.iter().any(|other| other.question == self.question) => Some("security-question-twice"),
            () => None,
        };
        let answer = match () {
            () if self.typed.is_empty() => Some("security-answer-missing"),
            () if self.typed.chars().count() > LONGEST => Some("security-answer-long"),
            () if looks_like_a_number_or_a_place(&self.typed) => Some("security-answer-number"),
            () if self.key.chars().count() < SHORTEST || is_one_letter(&self.key) => Some("security-answer-short"),
            () if GUESSED_FIRST.contains(&self.key.as_str()) => Some("security-answer-common"),
            () if before.iter().any(|other| other.key == self.key) => Some("security-answer-same"),
            () if self.only_says(&words_of(pages, &self.question)) => Some("security-answer-question"),
            () if self.only_says(known) => Some("security-answer-known"),
            () => None,
        };
        let at = |field: &str, id: Option<&str>| id.map(|id| FieldError::of(&format!("{field}_{}", self.number), id));
        at("question", question).into_iter().chain(at("answer", answer)).collect()
    }

    /// Every word of the answer is one of these.
    fn only_says(&self, known: &BTreeSet<String>) -> bool {
        let mut said = words(&self.typed).peekable();
        known.contains(&self.key) || (said.peek().is_some() && said.all(|word| known.contains(&word)))
    }
}

/// The names that the pages of this very journey say: the person's and the school's.
async fn known(look: &Look<'_>) -> Result<BTreeSet<String>, FlowError> {
    let people = look.reader.people();
    let person = match &look.draft.person {
        Some(proven) => people.find(proven.value).await?,
        None => None,
    };
    let Some(person) = person else { return Ok(BTreeSet::new()) };
    let preferred = [person.preferred_given_name.as_deref(), person.preferred_family_name.as_deref()];
    let names = [Some(person.given_name.as_str()), Some(person.family_name.as_str())];
    let school = school(&people, &person).await?;
    let texts = names.into_iter().chain(preferred).chain([school.as_deref()]).flatten();
    Ok(texts.flat_map(|text| words(text).chain([name_key(text)])).collect())
}

/// The words of a question, in every language: the same child may read it in the other one.
fn words_of(pages: &Pages, question: &str) -> BTreeSet<String> {
    if !QUESTIONS.contains(&question) {
        return BTreeSet::new();
    }
    let said = Language::ALL.iter().map(|language| pages.text(*language, &Message::of(question)));
    said.flat_map(|text| words(&text).collect::<Vec<_>>()).collect()
}

/// The folded words of a text.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|symbol: char| !symbol.is_alphanumeric()).map(name_key).filter(|word| !word.is_empty())
}

fn is_one_letter(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| letters.all(|letter| letter == first))
}

/// A birth date, a student number, a telephone, an address with a house number or with an @.
fn looks_like_a_number_or_a_place(typed: &str) -> bool {
    let said: Vec<String> = words(typed).collect();
    let is_number = |word: &String| word.chars().any(|symbol| symbol.is_ascii_digit());
    let numbers = said.iter().filter(|word| is_number(word)).count();
    let plain = said.iter().filter(|word| !is_number(word));
    let of_calendar = plain.clone().any(|word| MONTHS.contains(&word.as_str()));
    let of_address = plain.clone().any(|word| STREETS.contains(&word.as_str()));
    typed.contains('@') || (numbers > 0 && (numbers == said.len() || of_calendar || of_address))
}

const SHORTEST: usize = 3;
const LONGEST: usize = 200;

/// What people write who do not want to answer, and what everybody answers.
const GUESSED_FIRST: &[&str] = &[
    "abc",
    "abcd",
    "aucun",
    "aucune",
    "azerty",
    "bonjour",
    "cat",
    "chat",
    "chien",
    "chocolat",
    "chocolate",
    "dad",
    "dog",
    "dontknow",
    "football",
    "foot",
    "fortnite",
    "harrypotter",
    "hello",
    "idk",
    "idontknow",
    "jenesaispas",
    "jsp",
    "maman",
    "maison",
    "mario",
    "minecraft",
    "mom",
    "motdepasse",
    "mum",
    "none",
    "nothing",
    "nounours",
    "oui",
    "papa",
    "password",
    "pizza",
    "police",
    "policier",
    "pompier",
    "qwerty",
    "rien",
    "secret",
    "soccer",
    "teddy",
    "teddybear",
    "test",
    "titanic",
    "yes",
];
const STREETS: &[&str] = &[
    "allee",
    "avenue",
    "av",
    "boulevard",
    "boul",
    "chemin",
    "cours",
    "impasse",
    "place",
    "quai",
    "rang",
    "route",
    "rue",
    "ruelle",
    "court",
    "crescent",
    "drive",
    "lane",
    "road",
    "square",
    "st",
    "street",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pages = Pages::load().unwrap();
        let known = ["lea", "tremblay", "ecole", "du", "ruisseau"].iter().map(|word| (*word).to_owned()).collect();
        let mut fields = std::collections::BTreeMap::new();
        for (number, (question, answer)) in (1..).zip(pairs) {
            fields.insert(format!("question_{number}"), (*question).to_owned());
            fields.insert(format!("answer_{number}"), (*answer).to_owned());
        }
        let form = Form(fields);
        let mut read: Vec<Pair> = Vec::new();
        let mut wrong = Vec::new();
        for number in 1..=u8::try_from(pairs.len()).unwrap() {
            let pair = Pair::read(&form, number);
            wrong.extend(pair.wrong(&read, &pages, &known).into_iter().map(|error| (error.field, error.message.id)));
            read.push(pair);
        }
        wrong
    }

    fn refusal(answer: &str) -> Option<String> {
        refusals(&[(QUESTIONS[0], answer)]).pop().map(|(field, id)| {
            assert_eq!(field, "answer_1");
            id
        })
    }

    #[test]
    fn r10_what_anybody_would_guess_is_refused_with_its_reason() {
        for (answer, expected) in [
            ("", "security-answer-missing"),
            ("  ", "security-answer-missing"),
            ("Zo", "security-answer-short"),
            ("- é -", "security-answer-short"),
            ("aaaa", "security-answer-short"),
            ("Je ne sais pas", "security-answer-common"),
            ("PIZZA", "security-answer-common"),
            ("léa tremblay", "security-answer-known"),
            ("Tremblay", "security-answer-known"),
            ("École du Ruisseau", "security-answer-known"),
            ("un ami imaginaire", "security-answer-question"),
            ("2012-03-04", "security-answer-number"),
            ("4 mars 2012", "security-answer-number"),
            ("0123456", "security-answer-number"),
            ("148, rue des Lilas", "security-answer-number"),
            ("148 Main Street", "security-answer-number"),
            ("lea@ecole.example", "security-answer-number"),
            (&"long ".repeat(50), "security-answer-long"),
        ] {
            assert_eq!(refusal(answer).as_deref(), Some(expected), "{answer:?}");
        }
        for fine in ["Tournesol", "rue des Lilas", "Capitaine Crochet", "Léa la girafe", "les 7 nains", "Bleu nuit"] {
            assert_eq!(refusal(fine), None, "{fine:?}");
        }
    }

    #[test]
    fn a38_each_question_once_and_each_answer_once() {
        let (one, two, three) = (QUESTIONS[2], QUESTIONS[3], QUESTIONS[4]);
        assert_eq!(refusals(&[(one, "Tournesol"), (two, "Grenier bleu"), (three, "Capitaine Crochet")]), []);
        let said = refusals(&[(one, "Tournesol"), (one, "tourne sol"), ("question-secret", "Grenier bleu"), ("", "Grenier")]);
        let said: Vec<(&str, &str)> = said.iter().map(|(field, id)| (field.as_str(), id.as_str())).collect();
        assert_eq!(
            said,
            [
                ("question_2", "security-question-twice"),
                ("answer_2", "security-answer-same"),
                ("question_3", "security-question-missing"),
                ("question_4", "security-question-missing"),
            ]
        );
    }

    #[test]
    fn r10_case_accents_and_spaces_do_not_count() {
        let key = |answer: &str| {
            let form = Form([("answer_1".to_owned(), answer.to_owned())].into());
            Pair::read(&form, 1).key
        };
        assert_eq!(key("Bleu "), key("BLEU"));
        assert_eq!(key("Fée Clochette"), key(" fee  clochette"));
        assert_ne!(key("bleu"), key("vert"));
    }
}
