//! Is this address still yours? It is shown masked. It is not changed here, for nobody proves a mailbox at a counter (row R16): whoever
//! says no is helped by the office, where the roster comes from.

use async_trait::async_trait;
use serde::Deserialize;

use super::{at_counter, owner, pages};
use crate::flow::{FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
use crate::model::{AddressSaid, Draft};
use crate::people::masked;
use crate::store::StoreError;
use crate::store::accounts::{Account, Accounts};
use crate::store::people::Person;

/// Asks about the address on file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmAddress {}

#[async_trait]
impl Stage for ConfirmAddress {
    fn is_open(&self, draft: &Draft) -> bool {
        draft.counter.as_ref().is_none_or(|counter| counter.address.is_none())
    }

    async fn enter(&self, step: &mut Step<'_>) -> Result<(), FlowError> {
        let known = match owner(step.tx, step.draft.account).await? {
            Some((account, person)) => on_file(&step.tx.accounts(), &account, &person).await?,
            None => None,
        };
        if known.is_none() {
            at_counter(step)?.address = Some(AddressSaid::None);
        }
        Ok(())
    }

    async fn show(&self, look: &Look<'_>) -> Result<Screen, FlowError> {
        let known = match super::person_of(&look.reader, look.draft.account).await? {
            Some((account, person)) => on_file(&look.reader.accounts(), &account, &person).await?,
            None => None,
        };
        Ok(Screen::of(&pages::CounterAddress { address: masked(&known.unwrap_or_default()) }))
    }

    async fn submit(&self, step: &mut Step<'_>, form: &Form, _prepared: Prepared) -> Result<Outcome, FlowError> {
        match AddressSaid::from_word(form.text(FIELD)).filter(|said| *said != AddressSaid::None) {
            Some(said) => {
                at_counter(step)?.address = Some(said);
                Ok(Outcome::Next)
            }
            None => Ok(Outcome::again(FIELD, "counter-address-missing")),
        }
    }
}

/// The address that its owner proved, or that of the roster.
async fn on_file(accounts: &Accounts<'_>, account: &Account, person: &Person) -> Result<Option<String>, StoreError> {
    Ok(accounts.email(account.id).await?.or_else(|| person.email.clone()))
}

const FIELD: &str = "address";
