//! What the program is before anybody comes: how soon it serves, what it holds, how large it is.

use std::process::{Command, Stdio};

use crate::district::{District, program};
use crate::figures::{Rounds, Row, short};

/// From its start to the first `/readyz` that says yes, on a database that exists.
pub fn cold() -> Vec<Row> {
    let district = District::of(400);
    // The first start makes the keys.
    drop(district.serve());
    let (mut seconds, mut memory) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        let (server, took) = district.start();
        seconds.add(took.as_secs_f64());
        memory.add(server.memory());
    }
    vec![
        Row {
            what: "cold start on a database that exists, until /readyz says yes".to_owned(),
            preau: format!("{seconds} s"),
            limit: String::new(),
            ratio: format!("{} (goal: 0.1 s)", short(seconds.median() / 0.1)),
            name: "start",
        },
        Row {
            what: "memory before the first sign-in".to_owned(),
            preau: format!("{memory} MB"),
            limit: String::new(),
            ratio: format!("{} (goal: 30 MB)", short(memory.median() / 30.0)),
            name: "start",
        },
    ]
}

/// The program as it is packaged. Builds it, which takes minutes.
pub fn size() -> Vec<Row> {
    let cargo = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--profile", "dist", "--bin", "preau"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .status()
        .expect("cargo starts");
    assert!(cargo.success(), "the program is not built");
    let built = program().parent().and_then(|release| release.parent()).expect("a folder of the target").join("dist/preau");
    let megabytes = std::fs::metadata(built).expect("it was built").len() as f64 / 1e6;
    vec![Row {
        what: "the program, profile `dist`, stripped".to_owned(),
        preau: format!("{} MB", short(megabytes)),
        limit: String::new(),
        ratio: format!("{} (goal: 30 MB)", short(megabytes / 30.0)),
        name: "size",
    }]
}

const ROUNDS: usize = 15;
