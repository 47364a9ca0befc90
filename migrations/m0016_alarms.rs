//! What goes wrong in the whole district: by the hour, to be compared with a week later, and the alarms that it raised (rows
//! E05, E33).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let what = string("what").default("sign-in").to_owned();
        manager.alter_table(Table::alter().table("throttle_failures").add_column(what).to_owned()).await?;
        let hours = Table::create()
            .table("failure_hours")
            .col(string("what"))
            .col(big_integer("hour"))
            .col(big_integer("failures"))
            .primary_key(Index::create().col("what").col("hour"))
            .to_owned();
        manager.create_table(hours).await?;
        let alarms = Table::create()
            .table("alarms")
            .col(string("what").primary_key())
            .col(big_integer("raised_at"))
            .col(big_integer("until"))
            .col(big_integer("failures"))
            .to_owned();
        manager.create_table(alarms).await
    }
}
