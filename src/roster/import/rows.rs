//! From a row to facts: which columns of which file become which record. Race, birth place and passwords are not among
//! them.

use super::super::read::Row;
use super::super::report::Note;
use super::values::Reading;
use crate::model::{Language, Role};
use crate::people::{email_key, full_name_key, name_key, number_key};
use crate::store::roster::{Cell, Record};

/// What a row says.
#[derive(Debug)]
pub(super) enum Said {
    /// This is so.
    Fact(Record),
    /// A tie whose ends are still source ids: (record, guardian's id or either end, child's id or either end, typed).
    Tie(TieSaid),
    /// The row cannot be used; what is known under this id stays as it is.
    Keep(String),
}

/// A tie between two users, before anybody knows who they are.
#[derive(Debug, Clone)]
pub(super) struct TieSaid {
    pub(super) line: u64,
    pub(super) source: String,
    pub(super) one: String,
    pub(super) other: String,
    /// In `relationships.csv` the first is the child; `agentSourcedIds` says nothing of direction.
    pub(super) directed: bool,
    /// The values after guardian and child.
    pub(super) cells: Vec<Cell>,
}

const ORG_KINDS: &[&str] = &["department", "school", "district", "local", "state", "national"];
const SESSION_KINDS: &[&str] = &["gradingPeriod", "semester", "schoolYear", "term"];
const CLASS_KINDS: &[&str] = &["homeroom", "scheduled"];

/// Makes the record of a row; `None` if it says nothing at all.
pub(super) type Reader = fn(&Row, &mut Vec<Note>) -> Vec<Said>;

pub(super) fn org(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    one(&mut read, |read, source| {
        let name = read.required("name")?;
        let kind = read.word("type", ORG_KINDS).unwrap_or_else(|| "school".to_owned());
        let cells = vec![
            name.into(),
            kind.into(),
            row.text("identifier").into(),
            row.text("parentSourcedId").into(),
            row.text("metadata.email").into(),
            row.text("metadata.phone").into(),
            row.text("metadata.timezone").into(),
        ];
        Some(Record { source, entity: None, cells })
    })
}

pub(super) fn session(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    one(&mut read, |read, source| {
        let title = read.required("title")?;
        let kind = read.word("type", SESSION_KINDS).unwrap_or_else(|| "term".to_owned());
        let (start, end) = (read.date("startDate"), read.date("endDate"));
        let cells =
            vec![title.into(), kind.into(), start.into(), end.into(), row.text("parentSourcedId").into(), row.text("schoolYear").into()];
        Some(Record { source, entity: None, cells })
    })
}

pub(super) fn course(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    one(&mut read, |read, source| {
        let title = read.required("title")?;
        Some(Record { source, entity: None, cells: vec![title.into(), row.text("courseCode").into(), row.text("orgSourcedId").into()] })
    })
}

pub(super) fn class(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    one(&mut read, |read, source| {
        let title = read.required("title")?;
        let kind = read.word("classType", CLASS_KINDS);
        let school = read.required("schoolSourcedId")?;
        let cells = vec![
            title.into(),
            row.text("classCode").into(),
            (kind.as_deref() == Some("homeroom")).into(),
            row.text("grades").into(),
            school.into(),
            row.text("courseSourcedId").into(),
            row.text("termSourcedIds").into(),
        ];
        Some(Record { source, entity: None, cells })
    })
}

/// `roles.csv`, of 1.2.
pub(super) fn role(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    one(&mut read, |read, source| {
        let user = read.required("userSourcedId")?;
        let org = read.required("orgSourcedId")?;
        let role = read.role()?;
        let primary = read.word("roleType", &["primary", "secondary"]).as_deref() != Some("secondary");
        let (begin, end) = (read.date("beginDate"), read.date("endDate"));
        Some(Record {
            source,
            entity: None,
            cells: vec![user.into(), org.into(), role.word().to_owned().into(), primary.into(), begin.into(), end.into()],
        })
    })
}

/// The role that `users.csv` of 1.1 gives a user at each of its schools.
pub(super) fn role_of_user(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    let Some(user) = row.text("sourcedId") else { return Vec::new() };
    let Some(role) = read.role() else { return Vec::new() };
    let orgs: Vec<String> = row.list("orgSourcedIds").map(str::to_owned).collect();
    if orgs.is_empty() {
        read.note("orgSourcedIds", "", "missing: the user belongs to no school");
    }
    let record = |(n, org): (usize, String)| {
        let word = role.word().to_owned();
        let cells = vec![user.clone().into(), org.clone().into(), word.into(), (n == 0).into(), Cell::Text(None), Cell::Text(None)];
        Said::Fact(Record { source: format!("user:{user}@{org}"), entity: None, cells })
    };
    orgs.into_iter().enumerate().map(record).collect()
}

/// Of `demographics.csv` the birth date, and nothing else.
pub(super) fn birth(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    let Some(source) = read.source_id() else { return Vec::new() };
    if row.get("birthDate").is_none() {
        return Vec::new();
    }
    match read.date("birthDate") {
        Some(date) => vec![Said::Fact(Record { source, entity: None, cells: vec![date.into()] })],
        None => vec![Said::Keep(source)],
    }
}

/// The ids that other systems know a user by: `{LDAP:Id},{Fed:Id}`.
pub(super) fn user_ids(row: &Row, _notes: &mut Vec<Note>) -> Vec<Said> {
    let Some(user) = row.text("sourcedId") else { return Vec::new() };
    row.list("userIds")
        .filter_map(user_id_key)
        .map(|key| Said::Fact(Record { source: format!("{user}|{key}"), entity: None, cells: vec![user.clone().into(), key.into()] }))
        .collect()
}

/// `{type:id}`, its type in small letters; `None` for what has not this form.
pub(super) fn user_id_key(text: &str) -> Option<String> {
    let (kind, id) = text.trim_matches(['{', '}']).split_once(':')?;
    (!kind.trim().is_empty() && !id.trim().is_empty()).then(|| format!("{}:{}", kind.trim().to_lowercase(), id.trim()))
}

pub(super) fn user(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    one(&mut read, |read, source| {
        let given = row.text("givenName");
        let family = row.text("familyName");
        if given.is_none() && family.is_none() {
            read.note("familyName", "", "nobody without a name: the row is passed over, and what is known of it stays");
            return None;
        }
        for (column, name) in [("givenName", &given), ("familyName", &family)] {
            if name.is_none() {
                read.note(column, "", "missing: the other name may hold both");
            }
        }
        let (given, family) = (given.unwrap_or_default(), family.unwrap_or_default());
        let (preferred_given, preferred_family) = (row.text("preferredGivenName"), row.text("preferredFamilyName"));
        let preferred = (preferred_given.is_some() || preferred_family.is_some())
            .then(|| full_name_key(preferred_given.as_deref().unwrap_or(&given), preferred_family.as_deref().unwrap_or(&family)));
        let enabled = if row.get("enabledUser").is_some() { read.flag("enabledUser") != Some(false) } else { true };
        let birth = read.date("metadata.birthDate");
        let email = email(read);
        let language = row.get("metadata.preferredLanguage").and_then(Language::from_tag).map(|language| language.tag().to_owned());
        let key = |text: Option<String>| Cell::Text(text.filter(|key| !key.is_empty()));
        Some(Record {
            source,
            entity: None,
            cells: vec![
                enabled.into(),
                row.text("userMasterIdentifier").into(),
                row.text("username").into(),
                given.clone().into(),
                family.clone().into(),
                row.text("middleName").into(),
                preferred_given.into(),
                preferred_family.into(),
                row.text("identifier").into(),
                email.clone().into(),
                row.text("sms").into(),
                row.text("phone").into(),
                row.text("grades").into(),
                birth.into(),
                row.text("metadata.civicNumber").into(),
                row.text("metadata.postalCode").into(),
                language.into(),
                row.text("metadata.contactPriority").into(),
                row.text("primaryOrgSourcedId").into(),
                key(row.get("identifier").map(number_key)),
                key(email.as_deref().map(email_key)),
                key(Some(full_name_key(&given, &family))),
                key(Some(name_key(&family))),
                key(preferred),
            ],
        })
    })
}

fn email(read: &mut Reading<'_>) -> Option<String> {
    let email = read.row.text("email")?;
    let plausible = email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    if plausible && !email.contains(char::is_whitespace) {
        return Some(email);
    }
    read.note("email", "", "not an address: taken for empty");
    None
}

pub(super) fn enrollment(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    one(&mut read, |read, source| {
        let class = read.required("classSourcedId")?;
        let user = read.required("userSourcedId")?;
        let role = read.role()?;
        if role.audience() == crate::model::Audience::Guardian {
            read.note("role", role.word(), "a guardian is in no class: passed over");
            return None;
        }
        let primary = read.flag("primary").unwrap_or(false);
        let (begin, end) = (read.date("beginDate"), read.date("endDate"));
        let word = role.word().to_owned();
        Some(Record { source, entity: None, cells: vec![user.into(), class.into(), word.into(), primary.into(), begin.into(), end.into()] })
    })
}

/// `agentSourcedIds`: ties without a direction; the pupil of the two is the child.
pub(super) fn agents(row: &Row, _notes: &mut Vec<Note>) -> Vec<Said> {
    let Some(user) = row.text("sourcedId") else { return Vec::new() };
    let kind = row.get("role").and_then(Role::from_word).filter(|role| role.audience() == crate::model::Audience::Guardian);
    let kind = kind.map_or("guardian", Role::word).to_owned();
    let tie = |agent: &str| {
        let mut cells: Vec<Cell> = vec![kind.clone().into(), true.into()];
        cells.extend([Cell::Flag(None), Cell::Flag(None), Cell::Flag(None), Cell::Flag(None)]);
        cells.extend([Cell::Text(None), Cell::Text(None), Cell::Text(None)]);
        Said::Tie(TieSaid {
            line: row.line,
            source: format!("agent:{user}|{agent}"),
            one: user.clone(),
            other: agent.to_owned(),
            directed: false,
            cells,
        })
    };
    row.list("agentSourcedIds").filter(|agent| *agent != user).map(tie).collect()
}

/// `relationships.csv`: the first is the child, the second its guardian; or the other way round, where the role says `child`.
pub(super) fn relationship(row: &Row, notes: &mut Vec<Note>) -> Vec<Said> {
    let mut read = Reading { row, notes };
    let (Some(user), Some(other)) = (read.required("userSourcedId"), read.required("relationshipUserSourcedId")) else { return Vec::new() };
    let kind = row.text("relationshipRole").unwrap_or_else(|| "guardian".to_owned());
    let (child, guardian, kind) = if kind == "child" { (other, user, "parent".to_owned()) } else { (user, other, kind) };
    let access = read.flag("canAccessRecords").unwrap_or(true);
    let flags = ["legalResponsibility", "livesWith", "canPickUp", "receivesMail"].map(|column| match column {
        // Levels of responsibility (1, 2) are told as yes.
        "legalResponsibility" if matches!(row.get(column), Some("1" | "2")) => Cell::Flag(Some(true)),
        _ => Cell::Flag(read.flag(column)),
    });
    let (begin, end) = (read.date("beginDate"), read.date("endDate"));
    let mut cells: Vec<Cell> = vec![kind.into(), access.into()];
    cells.extend(flags);
    cells.extend([row.text("priority").into(), begin.into(), end.into()]);
    vec![Said::Tie(TieSaid {
        line: row.line,
        source: format!("tie:{child}|{guardian}"),
        one: child,
        other: guardian,
        directed: true,
        cells,
    })]
}

fn one(read: &mut Reading<'_>, make: impl FnOnce(&mut Reading<'_>, String) -> Option<Record>) -> Vec<Said> {
    let Some(source) = read.source_id() else { return Vec::new() };
    let kept = source.clone();
    vec![make(read, source).map_or(Said::Keep(kept), Said::Fact)]
}
