//! Proofs of a mailbox: one a journey, a link and a code, each kept as a MAC.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, uuid, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mail_proofs()).await?;
        for column in ["person", "link_until"] {
            let index = Index::create().name(format!("mail_proofs_{column}")).table("mail_proofs").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn mail_proofs() -> TableCreateStatement {
    Table::create()
        .table("mail_proofs")
        .col(uuid("journey").primary_key())
        .col(var_binary("link", 32).unique_key())
        .col(var_binary("code", 32))
        .col(uuid_null("person"))
        .col(integer("tries"))
        .col(big_integer("sent_at"))
        .col(big_integer("code_until"))
        .col(big_integer("link_until"))
        .col(big_integer_null("used_at"))
        .to_owned()
}
