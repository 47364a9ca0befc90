//! The ladder of `lib.rs`, read from our own `use` lines: nobody steps up, and each foreign crate stays where it lives.

use std::path::Path;

/// From the top down. A module may use those further down; neighbours on a step do not use each other.
const LADDER: &[&[&str]] = &[
    &["main"],
    &["cli", "demo"],
    &["serve"],
    &["routes"],
    &["account", "counter", "enrollment", "login", "oidc", "recovery"],
    &["web"],
    &["app"],
    &["flow"],
    &["tools"],
    &["fetched", "limits", "mail", "passkeys", "sources"],
    &["roster"],
    &["people"],
    &["store"],
    &["migrations"],
    &["authenticator", "authorities", "charters", "codes", "keys", "outbound", "pages", "password", "policy"],
    &["clock", "config", "console", "random"],
    &["model"],
];

/// Knots: sealed keys are rows of the store, whose rows the keys seal; and an id is made of chance.
const KNOTS: &[(&str, &str)] = &[("keys", "store"), ("model", "random")];

/// Foreign crates that would otherwise be everywhere, and the modules that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("argon2", &["password"]),
    ("bcrypt", &["password"]),
    ("axum", &["account", "counter", "demo", "enrollment", "login", "oidc", "recovery", "routes", "serve", "web"]),
    ("ciborium", &["passkeys"]),
    ("letters", &["account", "cli", "pages"]),
    ("lettre", &["mail"]),
    ("openidconnect", &["demo", "sources"]),
    ("qrcode", &["authenticator"]),
    ("reqwest", &["outbound"]),
    ("rusqlite", &["store"]),
    ("sea_orm", &["migrations", "store"]),
    ("sea_orm_migration", &["migrations", "store"]),
    ("sqlx", &["store"]),
    ("totp_rs", &["authenticator"]),
    ("x509_cert", &["oidc"]),
    ("zxcvbn", &["policy"]),
];

#[test]
fn no_module_uses_one_above_it() {
    let mut steps_up = Vec::new();
    each_line(|file, module, line| {
        for used in line.match_indices("crate::").map(|(at, word)| first_word(&line[at + word.len()..])) {
            if let (Some(ours), Some(theirs)) = (step_of(module), step_of(used))
                && module != used
                && !KNOTS.contains(&(module, used))
                && theirs <= ours
            {
                steps_up.push(format!("{file}: {module} uses {used}: {line}"));
            }
        }
    });
    assert!(steps_up.is_empty(), "these step up the ladder of lib.rs:\n{}", steps_up.join("\n"));
}

#[test]
fn foreign_crates_stay_where_they_live() {
    let mut strays = Vec::new();
    each_line(|file, module, line| {
        for (name, homes) in HOMES {
            if line.match_indices(&format!("{name}::")).any(|(at, _)| begins_a_path(&line[..at])) && !homes.contains(&module) {
                strays.push(format!("{file}: {module} names {name}: {line}"));
            }
        }
    });
    assert!(strays.is_empty(), "these belong behind another module:\n{}", strays.join("\n"));
}

#[test]
fn every_module_stands_on_the_ladder() {
    let mut missing = std::collections::BTreeSet::new();
    each_line(|_, module, _| {
        if step_of(module).is_none() && !matches!(module, "lib" | "main") {
            missing.insert(module.to_owned());
        }
    });
    assert!(missing.is_empty(), "add these to the ladder: {missing:?}");
}

/// Every line of code of the program, with its file and its first module; comments and tests left out.
fn each_line(mut judge: impl FnMut(&str, &str, &str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("migrations")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let file = path.strip_prefix(root).unwrap().display().to_string();
            let in_crate = file.strip_prefix("src/").unwrap_or(&file);
            let module = in_crate.split(['/', '.']).next().unwrap();
            if module == "tests" || file.ends_with("testing.rs") || file.ends_with("tests.rs") {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if file.ends_with(".rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
                let code = code.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
                code.for_each(|line| judge(&file, module, line));
            }
        }
    }
}

fn step_of(module: &str) -> Option<usize> {
    LADDER.iter().position(|step| step.contains(&module))
}

fn first_word(path: &str) -> &str {
    path.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

fn begins_a_path(before: &str) -> bool {
    !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':') || before.ends_with("use ::")
}
