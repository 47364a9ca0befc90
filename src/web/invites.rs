//! Which pupils may invite a parent: asked by the page that does it and by the one that leads there.

use super::session;
use crate::app::App;
use crate::model::Audience;
use crate::store::StoreError;
use crate::store::people::Person;

/// Whether somebody may invite a parent: a pupil, by the settings of the district, for the school and the grade (C11).
pub async fn may_invite(app: &App, person: &Person) -> Result<bool, StoreError> {
    let allowed = app.tools.policy.pupil_invites();
    if !allowed.enabled || session::audience(person) != Audience::Student {
        return Ok(false);
    }
    let grade = allowed.grades.is_empty() || person.grade.as_ref().is_some_and(|grade| allowed.grades.contains(grade));
    if allowed.schools.is_empty() {
        return Ok(grade);
    }
    for at in &person.roles {
        let school = app.store.read().people().org(at.org).await?;
        if school.is_some_and(|school| allowed.schools.contains(&school.source_id)) {
            return Ok(grade);
        }
    }
    Ok(false)
}
