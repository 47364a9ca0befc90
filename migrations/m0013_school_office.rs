//! What the school does around the flows: imports on a schedule, families who asked to be written to after one, reminders,
//! campaigns, announcements; and when an account was last signed in to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, integer_null, string, text, text_null, uuid, uuid_null, var_binary,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [roster_schedule(), list_waiters(), reminders(), campaigns(), announcements(), inbox()] {
            manager.create_table(table).await?;
        }
        let signed_in = Table::alter().table("accounts").add_column(big_integer_null("signed_in_at")).to_owned();
        manager.alter_table(signed_in).await?;
        let db = manager.get_connection();
        for sql in [
            "INSERT INTO roster_schedule (id, slot, result, result_at) VALUES (1, 0, '', 0)",
            // Whoever claimed an account was signed in by it.
            "UPDATE accounts SET signed_in_at = claimed_at WHERE state IN ('claimed', 'disabled')",
            "CREATE UNIQUE INDEX list_waiters_mailbox ON list_waiters (mailbox)",
            "CREATE INDEX list_waiters_since ON list_waiters (since)",
            "CREATE INDEX list_waiters_case ON list_waiters (claim)",
            "CREATE INDEX reminders_until ON reminders (until)",
            "CREATE INDEX inbox_person ON inbox (person, read_at)",
            "CREATE INDEX codes_ending ON codes (expires_at) WHERE used_at IS NULL AND revoked_at IS NULL",
            "CREATE INDEX passwords_ending ON passwords (expires_at) WHERE expires_at IS NOT NULL",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// One row: the last hour of the schedule that a node took, the files it found then, and what came of them.
fn roster_schedule() -> TableCreateStatement {
    Table::create()
        .table("roster_schedule")
        .col(integer("id").primary_key())
        .col(big_integer("slot"))
        .col(text_null("files"))
        .col(string("result"))
        .col(big_integer("result_at"))
        .to_owned()
}

/// Who asked to be written to once the lists of the school have come. A mailbox stands once.
fn list_waiters() -> TableCreateStatement {
    Table::create()
        .table("list_waiters")
        .col(uuid("id").primary_key())
        .col(uuid("claim"))
        .col(string("flow"))
        .col(string("language"))
        .col(var_binary("mailbox", 32))
        .col(var_binary("sealed", 65_535))
        .col(big_integer("since"))
        .to_owned()
}

/// Reminders that were written: of one cause, to one person, before one end, at one step.
fn reminders() -> TableCreateStatement {
    Table::create()
        .table("reminders")
        .col(uuid("cause"))
        .col(uuid("person"))
        .col(big_integer("until"))
        .col(integer("step"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("cause").col("person").col("until").col("step"))
        .to_owned()
}

fn campaigns() -> TableCreateStatement {
    Table::create()
        .table("campaigns")
        .col(uuid("id").primary_key())
        .col(string("name").unique_key())
        .col(string("flow"))
        .col(string("audience"))
        .col(text("schools"))
        .col(big_integer("until"))
        .col(text("days"))
        .col(big_integer("made_at"))
        .col(integer_null("reminded"))
        .col(big_integer_null("lease_until"))
        .col(big_integer_null("ended_at"))
        .to_owned()
}

fn announcements() -> TableCreateStatement {
    Table::create()
        .table("announcements")
        .col(uuid("id").primary_key())
        .col(uuid_null("made_by"))
        .col(text("asked"))
        .col(text("words"))
        .col(big_integer("made_at"))
        .col(big_integer_null("lease_until"))
        .col(big_integer_null("done_at"))
        .to_owned()
}

fn inbox() -> TableCreateStatement {
    Table::create()
        .table("inbox")
        .col(uuid("announcement"))
        .col(uuid("person"))
        .col(big_integer("at"))
        .col(big_integer_null("read_at"))
        .primary_key(Index::create().col("announcement").col("person"))
        .foreign_key(
            ForeignKey::create()
                .name("inbox_announcement")
                .from("inbox", "announcement")
                .to("announcements", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}
