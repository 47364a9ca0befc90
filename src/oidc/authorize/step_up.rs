//! Somebody who is signed in is asked for what a request needs beside it, and for nothing else: a journey of flow `step-up`, which
//! ends at the request again.

use axum::response::Response;

use super::next::SecondFactor;
use super::{Open, path_of};
use crate::app::App;
use crate::model::draft::{AskedFor, Rising};
use crate::model::{Draft, LocalPath, Timestamp};
use crate::oidc::shell::Shell;
use crate::passkeys::Passkeys;
use crate::policy;
use crate::store::sessions::Session;
use crate::store::{StoreError, Tx};
use crate::web::SignedIn;
use crate::web::session::audience;

/// What somebody could show beside a password.
pub(in crate::oidc) async fn second_factor(app: &App, signed_in: &SignedIn) -> Result<SecondFactor, StoreError> {
    let reader = app.store.read();
    let account = signed_in.account.id;
    let passkeys = Passkeys::of(&app.tools.config).is_some();
    if reader.second_factors().has_any(account).await? || passkeys && reader.passkeys().has_any(account).await? {
        return Ok(SecondFactor::Has);
    }
    let person = reader.people().find(signed_in.person).await?;
    let may = person.is_some_and(|person| policy::may_be_asked_for_second_factor(audience(&person)));
    let has_password = reader.accounts().password(account).await?.is_some();
    Ok(if may && has_password { SecondFactor::MayHave } else { SecondFactor::Never })
}

impl Open {
    /// The journey. That it was begun is kept, so that what is only wished for is asked once.
    pub(super) async fn step_up(&self, shell: &Shell<'_>, must: bool) -> Response {
        let Some(signed_in) = &shell.visitor.signed_in else { return shell.expired() };
        let (id, session) = (self.grant.id, signed_in.session.id);
        if let Err(cause) = shell.app.store.write(async |tx: &Tx| tx.grants().step_up(id, session).await).await {
            return shell.broken(&cause);
        }
        let return_to = LocalPath::parse(&path_of(id)).expect("an id is plain");
        begin(shell, signed_in, Some(self.asked_for()), must, return_to).await
    }
}

/// A journey in which somebody who is signed in shows what is missing, and then goes on to `return_to`.
pub(in crate::oidc) async fn begin(
    shell: &Shell<'_>,
    signed_in: &SignedIn,
    client: Option<AskedFor>,
    must: bool,
    return_to: LocalPath,
) -> Response {
    let session = &signed_in.session;
    let has = match second_factor(shell.app, signed_in).await {
        Ok(second) => second == SecondFactor::Has,
        Err(cause) => return shell.broken(&cause),
    };
    let rises = Rising { session: session.id, amr: session.amr.clone(), proven: is_proof(session, has, shell.visitor.now), must };
    let draft = Draft {
        username: Some(signed_in.account.username.clone()),
        account: Some(signed_in.account.id),
        client,
        rises: Some(rises),
        ..Draft::default()
    };
    shell.begin("step-up", draft, return_to).await
}

/// The session is a first factor: somebody knew the password, or another provider vouched for them; who got back in by a mailbox
/// or by answers shows the password first. Setting a factor up needs a fresh proof (row W06).
fn is_proof(session: &Session, has: bool, now: Timestamp) -> bool {
    let weak = session.amr.iter().any(|method| WEAK.contains(&method.as_str())) && !session.amr.iter().any(|method| method == "pwd");
    !weak && (has || now.since(session.auth_time) <= FRESH)
}

/// What signs somebody in once, and is no factor beside another one (row D3, and NIST SP 800-63B-4 on questions).
const WEAK: &[&str] = &["kba", "mca", "otp", "qr"];
/// Seconds (security.md 2.4).
const FRESH: i64 = 5 * 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::session;

    #[test]
    fn w06_a_session_is_a_first_factor_if_a_password_began_it_and_for_setting_one_up_if_it_did_so_just_now() {
        for (amr, age, has, proof) in [
            (&["pwd"][..], 9_000, true, true),
            (&["pwd"], 300, false, true),
            (&["pwd"], 301, false, false),
            (&[], 9_000, true, true),
            (&["mca"], 0, true, false),
            (&["kba"], 0, false, false),
            (&["otp"], 0, true, false),
            (&["qr", "pic"], 0, true, false),
            (&["pwd", "otp", "mfa"], 9_000, true, true),
        ] {
            let began = Timestamp(1_800_000_000);
            let session = Session { amr: amr.iter().map(|method| (*method).to_owned()).collect(), ..session(1, began) };
            assert_eq!(is_proof(&session, has, Timestamp(began.0 + age)), proof, "{amr:?} {age} {has}");
        }
    }
}
