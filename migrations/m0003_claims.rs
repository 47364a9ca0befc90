//! Claims and recoveries: counters of tries and the staff's queue of failed claims.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, uuid, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [throttles(), throttle_failures(), claim_cases()] {
            manager.create_table(table).await?;
        }
        for (table, column) in INDEXES {
            let index = Index::create().name(format!("{table}_{column}")).table(*table).col(*column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

const INDEXES: &[(&str, &str)] = &[
    ("throttles", "last_at"),
    ("throttle_failures", "at"),
    ("claim_cases", "opened_at"),
    ("claim_cases", "journey"),
    ("claim_cases", "person"),
];

fn throttles() -> TableCreateStatement {
    Table::create()
        .table("throttles")
        .col(string("rule"))
        .col(var_binary("subject", 32))
        .col(big_integer("seen"))
        .col(big_integer("hits"))
        .col(big_integer("total"))
        .col(big_integer("admitted"))
        .col(big_integer("since"))
        .col(big_integer("last_at"))
        .col(big_integer("open_at"))
        .primary_key(Index::create().col("rule").col("subject"))
        .to_owned()
}

fn throttle_failures() -> TableCreateStatement {
    Table::create()
        .table("throttle_failures")
        .col(var_binary("network", 32))
        .col(var_binary("subject", 32))
        .col(big_integer("at"))
        .primary_key(Index::create().col("network").col("subject"))
        .to_owned()
}

fn claim_cases() -> TableCreateStatement {
    Table::create()
        .table("claim_cases")
        .col(uuid("id").primary_key())
        .col(string("number").unique_key())
        .col(string("flow"))
        .col(uuid("journey"))
        .col(string("cause"))
        .col(uuid_null("person"))
        .col(var_binary("subject", 32))
        .col(var_binary("typed", 65_535))
        .col(integer("tries"))
        .col(big_integer("opened_at"))
        .col(big_integer("last_at"))
        .col(big_integer_null("closed_at"))
        .to_owned()
}
