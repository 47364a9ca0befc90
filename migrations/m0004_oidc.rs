//! Relying parties and what they were given: clients, grants, families of tokens, consents, spent assertions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, text, text_null, uuid, uuid_null, var_binary, var_binary_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [clients(), grants(), token_families(), consents(), client_assertions()] {
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
    ("grants", &["expires_at"]),
    ("token_families", &["account"]),
    ("token_families", &["session"]),
    ("token_families", &["client_id"]),
    ("token_families", &["expires_at"]),
    ("consents", &["client_id"]),
    ("client_assertions", &["expires_at"]),
];

fn clients() -> TableCreateStatement {
    Table::create()
        .table("clients")
        .col(string("client_id").primary_key())
        .col(text("name"))
        .col(boolean("enabled"))
        .col(var_binary_null("secret", 32))
        .col(var_binary_null("previous_secret", 32))
        .col(big_integer_null("previous_until"))
        .col(text("settings"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .to_owned()
}

fn grants() -> TableCreateStatement {
    Table::create()
        .table("grants")
        .col(uuid("id").primary_key())
        .col(string("client_id"))
        .col(var_binary("browser", 32))
        .col(text("request"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .col(uuid_null("chosen_in"))
        .col(uuid_null("allowed_in"))
        .col(var_binary_null("code", 32).unique_key())
        .col(text_null("issued"))
        .col(big_integer_null("code_expires_at"))
        .col(integer("wrong_verifiers"))
        .col(uuid_null("family"))
        .col(big_integer_null("exchanged_at"))
        .to_owned()
}

fn token_families() -> TableCreateStatement {
    Table::create()
        .table("token_families")
        .col(uuid("id").primary_key())
        .col(string("client_id"))
        .col(uuid("account"))
        .col(uuid("session"))
        .col(boolean("offline"))
        .col(text("scope"))
        .col(text("told"))
        .col(big_integer("generation"))
        .col(big_integer("created_at"))
        .col(big_integer("idle_until"))
        .col(big_integer("expires_at"))
        .col(big_integer_null("revoked_at"))
        .to_owned()
}

fn consents() -> TableCreateStatement {
    Table::create()
        .table("consents")
        .col(uuid("account"))
        .col(string("client_id"))
        .col(text("scope"))
        .col(big_integer("given_at"))
        .primary_key(Index::create().col("account").col("client_id"))
        .to_owned()
}

fn client_assertions() -> TableCreateStatement {
    Table::create().table("client_assertions").col(var_binary("id", 32).primary_key()).col(big_integer("expires_at")).to_owned()
}
