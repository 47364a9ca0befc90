//! Authorization requests that clients pushed (RFC 9126). Each is good for one answer.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, text, uuid, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pushed = Table::create()
            .table("pushed_requests")
            .col(uuid("id").primary_key())
            .col(var_binary("secret", 32).unique_key())
            .col(string("client_id"))
            .col(text("params"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("used_at"))
            .to_owned();
        manager.create_table(pushed).await?;
        let ends = Index::create().name("pushed_requests_ends").table("pushed_requests").col("expires_at").to_owned();
        manager.create_index(ends).await
    }
}
