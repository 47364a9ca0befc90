//! The whole program as one value.

use std::sync::Arc;

use crate::flow::Flow;
use crate::flow::loaded::Flows;
use crate::model::Timestamp;
use crate::store::Store;
use crate::tools::Tools;

/// Everything a handler needs; shared by all requests.
pub struct App {
    /// Clock, chance, keys, hasher, policy, pages, settings.
    pub tools: Tools,
    /// The district's database.
    pub store: Store,
    /// The flows that are loaded.
    pub flows: Flows,
}

impl App {
    /// The request's instant; ask once and pass it on.
    pub fn now(&self) -> Timestamp {
        self.tools.clock.now()
    }

    /// The flow of a name.
    pub fn flow(&self, name: &str) -> Option<Arc<Flow>> {
        self.flows.get(name)
    }
}
