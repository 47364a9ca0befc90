//! What a code opens, and what becomes of it. It is spent by one conditional write in the write that makes the account
//! or the tie (rows D5, E11): of two who race for one code one gets it, and the other is told, for they had shown it.

use serde_json::json;

use super::standing::Claimant;
use crate::flow::{Finished, FlowError, Step};
use crate::model::draft::{CodeOver, Newcomer};
use crate::model::{AccountId, Audience, CodeId, LocalPath, OrgId, PersonId, Role, Timestamp};
use crate::people::names_match;
use crate::roster::local;
use crate::store::accounts::AccountState;
use crate::store::codes::{CodeState, Issued};
use crate::store::events::Event;
use crate::store::people::{People, Person, RoleAt};
use crate::store::{StoreError, Tx};
use crate::web::session;

/// What became of the code that a journey is on.
pub(super) enum Spending {
    /// It is on none.
    NoCode,
    /// It is spent, unless [`give_back`](crate::store::codes::Codes::give_back) undoes it in this write.
    Done(Box<Issued>),
    /// It opens nothing any more; the journey says so.
    Over,
}

/// Takes the code out of circulation.
pub(super) async fn spend(step: &mut Step<'_>) -> Result<Spending, FlowError> {
    let Some(id) = step.draft.code.as_ref().map(|proven| proven.value) else { return Ok(Spending::NoCode) };
    let Some(code) = step.tx.codes().find(id).await? else { return Ok(over(step, CodeOver::Revoked)) };
    if reach(&step.tx.people(), &code).await?.is_empty() {
        return Ok(over(step, CodeOver::Untied));
    }
    if step.tx.codes().spend(id, step.now).await? {
        return Ok(Spending::Done(Box::new(code)));
    }
    // Somebody was quicker than what was just read.
    let code = step.tx.codes().find(id).await?.unwrap_or(code);
    Ok(over(step, why_over(&code, step.now).unwrap_or(CodeOver::Used)))
}

fn over(step: &mut Step<'_>, why: CodeOver) -> Spending {
    step.draft.code_over = Some(why);
    Spending::Over
}

/// Why a code opens nothing; `None` while it does.
pub(super) fn why_over(code: &Issued, now: Timestamp) -> Option<CodeOver> {
    match code.state(now) {
        CodeState::Unused => None,
        CodeState::Used => Some(CodeOver::Used),
        CodeState::Revoked => Some(CodeOver::Revoked),
        CodeState::Expired => Some(CodeOver::Expired),
    }
}

/// The children that a code reaches now: of a code with a name all whom the school ties to its guardian and whose records
/// they may see, of one without the pupil it was made for. None: nobody is a child any more (rows E26, E27).
pub(super) async fn reach(people: &People<'_>, code: &Issued) -> Result<Vec<Person>, StoreError> {
    let mut ids = match code.guardian {
        Some(guardian) => {
            let ties = people.relationships(guardian).await?;
            ties.iter().filter(|tie| tie.guardian == guardian && tie.can_access_records).map(|tie| tie.child).collect()
        }
        None => code.child.map(|child| vec![child]).unwrap_or_default(),
    };
    ids.sort_unstable();
    let mut children = Vec::new();
    for id in ids {
        children.extend(people.find(id).await?.filter(|child| child.active));
    }
    Ok(children)
}

/// The code's children may be added to this person's account: it is their own code, or it bears no name, or theirs. A
/// pupil is nobody's guardian.
pub(super) fn may_add(code: &Issued, named: Option<&Person>, holder: &Person) -> bool {
    let same = |named: &Person| named.id == holder.id || names_match(&holder.given_name, &holder.family_name, named);
    let right_name = code.guardian.is_none() || named.is_some_and(same);
    right_name && session::audience(holder) != Audience::Student
}

/// The newcomer that a code without a name brings, whom nobody knows yet.
pub(super) async fn claimant(step: &Step<'_>, code: &Issued, newcomer: &Newcomer) -> Result<Claimant, FlowError> {
    let child = match code.child {
        Some(child) => step.tx.people().find(child).await?,
        None => None,
    };
    let roles = child.as_ref().and_then(school).map(|org| RoleAt { role: Role::Guardian, org, primary: true });
    let person = Person {
        id: PersonId::new(step.now, &step.tools.random),
        active: true,
        given_name: newcomer.given_name.clone(),
        family_name: newcomer.family_name.clone(),
        middle_name: None,
        preferred_given_name: None,
        preferred_family_name: None,
        birth_date: None,
        student_number: None,
        email: Some(newcomer.email.clone()),
        phone: None,
        sms: None,
        civic_number: None,
        language: step.draft.language,
        grade: None,
        roles: roles.into_iter().collect(),
    };
    let username = super::standing::username(&step.tools.policy, &person).unwrap_or_else(|| newcomer.email.clone());
    Ok(Claimant { person, username })
}

/// The account is made: whoever the roster does not know becomes known, with the tie; and the code says who used it.
pub(super) async fn used(step: &Step<'_>, code: &Issued, person: &Person, account: AccountId) -> Result<(), FlowError> {
    if let Some(newcomer) = &step.draft.newcomer {
        match (code.guardian, code.child, school(person)) {
            (None, Some(child), Some(school)) => {
                let Newcomer { given_name, family_name, email } = newcomer;
                let language = step.draft.language;
                let guardian = local::Guardian { person: person.id, given_name, family_name, email, language, school };
                local::add_guardian(step.tx, &guardian).await?;
                local::tie(step.tx, &local::Tie { guardian: person.id, child, named: None }).await?;
            }
            _ => local::add_address(step.tx, person, &newcomer.email).await?,
        }
    }
    tell(step.tx, code, person.id, account, step.now).await
}

/// Adds the children to an account that is signed in here: immediate, and no second account (C12 to C14).
pub(super) async fn add(step: &mut Step<'_>, code: &Issued, account: AccountId) -> Result<Finished, FlowError> {
    let (people, accounts) = (step.tx.people(), step.tx.accounts());
    let account = accounts.find(account).await?.filter(|found| {
        // Whoever signed out, or in as somebody else, is asked again.
        found.state == AccountState::Claimed && step.visitor.signed_in == Some(found.id)
    });
    let holder = match &account {
        Some(account) => people.find(account.person).await?.filter(|holder| holder.active),
        None => None,
    };
    let named = match code.guardian {
        Some(guardian) => people.find(guardian).await?,
        None => None,
    };
    let (Some(account), Some(holder)) = (account, holder.filter(|holder| may_add(code, named.as_ref(), holder))) else {
        step.tx.codes().give_back(code.id).await?;
        step.draft.adds_to = None;
        step.draft.child_seen = false;
        return Ok(Finished::NotYet);
    };
    let children = reach(&people, code).await?;
    for child in children.iter().filter(|_| code.guardian != Some(holder.id)) {
        let named = code.guardian;
        local::tie(step.tx, &local::Tie { guardian: holder.id, child: child.id, named }).await?;
        let detail = json!({ "code": code.id, "guardian": holder.id });
        let event = Event { actor: Some(account.id), person: Some(child.id), school: school(child), detail, ..Event::of("child.added") };
        step.tx.record(&event, step.now).await?;
    }
    tell(step.tx, code, holder.id, account.id, step.now).await?;
    Ok(Finished::Elsewhere(LocalPath::parse("/account/children").expect("it is a path")))
}

async fn tell(tx: &Tx, code: &Issued, person: PersonId, account: AccountId, now: Timestamp) -> Result<(), FlowError> {
    tx.codes().used_by(code.id, account).await?;
    let detail = json!({ "code": code.id, "batch": code.batch, "child": code.child });
    let event = Event { actor: Some(account), person: Some(person), detail, ..Event::of("code.used") };
    Ok(tx.record(&event, now).await?)
}

/// Somebody's main school.
fn school(person: &Person) -> Option<OrgId> {
    person.roles.iter().find(|at| at.primary).or(person.roles.first()).map(|at| at.org)
}

/// Too many tries on one half of a code: whatever codes begin so are dead, and staff sees it (row E08).
pub(super) async fn shut(step: &Step<'_>, front: &crate::model::Hash) -> Result<(), FlowError> {
    let dead: Vec<CodeId> = step.tx.codes().shut(front, step.now).await?;
    for code in dead {
        let event = Event { detail: json!({ "code": code, "why": "too-many-tries" }), ..Event::of("code.revoked") };
        step.tx.record(&event, step.now).await?;
    }
    Ok(())
}
