//! An address that somebody gave and proved themselves: where the school has none, letters go there (E6).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, string_null, text_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [text_null("email"), string_null("email_key"), big_integer_null("email_proven_at")] {
            manager.alter_table(Table::alter().table("accounts").add_column(column).to_owned()).await?;
        }
        let index = "CREATE INDEX accounts_email_key ON accounts (email_key) WHERE email_key IS NOT NULL";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }
}
