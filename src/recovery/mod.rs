//! Getting back in: one file a stage. Nothing here tells a name that nobody has from one that somebody has, nor an open
//! account from a shut or unclaimed one: not the words, not the work, not the limits (rows R01, R06, R07, E02). The new
//! password is asked for by the stage that joining has.

mod finish;
mod mailed_link;
pub mod office;
pub mod pages;
mod recall;
mod recall_questions;
pub mod temporary;
mod way;
mod who;

use crate::flow::{Feature, StageEntry};

/// Getting back in, for flow files.
pub static FEATURE: Feature = Feature { name: "recovery", stages: STAGES, finish: &finish::BackIn };

const STAGES: &[StageEntry] = &[
    StageEntry::of::<who::Who>("who"),
    StageEntry::of::<way::ChooseWay>("way"),
    StageEntry::of::<mailed_link::MailedLink>(mailed_link::NAME),
    StageEntry::of::<recall_questions::RecallQuestions>(recall_questions::NAME),
];
