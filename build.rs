//! Writes the tables of embedded templates, assets and flows, so that a new file needs no line of code.

#![expect(clippy::disallowed_methods, reason = "cargo says where it builds by the environment")]
#![expect(clippy::disallowed_macros, reason = "and is told by lines on standard output")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    for (folder, how) in [("templates", "include_str"), ("assets", "include_bytes"), ("flows", "include_str"), ("charters", "include_str")]
    {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files)?;
        files.sort();
        let mut table = String::from("&[\n");
        for file in files {
            let name = file.strip_prefix(root.join(folder)).expect("it was found there").to_string_lossy().replace('\\', "/");
            // Not the path of this checkout: another one may share the build's folder, and this one be gone by then.
            let place = format!("/{folder}/{name}");
            writeln!(table, "    ({name:?}, {how}!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {place:?}))),").expect("a String takes all");
        }
        table.push_str("]\n");
        fs::write(out.join(format!("{folder}.rs")), table)?;
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // The letters' template is the crate's that sets them.
        let hidden = path.extension().is_some_and(|extension| extension == "typ")
            || path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.') || name == "README.md" || name == "update.sh");
        if path.is_dir() {
            collect(&path, files)?;
        } else if !hidden {
            files.push(path);
        }
    }
    Ok(())
}
