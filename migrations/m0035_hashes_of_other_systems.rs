//! What the dearest hash of each kind that came from another system asks: every sign-in does as much (row E02).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let levels =
            Table::create().table("hashes_of_other_systems").col(string("kind").primary_key()).col(big_integer("level")).to_owned();
        manager.create_table(levels).await
    }
}
