//! The schools around a person: their own.

use super::people::People;
use super::{StoreError, sql};
use crate::model::PersonId;

impl People<'_> {
    /// The schools of a person that have a telephone, by name: the name and the number. Every page of somebody who is
    /// signed in asks it.
    pub async fn telephones(&self, of: PersonId) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sql::rows(&self.0, TELEPHONES, [of.0.into()]).await?;
        rows.iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "phone")?))).collect()
    }
}

const TELEPHONES: &str = "SELECT DISTINCT o.name, o.phone FROM current_roster_users u \
    JOIN current_roster_roles r ON r.user_source = u.source_id JOIN current_roster_orgs o ON o.source_id = r.org_source \
    WHERE u.person = $1 AND u.active AND o.kind = 'school' AND o.phone <> '' ORDER BY o.name, o.phone LIMIT 3";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{assert_quick, stores};

    #[tokio::test]
    async fn no_page_walks_through_the_district_for_a_telephone() {
        assert_quick(&stores().await[0], TELEPHONES).await;
    }
}
