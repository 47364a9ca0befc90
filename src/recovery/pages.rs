//! What the pages of getting back in show. They look the same for a name that does not exist.

use serde::Serialize;

use crate::pages::Page;
use crate::policy::QUESTIONS;

/// Who cannot get in?
#[derive(Clone, Debug, Serialize)]
pub struct Recover {
    /// A username as the district writes them, such as `S0123456`.
    pub example: Option<String>,
    /// Where those begin who have no account yet, or whose account the school has reset.
    pub enroll: String,
    /// Back to signing in.
    pub sign_in: String,
}

/// Which way back?
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryWay {
    /// The ways, besides asking the school.
    pub ways: Vec<Way>,
}

/// One way back in.
#[derive(Clone, Debug, Serialize)]
pub struct Way {
    /// The stage's name, which is sent.
    pub stage: String,
    /// What it is called, by its id in the catalogue.
    pub title: String,
    /// What it needs, by its id in the catalogue.
    pub hint: String,
}

/// The questions that were chosen, or stable decoys.
#[derive(Clone, Debug, Serialize)]
pub struct RecallQuestions {
    /// By their ids in the catalogue.
    pub questions: Vec<String>,
    /// Where those begin whose account the school has reset.
    pub enroll: String,
}

impl Page for Recover {
    const TEMPLATE: &'static str = "pages/recover.html";

    fn samples() -> Vec<Self> {
        let page = |example: Option<&str>| Self {
            example: example.map(str::to_owned),
            enroll: "/enroll".to_owned(),
            sign_in: "/sign-in".to_owned(),
        };
        vec![page(Some("S0123456")), page(None)]
    }
}

impl Page for RecoveryWay {
    const TEMPLATE: &'static str = "pages/recovery-way.html";

    fn samples() -> Vec<Self> {
        let way = |stage: &str, title: &str, hint: &str| Way { stage: stage.to_owned(), title: title.to_owned(), hint: hint.to_owned() };
        vec![Self { ways: vec![way("recall-questions", "recovery-way-recall", "recovery-way-recall-hint")] }]
    }
}

impl Page for RecallQuestions {
    const TEMPLATE: &'static str = "pages/recall-questions.html";

    fn samples() -> Vec<Self> {
        let questions = QUESTIONS.iter().take(3).map(|question| (*question).to_owned()).collect();
        vec![Self { questions, enroll: "/enroll".to_owned() }]
    }
}
