//! The threads that answer people, one for each core (*thread per core*). A connection stays on the one it was given to: what it
//! asks is read, answered and written there, and wakes no other thread, where a pool that shares its work out wakes one for nearly
//! every request (decision 39).

use std::convert::Infallible;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// Some threads, each with connections of its own. Dropped, they end, and what they still answer with them.
pub(super) struct Lanes(Vec<Lane>);

struct Lane {
    runtime: Handle,
    _end: oneshot::Sender<Infallible>,
}

impl Lanes {
    /// One for each core that this process may use.
    pub(super) fn open() -> std::io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        (0..cores).map(|_| Lane::open()).collect::<Result<_, _>>().map(Self)
    }

    /// Gives a connection to the lane that has the fewest.
    pub(super) fn take(&self, connection: impl Future<Output = ()> + Send + 'static) {
        let freest = self.0.iter().min_by_key(|lane| lane.runtime.metrics().num_alive_tasks());
        freest.expect("there is at least one core").runtime.spawn(connection);
    }
}

impl Lane {
    fn open() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().thread_name("slow").build()?;
        let (end, ended) = oneshot::channel();
        let handle = runtime.handle().clone();
        thread::Builder::new().name("answers".to_owned()).spawn(move || {
            _ = runtime.block_on(ended);
            // What is slow and under way has nobody left to tell.
            runtime.shutdown_background();
        })?;
        Ok(Self { runtime: handle, _end: end })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::mpsc;

    use super::*;

    /// What is given to the lanes is shared out, and whoever stops on one of them stops nobody of another.
    #[tokio::test]
    async fn connections_are_shared_out_and_stay() {
        let lanes = Lanes(vec![Lane::open().unwrap(), Lane::open().unwrap()]);
        let (said, mut heard) = mpsc::unbounded_channel();
        for number in 0..4 {
            let said = said.clone();
            lanes.take(async move {
                for _ in 0..3 {
                    said.send((number, thread::current().id())).unwrap();
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                std::future::pending::<()>().await;
            });
        }
        let mut places = std::collections::BTreeMap::new();
        for _ in 0..12 {
            let (number, place) = heard.recv().await.unwrap();
            assert_eq!(*places.entry(number).or_insert(place), place, "it stays");
        }
        let first = places[&0];
        assert_eq!(places.values().filter(|place| **place == first).count(), 2, "two on each");
        drop((lanes, said));
        assert_eq!(heard.recv().await, None, "they end with their lanes");
    }

    /// One that panics is gone alone.
    #[tokio::test]
    async fn a_connection_that_panics_is_gone_alone() {
        let lanes = Lanes(vec![Lane::open().unwrap()]);
        lanes.take(async { panic!("on purpose") });
        let (said, heard) = oneshot::channel();
        lanes.take(async move { said.send(()).unwrap() });
        heard.await.unwrap();
    }
}
