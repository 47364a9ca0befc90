//! Initial access tokens (RFC 7591): each is good for so many apps, until an instant.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tokens = Table::create()
            .table("registration_tokens")
            .col(var_binary("hash", 32).primary_key())
            .col(string("note"))
            .col(big_integer("uses"))
            .col(big_integer("expires_at"))
            .to_owned();
        manager.create_table(tokens).await
    }
}
