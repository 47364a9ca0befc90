//! The flows that are loaded now. A district may change its files while the server runs: what can be read takes the place of
//! what was, all at once; what holds a mistake changes nothing. A request keeps the flow with which it began, and a journey
//! has no cursor: whoever is in a flow that changes stands at its first open stage, whatever that is from now on.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::definition::{self, FlowFileError, Mistake, Sources};
use super::{Feature, Flow};
use crate::config::Config;

/// The flows, the same for all requests.
pub struct Flows {
    features: &'static [&'static Feature],
    dir: Option<PathBuf>,
    listed: Option<Vec<String>>,
    /// The settings name other providers: signing in asks where.
    sources: bool,
    now: RwLock<Arc<Vec<Arc<Flow>>>>,
    /// The files that were read last, also those that hold mistakes.
    seen: Mutex<Sources>,
}

impl Flows {
    /// Reads the flows that ship and those of the district's folder.
    pub fn load(features: &'static [&'static Feature], config: &Config) -> Result<Self, FlowFileError> {
        let (settings, sources) = (&config.flows, !config.sources.is_empty());
        let seen = definition::sources(settings.dir.as_deref())?;
        let flows = build(&seen, features, settings.listed.as_deref(), sources)?;
        let (dir, listed) = (settings.dir.clone(), settings.listed.clone());
        Ok(Self { features, dir, listed, sources, now: RwLock::new(Arc::new(flows)), seen: Mutex::new(seen) })
    }

    /// These and no files.
    #[cfg(test)]
    pub fn for_tests(mut flows: Vec<Flow>, sources: bool) -> Self {
        flows.iter_mut().for_each(|flow| ask_where(flow, sources));
        let now = RwLock::new(Arc::new(flows.into_iter().map(Arc::new).collect()));
        Self { features: &[], dir: None, listed: None, sources, now, seen: Mutex::default() }
    }

    /// The flow of a name.
    pub fn get(&self, name: &str) -> Option<Arc<Flow>> {
        self.all().iter().find(|flow| flow.name == name).cloned()
    }

    /// All of them, by name.
    pub fn all(&self) -> Arc<Vec<Arc<Flow>>> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the files again; whether anything changed. Where they hold a mistake the flows stay as they are, and the
    /// mistakes are told once for each change of the files.
    pub fn reload(&self) -> Result<bool, FlowFileError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let found = definition::sources(self.dir.as_deref())?;
        if *seen == found {
            return Ok(false);
        }
        let built = build(&found, self.features, self.listed.as_deref(), self.sources);
        *seen = found;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(built?);
        Ok(true)
    }
}

/// Where there are no other providers, nobody is asked where they sign in (E9).
fn ask_where(flow: &mut Flow, sources: bool) {
    flow.stages.retain(|bound| sources || !["identity-source", "source-proof"].contains(&bound.name));
}

/// The flows of these files. Of the ways to join, those that the settings name stand at `/enroll`.
fn build(
    files: &Sources,
    features: &[&'static Feature],
    listed: Option<&[String]>,
    sources: bool,
) -> Result<Vec<Arc<Flow>>, FlowFileError> {
    let mut flows = definition::build(files, features)?;
    flows.iter_mut().for_each(|flow| ask_where(flow, sources));
    if let Some(wanted) = listed {
        let unknown = wanted.iter().find(|name| !flows.iter().any(|flow| flow.name == **name));
        if let Some(unknown) = unknown {
            let what = format!("there is no flow {unknown}; `preau flow list` shows those that are loaded");
            return Err(FlowFileError(vec![Mistake { file: "flows.listed".to_owned(), line: 0, what }]));
        }
        flows.iter_mut().for_each(|flow| flow.listed = wanted.contains(&flow.name));
    }
    Ok(flows.into_iter().map(Arc::new).collect())
}
