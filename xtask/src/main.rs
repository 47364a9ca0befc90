//! The project's own chores, for people and for the build server alike: `cargo xtask test` and its neighbours.
//!
//! One file a chore. Nothing here is part of the program that schools run.

#![expect(clippy::disallowed_macros, reason = "a chore talks to the person who started it")]
#![expect(clippy::disallowed_methods, reason = "a chore measures itself and hands settings to other programs")]

mod fuzz;
mod machine;
mod postgres;
mod shell;
mod steps;
mod supply;
mod test;

use std::process::ExitCode;

use shell::Failure;

const HELP: &str = "\
cargo xtask CHORE

  test [STEP...] [--long]  everything that must hold before a change is merged; with steps, only those
  screenshots              pictures of every page, in both languages, into docs/pages/
  advisories               known vulnerabilities of the dependencies (asks the internet)
  bench [NAME...]          the figures of docs/performance.md
  fuzz [TARGET...] [--minutes N]
                           what strangers send, made up by libFuzzer (docs/fuzzing.md)
  help                     this text

Steps of `test`, in their order:
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (chore, rest) = match arguments.split_first() {
        Some((chore, rest)) => (chore.as_str(), rest),
        None => ("help", &[][..]),
    };
    let done = match chore {
        "test" => test::run(rest),
        "screenshots" => test::screenshots(),
        "advisories" => supply::advisories(),
        "bench" => steps::bench(rest),
        "fuzz" => fuzz::run(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            for step in steps::STEPS {
                println!("  {:<12} {}", step.name, step.what);
            }
            Ok(())
        }
        other => Err(Failure::new(format!("there is no chore `{other}`; `cargo xtask help` lists them"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}
