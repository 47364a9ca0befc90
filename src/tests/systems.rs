//! docs/systems.md says of each line what works, and by which tests: every line is there, and every test too.

use std::path::{Path, PathBuf};

#[test]
fn every_line_of_a_system_has_its_row_and_every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/systems.md")).unwrap();
    let rows: Vec<Vec<&str>> =
        text.lines().filter(|line| is_row(line)).map(|line| line.split('|').map(str::trim).collect()).collect();
    for (system, lines) in [("A", 51), ("C", 27), ("D", 19)] {
        let found: Vec<&str> = rows.iter().map(|row| row[1]).filter(|line| line.starts_with(system)).collect();
        assert_eq!(found, (1..=lines).map(|number| format!("{system}{number}")).collect::<Vec<_>>());
    }
    let code = code(root);
    for row in &rows {
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

/// `| A1 |` and so on.
fn is_row(line: &str) -> bool {
    let mut symbols = line.strip_prefix("| ").unwrap_or_default().chars();
    symbols.next().is_some_and(|system| ('A'..='E').contains(&system)) && symbols.next().is_some_and(|digit| digit.is_ascii_digit())
}

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
