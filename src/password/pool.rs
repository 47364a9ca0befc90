//! The pool: a few threads that do nothing but hash, each with a buffer of its own, and the queue before them.
//!
//! The threads are our own and not the runtime's blocking ones: they run at a lower priority, which a thread cannot
//! take back, and they end when there was nothing to do for a while, buffers with them. The queue is as long as may be
//! waited for: who would stand in it for too long is sent away at once, and whom it kept for too long all the same
//! leaves it then. One call is one place in the queue, and holds one slot until its hashes are done: eight answers of
//! one person wait once, not eight times, and keep the others for a few tenths of a second at most, for [`AT_ONCE`]
//! bounds them. A caller who goes away takes his place along; of a call that was begun, the hash that runs is the last.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::foreign::Recipe;
use super::memory::{self, Buffer};
use super::{Busy, Load, Pepper};
use crate::random::Secret;

/// So many hashes stand in one place of the queue; more take another place when these are done.
pub(super) const AT_ONCE: usize = 8;

/// A hash, or what it is made of: wiped when dropped.
pub(super) type Bytes32 = Zeroizing<[u8; 32]>;

/// What one hash costs: KiB of memory, and passes over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) memory_kib: u32,
    pub(super) iterations: u32,
}

impl Cost {
    /// KiB written, in all passes: what time is proportional to.
    pub(super) fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.iterations)
    }

    /// As the hash function takes it; `None` for what it does not take.
    pub(super) fn params(self) -> Option<Params> {
        Params::new(self.memory_kib, self.iterations, 1, Some(32)).ok()
    }
}

/// One hash to make.
pub(super) struct Task {
    pub(super) input: Input,
    pub(super) salt: [u8; 16],
    pub(super) cost: Cost,
    /// What is done for nothing beside it, as hashes of another system.
    pub(super) idle: Vec<Recipe>,
}

/// What is hashed.
pub(super) enum Input {
    /// The peppered password.
    Peppered(Bytes32),
    /// A password that another system hashed first: what came of that is peppered.
    Foreign(Box<(Recipe, Secret, Pepper)>),
}

impl Task {
    /// The hash of a peppered password.
    pub(super) fn of(input: Bytes32, salt: [u8; 16], cost: Cost) -> Self {
        Self { input: Input::Peppered(input), salt, cost, idle: Vec::new() }
    }

    /// In KiB, as [`Cost::work`].
    fn work(&self) -> u64 {
        self.recipes().map(Recipe::work).sum::<u64>() + self.cost.work()
    }

    fn recipes(&self) -> impl Iterator<Item = &Recipe> {
        let first = match &self.input {
            Input::Peppered(_) => None,
            Input::Foreign(made) => Some(&made.0),
        };
        first.into_iter().chain(&self.idle)
    }

    /// How much of a buffer it takes.
    fn memory_kib(&self) -> usize {
        self.recipes().map(Recipe::memory_kib).max().unwrap_or_default().max(self.cost.memory_kib as usize)
    }

    /// What our own hash is made of, after everything that comes before it.
    fn prepare(&self, buffer: &mut Buffer) -> Option<Bytes32> {
        for recipe in &self.idle {
            std::hint::black_box(recipe.digest(&Secret::new("nobody's"), buffer)?);
        }
        match &self.input {
            Input::Peppered(input) => Some(input.clone()),
            Input::Foreign(made) => {
                let (recipe, password, pepper) = &**made;
                Some(pepper.season_digest(&recipe.digest(password, buffer)?))
            }
        }
    }
}

/// How many at once, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) slots: usize,
    /// In the queue.
    pub(super) longest_wait: Duration,
    /// A thread without work ends after so long.
    pub(super) idle: Duration,
}

/// Threads, made when they are needed.
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    limits: Limits,
    state: Mutex<State>,
    work: Condvar,
}

struct State {
    queue: VecDeque<Job>,
    /// The number of the next job.
    next: u64,
    /// Work that stands in the queue or is under way, in KiB.
    ahead: u64,
    /// Nanoseconds for a KiB, as of late.
    pace: u64,
    threads: usize,
    /// Threads that wait for work.
    idle: usize,
    closed: bool,
    hashed: u64,
    written_kib: u64,
    refused: u64,
}

struct Job {
    number: u64,
    tasks: Vec<Task>,
    answer: oneshot::Sender<Vec<Bytes32>>,
}

impl Job {
    fn work(&self) -> u64 {
        self.tasks.iter().map(Task::work).sum()
    }
}

/// A caller's place in the queue; dropped, it is free again.
struct Place<'a>(&'a Shared, u64);

impl Pool {
    /// A pool without threads: the first call makes one.
    pub(super) fn new(limits: Limits) -> Self {
        // A guess of 100 ms for 19 MiB twice, until the first hash tells.
        let state = State {
            queue: VecDeque::new(),
            next: 0,
            ahead: 0,
            pace: 2_500,
            threads: 0,
            idle: 0,
            closed: false,
            hashed: 0,
            written_kib: 0,
            refused: 0,
        };
        Self(Arc::new(Shared { limits, state: Mutex::new(state), work: Condvar::new() }))
    }

    /// Makes up to [`AT_ONCE`] hashes, in order.
    pub(super) async fn run(&self, tasks: Vec<Task>) -> Result<Vec<Bytes32>, Busy> {
        let (answer, mut answered) = oneshot::channel();
        let place = self.0.enter(tasks, answer)?;
        let hashes = match tokio::time::timeout(self.0.limits.longest_wait, &mut answered).await {
            Ok(hashes) => hashes,
            Err(_) if place.leave() => {
                self.0.lock().refused += 1;
                return Err(Busy);
            }
            // It was begun in time.
            Err(_) => answered.await,
        };
        // No answer comes from a thread that found no memory. One that is busy may have some again in a few seconds.
        hashes.map_err(|_| Busy)
    }

    /// How many hashes are made at once.
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.0.limits.slots
    }

    /// What is going on.
    pub(super) fn load(&self) -> Load {
        let state = self.0.lock();
        Load {
            waiting: state.queue.len(),
            threads: state.threads,
            hashed: state.hashed,
            written_kib: state.written_kib,
            refused: state.refused,
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.work.notify_all();
    }
}

impl Place<'_> {
    /// Whether the caller still stood in the queue. What was begun cannot be left.
    fn leave(&self) -> bool {
        let mut state = self.0.lock();
        let Ok(at) = state.queue.binary_search_by_key(&self.1, |job| job.number) else { return false };
        let job = state.queue.remove(at).expect("it was found there");
        state.ahead -= job.work();
        true
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the queue")
    }

    /// Takes a place at the end of the queue, if it is not too long, and sees to it that a thread comes.
    fn enter(self: &Arc<Self>, tasks: Vec<Task>, answer: oneshot::Sender<Vec<Bytes32>>) -> Result<Place<'_>, Busy> {
        let mut state = self.lock();
        let slot_free = state.queue.is_empty() && (state.idle > 0 || state.threads < self.limits.slots);
        if !slot_free && state.wait(self.limits.slots) > self.limits.longest_wait {
            state.refused += 1;
            return Err(Busy);
        }
        if state.queue.len() >= state.idle && state.threads < self.limits.slots {
            let shared = Arc::clone(self);
            // Argon2 keeps a few blocks of 1 KiB on the stack.
            match thread::Builder::new().name("password".to_owned()).stack_size(256 << 10).spawn(move || shared.serve()) {
                Ok(_) => state.threads += 1,
                Err(_) if state.threads > 0 => {}
                Err(error) => {
                    tracing::error!(%error, "no thread could be started to hash a password");
                    state.refused += 1;
                    return Err(Busy);
                }
            }
        }
        let number = state.next;
        state.next += 1;
        let job = Job { number, tasks, answer };
        state.ahead += job.work();
        state.queue.push_back(job);
        self.work.notify_one();
        Ok(Place(self, number))
    }

    /// The life of a thread.
    fn serve(&self) {
        memory::step_back();
        let mut buffer = None;
        while let Some(job) = self.first().or_else(|| self.next_job(&mut buffer)) {
            let (work, hashes) = (job.work(), job.tasks.len());
            let begun = stopwatch();
            // Nothing in there panics; if it did, a slot would be gone for good.
            let made = catch_unwind(AssertUnwindSafe(|| compute(&job, &mut buffer))).unwrap_or_default();
            let took = begun.elapsed();
            let mut state = self.lock();
            state.ahead -= work;
            state.hashed += made.len() as u64;
            state.written_kib += job.tasks[..made.len()].iter().map(Task::work).sum::<u64>();
            if made.len() == hashes {
                state.learn(took.min(self.limits.longest_wait), work);
                drop(state);
                // The caller may have gone.
                let _ = job.answer.send(made);
            }
        }
    }

    fn first(&self) -> Option<Job> {
        self.lock().queue.pop_front()
    }

    /// Wipes the buffer and waits for a job; `None` when there was none for so long that the thread should end. While
    /// jobs follow each other there is nothing to wipe: each overwrites what the one before left.
    fn next_job(&self, buffer: &mut Option<Buffer>) -> Option<Job> {
        if let Some(buffer) = buffer {
            buffer.wipe();
        }
        let mut state = self.lock();
        let mut waited = false;
        loop {
            if let Some(job) = state.queue.pop_front() {
                return Some(job);
            }
            if state.closed || waited {
                // Under the lock, or a caller would count on this thread.
                state.threads -= 1;
                return None;
            }
            state.idle += 1;
            let (guard, timeout) = self.work.wait_timeout(state, self.limits.idle).expect("nothing panics while it holds the queue");
            (state, waited) = (guard, timeout.timed_out());
            state.idle -= 1;
        }
    }
}

impl State {
    /// How long whoever comes now would stand in the queue.
    fn wait(&self, slots: usize) -> Duration {
        Duration::from_nanos(self.ahead.saturating_mul(self.pace) / slots as u64)
    }

    /// An average in which the last eight calls weigh most: the pace changes with whatever else the machine does.
    fn learn(&mut self, took: Duration, work: u64) {
        let pace = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX) / work.max(1);
        self.pace = (self.pace * 7 + pace) / 8;
    }
}

/// Makes a job's hashes; fewer when its caller went away or there is no memory.
fn compute(job: &Job, buffer: &mut Option<Buffer>) -> Vec<Bytes32> {
    let mut made = Vec::with_capacity(job.tasks.len());
    let most = job.tasks.iter().map(Task::memory_kib).max().unwrap_or_default();
    if buffer.as_mut().is_none_or(|buffer| buffer.len() < most) {
        // The old one is given back before a larger one is asked for.
        *buffer = None;
        *buffer = Buffer::new(most);
    }
    let Some(buffer) = buffer else {
        tracing::error!(kib = most, "no memory to hash a password in");
        return made;
    };
    for task in &job.tasks {
        // Nobody waits for the rest.
        if job.answer.is_closed() {
            break;
        }
        let Some(input) = task.prepare(buffer) else { break };
        let Some(params) = task.cost.params() else { break };
        let blocks = buffer.lend(params.block_count());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut hash = Zeroizing::new([0; 32]);
        if argon2.hash_password_into_with_memory(input.as_slice(), &task.salt, hash.as_mut_slice(), blocks).is_err() {
            break;
        }
        made.push(hash);
    }
    made
}

#[expect(clippy::disallowed_methods, reason = "how long a hash takes is measured; nobody is told what time it is")]
fn stopwatch() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough to be looked at while it runs.
    const LONG: Cost = Cost { memory_kib: 19 * 1_024, iterations: 4 };
    const SHORT: Cost = Cost { memory_kib: 64, iterations: 1 };

    fn pool(slots: usize, longest_wait: u64, idle: u64) -> Pool {
        let (longest_wait, idle) = (Duration::from_millis(longest_wait), Duration::from_millis(idle));
        Pool::new(Limits { slots, longest_wait, idle })
    }

    fn tasks(count: usize, cost: Cost) -> Vec<Task> {
        (0..count).map(|_| Task::of(Zeroizing::new([1; 32]), [2; 16], cost)).collect()
    }

    async fn until(pool: &Pool, wanted: impl Fn(Load) -> bool) {
        let seen = async {
            while !wanted(pool.load()) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), seen).await.unwrap();
    }

    #[tokio::test]
    async fn i06_five_hundred_at_once_get_an_answer_or_are_sent_away_and_memory_stays_at_the_slots() {
        let pool = Arc::new(pool(2, 300, 1_000));
        let begun = tokio::time::Instant::now();
        let callers: Vec<_> = (0..500)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { (pool.run(tasks(1, LONG)).await.is_ok(), pool.load().threads) })
            })
            .collect();
        let (mut answered, mut refused) = (0, 0);
        for caller in callers {
            let (ok, threads) = caller.await.unwrap();
            assert!(threads <= 2, "a buffer a thread, a thread a slot");
            *if ok { &mut answered } else { &mut refused } += 1;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody stood in the queue for long");
        assert!(answered > 0 && refused > 0, "{answered} answered, {refused} sent away");
        let load = pool.load();
        assert_eq!((load.waiting, load.hashed, load.refused), (0, answered, refused));
    }

    #[tokio::test]
    async fn i06_who_was_promised_too_much_leaves_when_the_time_is_up() {
        let pool = pool(1, 50, 1_000);
        // Hashes take no time, it believes, so there is room for everybody.
        pool.0.lock().pace = 0;
        let (first, second) = tokio::join!(pool.run(tasks(AT_ONCE, LONG)), pool.run(tasks(1, SHORT)));
        assert_eq!(first.unwrap().len(), AT_ONCE, "what was begun is finished, however long it takes");
        assert_eq!(second.map(drop), Err(Busy));
        let load = pool.load();
        assert_eq!((load.waiting, load.hashed, load.refused), (0, AT_ONCE as u64, 1));
        assert_eq!(pool.0.lock().ahead, 0);
        assert!(pool.0.lock().pace > 0, "it has learned");
    }

    #[tokio::test]
    async fn a_caller_who_goes_away_takes_the_place_along_and_costs_no_hash() {
        let pool = pool(1, 60_000, 1_000);
        let first = pool.run(tasks(1, LONG));
        tokio::pin!(first);
        {
            let gone = pool.run(tasks(1, LONG));
            tokio::pin!(gone);
            let until_both_stand = until(&pool, |load| load.waiting == 1 && load.threads == 1 && load.hashed == 0);
            tokio::select! { biased; _ = &mut first => panic!(), _ = &mut gone => panic!(), () = until_both_stand => {} }
        }
        assert_eq!(pool.load().waiting, 0);
        first.await.unwrap();
        pool.run(tasks(1, SHORT)).await.unwrap();
        assert_eq!(pool.load().hashed, 2);
        assert_eq!(pool.0.lock().ahead, 0);
    }

    #[tokio::test]
    async fn of_a_call_that_was_begun_the_hash_that_runs_is_the_last() {
        let pool = pool(1, 60_000, 20);
        {
            let gone = pool.run(tasks(AT_ONCE, LONG));
            tokio::pin!(gone);
            let until_begun = until(&pool, |load| load.waiting == 0 && load.threads == 1);
            tokio::select! { biased; _ = &mut gone => panic!(), () = until_begun => {} }
        }
        until(&pool, |load| load.threads == 0).await;
        assert!(pool.load().hashed < AT_ONCE as u64);
        assert_eq!(pool.0.lock().ahead, 0);
    }

    #[tokio::test]
    async fn threads_come_with_the_work_and_end_without_it() {
        let pool = pool(2, 60_000, 20);
        assert_eq!(pool.load().threads, 0);
        for _ in 0..2 {
            let three = async { tokio::join!(pool.run(tasks(1, LONG)), pool.run(tasks(1, LONG)), pool.run(tasks(1, LONG))) };
            let ((a, b, c), ()) = tokio::join!(three, until(&pool, |load| load.threads == 2 && load.waiting == 1));
            assert!(a.is_ok() && b.is_ok() && c.is_ok());
            until(&pool, |load| load.threads == 0).await;
        }
        assert_eq!(pool.load().hashed, 6);
    }

    #[tokio::test]
    async fn a_thread_that_has_nothing_to_do_is_used_before_another_is_made() {
        let pool = pool(4, 60_000, 10_000);
        for _ in 0..3 {
            pool.run(tasks(1, SHORT)).await.unwrap();
            while pool.0.lock().idle == 0 {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(pool.load().threads, 1);
    }

    #[tokio::test]
    async fn a_hash_that_cannot_be_made_is_busy_and_the_pool_goes_on() {
        let pool = pool(1, 60_000, 1_000);
        assert_eq!(pool.run(tasks(1, Cost { memory_kib: 4, iterations: 1 })).await.map(drop), Err(Busy));
        assert_eq!(pool.run(tasks(1, SHORT)).await.unwrap().len(), 1);
    }
}
