//! Accounts and what opens them: passwords and their history, security answers, sessions, known devices; and the
//! journeys that lead there.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, integer, string, string_null, text, text_null, uuid, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [accounts(), passwords(), password_history(), security_answers(), sessions(), known_devices(), journeys()] {
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
        Ok(())
    }
}

const INDEXES: &[(&str, &[&str])] = &[
    ("accounts", &["state"]),
    ("sessions", &["account"]),
    ("sessions", &["expires_at"]),
    ("known_devices", &["account"]),
    ("known_devices", &["expires_at"]),
    ("journeys", &["expires_at"]),
];

fn accounts() -> TableCreateStatement {
    Table::create()
        .table("accounts")
        .col(uuid("id").primary_key())
        .col(uuid("person").unique_key())
        .col(string("username"))
        .col(string("username_key").unique_key())
        .col(string("state"))
        .col(string_null("language"))
        .col(string("claimed_by"))
        .col(string("assurance"))
        .col(big_integer("claimed_at"))
        .to_owned()
}

fn passwords() -> TableCreateStatement {
    Table::create()
        .table("passwords")
        .col(uuid("account").primary_key())
        .col(text("hash"))
        .col(big_integer("set_at"))
        .col(boolean("must_change"))
        .col(big_integer_null("expires_at"))
        .foreign_key(&mut of_account("passwords"))
        .to_owned()
}

fn password_history() -> TableCreateStatement {
    Table::create()
        .table("password_history")
        .col(uuid("account"))
        .col(string("hash"))
        .col(big_integer("set_at"))
        .primary_key(Index::create().col("account").col("hash"))
        .foreign_key(&mut of_account("password_history"))
        .to_owned()
}

fn security_answers() -> TableCreateStatement {
    Table::create()
        .table("security_answers")
        .col(uuid("account"))
        .col(integer("place"))
        .col(string("question"))
        .col(text("answer"))
        .primary_key(Index::create().col("account").col("place"))
        .foreign_key(&mut of_account("security_answers"))
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(uuid("id").primary_key())
        .col(var_binary("secret", 32).unique_key())
        .col(uuid("account"))
        .col(big_integer("auth_time"))
        .col(string("acr"))
        .col(string("amr"))
        .col(big_integer("seen_at"))
        .col(big_integer("idle"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("ended_at"))
        .foreign_key(&mut of_account("sessions"))
        .to_owned()
}

fn known_devices() -> TableCreateStatement {
    Table::create()
        .table("known_devices")
        .col(var_binary("secret", 32).primary_key())
        .col(uuid("account"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .foreign_key(&mut of_account("known_devices"))
        .to_owned()
}

fn journeys() -> TableCreateStatement {
    Table::create()
        .table("journeys")
        .col(uuid("id").primary_key())
        .col(var_binary("browser", 32))
        .col(string("flow"))
        .col(text("draft"))
        .col(text("typed"))
        .col(text("return_to"))
        .col(big_integer("version"))
        .col(big_integer("created_at"))
        .col(big_integer("touched_at"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("closed_at"))
        .col(text_null("ending"))
        .to_owned()
}

fn of_account(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{table}_account"))
        .from(table, "account")
        .to("accounts", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
