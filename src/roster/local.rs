//! Guardians whom the roster does not know, and ties that a code made. They are facts like the roster's own, open from
//! the generation that everybody sees, so that every question finds them; their ids begin as no source's do, and no
//! import changes, ends or takes them back.

use crate::model::{Language, OrgId, PersonId, Role};
use crate::people::{email_key, full_name_key, name_key};
use crate::store::people::Person;
use crate::store::roster::{Cell, LOCAL, ROLES, Record, TIES, USERS};
use crate::store::{StoreError, Tx};

/// Somebody who came with a code.
pub struct Guardian<'a> {
    /// Their id.
    pub person: PersonId,
    /// As it was typed.
    pub given_name: &'a str,
    /// As it was typed.
    pub family_name: &'a str,
    /// As it was typed.
    pub email: &'a str,
    /// The language they read.
    pub language: Option<Language>,
    /// The school of the child.
    pub school: OrgId,
}

/// A tie that a code made.
pub struct Tie {
    /// Who is tied to the child from now on.
    pub guardian: PersonId,
    /// The child.
    pub child: PersonId,
    /// The guardian of the roster in whose name the code was: the tie is worth what theirs is (row E27).
    pub named: Option<PersonId>,
}

/// Adds a guardian, with the role at the child's school. They have no child yet.
pub async fn add_guardian(tx: &Tx, guardian: &Guardian<'_>) -> Result<(), StoreError> {
    let source = format!("{LOCAL}{}", guardian.person);
    let generation = tx.facts().generation().await?;
    let org = tx.people().org(guardian.school).await?.map(|org| org.source_id);
    let user = Record { source: source.clone(), entity: Some(guardian.person.0), cells: cells_of(guardian, org.clone()) };
    tx.facts().insert(&USERS, generation, &[user]).await?;
    let Some(org) = org else { return Ok(()) };
    let nothing = || Cell::Text(None);
    let cells = vec![source.clone().into(), org.into(), Role::Guardian.word().to_owned().into(), true.into(), nothing(), nothing()];
    tx.facts().insert(&ROLES, generation, &[Record { source, entity: None, cells }]).await
}

/// Adds an address to a guardian of the roster who has none there. The record is not active by itself: whoever leaves the
/// roster has left.
pub async fn add_address(tx: &Tx, person: &Person, email: &str) -> Result<(), StoreError> {
    let source = format!("{LOCAL}{}", person.id);
    if tx.facts().known(&USERS, std::slice::from_ref(&source)).await?.contains_key(&source) {
        return Ok(());
    }
    let Some(school) = person.roles.first().map(|at| at.org) else { return Ok(()) };
    let (given_name, family_name) = (&person.given_name, &person.family_name);
    let guardian = Guardian { person: person.id, given_name, family_name, email, language: person.language, school };
    let mut cells = cells_of(&guardian, None);
    cells[0] = Cell::Flag(Some(false));
    let generation = tx.facts().generation().await?;
    tx.facts().insert(&USERS, generation, &[Record { source, entity: Some(person.id.0), cells }]).await
}

/// Ties a guardian to a child; says nothing new if a code did so before.
pub async fn tie(tx: &Tx, tie: &Tie) -> Result<(), StoreError> {
    let source = tie.source();
    if tx.facts().known(&TIES, std::slice::from_ref(&source)).await?.contains_key(&source) {
        return Ok(());
    }
    let (unsaid, nothing) = (|| Cell::Flag(None), || Cell::Text(None));
    let cells = vec![
        Cell::Id(tie.guardian.0),
        Cell::Id(tie.child.0),
        Role::Guardian.word().to_owned().into(),
        true.into(),
        unsaid(),
        unsaid(),
        unsaid(),
        unsaid(),
        nothing(),
        nothing(),
        nothing(),
    ];
    let generation = tx.facts().generation().await?;
    tx.facts().insert(&TIES, generation, &[Record { source, entity: None, cells }]).await
}

impl Tie {
    fn source(&self) -> String {
        let named = self.named.map_or_else(|| "-".to_owned(), |named| named.to_string());
        format!("{LOCAL}{named}:{}:{}", self.guardian, self.child)
    }
}

/// In the order of [`USERS`].
fn cells_of(guardian: &Guardian<'_>, org: Option<String>) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    let nothing = || Cell::Text(None);
    let mut cells = vec![Cell::Flag(Some(true)), nothing(), nothing(), text(guardian.given_name), text(guardian.family_name)];
    cells.extend([nothing(), nothing(), nothing(), nothing(), text(guardian.email)]);
    cells.extend(std::iter::repeat_with(nothing).take(6));
    cells.extend([Cell::Text(guardian.language.map(|language| language.tag().to_owned())), nothing(), Cell::Text(org), nothing()]);
    cells.extend([
        text(&email_key(guardian.email)),
        text(&full_name_key(guardian.given_name, guardian.family_name)),
        text(&name_key(guardian.family_name)),
        nothing(),
    ]);
    cells
}
