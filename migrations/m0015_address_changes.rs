//! Addresses that people changed: for a week the mailbox from before can take the change back (row R16).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text, text_null, uuid, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("address_changes")
            .col(var_binary("undo", 32).primary_key())
            .col(uuid("account"))
            .col(text_null("before"))
            .col(text("after"))
            .col(big_integer("until"))
            .col(big_integer_null("undone_at"))
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create().name("address_changes_account").table("address_changes").col("account").to_owned();
        manager.create_index(index).await
    }
}
