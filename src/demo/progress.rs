//! How far the making of a district is: a bar on a terminal, plain lines elsewhere, on standard error alone.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// What is being done; it ends when it is dropped.
pub struct Work(Option<ProgressBar>);

impl Work {
    /// Begins; `whole` is how much there is to do, where that is known.
    pub fn begin(what: &'static str, whole: Option<u64>) -> Self {
        if !stderr().is_terminal() {
            // Nobody to tell is no reason to stop.
            let _ = writeln!(stderr(), "{what}…");
            return Self(None);
        }
        let (bar, form) = match whole {
            Some(whole) => (ProgressBar::new(whole), "{msg} {bar:30} {pos}/{len}"),
            None => (ProgressBar::new_spinner(), "{msg} {spinner} {pos}"),
        };
        bar.set_style(ProgressStyle::with_template(form).expect("the forms above are right"));
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(Some(bar))
    }

    /// So much is done.
    pub fn at(&self, done: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(done);
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
