//! The schema's history, one file a change. A released file is never edited; a change first expands, and what it made
//! needless is taken away a release later, so that two releases can share one database.

#![expect(elided_lifetimes_in_paths, reason = "sea-orm declares `up` with its lifetime elided")]

use sea_orm_migration::prelude::*;

mod m0001_roster;
mod m0002_accounts;
mod m0003_claims;
mod m0004_oidc;
mod m0005_keys;
mod m0006_letters_and_events;
mod m0007_codes;
mod m0008_mail_proofs;
mod m0009_charters_and_preferences;
mod m0010_own_address;
mod m0011_linked_identities;
mod m0012_approvals;
mod m0013_school_office;
mod m0015_address_changes;
mod m0016_alarms;
mod m0020_shared_devices;
mod m0021_pushed_requests;
mod m0022_registration_tokens;
mod m0023_logout;
mod m0024_access_tokens;
mod m0025_device_requests;
mod m0026_key_proofs;
mod m0028_second_factors;
mod m0029_passkeys;
mod m0030_new_devices;
mod m0031_badges;
mod m0033_counter;
mod m0035_hashes_of_other_systems;
mod m0037_shown_at;

/// All changes, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_roster::Migration),
            Box::new(m0002_accounts::Migration),
            Box::new(m0003_claims::Migration),
            Box::new(m0004_oidc::Migration),
            Box::new(m0005_keys::Migration),
            Box::new(m0006_letters_and_events::Migration),
            Box::new(m0007_codes::Migration),
            Box::new(m0008_mail_proofs::Migration),
            Box::new(m0009_charters_and_preferences::Migration),
            Box::new(m0010_own_address::Migration),
            Box::new(m0011_linked_identities::Migration),
            Box::new(m0012_approvals::Migration),
            Box::new(m0013_school_office::Migration),
            Box::new(m0015_address_changes::Migration),
            Box::new(m0016_alarms::Migration),
            Box::new(m0020_shared_devices::Migration),
            Box::new(m0021_pushed_requests::Migration),
            Box::new(m0022_registration_tokens::Migration),
            Box::new(m0023_logout::Migration),
            Box::new(m0024_access_tokens::Migration),
            Box::new(m0025_device_requests::Migration),
            Box::new(m0026_key_proofs::Migration),
            Box::new(m0029_passkeys::Migration),
            Box::new(m0030_new_devices::Migration),
            Box::new(m0028_second_factors::Migration),
            Box::new(m0035_hashes_of_other_systems::Migration),
            Box::new(m0037_shown_at::Migration),
            Box::new(m0033_counter::Migration),
            Box::new(m0031_badges::Migration),
        ]
    }
}
