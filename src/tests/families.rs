//! docs/families/: the guide of `/help/guide` on paper, with every way to join, in the same words. Whoever changes the words
//! writes the paper anew: `cargo test --lib families -- --ignored`.

use std::path::{Path, PathBuf};

use minijinja::context;

use crate::model::Language;
use crate::pages::{District, Frame, Pages};

#[test]
fn d01_the_guides_on_paper_say_what_the_page_says() {
    let stale = "write them anew: cargo test --lib families -- --ignored";
    for (file, text) in guides() {
        assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), text, "{}; {stale}", file.display());
        for picture in text.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(file.with_file_name(picture).exists(), "{}: there is no picture {picture}", file.display());
        }
    }
}

#[test]
#[ignore = "writes docs/families"]
fn write_the_guides_on_paper() {
    for (file, text) in guides() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

/// Each guide's file and what stands in it.
fn guides() -> Vec<(PathBuf, String)> {
    let (pages, folder) = (Pages::load().unwrap(), Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/families"));
    let mut guides = Vec::new();
    for language in Language::ALL {
        for (name, reader) in [("pupils", "student"), ("parents", "guardian")] {
            let frame = Frame::new(*language, District { name: String::new(), brand: String::new(), logo: None });
            let text = pages.render_source(include_str!("families.md"), context! { reader }, &frame).unwrap();
            guides.push((folder.join(format!("{name}.{}.md", language.tag())), format!("{}\n", text.trim())));
        }
    }
    guides
}
