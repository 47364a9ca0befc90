//! Sessions at the counter: who opened one, for whom, at which school, and what became of it. What opens one is kept as a MAC.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, text_null, uuid, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("counter_sessions")
            .col(uuid("id").primary_key())
            .col(uuid("opened_by"))
            .col(uuid("person"))
            .col(uuid("school"))
            .col(string("language"))
            .col(var_binary("code", 32))
            .col(var_binary("token", 32))
            .col(big_integer("opened_at"))
            .col(big_integer("until"))
            .col(big_integer_null("entered_at"))
            .col(uuid_null("journey"))
            .col(big_integer_null("ended_at"))
            .col(text_null("ended"))
            .col(text_null("address"))
            .to_owned();
        manager.create_table(table).await?;
        for column in ["code", "token", "person", "opened_by"] {
            let name = format!("counter_sessions_{column}");
            let index = Index::create().name(name).table("counter_sessions").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
