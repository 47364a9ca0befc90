//! Many who ask at the same time, on one thread: whatever they use is not the server's.

use std::cell::RefCell;
use std::time::Duration;

use crate::district::{Server, now};
use crate::figures::Rounds;
use crate::http::Connection;

/// What a stretch of work came to.
pub struct Done {
    /// How often it was done.
    pub count: u64,
    /// Seconds of the server's CPU.
    pub cpu: f64,
    /// Seconds of its PostgreSQL's CPU.
    pub database_cpu: f64,
    /// By the clock.
    pub wall: Duration,
    /// Milliseconds that each took, by the clock.
    pub waits: Rounds,
}

impl Done {
    /// A CPU second of the server.
    pub fn per_cpu_second(&self) -> f64 {
        self.count as f64 / self.cpu
    }

    /// A second by the clock.
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.wall.as_secs_f64()
    }
}

/// Each of `states` asks again and again over a connection of its own, until the time is up.
pub async fn during<S>(server: &Server, time: Duration, states: &mut [S], work: impl AsyncFn(&mut Connection, &mut S)) -> Done {
    let until = now() + time;
    repeat(server, states, async |connection, state| {
        work(connection, state).await;
        now() < until
    })
    .await
}

/// Each of `states` asks until it says that it has nothing left to ask.
pub async fn repeat<S>(server: &Server, states: &mut [S], work: impl AsyncFn(&mut Connection, &mut S) -> bool) -> Done {
    let mut connections = Vec::new();
    for _ in 0..states.len() {
        connections.push(server.connect().await);
    }
    let waits = RefCell::new(Rounds::default());
    let (database_cpu, cpu, begun) = (server.database_cpu(), server.cpu(), now());
    let one = async |connection: &mut Connection, state: &mut S| {
        let mut more = true;
        while more {
            let asked = now();
            more = work(connection, state).await;
            waits.borrow_mut().add(asked.elapsed().as_secs_f64() * 1e3);
        }
    };
    join(connections.iter_mut().zip(states).map(|(connection, state)| one(connection, state)).collect()).await;
    let (wall, waits) = (begun.elapsed(), waits.into_inner());
    Done { count: waits.count(), cpu: server.cpu() - cpu, database_cpu: server.database_cpu() - database_cpu, wall, waits }
}

/// All of them at once, on this thread.
async fn join<F: Future<Output = ()>>(futures: Vec<F>) {
    let mut all: Vec<_> = futures.into_iter().map(|future| Some(Box::pin(future))).collect();
    std::future::poll_fn(|context| {
        let mut left = false;
        for slot in &mut all {
            if let Some(future) = slot {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(()) => *slot = None,
                    std::task::Poll::Pending => left = true,
                }
            }
        }
        if left { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
}

/// The runtime of whoever asks: one thread.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
