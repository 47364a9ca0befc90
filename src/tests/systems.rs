//! docs/systems.md says of each line what works, and by which tests: every line is there, and every test too.

use std::path::{Path, PathBuf};

#[test]
fn every_line_has_its_row_and_every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/systems.md")).unwrap();
    let code = code(root);
    let mut all: Vec<Vec<&str>> = Vec::new();
    for (system, most) in SYSTEMS {
        let of = |line: &&str| {
            line.strip_prefix(&format!("| {system}")).is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
        };
        let rows: Vec<Vec<&str>> = text.lines().filter(of).map(|line| line.split('|').map(str::trim).collect()).collect();
        let lines: Vec<&str> = rows.iter().map(|row| row[1]).collect();
        assert_eq!(lines, (1..=*most).map(|number| format!("{system}{number}")).collect::<Vec<_>>());
        all.extend(rows);
    }
    for row in &all {
        let (line, state, shown) = (row[1], row[2], row[3]);
        assert!(state == "works" || state == "district" || state.starts_with("later ("), "{line}: {state}");
        let tests: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        assert!(state != "works" || !tests.is_empty(), "{line} works, by no test");
        for test in tests {
            assert!(
                code.contains(&format!("fn {test}(")) || code.contains(&format!("\"{test}\"")),
                "{line} names {test}, which is no test"
            );
        }
    }
}

/// The systems that are written down, and how many lines each has.
const SYSTEMS: &[(&str, u32)] = &[("A", 51), ("B", 33), ("C", 27), ("D", 19), ("E", 19)];

/// Every test's text, of the program and of the browser.
fn code(root: &Path) -> String {
    let mut folders: Vec<PathBuf> = ["src", "tests", "letters/tests"].map(|folder| root.join(folder)).into();
    let mut code = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "node_modules" {
                folders.push(path);
            } else if name.ends_with(".rs") || name.ends_with(".spec.js") {
                code.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    code
}
