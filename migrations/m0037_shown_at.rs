//! When somebody who is signed in last showed, once more, that it is them: what is asked before a copy of their data leaves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

/// When the owner of a session last showed that it is them.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("sessions").add_column(big_integer_null("shown_at")).to_owned()).await
    }
}
