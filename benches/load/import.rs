//! A whole roster: seconds and memory of `preau roster import`, of a district that nobody knew and of the same files
//! once more; then what the server holds with all of them in its database.

use crate::district::{Cost, District};
use crate::figures::{Row, short};

/// A district of about 100,000 people.
pub fn people() -> Vec<Row> {
    of("import-people", PUPILS_OF_A_HUNDRED_THOUSAND, Some((30.0, 200.0)))
}

/// A district of 100,000 pupils, with everybody around them.
pub fn pupils() -> Vec<Row> {
    of("import-pupils", 100_000, None)
}

fn of(name: &'static str, pupils: u32, goal: Option<(f64, f64)>) -> Vec<Row> {
    let district = District::empty();
    let roster = district.path("roster");
    let made = district.run(&["roster", "generate", &roster, "--students", &pupils.to_string(), "--seed", "7"]);
    let count = |what: &str| made[what].as_u64().expect("it says how many");
    let people = count("students") + count("guardians") + count("staff");
    let first = district.cost(&["roster", "import", &roster]);
    let again = district.cost(&["roster", "import", &roster]);
    assert!(changed(&first) > people && changed(&again) == 0, "{}", again.answer);
    assert_eq!(again.answer["outcome"], "nothing-changed");
    let server = district.serve();
    let rows = rows(&first);
    let told = |cost: &Cost| {
        format!(
            "{} s ({} s of CPU), {} rows a second, {} MB at the peak",
            short(cost.wall.as_secs_f64()),
            short(cost.cpu.as_secs_f64()),
            short(rows as f64 / cost.wall.as_secs_f64()),
            short(cost.peak)
        )
    };
    let ratio = |cost: &Cost| match goal {
        Some((seconds, memory)) => format!(
            "{} of the time, {} of the memory (goal: {seconds} s, {memory} MB)",
            short(cost.wall.as_secs_f64() / seconds),
            short(cost.peak / memory)
        ),
        None => String::new(),
    };
    let who = format!("{} people, {} rows", short(people as f64), short(rows as f64));
    vec![
        Row { what: format!("import of {who}"), preau: told(&first), limit: String::new(), ratio: ratio(&first), name },
        Row { what: format!("the same files once more: {who}"), preau: told(&again), limit: String::new(), ratio: ratio(&again), name },
        Row {
            what: format!(
                "memory before the first sign-in, {} people in the database ({} MB)",
                short(people as f64),
                short(district.size())
            ),
            preau: format!("{} MB", short(server.memory())),
            limit: String::new(),
            ratio: format!("{} (goal: 30 MB)", short(server.memory() / 30.0)),
            name,
        },
    ]
}

fn rows(import: &Cost) -> u64 {
    sum(import, &["rows"])
}

fn changed(import: &Cost) -> u64 {
    sum(import, &["added", "changed", "retired", "returned"])
}

fn sum(import: &Cost, counts: &[&str]) -> u64 {
    let files = import.answer["files"].as_object().expect("a report counts by file");
    files.values().flat_map(|file| counts.iter().map(|count| file[*count].as_u64().unwrap_or_default())).sum()
}

/// Guardians and staff come with them.
const PUPILS_OF_A_HUNDRED_THOUSAND: u32 = 47_500;
