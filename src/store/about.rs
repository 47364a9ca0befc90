//! Everything that the database holds about one person: for the person to take along, and to be erased. [`PLACES`] says of every column
//! that names somebody what becomes of it; a test walks the schema of both databases, so that no table is forgotten. Secrets, hashes
//! and what others typed are not read: a thing is told by its kind and its dates.

use serde_json::Value;

use super::{Db, Reader, Row, StoreError, sql};
use crate::model::{AccountId, PersonId, Timestamp};

/// A column that names somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// By what it names them.
    pub names: Names,
    /// What becomes of it when they are erased.
    pub fate: Fate,
}

/// By what somebody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// By their account.
    Account,
    /// By themselves.
    Person,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes.
    Goes,
    /// It is somebody else's, and forgets who that was.
    Blanked,
    /// It stays, for this reason.
    Stays(&'static str),
}

/// One fact about a thing: what it is called, and what it says.
pub type Named = (&'static str, Fact);

/// What a fact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Words of somebody: a name, an address.
    Text(String),
    /// A word of ours: a state, a kind.
    Word(String),
    /// A count.
    Number(i64),
    /// Yes or no.
    Yes(bool),
    /// An instant.
    At(Timestamp),
}

/// What was found of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub section: &'static str,
    /// Thing by thing; what is unknown of one is left out.
    pub things: Vec<Vec<Named>>,
}

/// What is asked for one kind.
pub(crate) struct Question {
    /// What it finds.
    pub section: &'static str,
    names: Names,
    select: &'static str,
    columns: &'static [(&'static str, Kind)],
}

/// How a column is read.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Word,
    Number,
    Yes,
    At,
    /// The subject of a message, in the first of its languages.
    Subject,
}

/// The queries on what is held about somebody.
pub struct About<'a>(Db<'a>);

impl Reader<'_> {
    /// What is held about somebody.
    pub fn about(&self) -> About<'_> {
        About(self.db())
    }
}

impl About<'_> {
    /// Everything but the events, kind by kind, the newest first where there are instants.
    pub async fn everything(&self, person: PersonId, account: Option<AccountId>) -> Result<Vec<Found>, StoreError> {
        let mut found = Vec::new();
        for question in QUESTIONS {
            let whose = match (question.names, account) {
                (Names::Person, _) => person.0,
                (Names::Account, Some(account)) => account.0,
                (Names::Account, None) => continue,
            };
            let mut things = Vec::new();
            for row in sql::rows(&self.0, question.select, [whose.into()]).await? {
                things.push(read(&row, question.columns)?);
            }
            found.push(Found { section: question.section, things });
        }
        Ok(found)
    }
}

impl Question {
    /// What the facts that it finds are called.
    #[cfg(test)]
    pub(crate) fn facts(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|(name, _)| *name)
    }
}

fn read(row: &Row, columns: &[(&'static str, Kind)]) -> Result<Vec<Named>, StoreError> {
    let mut facts = Vec::new();
    for (name, kind) in columns {
        let text = || row.try_get::<Option<String>>("", name).map(|text| text.filter(|text| !text.is_empty()));
        let fact = match kind {
            Kind::Text => text()?.map(Fact::Text),
            Kind::Word => text()?.map(Fact::Word),
            Kind::Number => row.try_get::<Option<i64>>("", name)?.map(Fact::Number),
            Kind::Yes => row.try_get::<Option<bool>>("", name)?.map(Fact::Yes),
            Kind::At => row.try_get::<Option<i64>>("", name)?.map(|at| Fact::At(Timestamp(at))),
            Kind::Subject => text()?.and_then(|words| subject(&words)).map(Fact::Text),
        };
        facts.extend(fact.map(|fact| (*name, fact)));
    }
    Ok(facts)
}

fn subject(words: &str) -> Option<String> {
    let words: Value = serde_json::from_str(words).ok()?;
    words.as_object()?.values().find_map(|said| Some(said.get("subject")?.as_str()?.to_owned()))
}

const fn goes(table: &'static str, column: &'static str, names: Names) -> Place {
    Place { table, column, names, fate: Fate::Goes }
}

const fn blanked(table: &'static str, column: &'static str) -> Place {
    Place { table, column, names: Names::Account, fate: Fate::Blanked }
}

const fn stays(table: &'static str, column: &'static str, names: Names, why: &'static str) -> Place {
    Place { table, column, names, fate: Fate::Stays(why) }
}

/// Every column that names a person or an account. What is erased is erased in this order: what leans on a row goes before it.
pub const PLACES: &[Place] = &[
    goes("passwords", "account", Names::Account),
    goes("password_history", "account", Names::Account),
    goes("security_answers", "account", Names::Account),
    goes("known_devices", "account", Names::Account),
    goes("seen_devices", "account", Names::Account),
    goes("shared_device_people", "account", Names::Account),
    goes("sign_in_notices", "account", Names::Account),
    goes("totp", "account", Names::Account),
    goes("recovery_codes", "account", Names::Account),
    goes("second_factor_due", "account", Names::Account),
    goes("passkeys", "account", Names::Account),
    goes("linked_identities", "account", Names::Account),
    goes("badge_secrets", "account", Names::Account),
    goes("address_changes", "account", Names::Account),
    goes("charter_acceptances", "account", Names::Account),
    goes("consents", "account", Names::Account),
    goes("device_requests", "account", Names::Account),
    goes("token_families", "account", Names::Account),
    goes("session_clients", "account", Names::Account),
    goes("sessions", "account", Names::Account),
    stays(
        "logout_outbox",
        "account",
        Names::Account,
        "apps are still to hear that the sign-ins are over: gone once they have, or after a day",
    ),
    goes("badges", "person", Names::Person),
    blanked("badges", "revoked_by"),
    goes("counter_sessions", "person", Names::Person),
    // One that nobody answers for any more opens nothing.
    goes("counter_sessions", "opened_by", Names::Account),
    goes("mail_proofs", "person", Names::Person),
    goes("approvals", "person", Names::Person),
    blanked("approvals", "decided_by"),
    goes("claim_cases", "person", Names::Person),
    goes("codes", "child", Names::Person),
    goes("codes", "guardian", Names::Person),
    blanked("codes", "used_by"),
    blanked("code_batches", "made_by"),
    blanked("announcements", "made_by"),
    goes("inbox", "person", Names::Person),
    goes("reminders", "person", Names::Person),
    goes("roster_ties", "guardian", Names::Person),
    goes("roster_ties", "child", Names::Person),
    goes("roster_users", "person", Names::Person),
    stays("events", "actor", Names::Account, "the log stays whole so that nobody can doctor it: a number that means nobody any more"),
    stays("events", "person", Names::Person, "the log stays whole so that nobody can doctor it: a number that means nobody any more"),
    goes("accounts", "person", Names::Person),
];

/// Tables of the roster that name somebody by a record of theirs, and the column that does.
pub const OF_RECORDS: &[(&str, &str)] = &[
    ("roster_roles", "user_source"),
    ("roster_enrollments", "user_source"),
    ("roster_user_ids", "user_source"),
    ("roster_births", "source_id"),
];

const RECORD: &[(&str, Kind)] = &[
    ("given_name", Kind::Text),
    ("family_name", Kind::Text),
    ("middle_name", Kind::Text),
    ("preferred_given_name", Kind::Text),
    ("preferred_family_name", Kind::Text),
    ("birth_date", Kind::Text),
    ("number", Kind::Text),
    ("email", Kind::Text),
    ("phone", Kind::Text),
    ("sms", Kind::Text),
    ("civic_number", Kind::Text),
    ("postal_code", Kind::Text),
    ("grade", Kind::Text),
    ("language", Kind::Word),
    ("roster_username", Kind::Text),
    ("source_id", Kind::Text),
    ("master_id", Kind::Text),
    ("active", Kind::Yes),
    ("file", Kind::Text),
    ("imported_at", Kind::At),
];

/// What is asked, in the order in which it is told.
pub(crate) const QUESTIONS: &[Question] = &[
    Question {
        section: "account",
        names: Names::Account,
        select: "SELECT username, state, language, date_format, email, email_proven_at, notification_email, claimed_by, claimed_at, \
                 signed_in_at FROM accounts WHERE id = $1",
        columns: &[
            ("username", Kind::Text),
            ("state", Kind::Word),
            ("language", Kind::Word),
            ("date_format", Kind::Word),
            ("email", Kind::Text),
            ("email_proven_at", Kind::At),
            ("notification_email", Kind::Text),
            ("claimed_by", Kind::Word),
            ("claimed_at", Kind::At),
            ("signed_in_at", Kind::At),
        ],
    },
    Question {
        section: "roster",
        names: Names::Person,
        select: "SELECT u.*, u.username AS roster_username, i.source AS file, i.finished_at AS imported_at FROM current_roster_users u \
                 LEFT JOIN roster_imports i ON i.generation = u.from_generation WHERE u.person = $1 ORDER BY u.active DESC, u.source_id",
        columns: RECORD,
    },
    Question {
        section: "birth",
        names: Names::Person,
        select: "SELECT b.birth_date, b.source_id FROM current_roster_users u JOIN current_roster_births b ON b.source_id = u.source_id \
                 WHERE u.person = $1 ORDER BY b.source_id",
        columns: &[("birth_date", Kind::Text), ("source_id", Kind::Text)],
    },
    Question {
        section: "roles",
        names: Names::Person,
        select: "SELECT r.role, o.name AS school, r.begin_date, r.end_date FROM current_roster_users u \
                 JOIN current_roster_roles r ON r.user_source = u.source_id JOIN current_roster_orgs o ON o.source_id = r.org_source \
                 WHERE u.person = $1 ORDER BY r.is_primary DESC, r.source_id",
        columns: &[("role", Kind::Word), ("school", Kind::Text), ("begin_date", Kind::Text), ("end_date", Kind::Text)],
    },
    Question {
        section: "classes",
        names: Names::Person,
        select: "SELECT c.title AS class, e.role, e.begin_date, e.end_date FROM current_roster_users u \
                 JOIN current_roster_enrollments e ON e.user_source = u.source_id JOIN current_roster_classes c ON c.source_id = e.class_source \
                 WHERE u.person = $1 ORDER BY c.title, c.source_id",
        columns: &[("class", Kind::Text), ("role", Kind::Word), ("begin_date", Kind::Text), ("end_date", Kind::Text)],
    },
    Question {
        section: "identifiers",
        names: Names::Person,
        select: "SELECT i.user_key AS identifier FROM current_roster_users u JOIN current_roster_user_ids i ON i.user_source = u.source_id \
                 WHERE u.person = $1 ORDER BY i.user_key",
        columns: &[("identifier", Kind::Text)],
    },
    Question {
        section: "children",
        names: Names::Person,
        select: "SELECT t.kind, t.can_access_records, t.legal_responsibility, t.lives_with, t.can_pick_up, t.receives_mail, t.begin_date, \
                 t.end_date, t.source_id, (SELECT COALESCE(u.preferred_given_name, u.given_name) || ' ' || \
                 COALESCE(u.preferred_family_name, u.family_name) FROM current_roster_users u WHERE u.person = t.child \
                 ORDER BY u.source_id LIMIT 1) AS name FROM current_roster_ties t WHERE t.guardian = $1 ORDER BY t.source_id",
        columns: &[
            ("name", Kind::Text),
            ("kind", Kind::Word),
            ("can_access_records", Kind::Yes),
            ("legal_responsibility", Kind::Yes),
            ("lives_with", Kind::Yes),
            ("can_pick_up", Kind::Yes),
            ("receives_mail", Kind::Yes),
            ("begin_date", Kind::Text),
            ("end_date", Kind::Text),
        ],
    },
    // Of another adult their name and what they are to the child; never an address, nor what a court said of them.
    Question {
        section: "guardians",
        names: Names::Person,
        select: "SELECT t.kind, (SELECT COALESCE(u.preferred_given_name, u.given_name) || ' ' || \
                 COALESCE(u.preferred_family_name, u.family_name) FROM current_roster_users u WHERE u.person = t.guardian \
                 ORDER BY u.source_id LIMIT 1) AS name FROM current_roster_ties t WHERE t.child = $1 ORDER BY t.source_id",
        columns: &[("name", Kind::Text), ("kind", Kind::Word)],
    },
    Question {
        section: "roster_before",
        names: Names::Person,
        select: "SELECT u.*, u.username AS roster_username, i.source AS file, i.finished_at AS imported_at FROM roster_users u \
                 LEFT JOIN roster_imports i ON i.generation = u.from_generation \
                 WHERE u.person = $1 AND u.to_generation <= (SELECT generation FROM roster_state) ORDER BY u.from_generation DESC, u.source_id",
        columns: RECORD,
    },
    Question {
        section: "password",
        names: Names::Account,
        select: "SELECT set_at, must_change, expires_at FROM passwords WHERE account = $1",
        columns: &[("set_at", Kind::At), ("must_change", Kind::Yes), ("expires_at", Kind::At)],
    },
    Question {
        section: "former_passwords",
        names: Names::Account,
        select: "SELECT set_at FROM password_history WHERE account = $1 ORDER BY set_at DESC, hash",
        columns: &[("set_at", Kind::At)],
    },
    Question {
        section: "questions",
        names: Names::Account,
        select: "SELECT question FROM security_answers WHERE account = $1 ORDER BY place",
        columns: &[("question", Kind::Word)],
    },
    Question {
        section: "passkeys",
        names: Names::Account,
        select: "SELECT name, made_at, used_at, backed_up FROM passkeys WHERE account = $1 ORDER BY made_at DESC, id",
        columns: &[("name", Kind::Text), ("made_at", Kind::At), ("used_at", Kind::At), ("backed_up", Kind::Yes)],
    },
    Question {
        section: "authenticators",
        names: Names::Account,
        select: "SELECT name, confirmed_at AS made_at, last_used_at AS used_at FROM totp WHERE account = $1 ORDER BY confirmed_at DESC, id",
        columns: &[("name", Kind::Text), ("made_at", Kind::At), ("used_at", Kind::At)],
    },
    Question {
        section: "recovery_codes",
        names: Names::Account,
        select: "SELECT COUNT(*) AS made, COUNT(used_at) AS used FROM recovery_codes WHERE account = $1 GROUP BY account",
        columns: &[("made", Kind::Number), ("used", Kind::Number)],
    },
    Question {
        section: "second_factor_due",
        names: Names::Account,
        select: "SELECT since FROM second_factor_due WHERE account = $1",
        columns: &[("since", Kind::At)],
    },
    Question {
        section: "cards",
        names: Names::Person,
        select: "SELECT issued_at, used_at, revoked_at FROM badges WHERE person = $1 ORDER BY issued_at DESC, id",
        columns: &[("issued_at", Kind::At), ("used_at", Kind::At), ("revoked_at", Kind::At)],
    },
    Question {
        section: "card_secret",
        names: Names::Account,
        select: "SELECT kind, set_at FROM badge_secrets WHERE account = $1",
        columns: &[("kind", Kind::Word), ("set_at", Kind::At)],
    },
    Question {
        section: "counter",
        names: Names::Person,
        select: "SELECT opened_at, until, ended_at FROM counter_sessions WHERE person = $1 ORDER BY opened_at DESC, id",
        columns: &[("opened_at", Kind::At), ("until", Kind::At), ("ended_at", Kind::At)],
    },
    Question {
        section: "linked_identities",
        names: Names::Account,
        select: "SELECT source, subject AS identifier, linked_at FROM linked_identities WHERE account = $1 ORDER BY linked_at DESC, source",
        columns: &[("source", Kind::Text), ("identifier", Kind::Text), ("linked_at", Kind::At)],
    },
    Question {
        section: "address_changes",
        names: Names::Account,
        select: "SELECT before, after, until, undone_at FROM address_changes WHERE account = $1 ORDER BY until DESC, undo",
        columns: &[("before", Kind::Text), ("after", Kind::Text), ("until", Kind::At), ("undone_at", Kind::At)],
    },
    Question {
        section: "sessions",
        names: Names::Account,
        select: "SELECT device, network, auth_time, amr, seen_at, expires_at, ended_at FROM sessions WHERE account = $1 \
                 ORDER BY auth_time DESC, id",
        columns: &[
            ("device", Kind::Text),
            ("network", Kind::Text),
            ("auth_time", Kind::At),
            ("amr", Kind::Word),
            ("seen_at", Kind::At),
            ("expires_at", Kind::At),
            ("ended_at", Kind::At),
        ],
    },
    Question {
        section: "known_devices",
        names: Names::Account,
        select: "SELECT created_at, expires_at FROM known_devices WHERE account = $1 ORDER BY created_at DESC, secret",
        columns: &[("created_at", Kind::At), ("expires_at", Kind::At)],
    },
    Question {
        section: "seen_devices",
        names: Names::Account,
        select: "SELECT seen_at FROM seen_devices WHERE account = $1 ORDER BY seen_at DESC, mark",
        columns: &[("seen_at", Kind::At)],
    },
    Question {
        section: "shared_devices",
        names: Names::Account,
        select: "SELECT animal, added_at, used_at FROM shared_device_people WHERE account = $1 ORDER BY added_at DESC, id",
        columns: &[("animal", Kind::Word), ("added_at", Kind::At), ("used_at", Kind::At)],
    },
    Question {
        section: "new_device_letters",
        names: Names::Account,
        select: "SELECT until, used_at FROM sign_in_notices WHERE account = $1 ORDER BY until DESC, token",
        columns: &[("until", Kind::At), ("used_at", Kind::At)],
    },
    Question {
        section: "apps",
        names: Names::Account,
        select: "SELECT COALESCE(c.name, t.client_id) AS app, t.scope, t.created_at, t.expires_at, t.revoked_at FROM token_families t \
                 LEFT JOIN clients c ON c.client_id = t.client_id WHERE t.account = $1 ORDER BY t.created_at DESC, t.id",
        columns: &[
            ("app", Kind::Text),
            ("scope", Kind::Word),
            ("created_at", Kind::At),
            ("expires_at", Kind::At),
            ("revoked_at", Kind::At),
        ],
    },
    Question {
        section: "app_sign_ins",
        names: Names::Account,
        select: "SELECT COALESCE(c.name, s.client_id) AS app, s.told_at FROM session_clients s LEFT JOIN clients c ON c.client_id = s.client_id \
                 WHERE s.account = $1 ORDER BY s.told_at DESC, s.session, s.client_id",
        columns: &[("app", Kind::Text), ("told_at", Kind::At)],
    },
    Question {
        section: "consents",
        names: Names::Account,
        select: "SELECT COALESCE(c.name, g.client_id) AS app, g.scope, g.given_at FROM consents g LEFT JOIN clients c \
                 ON c.client_id = g.client_id WHERE g.account = $1 ORDER BY g.given_at DESC, g.client_id",
        columns: &[("app", Kind::Text), ("scope", Kind::Word), ("given_at", Kind::At)],
    },
    Question {
        section: "device_requests",
        names: Names::Account,
        select: "SELECT COALESCE(c.name, d.client_id) AS app, d.scope, d.allowed, d.expires_at FROM device_requests d LEFT JOIN clients c \
                 ON c.client_id = d.client_id WHERE d.account = $1 ORDER BY d.expires_at DESC, d.id",
        columns: &[("app", Kind::Text), ("scope", Kind::Word), ("allowed", Kind::Yes), ("expires_at", Kind::At)],
    },
    Question {
        section: "charters",
        names: Names::Account,
        select: "SELECT charter, version, language, accepted_at FROM charter_acceptances WHERE account = $1 ORDER BY accepted_at DESC, charter",
        columns: &[("charter", Kind::Text), ("version", Kind::Text), ("language", Kind::Word), ("accepted_at", Kind::At)],
    },
    Question {
        section: "codes",
        names: Names::Person,
        select: "SELECT kind, issued_at, expires_at, used_at, revoked_at FROM codes WHERE child = $1 OR guardian = $1 \
                 ORDER BY issued_at DESC, id",
        columns: &[
            ("kind", Kind::Word),
            ("issued_at", Kind::At),
            ("expires_at", Kind::At),
            ("used_at", Kind::At),
            ("revoked_at", Kind::At),
        ],
    },
    Question {
        section: "approvals",
        names: Names::Person,
        select: "SELECT number, flow, asked_at, until, decision, decided_at FROM approvals WHERE person = $1 ORDER BY asked_at DESC, number",
        columns: &[
            ("number", Kind::Text),
            ("flow", Kind::Word),
            ("asked_at", Kind::At),
            ("until", Kind::At),
            ("decision", Kind::Word),
            ("decided_at", Kind::At),
        ],
    },
    Question {
        section: "cases",
        names: Names::Person,
        select: "SELECT number, flow, cause, opened_at, last_at, closed_at FROM claim_cases WHERE person = $1 ORDER BY opened_at DESC, number",
        columns: &[
            ("number", Kind::Text),
            ("flow", Kind::Word),
            ("cause", Kind::Word),
            ("opened_at", Kind::At),
            ("last_at", Kind::At),
            ("closed_at", Kind::At),
        ],
    },
    Question {
        section: "messages",
        names: Names::Person,
        select: "SELECT a.words AS subject, i.at, i.read_at FROM inbox i JOIN announcements a ON a.id = i.announcement WHERE i.person = $1 \
                 ORDER BY i.at DESC, a.id",
        columns: &[("subject", Kind::Subject), ("at", Kind::At), ("read_at", Kind::At)],
    },
    Question {
        section: "reminders",
        names: Names::Person,
        select: "SELECT at, until FROM reminders WHERE person = $1 ORDER BY at DESC, cause, step",
        columns: &[("at", Kind::At), ("until", Kind::At)],
    },
    Question {
        section: "mailbox_proofs",
        names: Names::Person,
        select: "SELECT sent_at, link_until AS until, used_at FROM mail_proofs WHERE person = $1 ORDER BY sent_at DESC, journey",
        columns: &[("sent_at", Kind::At), ("until", Kind::At), ("used_at", Kind::At)],
    },
];

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::testing::stores;
    use crate::store::{Backend, Store};

    /// Columns of the type of an id that name no person: what they name, for whoever adds one.
    const NOT_PEOPLE: &[(&str, &str)] = &[
        ("access_tokens", "family"),
        ("accounts", "id"),
        ("announcements", "id"),
        ("approvals", "journey"),
        ("campaigns", "id"),
        ("badges", "id"),
        ("claim_cases", "id"),
        ("claim_cases", "journey"),
        ("code_batches", "id"),
        ("codes", "batch"),
        ("codes", "id"),
        ("codes", "replaces"),
        ("counter_sessions", "id"),
        ("counter_sessions", "journey"),
        ("counter_sessions", "school"),
        ("device_requests", "family"),
        ("device_requests", "id"),
        ("device_requests", "session"),
        ("events", "school"),
        ("grants", "allowed_in"),
        ("grants", "chosen_in"),
        ("grants", "family"),
        ("grants", "id"),
        ("grants", "stepped_in"),
        ("inbox", "announcement"),
        ("journeys", "id"),
        ("list_waiters", "claim"),
        ("list_waiters", "id"),
        ("logout_outbox", "session"),
        ("mail_proofs", "journey"),
        ("outbox", "id"),
        ("passkeys", "id"),
        ("pushed_requests", "id"),
        ("recovery_codes", "set_id"),
        ("reminders", "cause"),
        ("roster_classes", "class"),
        ("roster_imports", "id"),
        ("roster_imports", "undoes"),
        ("roster_imports", "undone_by"),
        ("roster_orgs", "org"),
        ("roster_state", "import"),
        ("session_clients", "session"),
        ("sessions", "id"),
        ("shared_device_people", "id"),
        ("token_families", "id"),
        ("token_families", "session"),
        ("totp", "id"),
    ];

    /// Table, column and type of the whole schema.
    pub(in crate::store) async fn columns(store: &Store) -> Vec<(String, String, String)> {
        let select = match store.backend() {
            Backend::Sqlite => {
                "SELECT t.name AS tab, c.name AS col, lower(c.type) AS typ FROM sqlite_master t JOIN pragma_table_info(t.name) c \
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.name"
            }
            Backend::Postgres => {
                "SELECT c.table_name::text AS tab, c.column_name::text AS col, c.data_type::text AS typ FROM information_schema.columns c \
                 JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_schema = c.table_schema \
                 WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2"
            }
        };
        let rows = sql::rows(&store.read().db(), select, []).await.unwrap();
        let text = |row: &Row, column: &str| row.try_get::<String>("", column).unwrap();
        rows.iter().map(|row| (text(row, "tab"), text(row, "col"), text(row, "typ"))).collect()
    }

    /// A new table with a person in it stands in [`PLACES`], or this fails: it says what becomes of it when the person is erased.
    #[tokio::test]
    async fn every_column_that_could_name_somebody_has_its_fate() {
        let ids = |places: &mut dyn Iterator<Item = (&'static str, &'static str)>| -> BTreeSet<(String, String)> {
            places.map(|(table, column)| (table.to_owned(), column.to_owned())).collect()
        };
        let ours = ids(&mut PLACES.iter().map(|place| (place.table, place.column)));
        let others = ids(&mut NOT_PEOPLE.iter().copied());
        assert!(ours.is_disjoint(&others));
        for store in stores().await {
            let all = columns(&store).await;
            assert!(all.len() > 200, "the schema was read: {}", all.len());
            let of_ids = all.iter().filter(|(.., kind)| kind.starts_with("uuid"));
            let there: BTreeSet<(String, String)> = of_ids.map(|(table, column, _)| (table.clone(), column.clone())).collect();
            let said: BTreeSet<(String, String)> = ours.union(&others).cloned().collect();
            let forgotten: Vec<_> = there.difference(&said).collect();
            assert!(forgotten.is_empty(), "say in PLACES or NOT_PEOPLE what these name: {forgotten:?}");
            let gone: Vec<_> = said.difference(&there).collect();
            assert!(gone.is_empty(), "{gone:?} are not in the schema");
            // By another type a person is named by a record of the roster alone.
            let by_record = all.iter().filter(|(_, column, _)| column == "user_source").map(|(table, ..)| table.as_str());
            let told: BTreeSet<&str> = OF_RECORDS.iter().map(|(table, _)| *table).collect();
            for table in by_record {
                assert!(told.contains(table), "{table}");
            }
        }
    }

    #[tokio::test]
    async fn every_question_is_understood_by_both_databases() {
        let nobody = uuid::Uuid::from_u128(7);
        for store in stores().await {
            let found = store.read().about().everything(PersonId(nobody), Some(AccountId(nobody))).await.unwrap();
            assert_eq!(found.len(), QUESTIONS.len());
            assert!(found.iter().all(|found| found.things.is_empty()));
        }
    }

    /// Whatever is erased was told before; what is not told is a short-lived helper of a sign-in.
    #[test]
    fn whatever_goes_can_be_taken_along() {
        let asked: String = QUESTIONS.iter().map(|question| question.select).collect();
        for place in PLACES.iter().filter(|place| place.fate == Fate::Goes) {
            let said = [format!("FROM {} ", place.table), format!("FROM current_{} ", place.table)];
            assert!(said.iter().any(|said| asked.contains(said.as_str())), "{} is erased and nobody was told of it", place.table);
        }
    }
}
