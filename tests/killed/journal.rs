//! What was acknowledged, on disk before the next step is taken.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use crate::pupil::Browser;

/// A file of lines, each synced, and the last state of every pupil beside it.
pub struct Journal(Mutex<State>);

struct State {
    file: File,
    round: usize,
    seen: BTreeMap<String, (usize, Browser)>,
}

impl Journal {
    /// An empty one.
    pub fn new(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        Self(Mutex::new(State { file, round: 0, seen: BTreeMap::new() }))
    }

    /// Where this pupil stands, by what the server said.
    pub fn note(&self, browser: &Browser) {
        let mut state = self.0.lock().unwrap();
        let line = format!("{} {:?}\n", browser.pupil.number, browser.acknowledged);
        state.file.write_all(line.as_bytes()).unwrap();
        state.file.sync_data().unwrap();
        let round = state.round;
        state.seen.insert(browser.pupil.number.clone(), (round, browser.clone()));
    }

    /// Those who were at it in this round.
    pub fn pupils_of(&self, round: usize) -> Vec<Browser> {
        let state = self.0.lock().unwrap();
        state.seen.values().filter(|(theirs, _)| *theirs == round).map(|(_, browser)| browser.clone()).collect()
    }

    /// The next round begins.
    pub fn next_round(&self) {
        self.0.lock().unwrap().round += 1;
    }

    /// How many have reached the end.
    pub fn finished(&self) -> usize {
        self.0.lock().unwrap().seen.len()
    }
}
