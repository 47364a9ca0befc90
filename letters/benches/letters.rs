//! How fast letters are printed, and in how much memory: 50,000 of them, in classes of 28, each with its own names,
//! code and square; all into one file, and a file a class. The figures of docs/performance.md.
//!
//! `cargo bench --package letters` or `cargo xtask bench letters`; a number behind `--` prints that many letters.

#![expect(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a program that measures, and prints what it measured")]

#[expect(dead_code, reason = "the tests have more kinds of letters than are measured")]
#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use letters::{Form, Layout, Letter, Output, Secret, Template, Typesetter, print};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LETTERS: usize = 50_000;
const A_CLASS: usize = 28;

const RUNS: &[(&str, Form)] =
    &[("one-file", Form::Letter), ("file-a-class", Form::Letter), ("one-file", Form::TwoSlips), ("one-file", Form::FourSlips)];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run", how, form, count] => run(how, form, count.parse().expect("a number")),
        [] => measure(LETTERS),
        [count] => measure(count.parse().expect("a number of letters")),
        _ => eprintln!("cargo bench --package letters [-- COUNT]"),
    }
}

/// Each run in a process of its own, so that its peak of memory is its own.
fn measure(count: usize) {
    let program = std::env::current_exe().expect("the program that runs");
    for (how, form) in RUNS {
        let form = format!("{form:?}");
        let status = Command::new(&program).args(["run", how, &form, &count.to_string()]).status();
        assert!(status.expect("ourselves").success(), "{how}, {form}");
    }
}

fn run(how: &str, form: &str, count: usize) {
    let form = RUNS.iter().map(|(_, form)| *form).find(|known| format!("{known:?}") == form).expect("one of RUNS");
    let folder = std::env::temp_dir().join(format!("letters-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let output = match how {
        "one-file" => Output::OneFile(folder.join("letters.pdf")),
        _ => Output::FileAClass(folder.clone()),
    };
    let begun = Instant::now();
    let setter = Typesetter::new(Template::shipped(), Layout { form, ..Layout::default() }, Vec::new()).expect("our template");
    let written = print(&setter, letters(count), &output, &|_| {}).expect("letters");
    let wall = begun.elapsed().as_secs_f64();
    let cpu = cpu_seconds();
    let bytes: u64 = written.files.iter().map(|file| std::fs::metadata(file).map_or(0, |about| about.len())).sum();
    let (files, pages) = (written.files.len(), written.pages);
    println!(
        "{how}, {form:?}: {count} letters on {pages} pages in {wall:.1} s ({cpu:.1} s of CPU): {:.0} letters a CPU second, {:.0} a \
         second; {:.0} MB at the peak; {files} files, {:.0} MB, {:.1} kB a letter",
        count as f64 / cpu,
        count as f64 / wall,
        peak_megabytes(),
        bytes as f64 / 1e6,
        bytes as f64 / 1e3 / count as f64,
    );
    remove(&folder);
}

/// No two alike, and made one by one.
fn letters(count: usize) -> impl Iterator<Item = Letter> + Send {
    let (sender, words) = (Arc::new(common::sender()), Arc::new(common::french()));
    (0..count).map(move |at| {
        // A cheap generator: what is printed must differ, not be secret.
        let mut state = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut draw = |symbols: &[u8], length: usize| {
            let next = |_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                char::from(symbols[(state % symbols.len() as u64) as usize])
            };
            (0..length).map(next).collect::<String>()
        };
        let given = draw(b"aeioulmnrst", 7);
        let family = draw(b"aeioubcdgpv", 9);
        Letter {
            sender: sender.clone(),
            words: words.clone(),
            pupil: format!("{family} {given}"),
            class: format!("{}", at / A_CLASS),
            to: vec![format!("Mme {family}"), format!("{at}, rue des Écoles"), "69003 Lyon".to_owned()],
            number: format!("2026-{at:06}"),
            purpose: format!("Avec ce code, vous ouvrez votre compte et suivez la scolarité de {given}\u{a0}: notes, absences, devoirs."),
            secret: Secret::Code((0..4).map(|_| draw(b"ABCDEFGHJKLMNPQRTWXY", 4)).collect()),
            qr: format!("https://compte.tilleuls.example/code#k={}", draw(b"ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789-_", 43)),
            ..common::activation()
        }
    })
}

/// User and system time of this process.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let behind = stat.rsplit(')').next().unwrap_or_default();
    // Fields 14 and 15 of proc(5), in ticks of a hundredth of a second.
    behind.split_ascii_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_ascii_whitespace().next().and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or_default() * 1.024 / 1e3
}

fn remove(folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
}
