//! A stage that the district makes itself: a service of its own is asked, and says whether the person goes on, what else
//! it wants to know, or why not. The question is a signed token whose keys stand at `jwks_uri` (RFC 7519), so the service
//! knows that it is ours; what it says is shown as words and never as markup. A service that is silent or talks nonsense
//! loses nothing of the journey: the page says so, and the same button asks again.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

use super::pages;
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::keys::Algorithm;
use crate::model::draft::{Outside, Wanted};
use crate::model::{Draft, FieldError, JourneyId, Language};
use crate::store::people::Person;

/// Asks a service of the district.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Http {
    #[serde(deserialize_with = "address")]
    url: Url,
    /// The facts of the roster that the question holds, beside ids.
    #[serde(default)]
    send: Vec<Fact>,
    /// What stands above the button before anything was asked, by language.
    texts: BTreeMap<Language, String>,
}

/// A fact of the roster that a service may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fact {
    GivenName,
    FamilyName,
    StudentNumber,
    BirthDate,
    Email,
    Grade,
}

/// The question: the claims of the token.
#[derive(Serialize)]
struct Question<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    /// The journey: the same for every question of one person's way.
    journey: Option<JourneyId>,
    language: &'a str,
    person: BTreeMap<&'static str, String>,
    /// What the person typed into the fields that the service asked for.
    answers: BTreeMap<&'a str, &'a str>,
}

/// What a service answers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case", deny_unknown_fields)]
enum Answer {
    /// The person goes on; these facts are kept with the event of joining.
    Advance {
        #[serde(default)]
        facts: BTreeMap<String, String>,
    },
    /// Something else must be known first.
    Ask {
        #[serde(default)]
        text: BTreeMap<Language, String>,
        fields: Vec<Wanted>,
    },
    /// The person does not go on.
    Refuse { text: BTreeMap<Language, String> },
}

#[async_trait]
impl Stage for Http {
    fn is_open(&self, draft: &Draft) -> bool {
        !matches!(draft.outside, Some(Outside::Passed { .. }))
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let own = || said(&self.texts, look.language);
        let page = match &look.draft.outside {
            Some(Outside::Wants { text, fields }) => {
                let fields =
                    fields.iter().map(|field| pages::Choice { value: field.name.clone(), label: said(&field.label, look.language) });
                let text = if text.is_empty() { own() } else { said(text, look.language) };
                pages::Http { text, fields: fields.collect(), refused: false }
            }
            Some(Outside::Refused { text }) => pages::Http { text: said(text, look.language), fields: Vec::new(), refused: true },
            Some(Outside::Passed { .. }) | None => pages::Http { text: own(), fields: Vec::new(), refused: false },
        };
        Ok(Screen::of(&page))
    }

    async fn prepare(&self, look: &Look<'_>, form: &Form) -> Result<Prepared, FlowError> {
        let tools = look.tools;
        let token = tools.keys.sign(Algorithm::ES256, TYPE, &self.question(look, form).await?);
        let token = token.map_err(|error| FlowError::Broken(error.to_string()))?;
        let answered = tools.outbound.post(self.url.clone(), "application/jwt", token.into_bytes()).await;
        let answer = answered.map_err(|error| error.to_string()).and_then(|answer| match answer.status.is_success() {
            true => read(&answer.body),
            false => Err(format!("it answered with the status {}", answer.status.as_u16())),
        });
        if let Err(why) = &answer {
            tracing::warn!(service = self.url.host_str(), "the service of the stage `http` gave no answer: {why}");
        }
        Ok(Prepared::made(answer.ok()))
    }

    async fn submit(&self, step: &mut Step<'_>, _form: &Form, prepared: Prepared) -> Result<Outcome, FlowError> {
        let Some(answer) = prepared.take::<Option<Answer>>().flatten() else {
            return Ok(Outcome::Again(vec![FieldError::of("continue", "http-silent")]));
        };
        let again = match &answer {
            Answer::Ask { fields, .. } if already_asked(step.draft, fields) => {
                fields.first().map(|field| FieldError::of(&field.name, "http-not-yet"))
            }
            _ => None,
        };
        step.draft.outside = Some(match answer {
            Answer::Advance { facts } => Outside::Passed { facts },
            Answer::Ask { text, fields } => Outside::Wants { text, fields },
            Answer::Refuse { text } => Outside::Refused { text },
        });
        Ok(again.map_or(Outcome::Next, |error| Outcome::Again(vec![error])))
    }
}

impl Http {
    async fn question<'q>(&'q self, look: &Look<'q>, form: &'q Form) -> Result<Question<'q>, FlowError> {
        let person = match &look.draft.person {
            Some(proven) => look.reader.people().find(proven.value).await?,
            None => None,
        };
        let wanted: &[Wanted] = match &look.draft.outside {
            Some(Outside::Wants { fields, .. }) => fields,
            _ => &[],
        };
        Ok(Question {
            iss: &look.tools.config.issuer,
            aud: self.url.as_str(),
            iat: look.now.0,
            exp: look.now.0 + LIFE,
            jti: look.tools.random.secret().expose().to_owned(),
            journey: look.journey,
            language: look.language.tag(),
            person: person.map(|person| self.told(&person)).unwrap_or_default(),
            answers: wanted.iter().map(|field| (field.name.as_str(), form.text(&field.name))).collect(),
        })
    }

    /// The person's id here, and the facts that the flow's file lists.
    fn told(&self, person: &Person) -> BTreeMap<&'static str, String> {
        let fact = |fact: &Fact| match fact {
            Fact::GivenName => Some(("given_name", person.given_name.clone())),
            Fact::FamilyName => Some(("family_name", person.family_name.clone())),
            Fact::StudentNumber => person.student_number.clone().map(|number| ("student_number", number)),
            Fact::BirthDate => person.birth_date.clone().map(|day| ("birth_date", day)),
            Fact::Email => person.email.clone().map(|address| ("email", address)),
            Fact::Grade => person.grade.clone().map(|grade| ("grade", grade)),
        };
        self.send.iter().filter_map(fact).chain([("id", person.id.to_string())]).collect()
    }
}

/// The answer of a service, if it keeps to what a page can show.
fn read(body: &[u8]) -> Result<Answer, String> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| format!("its answer is none that we know: {error}"))?;
    let long = |texts: &BTreeMap<Language, String>| texts.values().any(|text| text.chars().count() > LONGEST_TEXT);
    let wrong = match &answer {
        Answer::Advance { facts } if facts.len() > MOST_FACTS => Some("too many facts"),
        Answer::Advance { facts } if facts.iter().any(|(name, value)| name.len() > 40 || value.len() > 200) => {
            Some("a fact that is too long")
        }
        Answer::Ask { fields, .. } if fields.is_empty() || fields.len() > MOST_FIELDS => Some("no field, or more than five"),
        Answer::Ask { fields, .. } if !fields.iter().all(|field| is_name(&field.name)) => Some("a field whose name is not [a-z_]"),
        Answer::Ask { fields, .. } if fields.iter().any(|field| field.label.is_empty() || long(&field.label)) => {
            Some("a field without a label")
        }
        Answer::Ask { text, .. } if long(text) => Some("a text that is too long"),
        Answer::Refuse { text } if text.is_empty() || long(text) => Some("a refusal without words, or with too many"),
        _ => None,
    };
    match wrong {
        Some(what) => Err(format!("its answer holds {what}")),
        None => Ok(answer),
    }
}

/// The names of fields that Préau's own forms use are not theirs.
fn is_name(name: &str) -> bool {
    let plain = (1..=30).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    plain && name != "csrf" && name != "continue"
}

fn already_asked(draft: &Draft, now: &[Wanted]) -> bool {
    matches!(&draft.outside, Some(Outside::Wants { fields, .. }) if fields == now)
}

/// In the reader's language, or in any.
fn said(texts: &BTreeMap<Language, String>, language: Language) -> String {
    texts.get(&language).or_else(|| texts.values().next()).cloned().unwrap_or_default()
}

/// Only https, or this machine: a question holds what the school knows of a child.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    let url = Url::parse(&text).map_err(|_| serde::de::Error::custom(format!("`{text}` is no address")))?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if here => Ok(url),
        _ => Err(serde::de::Error::custom(format!("`{text}` must begin with https://, unless it is this machine"))),
    }
}

const TYPE: &str = "preau-stage+jwt";
/// Seconds in which a question can be answered.
const LIFE: i64 = 60;
const MOST_FACTS: usize = 20;
const MOST_FIELDS: usize = 5;
const LONGEST_TEXT: usize = 600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_to_what_a_page_can_show() {
        for right in [
            r#"{"answer":"advance"}"#,
            r#"{"answer":"advance","facts":{"bus":"12"}}"#,
            r#"{"answer":"ask","fields":[{"name":"bus_pass","label":{"fr":"Carte de bus"}}]}"#,
            r#"{"answer":"refuse","text":{"en":"Not yet."}}"#,
        ] {
            assert!(read(right.as_bytes()).is_ok(), "{right}");
        }
        let long = format!(r#"{{"answer":"refuse","text":{{"en":"{}"}}}}"#, "x".repeat(LONGEST_TEXT + 1));
        for wrong in [
            "",
            "<html>",
            r#"{"answer":"perhaps"}"#,
            r#"{"answer":"advance","fact":{}}"#,
            r#"{"answer":"ask","fields":[]}"#,
            r#"{"answer":"ask","fields":[{"name":"csrf","label":{"fr":"x"}}]}"#,
            r#"{"answer":"ask","fields":[{"name":"Bus","label":{"fr":"x"}}]}"#,
            r#"{"answer":"ask","fields":[{"name":"bus","label":{}}]}"#,
            r#"{"answer":"refuse","text":{}}"#,
            &long,
        ] {
            assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_question_travels_by_https_alone() {
        let made = |url: &str| toml::from_str::<Http>(&format!("url = '{url}'\n[texts]\nfr = 'x'\nen = 'x'\n")).is_ok();
        assert!(made("https://service.ecole.example/check") && made("http://127.0.0.1:9000/check"));
        assert!(!made("http://service.ecole.example/check") && !made("ftp://x") && !made("x"));
    }
}
