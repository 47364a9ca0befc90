//! Signing keys, sealed, and the mark of the master key.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, integer, string, text, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(master_key()).await?;
        manager.create_table(signing_keys()).await?;
        // Each number of an algorithm is one key: nodes that make the next one at the same time make one.
        let mut numbers = Index::create();
        numbers.name("signing_keys_algorithm_number").table("signing_keys").col("algorithm").col("number").unique();
        manager.create_index(numbers).await
    }
}

/// One row, and none in a database that has sealed nothing yet.
fn master_key() -> TableCreateStatement {
    Table::create()
        .table("master_key")
        .col(integer("id").primary_key().check(Expr::col("id").eq(1)))
        .col(var_binary("mark", 32))
        .col(big_integer("set_at"))
        .to_owned()
}

fn signing_keys() -> TableCreateStatement {
    Table::create()
        .table("signing_keys")
        .col(string("kid").primary_key())
        .col(string("algorithm"))
        .col(big_integer("number"))
        .col(big_integer("made_at"))
        .col(big_integer("signs_from"))
        .col(blob("sealed"))
        .col(text("public_jwk"))
        .to_owned()
}
