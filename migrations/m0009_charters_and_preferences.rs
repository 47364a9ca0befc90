//! What people agreed to, and how they like to be written to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, string_null, text_null, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(charter_acceptances()).await?;
        for column in [string_null("date_format"), text_null("notification_email")] {
            manager.alter_table(Table::alter().table("accounts").add_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

fn charter_acceptances() -> TableCreateStatement {
    Table::create()
        .table("charter_acceptances")
        .col(uuid("account"))
        .col(string("charter"))
        .col(string("version"))
        .col(string("language"))
        .col(big_integer("accepted_at"))
        .primary_key(Index::create().col("account").col("charter").col("version"))
        .foreign_key(
            ForeignKey::create()
                .name("charter_acceptances_account")
                .from("charter_acceptances", "account")
                .to("accounts", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
