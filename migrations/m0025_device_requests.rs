//! Requests of devices without a browser (RFC 8628), from the code on their screen to the tokens that it buys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean_null, string, text, text_null, uuid, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let requests = Table::create()
            .table("device_requests")
            .col(uuid("id").primary_key())
            .col(var_binary("device_code", 32).unique_key())
            .col(var_binary("user_code", 32).unique_key())
            .col(string("client_id"))
            .col(text("scope"))
            .col(big_integer("expires_at"))
            .col(big_integer("wait"))
            .col(big_integer_null("polled_at"))
            .col(uuid_null("account"))
            .col(uuid_null("session"))
            .col(boolean_null("allowed"))
            .col(text_null("issued"))
            .col(uuid_null("family"))
            .to_owned();
        manager.create_table(requests).await?;
        for column in ["client_id", "expires_at"] {
            let index = Index::create().name(format!("device_requests_{column}")).table("device_requests").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
