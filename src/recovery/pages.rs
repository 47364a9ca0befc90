//! What the pages of getting back in show. They look the same for a name that does not exist.

use serde::Serialize;

use crate::pages::Page;

/// Who cannot get in?
#[derive(Clone, Debug, Serialize)]
pub struct Recover {
    /// A username as the district writes them, such as `S0123456`.
    pub example: Option<String>,
}

/// Which way back?
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryWay {
    /// The ways.
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
}

impl Page for Recover {
    const TEMPLATE: &'static str = "pages/recover.html";

    fn samples() -> Vec<Self> {
        vec![Self { example: Some("S0123456".to_owned()) }, Self { example: None }]
    }
}

impl Page for RecoveryWay {
    const TEMPLATE: &'static str = "pages/recovery-way.html";

    fn samples() -> Vec<Self> {
        let way = |stage: &str, title: &str, hint: &str| Way { stage: stage.to_owned(), title: title.to_owned(), hint: hint.to_owned() };
        vec![Self {
            ways: vec![
                way("recall-questions", "recovery-way-recall", "recovery-way-recall-hint"),
                way("help", "recovery-way-help", "recovery-way-help-hint"),
            ],
        }]
    }
}

impl Page for RecallQuestions {
    const TEMPLATE: &'static str = "pages/recall-questions.html";

    fn samples() -> Vec<Self> {
        vec![Self {
            questions: vec![
                "question-imaginary-friend".to_owned(),
                "question-place-to-hide".to_owned(),
                "question-book-read-twice".to_owned(),
            ],
        }]
    }
}
