//! `/help/guide`: how to get in, for pupils and for parents, on the page itself and on paper (A11, A24, A44, D1, E1). The
//! first sentence is the answer; below stand the ways to join that this district offers, in the words and with the labels of
//! their pages, so that no picture grows old.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{FrameExtras, PageError, Visitor, district, flow, page};
use crate::app::App;
use crate::flow::Flow;
use crate::model::{Audience, PersonId};
use crate::pages::Page;
use crate::store::StoreError;

/// The guide.
#[derive(Clone, Debug, Serialize)]
pub struct Guide {
    /// Whose guide it is: `student`, `guardian`, `staff`; `everybody` where nobody said.
    pub reader: &'static str,
    /// The ways to join.
    pub ways: Vec<Way>,
    /// The address of the district's pages, for paper.
    pub address: String,
    /// Where a child is added by a code, if the district gives out any.
    pub codes: bool,
    /// The youngest have cards.
    pub cards: bool,
}

/// A way to join.
#[derive(Clone, Debug, Serialize)]
pub struct Way {
    /// What the first page asks for: `number`, `mailbox`, `code`, `invitation`, `letter`, `other`.
    pub kind: &'static str,
    /// For pupils, not for their parents.
    pub pupils: bool,
    /// What it is called.
    pub title: String,
    /// Where it begins.
    pub start: String,
}

/// What the link to the page carries along.
#[derive(Debug, Deserialize)]
pub struct For {
    r#for: Option<String>,
}

/// `GET /help/guide`.
pub async fn show(State(app): State<Arc<App>>, visitor: Visitor, Query(asked): Query<For>) -> Result<Response, PageError> {
    let asked = asked.r#for.and_then(|word| Audience::from_word(&word));
    let reader = match (asked, &visitor.signed_in) {
        (Some(audience), _) => Some(audience),
        (None, Some(signed_in)) => audience_of(&app, signed_in.person).await?,
        (None, None) => None,
    };
    let loaded = app.flows.all();
    let listed = loaded.iter().filter(|flow| flow.listed && flow.feature.name == JOINING);
    let meant = |flow: &&Arc<Flow>| reader.is_none() || flow.audience.is_none() || flow.audience == reader;
    let ways: Vec<Way> = listed.filter(meant).map(|flow| way(flow, &visitor)).collect();
    let guide = Guide {
        reader: reader.map_or(EVERYBODY, Audience::word),
        codes: ways.iter().any(|way| way.kind == "code"),
        ways,
        address: district::origin(&app).to_owned(),
        cards: app.tools.config.badges.enabled,
    };
    Ok(page(&guide, FrameExtras::default()))
}

/// Whoever works here reads as such, though there may be children too.
async fn audience_of(app: &App, person: PersonId) -> Result<Option<Audience>, StoreError> {
    let person = app.store.read().people().find(person).await?;
    let roles = person.map(|person| person.roles).unwrap_or_default();
    Ok(roles.iter().map(|at| at.role.audience()).max())
}

fn way(flow: &Flow, visitor: &Visitor) -> Way {
    let pupils = flow.audience == Some(Audience::Student);
    let kind = match flow.stages.first().map(|first| first.name) {
        Some("roster-match") if pupils => "number",
        Some("roster-match") => "mailbox",
        Some("activation-code") => "code",
        Some("security-code") => "invitation",
        Some("identify") => "letter",
        _ => "other",
    };
    let title = flow.texts.get(visitor.language.tag()).and_then(|texts| texts.get("title")).unwrap_or(&flow.name);
    // The letter's first page is the sign-in page: nobody has to choose.
    let start = if kind == "letter" { SIGN_IN.to_owned() } else { flow::start_address(flow) };
    Way { kind, pupils, title: title.clone(), start }
}

const JOINING: &str = "enrollment";
const EVERYBODY: &str = "everybody";
const SIGN_IN: &str = "/sign-in";

impl Page for Guide {
    const TEMPLATE: &'static str = "pages/guide.html";

    fn samples() -> Vec<Self> {
        let way = |kind: &'static str, pupils| Way {
            kind,
            pupils,
            title: "Passer par la bibliothèque".to_owned(),
            start: "/enroll/student-claim".to_owned(),
        };
        let guide = |reader, ways: Vec<Way>| Self {
            reader,
            codes: reader == "guardian",
            cards: reader == "guardian",
            ways,
            address: "https://id.tilleuls.example".to_owned(),
        };
        let parents = || ["mailbox", "code", "invitation", "letter"].map(|kind| way(kind, false)).to_vec();
        let pupils = || ["number", "letter"].map(|kind| way(kind, true)).to_vec();
        vec![
            guide("guardian", parents()),
            guide("student", pupils()),
            guide(EVERYBODY, [pupils(), parents(), vec![way("other", false)]].concat()),
            guide("staff", Vec::new()),
        ]
    }
}
