//! The roster. Every fact is a row with the generations in which it holds; one row says which generation everybody
//! sees, so that an import is invisible until its last step.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, boolean, boolean_null, integer, string, string_null, text, text_null, uuid, uuid_null,
    var_binary,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(state()).await?;
        manager.create_table(imports()).await?;
        for (name, columns) in facts() {
            manager.create_table(fact_table(name, columns)).await?;
        }
        let db = manager.get_connection();
        db.execute_unprepared("INSERT INTO roster_state (id, generation) VALUES (1, 0)").await?;
        for (name, _) in facts() {
            for sql in [
                // One open version a source record: two imports that race cannot both write one.
                format!("CREATE UNIQUE INDEX {name}_source_id ON {name} (source_id, to_generation)"),
                format!("CREATE INDEX {name}_from_generation ON {name} (from_generation)"),
                format!("CREATE INDEX {name}_to_generation ON {name} (to_generation) WHERE to_generation < {OPEN}"),
                format!(
                    "CREATE VIEW current_{name} AS SELECT fact.* FROM {name} fact JOIN roster_state now \
                     ON fact.from_generation <= now.generation AND fact.to_generation > now.generation"
                ),
            ] {
                db.execute_unprepared(&sql).await?;
            }
        }
        for (table, column) in INDEXES {
            let sql = format!("CREATE INDEX {table}_{column} ON {table} ({column}) WHERE {column} IS NOT NULL");
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}

/// A version that still holds.
const OPEN: i64 = i64::MAX;

const INDEXES: &[(&str, &str)] = &[
    ("roster_orgs", "org"),
    ("roster_classes", "class"),
    ("roster_classes", "school_source"),
    ("roster_roles", "user_source"),
    ("roster_roles", "org_source"),
    ("roster_users", "person"),
    ("roster_users", "number_key"),
    ("roster_users", "email_key"),
    ("roster_users", "full_name_key"),
    ("roster_users", "family_name_key"),
    ("roster_users", "preferred_name_key"),
    ("roster_users", "master_id"),
    ("roster_user_ids", "user_source"),
    ("roster_user_ids", "user_key"),
    ("roster_enrollments", "user_source"),
    ("roster_enrollments", "class_source"),
    ("roster_ties", "guardian"),
    ("roster_ties", "child"),
];

fn state() -> TableCreateStatement {
    Table::create()
        .table("roster_state")
        .col(integer("id").primary_key())
        .col(big_integer("generation"))
        .col(big_integer_null("applied_at"))
        .col(uuid_null("import"))
        .col(big_integer_null("lease_until"))
        .to_owned()
}

fn imports() -> TableCreateStatement {
    Table::create()
        .table("roster_imports")
        .col(uuid("id").primary_key())
        .col(string("kind"))
        .col(string("state"))
        .col(text("source"))
        .col(big_integer_null("generation").unique_key())
        .col(uuid_null("undoes"))
        .col(uuid_null("undone_by"))
        .col(big_integer("started_at"))
        .col(big_integer_null("finished_at"))
        .col(text("summary"))
        .to_owned()
}

fn fact_table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table(name)
        .col(big_pk_auto("id"))
        .col(text("source_id"))
        .col(big_integer("from_generation"))
        .col(big_integer("to_generation"))
        .col(var_binary("digest", 16));
    for column in columns {
        table.col(column);
    }
    table
}

fn facts() -> Vec<(&'static str, Vec<ColumnDef>)> {
    vec![
        (
            "roster_orgs",
            vec![
                uuid("org"),
                text("name"),
                string("kind"),
                text_null("identifier"),
                text_null("parent_source"),
                text_null("email"),
                text_null("phone"),
                text_null("timezone"),
            ],
        ),
        (
            "roster_sessions",
            vec![
                text("title"),
                string("kind"),
                string_null("start_date"),
                string_null("end_date"),
                text_null("parent_source"),
                string_null("school_year"),
            ],
        ),
        ("roster_courses", vec![text("title"), text_null("code"), text_null("org_source")]),
        (
            "roster_classes",
            vec![
                uuid("class"),
                text("title"),
                text_null("code"),
                boolean("homeroom"),
                text_null("grade"),
                text("school_source"),
                text_null("course_source"),
                text_null("terms"),
            ],
        ),
        (
            "roster_roles",
            vec![
                text("user_source"),
                text("org_source"),
                string("role"),
                boolean("is_primary"),
                string_null("begin_date"),
                string_null("end_date"),
            ],
        ),
        ("roster_births", vec![string("birth_date")]),
        ("roster_user_ids", vec![text("user_source"), text("user_key")]),
        ("roster_users", users()),
        (
            "roster_enrollments",
            vec![
                text("user_source"),
                text("class_source"),
                string("role"),
                boolean("is_primary"),
                string_null("begin_date"),
                string_null("end_date"),
            ],
        ),
        ("roster_ties", ties()),
    ]
}

fn users() -> Vec<ColumnDef> {
    vec![
        uuid("person"),
        boolean("active"),
        text_null("master_id"),
        text_null("username"),
        text("given_name"),
        text("family_name"),
        text_null("middle_name"),
        text_null("preferred_given_name"),
        text_null("preferred_family_name"),
        text_null("number"),
        text_null("email"),
        text_null("sms"),
        text_null("phone"),
        text_null("grade"),
        string_null("birth_date"),
        text_null("civic_number"),
        text_null("postal_code"),
        string_null("language"),
        string_null("contact_priority"),
        text_null("primary_org"),
        text_null("number_key"),
        text_null("email_key"),
        text_null("full_name_key"),
        text_null("family_name_key"),
        text_null("preferred_name_key"),
    ]
}

fn ties() -> Vec<ColumnDef> {
    vec![
        uuid("guardian"),
        uuid("child"),
        string("kind"),
        boolean("can_access_records"),
        boolean_null("legal_responsibility"),
        boolean_null("lives_with"),
        boolean_null("can_pick_up"),
        boolean_null("receives_mail"),
        string_null("priority"),
        string_null("begin_date"),
        string_null("end_date"),
    ]
}
