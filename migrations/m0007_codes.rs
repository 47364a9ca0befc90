//! Codes that were given out: on paper (activation codes) and by mail (security codes). Never a code, only what it can be
//! known again by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, string_null, text, uuid, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(batches()).await?;
        manager.create_table(codes()).await?;
        for (name, columns) in
            [("batch", "batch, number"), ("child", "child"), ("guardian", "guardian"), ("front", "front"), ("used_by", "used_by")]
        {
            let index = format!("CREATE INDEX codes_{name} ON codes ({columns})");
            manager.get_connection().execute_unprepared(&index).await?;
        }
        Ok(())
    }
}

/// What was asked for at once. Until `ready_at` none of its codes opens anything.
fn batches() -> TableCreateStatement {
    Table::create()
        .table("code_batches")
        .col(uuid("id").primary_key())
        .col(string("kind"))
        .col(uuid_null("made_by"))
        .col(big_integer("made_at"))
        .col(big_integer_null("ready_at"))
        .col(text("asked"))
        .to_owned()
}

fn codes() -> TableCreateStatement {
    Table::create()
        .table("codes")
        .col(uuid("id").primary_key())
        .col(uuid("batch"))
        .col(string("kind"))
        .col(integer("number"))
        .col(var_binary("mac", 32).unique_key())
        .col(var_binary("link", 32).unique_key())
        .col(var_binary("front", 32))
        .col(string("last_group"))
        .col(uuid_null("child"))
        .col(uuid_null("guardian"))
        .col(uuid_null("replaces"))
        .col(big_integer("issued_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("used_at"))
        .col(uuid_null("used_by"))
        .col(big_integer_null("revoked_at"))
        .col(string_null("revoked_why"))
        .to_owned()
}
