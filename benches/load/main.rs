//! The figures of docs/performance.md, measured on the real program in a process of its own: `cargo xtask bench
//! [NAME...]`. Each figure stands beside a limit of the same run, taken in turns with it, for machines differ and no
//! machine is the same tomorrow; rates are per CPU second of the server, whoever else is at work.

#![expect(clippy::disallowed_macros, reason = "a program that prints what it measured")]
#![expect(clippy::disallowed_types, reason = "the bare operation asks the library as a stranger would")]

mod authenticator;
mod district;
mod drive;
mod figures;
mod http;
mod import;
mod light;
mod limit;
mod passkey;
mod peer;
mod person;
mod postgres;
mod sign_in;
mod start;
mod tokens;

use figures::Row;

/// A measure: its name, and how it is taken.
type Measure = (&'static str, fn() -> Vec<Row>);

/// What `cargo xtask bench` may be asked for.
const MEASURES: &[Measure] = &[
    ("sign-in", sign_in::measure),
    ("passkey", passkey::measure),
    ("tokens", tokens::measure),
    ("light", light::measure),
    ("start", start::cold),
    ("import-people", import::people),
    ("import-pupils", import::pupils),
    ("size", start::size),
];

fn main() {
    // Cargo says `--bench` to every one of them.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let Some(unknown) = asked.iter().find(|name| MEASURES.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
        panic!("there is no measure {unknown}; there are {}", known.join(", "));
    }
    println!("{}", machine());
    let mut table = Vec::new();
    for (name, measure) in MEASURES {
        if asked.is_empty() || asked.iter().any(|one| one == name) {
            println!("{name} … (load {})", load());
            let rows = measure();
            rows.iter().for_each(|row| println!("{row}"));
            table.extend(rows);
        }
    }
    println!("\n{} Load at the end: {}.\n", machine(), load());
    println!("| what | Préau | peer or limit in the same run | ratio | command |\n| --- | --- | --- | --- | --- |");
    table.iter().for_each(|row| println!("{row}"));
}

/// The machine in one line.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let line = |text: &str, key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key))
            .map(|rest| rest.trim_start_matches([':', ' ', '\t']).to_owned())
            .unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = line(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0.0) / 1024.0 / 1024.0;
    let pages = read("/sys/kernel/mm/transparent_hugepage/enabled");
    let pages = pages.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("?", |(word, _)| word);
    format!(
        "{cores} cores ({}), {memory:.0} GiB, Linux {}, huge pages: {pages}; RSA-2048 by openssl (S): {} a CPU second.",
        line(&read("/proc/cpuinfo"), "model name"),
        read("/proc/sys/kernel/osrelease").trim(),
        limit::openssl().map_or_else(|| "not installed".to_owned(), figures::short)
    )
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}
