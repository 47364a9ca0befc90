//! Access tokens that say nothing to whoever holds them, and those of either kind that were taken back before their end. A
//! family remembers when it moved on, so that an answer that was lost can be given again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, text_null, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tokens = Table::create()
            .table("access_tokens")
            .col(var_binary("id", 32).primary_key())
            .col(string("client_id"))
            .col(uuid_null("family"))
            .col(text_null("claims"))
            .col(big_integer("expires_at"))
            .col(big_integer_null("revoked_at"))
            .to_owned();
        manager.create_table(tokens).await?;
        for column in ["client_id", "expires_at"] {
            let index = Index::create().name(format!("access_tokens_{column}")).table("access_tokens").col(column).to_owned();
            manager.create_index(index).await?;
        }
        for column in ["rotated_at", "repeated_at"] {
            manager.alter_table(Table::alter().table("token_families").add_column(big_integer_null(column)).to_owned()).await?;
        }
        Ok(())
    }
}
