//! Passkeys, and the challenges that were answered: each is good once (row W01).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, string, uuid, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let passkeys = Table::create()
            .table("passkeys")
            .col(uuid("id").primary_key())
            .col(uuid("account"))
            .col(var_binary("credential", 1023).unique_key())
            .col(var_binary("public_key", 2048))
            .col(big_integer("sign_count"))
            .col(boolean("backup_eligible"))
            .col(boolean("backed_up"))
            .col(string("name"))
            .col(big_integer("made_at"))
            .col(big_integer_null("used_at"))
            .col(big_integer_null("suspect_at"))
            .to_owned();
        manager.create_table(passkeys).await?;
        let account = Index::create().name("passkeys_account").table("passkeys").col("account").to_owned();
        manager.create_index(account).await?;
        let challenges =
            Table::create().table("passkey_challenges").col(var_binary("id", 32).primary_key()).col(big_integer("expires_at")).to_owned();
        manager.create_table(challenges).await?;
        let ends = Index::create().name("passkey_challenges_ends").table("passkey_challenges").col("expires_at").to_owned();
        manager.create_index(ends).await
    }
}
