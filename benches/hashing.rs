//! What a password costs through [`Hasher`], beside the bare Argon2 crate in the same run: on the same kind of buffer,
//! kept, and with new memory for each hash. They take turns, so that whatever else the machine does slows down all of
//! them. Then: how long a light request takes while eight people sign in.
//!
//! `cargo bench --bench hashing`

#![expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a program that measures, and prints what it measured")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use preau::config::passwords::PasswordSettings;
use preau::model::draft::PasswordHash;
use preau::password::{Hasher, Pepper, Verdict};
use preau::random::{Random, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[expect(dead_code, reason = "the buffer alone is used here")]
#[path = "../src/password/memory.rs"]
mod memory;

const ROUNDS: usize = 30;
const HASHES: u32 = 10;

fn main() {
    let settings = PasswordSettings::default();
    let params = Params::new(settings.memory_kib, settings.iterations, 1, Some(32)).expect("the settings that ship");
    let blocks = params.block_count();
    let bare = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut buffer = memory::Buffer::new(blocks).expect("memory for one hash");
    let (input, salt, mut output) = ([1; 32], [2; 16], [0; 32]);

    let hasher = Hasher::new(&settings, Pepper::new(&[7; 32]), Random::seeded(7)).expect("the settings that ship");
    let hasher = Arc::new(hasher);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let password = Secret::new("un mot de passe d'élève");
    let hash = runtime.block_on(hasher.hash(&password)).expect("nobody else waits");

    let [mut kept, mut through, mut crowd, mut fresh] = [const { Costs::new() }; 4];
    for _ in 0..ROUNDS {
        kept.measure(|| bare.hash_password_into_with_memory(&input, &salt, &mut output, buffer.lend(blocks)).expect("a hash"));
        through.measure(|| {
            let verdict = runtime.block_on(hasher.verify(&password, Some(&hash)));
            assert_eq!(verdict, Ok(Verdict::Right));
        });
        crowd.measure_all(|| runtime.block_on(at_once(&hasher, &password, &hash)));
        fresh.measure(|| bare.hash_password_into(&input, &salt, &mut output).expect("a hash"));
    }

    println!("Argon2id, {} KiB, {} iterations; medians of {ROUNDS} rounds of {HASHES}", settings.memory_kib, settings.iterations);
    println!("  {:<48}{:>12}{:>12}{:>12}", "", "/CPU second", "/second", "ratio, CPU");
    for (what, costs) in [
        ("bare crate, one buffer kept, huge pages", &kept),
        ("Hasher, one after another (wipes each time)", &through),
        ("Hasher, ten at once (wipes after the last)", &crowd),
        ("bare crate, new memory for each hash", &fresh),
    ] {
        println!("  {what:<48}{:>12.1}{:>12.1}{:>12.3}", median(&costs.cpu), median(&costs.wall), costs.beside(&kept));
    }

    let quiet = light_requests(&runtime);
    let busy = runtime.block_on(async { Eight::sign_in(hasher, &password, &hash) });
    let under = light_requests(&runtime);
    let signed_in = busy.stop();
    println!("a light request (0.1 ms of work, over loopback), and eight people who sign in without pause");
    println!("  {:<48}{}", "nobody signs in", quiet);
    println!("  {:<48}{}   {signed_in:.1} sign-ins a second", "eight sign in", under);
}

/// All at the same moment, so that there is always another in the queue.
async fn at_once(hasher: &Arc<Hasher>, password: &Secret, hash: &PasswordHash) {
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..HASHES {
        let (hasher, password, hash) = (hasher.clone(), password.clone(), hash.clone());
        callers.spawn(async move { hasher.verify(&password, Some(&hash)).await });
    }
    assert!(callers.join_all().await.iter().all(|verdict| *verdict == Ok(Verdict::Right)));
}

/// Hashes per second, round by round.
struct Costs {
    cpu: Vec<f64>,
    wall: Vec<f64>,
}

impl Costs {
    const fn new() -> Self {
        Self { cpu: Vec::new(), wall: Vec::new() }
    }

    fn measure(&mut self, mut hash: impl FnMut()) {
        self.measure_all(|| (0..HASHES).for_each(|_| hash()));
    }

    fn measure_all(&mut self, hashes: impl FnOnce()) {
        let (cpu, wall) = (cpu_time(), Instant::now());
        hashes();
        self.cpu.push(f64::from(HASHES) / (cpu_time() - cpu).as_secs_f64());
        self.wall.push(f64::from(HASHES) / wall.elapsed().as_secs_f64());
    }

    /// How many hashes a CPU second gives, beside those that it gave the other way in the same round.
    fn beside(&self, other: &Self) -> f64 {
        median(&self.cpu.iter().zip(&other.cpu).map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>())
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// What all threads of this process have used, in and out of the kernel.
#[expect(unsafe_code, reason = "the standard library does not tell")]
fn cpu_time() -> Duration {
    // SAFETY: `rusage` is numbers alone, so zeros are valid, and the call writes into it and nowhere else.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut used);
        used
    };
    let time = |of: libc::timeval| Duration::new(of.tv_sec.unsigned_abs(), of.tv_usec.unsigned_abs() as u32 * 1_000);
    time(used.ru_utime) + time(used.ru_stime)
}

/// Eight people, each of whom signs in again as soon as they are signed in.
struct Eight {
    over: Arc<AtomicBool>,
    hasher: Arc<Hasher>,
    begun: (Instant, u64),
}

impl Eight {
    fn sign_in(hasher: Arc<Hasher>, password: &Secret, hash: &PasswordHash) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        for _ in 0..8 {
            let (over, hasher, password, hash) = (over.clone(), hasher.clone(), password.clone(), hash.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let _ = hasher.verify(&password, Some(&hash)).await;
                }
            });
        }
        let begun = (Instant::now(), hasher.load().hashed);
        Self { over, hasher, begun }
    }

    /// Sign-ins per second.
    fn stop(&self) -> f64 {
        self.over.store(true, Ordering::Relaxed);
        (self.hasher.load().hashed - self.begun.1) as f64 / self.begun.0.elapsed().as_secs_f64()
    }
}

/// Latencies, from the client's side.
struct Latencies(Vec<Duration>);

impl std::fmt::Display for Latencies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |part: f64| self.0[((self.0.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
        write!(f, "p50 {:.2} ms   p99 {:.2} ms   p99.9 {:.2} ms   max {:.2} ms", at(0.5), at(0.99), at(0.999), at(1.0))
    }
}

/// 4,000 requests over two connections, each some milliseconds after the one before.
fn light_requests(runtime: &tokio::runtime::Runtime) -> Latencies {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    listener.set_nonblocking(true).expect("a socket");
    let server = runtime.spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut byte = [0];
                while connection.read_exact(&mut byte).await.is_ok() {
                    let begun = Instant::now();
                    while begun.elapsed() < Duration::from_micros(100) {}
                    if connection.write_all(&byte).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    let client = move |pause: u64| {
        let mut connection = TcpStream::connect(address).expect("our own server");
        connection.set_nodelay(true).expect("a socket");
        let mut byte = [0];
        let request = |_| {
            std::thread::sleep(Duration::from_micros(pause));
            let begun = Instant::now();
            connection.write_all(&[1]).expect("our own server");
            connection.read_exact(&mut byte).expect("our own server");
            begun.elapsed()
        };
        (0..2_000).map(request).collect::<Vec<_>>()
    };
    let clients = [1_300, 1_700].map(|pause| std::thread::spawn(move || client(pause)));
    let mut all: Vec<Duration> = clients.into_iter().flat_map(|client| client.join().expect("a client")).collect();
    server.abort();
    all.sort();
    Latencies(all)
}
