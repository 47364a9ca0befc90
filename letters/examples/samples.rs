//! Every form of letter, filled in, as PDF: to look at, and to try a template of one's own before a school depends on it.
//!
//! `cargo run --package letters --example samples -- FOLDER [TEMPLATE]`

#![expect(clippy::disallowed_macros, reason = "a program that is told by its command line and answers on it")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::error::Error;
use std::path::PathBuf;

use letters::{Form, Layout, Paper, Template, Typesetter};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("cargo run --package letters --example samples -- FOLDER [TEMPLATE]")?);
    let template = match arguments.next() {
        Some(path) => Template::new(path.clone(), std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?),
        None => Template::shipped(),
    };
    std::fs::create_dir_all(&folder)?;
    for (paper, paper_name) in [(Paper::A4, "a4"), (Paper::UsLetter, "us-letter")] {
        for form in [Form::Letter, Form::LargePrint, Form::TwoSlips, Form::FourSlips] {
            let setter = Typesetter::new(template.clone(), Layout { paper, form, ..Layout::default() }, Vec::new())?;
            for (kind, letter) in [("activation.fr", common::activation()), ("provisional.en", common::provisional())] {
                let form_name = match form {
                    Form::Letter => "letter",
                    Form::LargePrint => "letter-large",
                    Form::TwoSlips => "slips-2",
                    Form::FourSlips => "slips-4",
                };
                let path = folder.join(format!("{form_name}-{kind}.{paper_name}.pdf"));
                let document = setter.set(&vec![letter; form.per_sheet()])?;
                for warning in &document.warnings {
                    eprintln!("{warning}");
                }
                std::fs::write(&path, document.pdf)?;
                println!("{}", path.display());
            }
        }
    }
    Ok(())
}
