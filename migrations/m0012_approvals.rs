//! What somebody else must say yes to: the school, or a guardian. One a journey, decided once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, text_null, uuid, uuid_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("approvals")
            .col(uuid("journey").primary_key())
            .col(string("number").unique_key())
            .col(uuid_null("person"))
            .col(string("flow"))
            .col(string("by_whom"))
            .col(integer("matching"))
            .col(big_integer("asked_at"))
            .col(big_integer("until"))
            .col(text_null("decision"))
            .col(big_integer_null("decided_at"))
            .col(uuid_null("decided_by"))
            .col(text_null("reason"))
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create().name("approvals_person").table("approvals").col("person").to_owned();
        manager.create_index(index).await
    }
}
