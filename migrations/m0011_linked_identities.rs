//! Whom other providers' names for people mean here (E9): one account a name, one name a provider and account.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("linked_identities")
            .col(string("source"))
            .col(string("subject"))
            .col(uuid("account"))
            .col(big_integer("linked_at"))
            .primary_key(Index::create().col("source").col("subject"))
            .to_owned();
        manager.create_table(table).await?;
        let one_a_source =
            Index::create().name("linked_identities_account").table("linked_identities").col("account").col("source").unique().to_owned();
        manager.create_index(one_a_source).await
    }
}
