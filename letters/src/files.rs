//! Letters into files: documents are set on every core, in the order of the letters, and never more of them are held
//! than there are cores. A file appears under its name when it is whole; until then it has `.part` behind it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::{iter, thread};

use crate::join::Joined;
use crate::{Document, Error, Letter, Mistake, Typesetter};

/// Letters a document: a class, as a rule. A multiple of what any sheet takes.
const A_DOCUMENT: usize = 32;

/// The typesetter calls itself deeply where a template nests deeply.
pub(crate) const STACK: usize = 32 << 20;

/// Where letters go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// All into this file. Each class begins on a sheet of its own.
    OneFile(PathBuf),
    /// A file a class, named after school and class, into this folder, which is made where it is missing.
    FileAClass(PathBuf),
}

/// What was printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The files, in the order of the letters. Only their owner may read them: they open accounts.
    pub files: Vec<PathBuf>,
    /// Letters.
    pub letters: usize,
    /// Pages.
    pub pages: usize,
    /// What typst found odd in the template, each thing once.
    pub warnings: Vec<Mistake>,
}

/// Prints letters. Those of one class must follow one another; they are printed in the order in which they come.
/// `told` hears how many are done. After a mistake no file of this run is left.
///
/// Setting is slow work on as many threads as there are cores: call it from a thread that may wait.
pub fn print<I>(setter: &Typesetter, letters: I, output: &Output, told: &dyn Fn(usize)) -> Result<Written, Error>
where
    I: Iterator<Item = Letter> + Send,
{
    let mut files = Files::new(output);
    let done = set_all(setter, letters, |batch, document| files.add(&batch, document, told)).and_then(|()| files.close());
    match done {
        Ok(()) => files.settle(),
        Err(error) => {
            files.discard();
            Err(error)
        }
    }
}

/// Letters of one document: neighbours of one class.
pub(crate) struct Batch {
    pub(crate) school: Arc<crate::Sender>,
    pub(crate) class: String,
    pub(crate) letters: usize,
}

/// Sets every document and hands them over in the order of the letters.
fn set_all<I>(setter: &Typesetter, letters: I, mut hand_over: impl FnMut(Batch, Document) -> Result<(), Error>) -> Result<(), Error>
where
    I: Iterator<Item = Letter> + Send,
{
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let batches = Mutex::new(batches(letters).enumerate());
    let stop = AtomicBool::new(false);
    // As many documents may wait as there are cores; more would only fill memory.
    let (sender, receiver) = mpsc::sync_channel::<(usize, Batch, Result<Document, Error>)>(cores);
    thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..cores {
            let (sender, batches, stop) = (sender.clone(), &batches, &stop);
            let work = move || {
                while !stop.load(Ordering::Relaxed) {
                    let Some((at, letters)) = batches.lock().unwrap_or_else(|broken| broken.into_inner()).next() else { break };
                    let first = &letters[0];
                    let batch = Batch { school: first.sender.clone(), class: first.class.clone(), letters: letters.len() };
                    let set = setter.set(&letters);
                    // What typst remembers of these letters serves no others.
                    typst::comemo::evict(0);
                    if sender.send((at, batch, set)).is_err() {
                        break;
                    }
                }
            };
            let worker = thread::Builder::new().name("letters".to_owned()).stack_size(STACK).spawn_scoped(scope, work);
            workers.push(worker.map_err(|error| Error::Broken(error.to_string()))?);
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut wanted = 0;
        let mut done = Ok(());
        for (at, batch, set) in &receiver {
            early.insert(at, (batch, set));
            while let Some((batch, set)) = early.remove(&wanted) {
                wanted += 1;
                done = set.and_then(|document| hand_over(batch, document));
                if done.is_err() {
                    break;
                }
            }
            if done.is_err() {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
        // Who waits to hand something over wakes up and ends.
        drop(receiver);
        for worker in workers {
            if let Err(panic) = worker.join() {
                let words = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|word| (*word).to_owned()));
                done = done.and(Err(Error::Broken(words.unwrap_or_else(|| "without a word".to_owned()))));
            }
        }
        done
    })
}

/// Neighbours of one class, no more than a document takes.
fn batches(letters: impl Iterator<Item = Letter>) -> impl Iterator<Item = Vec<Letter>> {
    let mut letters = letters.peekable();
    iter::from_fn(move || {
        let mut batch = vec![letters.next()?];
        while batch.len() < A_DOCUMENT {
            match letters.next_if(|next| same_class(&batch[0], next)) {
                Some(letter) => batch.push(letter),
                None => break,
            }
        }
        Some(batch)
    })
}

fn same_class(one: &Letter, other: &Letter) -> bool {
    one.class == other.class && one.sender.school == other.sender.school
}

/// The files of a run.
pub(crate) struct Files<'a> {
    output: &'a Output,
    open: Option<Open>,
    written: Written,
}

struct Open {
    path: PathBuf,
    of: (String, String),
    file: Joined<BufWriter<File>>,
    /// A file of one document needs no joining: it is kept until there is a second.
    only: Option<Vec<u8>>,
}

impl<'a> Files<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        Self { output, open: None, written: Written::default() }
    }

    pub(crate) fn add(&mut self, batch: &Batch, document: Document, told: &dyn Fn(usize)) -> Result<(), Error> {
        let of = (batch.school.school.clone(), batch.class.clone());
        let another = self.open.as_ref().is_none_or(|open| matches!(self.output, Output::FileAClass(_)) && open.of != of);
        if another {
            self.close()?;
            self.open(of)?;
        }
        if let Some(open) = &mut self.open {
            open.add(document.pdf)?;
        }
        self.written.letters += batch.letters;
        self.written.pages += document.pages;
        for warning in document.warnings {
            if !self.written.warnings.contains(&warning) {
                self.written.warnings.push(warning);
            }
        }
        told(self.written.letters);
        Ok(())
    }

    fn open(&mut self, of: (String, String)) -> Result<(), Error> {
        let path = match self.output {
            Output::OneFile(path) => path.clone(),
            Output::FileAClass(folder) => {
                fs::create_dir_all(folder).map_err(failed(folder))?;
                self.free_name(folder, &of)
            }
        };
        let part = part_of(&path);
        let _ = fs::remove_file(&part);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(failed(&part))?;
        self.written.files.push(path.clone());
        self.open = Some(Open { path, of, file: Joined::new(BufWriter::with_capacity(1 << 18, file)), only: None });
        Ok(())
    }

    /// Two classes may look alike without their accents and blanks: the second gets a number.
    fn free_name(&self, folder: &Path, (school, class): &(String, String)) -> PathBuf {
        let words = [school, class].map(|word| plain(word)).into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>();
        let base = if words.is_empty() { "letters".to_owned() } else { words.join("_") };
        let names = iter::once(base.clone()).chain((2..).map(|number| format!("{base}-{number}")));
        let mut paths = names.map(|name| folder.join(name + ".pdf"));
        paths.find(|path| !self.written.files.contains(path)).expect("numbers do not end")
    }

    pub(crate) fn close(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let path = part_of(&open.path);
        let file = match open.only {
            Some(pdf) => {
                let mut file = open.file.into_inner();
                file.write_all(&pdf).map(|()| file)
            }
            None => Ok(open.file.finish().map_err(|error| error.of(&path))?),
        };
        let file = file.and_then(|file| file.into_inner().map_err(std::io::IntoInnerError::into_error));
        file.and_then(|file| file.sync_all()).map_err(failed(&path))
    }

    /// Every file is whole: they get their names.
    pub(crate) fn settle(self) -> Result<Written, Error> {
        for path in &self.written.files {
            fs::rename(part_of(path), path).map_err(failed(path))?;
        }
        Ok(self.written)
    }

    pub(crate) fn discard(self) {
        for path in &self.written.files {
            let _ = fs::remove_file(part_of(path));
        }
    }
}

impl Open {
    fn add(&mut self, pdf: Vec<u8>) -> Result<(), Error> {
        let empty = self.only.is_none() && self.file.is_empty();
        if empty {
            self.only = Some(pdf);
            return Ok(());
        }
        for pdf in self.only.take().into_iter().chain([pdf]) {
            self.file.add(&pdf).map_err(|error| error.of(&part_of(&self.path)))?;
        }
        Ok(())
    }
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |cause| Error::File { path: path.to_owned(), cause }
}

/// A word as every file system takes it: letters and digits, whatever else is one hyphen.
fn plain(word: &str) -> String {
    let words = word.split(|character: char| !character.is_alphanumeric()).filter(|part| !part.is_empty());
    words.collect::<Vec<_>>().join("-").chars().take(60).collect()
}
