//! Sheets of cards as other programs read them: poppler's tools for text and pages, zbar for the squares.

#![expect(clippy::unwrap_used, reason = "what fails in a test fails the test")]

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;

use letters::{Card, CardSheet, CardSize, Paper, Sender, print_cards};

fn sheet(cards: usize, class: &str) -> CardSheet {
    let sender = Sender { district: "Conseil scolaire".to_owned(), school: "École des Tilleuls".to_owned(), ..Sender::default() };
    CardSheet {
        language: "fr".to_owned(),
        sender: Arc::new(sender),
        document: "Cartes des élèves".to_owned(),
        title: format!("Cartes : {class}"),
        note: "Découpez, plastifiez.".to_owned(),
        small: "Marche à l’école".to_owned(),
        class: class.to_owned(),
        cards: (0..cards)
            .map(|number| Card {
                name: if number == 0 { "Marie-Hélène T.".to_owned() } else { format!("Zoé {number}") },
                alternative: "Carré".to_owned(),
                qr: format!("https://id.ecole.example/badge/{}{number:03}", "xY3_-".repeat(8)),
            })
            .collect(),
    }
}

fn run(program: &str, words: &[&str]) -> Option<String> {
    let done = Command::new(program).args(words).output().ok()?;
    Some(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Dots an inch.
const RESOLUTIONS: [&str; 5] = ["120", "170", "200", "220", "300"];

#[test]
fn a_class_of_thirty_stands_on_one_tagged_sheet_and_every_square_is_read() {
    let dir = tempdir();
    for (paper, size, cards, pages) in [
        (Paper::A4, CardSize::Class, 30, 1),
        (Paper::UsLetter, CardSize::Class, 30, 1),
        (Paper::A4, CardSize::Class, 7, 1),
        (Paper::A4, CardSize::Class, 31, 2),
        (Paper::UsLetter, CardSize::Large, 11, 2),
    ] {
        let path = dir.join(format!("{paper:?}-{size:?}-{cards}.pdf"));
        let written = print_cards(&[sheet(cards, "CP A")], paper, size, &path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((written.pages, written.letters, written.warnings), (pages, cards, Vec::new()), "{paper:?} {size:?} {cards}");
        let file = path.to_str().unwrap();
        if let Some(about) = run("pdfinfo", &[file]) {
            assert!(about.contains("Tagged:          yes") && about.contains("Cartes des élèves"), "{about}");
        }
        if let Some(text) = run("pdftotext", &[file, "-"]) {
            for said in ["Cartes : CP A", "Marie-Hélène", "Zoé 1", "École des Tilleuls", "Marche à l’école"] {
                assert!(text.contains(said), "{said:?} is not in\n{text}");
            }
        }
        // Of thirty squares in one picture the reader overlooks now one, now another; a tablet sees one at a time.
        let base = dir.join("page");
        let read: Option<Vec<String>> = RESOLUTIONS
            .iter()
            .map(|resolution| {
                run("pdftoppm", &["-r", resolution, "-gray", file, base.to_str().unwrap()])?;
                let pages: Vec<String> = dir.read_dir().unwrap().map(|page| page.unwrap().path().display().to_string()).collect();
                let pages: Vec<&str> = pages.iter().filter(|page| page.ends_with(".pgm")).map(String::as_str).collect();
                let squares = run("zbarimg", &[&["--quiet", "--raw"][..], &pages].concat());
                pages.iter().for_each(|page| std::fs::remove_file(page).unwrap());
                squares
            })
            .collect();
        if let Some(read) = read {
            let squares: BTreeSet<&str> = read.iter().flat_map(|squares| squares.lines()).collect();
            let wanted = sheet(cards, "CP A").cards;
            let wanted: BTreeSet<&str> = wanted.iter().map(|card| card.qr.as_str()).collect();
            assert_eq!(squares, wanted, "{paper:?} {size:?} {cards}");
        }
    }
}

#[test]
fn each_class_begins_on_a_sheet_of_its_own() {
    let path = tempdir().join("two.pdf");
    let written = print_cards(&[sheet(3, "CP A"), sheet(4, "CP B")], Paper::A4, CardSize::Class, &path).unwrap();
    assert_eq!((written.pages, written.letters), (2, 7));
    assert!(path.exists());
}

fn tempdir() -> std::path::PathBuf {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let dir = std::env::temp_dir().join(format!("preau-cards-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
