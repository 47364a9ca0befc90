//! Second factors: authenticator apps, their recovery codes, since when somebody is asked to set one up; and the session that was
//! asked to show one for a request.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, uuid, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let apps = Table::create()
            .table("totp")
            .col(uuid("id").primary_key())
            .col(uuid("account"))
            .col(var_binary("secret", 128))
            .col(string("name"))
            .col(big_integer("confirmed_at"))
            .col(big_integer("last_step"))
            .col(big_integer_null("last_used_at"))
            .to_owned();
        manager.create_table(apps).await?;
        let codes = Table::create()
            .table("recovery_codes")
            .col(var_binary("hash", 32).primary_key())
            .col(uuid("account"))
            .col(uuid("set_id"))
            .col(big_integer_null("used_at"))
            .to_owned();
        manager.create_table(codes).await?;
        for table in ["totp", "recovery_codes"] {
            let index = Index::create().name(format!("{table}_account")).table(table).col("account").to_owned();
            manager.create_index(index).await?;
        }
        let due = Table::create().table("second_factor_due").col(uuid("account").primary_key()).col(big_integer("since")).to_owned();
        manager.create_table(due).await?;
        manager.alter_table(Table::alter().table("grants").add_column(uuid_null("stepped_in")).to_owned()).await
    }
}
