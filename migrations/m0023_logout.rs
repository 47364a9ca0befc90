//! Which clients a sign-in reached, and the word of its end that each of them is still to hear.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, string_null, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(session_clients()).await?;
        manager.create_table(logout_outbox()).await?;
        let ends = Index::create().name("session_clients_expires_at").table("session_clients").col("expires_at").to_owned();
        manager.create_index(ends).await?;
        // Asked every second: the table holds only what waits.
        let due = Index::create().name("logout_outbox_next_at").table("logout_outbox").col("next_at").to_owned();
        manager.create_index(due).await?;
        let client = Index::create().name("logout_outbox_client_id").table("logout_outbox").col("client_id").to_owned();
        manager.create_index(client).await
    }
}

fn session_clients() -> TableCreateStatement {
    Table::create()
        .table("session_clients")
        .col(uuid("session"))
        .col(string("client_id"))
        .col(uuid("account"))
        .col(big_integer("told_at"))
        .col(big_integer("expires_at"))
        .primary_key(Index::create().col("session").col("client_id"))
        .to_owned()
}

/// A session ends once, so that it and the client are enough of a name.
fn logout_outbox() -> TableCreateStatement {
    Table::create()
        .table("logout_outbox")
        .col(uuid("session"))
        .col(string("client_id"))
        .col(uuid("account"))
        .col(big_integer("ended_at"))
        .col(big_integer("next_at"))
        .col(integer("tries"))
        .col(big_integer_null("lease_until"))
        .col(string_null("last_error"))
        .primary_key(Index::create().col("session").col("client_id"))
        .to_owned()
}
