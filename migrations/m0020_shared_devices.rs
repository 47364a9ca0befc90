//! The people whom a device that a family shares offers on its first page: those who asked for it, and nobody else (A18).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, uuid, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let people = Table::create()
            .table("shared_device_people")
            .col(uuid("id").primary_key())
            .col(var_binary("device", 32))
            .col(uuid("account"))
            .col(string("animal"))
            .col(big_integer("added_at"))
            .col(big_integer("used_at"))
            .to_owned();
        manager.create_table(people).await?;
        let once = Index::create()
            .name("shared_device_people_once")
            .table("shared_device_people")
            .col("device")
            .col("account")
            .unique()
            .to_owned();
        manager.create_index(once).await?;
        let account = Index::create().name("shared_device_people_account").table("shared_device_people").col("account").to_owned();
        manager.create_index(account).await
    }
}
