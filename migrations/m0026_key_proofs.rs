//! Proofs of possession that were used (RFC 9449 section 11.1). Each is good once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let proofs = Table::create().table("key_proofs").col(var_binary("id", 32).primary_key()).col(big_integer("expires_at")).to_owned();
        manager.create_table(proofs).await?;
        let ends = Index::create().name("key_proofs_ends").table("key_proofs").col("expires_at").to_owned();
        manager.create_index(ends).await
    }
}
