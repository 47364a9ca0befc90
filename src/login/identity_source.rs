//! Where somebody signs in: here, or at another provider that the district trusts (E9). The stage stands in the flow only
//! where the settings name such providers.

use async_trait::async_trait;
use serde::Deserialize;

use super::pages::{IdentitySource, SourceButton};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::Draft;
use crate::model::draft::SignsInAt;

/// Asks where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskSource {}

#[async_trait]
impl Stage for AskSource {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.signs_in_at.is_none()
    }

    /// Until somebody is known, they may have meant another one.
    fn take_back(&self, draft: &mut Draft) -> bool {
        if draft.owner_shown_at().is_none() && draft.source_shown.is_none() {
            draft.signs_in_at = None;
        }
        self.is_open(draft)
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let button = |name: &str, label: &str| SourceButton {
            name: name.to_owned(),
            label: label.to_owned(),
            remembered: look.visitor.source.as_deref() == Some(name),
        };
        let others = look.tools.sources.all().iter().map(|source| button(&source.name, source.label(look.language)));
        let mut sources: Vec<SourceButton> =
            std::iter::once(button(SignsInAt::HERE, &look.tools.config.district.name)).chain(others).collect();
        // What was chosen the last time comes first.
        sources.sort_by_key(|source| !source.remembered);
        let enroll = Some(look.link("/enroll"));
        Ok(Screen::of(&IdentitySource { sources, wrong: look.draft.source_wrong.clone(), enroll, help: look.link("/help") }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        let chosen = form.text("source");
        step.draft.source_wrong = None;
        step.draft.signs_in_at = match step.tools.sources.get(chosen) {
            Some(source) => Some(SignsInAt::Source { name: source.name.clone(), salt: step.tools.random.secret().expose().to_owned() }),
            None if chosen == SignsInAt::HERE => Some(SignsInAt::Here),
            None => return Ok(Outcome::again("source", "identity-source-missing")),
        };
        Ok(Outcome::Next)
    }
}
