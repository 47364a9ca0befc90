//! Badges: cards with a square for the youngest, of which the store keeps a hash; and what a child shows beside the card,
//! hashed as passwords are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string, string_null, text, uuid, uuid_null, var_binary};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let badges = Table::create()
            .table("badges")
            .col(uuid("id").primary_key())
            .col(uuid("person"))
            .col(var_binary("token", 32).unique_key())
            .col(big_integer("issued_at"))
            .col(big_integer_null("used_at"))
            .col(big_integer_null("revoked_at"))
            .col(uuid_null("revoked_by"))
            .col(string_null("revoked_why"))
            .to_owned();
        manager.create_table(badges).await?;
        let db = manager.get_connection();
        // A child has one card that works: of two that are printed at once, one is refused.
        db.execute_unprepared("CREATE UNIQUE INDEX badges_one_works ON badges (person) WHERE revoked_at IS NULL").await?;
        db.execute_unprepared("CREATE INDEX badges_person ON badges (person)").await?;
        let secrets = Table::create()
            .table("badge_secrets")
            .col(uuid("account").primary_key())
            .col(string("kind"))
            .col(text("hash"))
            .col(big_integer("set_at"))
            .to_owned();
        manager.create_table(secrets).await
    }
}
