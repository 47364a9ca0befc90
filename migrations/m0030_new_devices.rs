//! On what device each session is; which kinds of device an account was seen on; and the way back that a letter about a new one
//! holds (row W07).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, text_null, uuid, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["device", "network"] {
            manager.alter_table(Table::alter().table("sessions").add_column(text_null(column)).to_owned()).await?;
        }
        let seen = Table::create()
            .table("seen_devices")
            .col(uuid("account"))
            .col(var_binary("mark", 32))
            .col(big_integer("seen_at"))
            .primary_key(Index::create().col("account").col("mark"))
            .to_owned();
        manager.create_table(seen).await?;
        let index = Index::create().name("seen_devices_seen_at").table("seen_devices").col("seen_at").to_owned();
        manager.create_index(index).await?;
        let notices = Table::create()
            .table("sign_in_notices")
            .col(var_binary("token", 32).primary_key())
            .col(uuid("account"))
            .col(big_integer("until"))
            .col(big_integer_null("used_at"))
            .to_owned();
        manager.create_table(notices).await
    }
}
