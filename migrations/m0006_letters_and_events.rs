//! Letters on their way out, and the event log with its chain.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, integer, string, string_null, text, uuid, uuid_null, var_binary, var_binary_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [outbox(), events(), event_seals(), event_marks()] {
            manager.create_table(table).await?;
        }
        for (table, columns) in INDEXES {
            let mut index = Index::create();
            index.name(format!("{table}_{}", columns.join("_"))).table(*table);
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index.to_owned()).await?;
        }
        // Asked every second: it holds what waits, and nothing of what is over.
        let waiting = "CREATE INDEX outbox_waiting ON outbox (next_at) WHERE delivered_at IS NULL AND dead_at IS NULL";
        manager.get_connection().execute_unprepared(waiting).await?;
        let dead = "CREATE INDEX outbox_dead ON outbox (dead_at) WHERE dead_at IS NOT NULL";
        manager.get_connection().execute_unprepared(dead).await?;
        Ok(())
    }
}

const INDEXES: &[(&str, &[&str])] =
    &[("outbox", &["delivered_at"]), ("events", &["at"]), ("events", &["person", "id"]), ("events", &["kind", "id"])];

fn outbox() -> TableCreateStatement {
    Table::create()
        .table("outbox")
        .col(uuid("id").primary_key())
        .col(string("kind"))
        .col(string("language"))
        .col(var_binary_null("sealed", 65_535))
        .col(big_integer("created_at"))
        .col(big_integer("next_at"))
        .col(integer("tries"))
        .col(big_integer_null("lease_until"))
        .col(big_integer_null("useless_after"))
        .col(big_integer_null("delivered_at"))
        .col(big_integer_null("dead_at"))
        .col(string_null("last_error"))
        .to_owned()
}

fn events() -> TableCreateStatement {
    Table::create()
        .table("events")
        .col(big_pk_auto("id"))
        .col(string("kind"))
        .col(uuid_null("actor"))
        .col(uuid_null("person"))
        .col(uuid_null("school"))
        .col(text("detail"))
        .col(big_integer("at"))
        .to_owned()
}

/// The links of the chain, beside the events, so that an event's row is never touched again.
fn event_seals() -> TableCreateStatement {
    Table::create()
        .table("event_seals")
        .col(big_integer("place").primary_key())
        .col(big_integer("event").unique_key())
        .col(big_integer("sealed_at"))
        .col(var_binary("seal", 32))
        .to_owned()
}

/// Where the chain begins and where it ends: two rows, `anchor` and `head`.
fn event_marks() -> TableCreateStatement {
    Table::create()
        .table("event_marks")
        .col(string("name").primary_key())
        .col(big_integer("place"))
        .col(var_binary("seal", 32))
        .col(big_integer("floor"))
        .col(big_integer("next_floor"))
        .col(big_integer("at"))
        .col(var_binary("mac", 32))
        .to_owned()
}
