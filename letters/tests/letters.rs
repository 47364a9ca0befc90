//! Letters as other programs read them: poppler's tools for text, pages and tags, zbar for the square. They are Debian
//! packages (poppler-utils, zbar-tools); `cargo xtask test` installs them, and a run without zbar leaves its test out.

#![expect(clippy::disallowed_methods, reason = "tests of files: they look which programs are there")]
#![expect(clippy::unwrap_used, reason = "what fails in a test fails the test")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use common::{activation, provisional};
use letters::{Error, Form, Layout, Letter, Output, Paper, Secret, Sender, Template, Typesetter, Window, Written, print};

const FORMS: [Form; 4] = [Form::Letter, Form::LargePrint, Form::TwoSlips, Form::FourSlips];
const PAPERS: [(Paper, &str); 2] = [(Paper::A4, "(A4)"), (Paper::UsLetter, "(letter)")];

#[test]
fn every_form_on_every_paper_is_tagged_and_has_its_size_and_its_pages() {
    for (paper, size) in PAPERS {
        for (form, pages) in [(Form::Letter, 5), (Form::TwoSlips, 3), (Form::FourSlips, 2)] {
            let file = Printed::of(&vec![activation(); 5], Layout { paper, form, ..Layout::default() });
            let about = file.info();
            for wanted in
                ["Tagged:          yes", &format!("Pages:           {pages}"), size, "Lettres d’activation", "JavaScript:      no"]
            {
                assert!(about.contains(wanted), "{paper:?} {form:?}: {wanted:?} is not in\n{about}");
            }
            let bytes = file.bytes();
            for said in ["pdfuaid:part>1<", "/Lang(fr)", "/DisplayDocTitle true", "/S/H1", "/S/L/", "/S/Figure"] {
                assert!(contains(&bytes, said), "{paper:?} {form:?}: {said}");
            }
        }
    }
}

/// What the district holds about somebody: both languages, both papers, tagged, however long, and nothing of it is markup.
#[test]
fn a_record_is_tagged_and_has_every_fact_in_it() {
    for (paper, size) in PAPERS {
        for (language, title) in [("fr", "Mes données"), ("en", "My data")] {
            let fact =
                |number: usize| vec![("Appareil".to_owned(), format!("Firefox #{number} $x$")), ("Depuis".to_owned(), "hier".to_owned())];
            let section = |title: &str, many: usize| letters::Section {
                title: title.to_owned(),
                note: "Les *plus* récents d’abord.".to_owned(),
                things: (0..many).map(fact).collect(),
            };
            let record = letters::Record {
                language: language.to_owned(),
                paper,
                holder: "Conseil scolaire des Tilleuls".to_owned(),
                title: title.to_owned(),
                lead: vec!["Tout ce que l’école tient sur vous.".to_owned()],
                colon: "\u{a0}: ".to_owned(),
                sections: vec![section("Compte", 1), section("Rien", 0), section("Connexions", 120)],
            };
            let document = record.set().unwrap_or_else(|error| panic!("{language}: {error}"));
            assert_eq!(document.warnings, []);
            let file = Printed::from(document.pdf);
            let about = file.info();
            for wanted in ["Tagged:          yes", size, title, "JavaScript:      no"] {
                assert!(about.contains(wanted), "{paper:?} {language}: {wanted:?} is not in\n{about}");
            }
            let bytes = file.bytes();
            for said in ["pdfuaid:part>1<", &format!("/Lang({language})"), "/S/H1", "/S/H2", "/S/L/"] {
                assert!(contains(&bytes, said), "{paper:?} {language}: {said}");
            }
            let text = file.text();
            for said in ["Firefox #0 $x$", "Firefox #119 $x$", "Les *plus* récents"] {
                assert!(text.contains(said), "{said:?} is not in\n{text}");
            }
        }
    }
}

/// The sheet of the counter: one page, tagged, its name to be copied, however long, and nothing of it is markup.
#[test]
fn a_sheet_to_take_home_is_one_tagged_page() {
    for (paper, size) in PAPERS {
        for (language, name) in [("fr", "S0123456"), ("en", "jean-philippe.tremblay-gagnon-de-la-fontaine@courriel.ecole.example")] {
            let sheet = letters::Sheet {
                language: language.to_owned(),
                paper,
                sender: "Conseil scolaire des Tilleuls · École des Érables".to_owned(),
                title: "La fiche de #Éloïse".to_owned(),
                name_label: "Votre identifiant".to_owned(),
                name: name.to_owned(),
                ways_label: "Mot de passe oublié\u{a0}?".to_owned(),
                ways: vec!["Par un *courriel*.".to_owned(), "Au secrétariat.".to_owned()],
                note: "Le mot de passe n’est écrit nulle part.".to_owned(),
                address: "compte.tilleuls.example".to_owned(),
            };
            let document = sheet.set().unwrap_or_else(|error| panic!("{language}: {error}"));
            assert_eq!((document.warnings, document.pages), (Vec::new(), 1));
            let file = Printed::from(document.pdf);
            let about = file.info();
            for wanted in ["Tagged:          yes", size, "La fiche de #Éloïse", "JavaScript:      no"] {
                assert!(about.contains(wanted), "{paper:?} {language}: {wanted:?} is not in\n{about}");
            }
            let bytes = file.bytes();
            for said in ["pdfuaid:part>1<", &format!("/Lang({language})"), "/S/H1", "/S/H2", "/S/L/"] {
                assert!(contains(&bytes, said), "{paper:?} {language}: {said}");
            }
            let text = file.text();
            for said in [name, "Par un *courriel*.", "compte.tilleuls.example"] {
                assert!(text.contains(said), "{said:?} is not in\n{text}");
            }
        }
    }
}

#[test]
fn names_code_address_and_dates_are_there_to_be_read_and_copied() {
    for (paper, _) in PAPERS {
        for form in FORMS {
            let text = Printed::of(&[activation()], Layout { paper, form, ..Layout::default() }).text();
            for said in [
                "Bélanger Noëlle",
                "6e A",
                "K7QM 4XPT",
                "9RHD 3WNC",
                "compte.tilleuls.example/code",
                "23 septembre 2026",
                "2026-000123",
                "04 72 00 00 00",
                "Conseil scolaire des Tilleuls",
                "Collège Marguerite-Yourcenar",
            ] {
                assert!(text.contains(said), "{paper:?} {form:?}: {said:?} is not in\n{text}");
            }
            let text = Printed::of(&[provisional()], Layout { paper, form, ..Layout::default() }).text();
            for said in ["noelle.belanger", "plum-otter-lamp-river", "Who is it for?", "9 September 2026"] {
                let slip = matches!(form, Form::TwoSlips | Form::FourSlips);
                assert!(text.contains(said) || (slip && said == "Who is it for?"), "{paper:?} {form:?}: {said:?} is not in\n{text}");
            }
        }
    }
}

#[test]
fn a_telephone_reads_every_square_to_the_letter() {
    if is_missing("zbarimg") {
        return;
    }
    let letters: Vec<Letter> = (0..4)
        .map(|at| Letter { qr: format!("https://compte.tilleuls.example/code#k={}{at}", "xY3_-".repeat(8 + 9 * at)), ..activation() })
        .collect();
    let sheets =
        [(Paper::A4, Form::Letter), (Paper::UsLetter, Form::LargePrint), (Paper::UsLetter, Form::TwoSlips), (Paper::A4, Form::FourSlips)];
    for (paper, form) in sheets {
        let mut read = Printed::of(&letters, Layout { paper, form, ..Layout::default() }).squares();
        read.sort();
        let mut written: Vec<String> = letters.iter().map(|letter| letter.qr.clone()).collect();
        written.sort();
        assert_eq!(read, written, "{paper:?} {form:?}");
    }
}

#[test]
fn the_address_stands_in_the_window_and_the_secret_does_not() {
    // What an envelope shows wherever the sheet has slid, in points from the upper left corner: the whole window, and
    // the part of it that is always in sight.
    let mm = 72.0 / 25.4;
    let inch = 72.0;
    for (paper, window, seen, always) in [
        (Paper::A4, Window::OfThePaper, [90.0 * mm, 34.0 * mm, 200.0 * mm, 90.0 * mm], [100.0 * mm, 45.0 * mm, 190.0 * mm, 79.0 * mm]),
        (Paper::A4, Window::Left, [10.0 * mm, 39.0 * mm, 110.0 * mm, 95.0 * mm], [20.0 * mm, 50.0 * mm, 100.0 * mm, 84.0 * mm]),
        (
            Paper::UsLetter,
            Window::OfThePaper,
            [0.0, 2.04 * inch, 5.375 * inch, 3.625 * inch],
            [0.875 * inch, 2.04 * inch, 4.375 * inch, 3.2 * inch],
        ),
    ] {
        for form in [Form::Letter, Form::LargePrint] {
            let mut letter = activation();
            letter.to.extend(["Bâtiment C".to_owned(), "CEDEX 08".to_owned()]);
            let words = Printed::of(&[letter], Layout { paper, form, window }).words();
            let inside =
                |[left, top, right, bottom]: [f64; 4], at: [f64; 4]| at[0] >= left && at[1] >= top && at[2] <= right && at[3] <= bottom;
            let touches =
                |[left, top, right, bottom]: [f64; 4], at: [f64; 4]| at[2] > left && at[0] < right && at[3] > top && at[1] < bottom;
            for wanted in ["Françoise", "Cœur-Volant", "Villeurbanne", "CEDEX"] {
                let (_, at) = words.iter().find(|(word, _)| word.contains(wanted)).expect(wanted);
                assert!(inside(always, *at), "{paper:?} {window:?} {form:?}: {wanted} at {at:?}");
            }
            for secret in ["K7QM", "3WNC", "6e", "2026-000123"] {
                let hidden = words.iter().filter(|(word, _)| word == secret).all(|(_, at)| !touches(seen, *at));
                assert!(hidden, "{paper:?} {window:?} {form:?}: the window shows {secret}");
            }
        }
    }
}

#[test]
fn without_an_address_there_is_no_window_and_nothing_is_missing() {
    let letter = Letter { to: Vec::new(), ..activation() };
    for (paper, _) in PAPERS {
        let file = Printed::of(std::slice::from_ref(&letter), Layout { paper, ..Layout::default() });
        let text = file.text();
        assert!(text.contains("K7QM 4XPT 9RHD 3WNC") && text.contains("Bélanger Noëlle"), "{text}");
        assert!(!text.contains("Françoise"), "{text}");
        assert!(file.info().contains("Pages:           1"));
    }
}

#[test]
fn what_a_name_holds_is_printed_and_never_run() {
    let odd = r##"#panic("x") *a* _b_ $c$ @d <e> \f "g" 'h' `i` = j // k /* l #import "/etc/passwd" [m]"##;
    let mut letter = activation();
    letter.pupil = odd.to_owned();
    letter.to[0] = odd.to_owned();
    letter.steps[1] = odd.to_owned();
    letter.secret = Secret::Provisional { identifier: "#a*b_c$d@e<f\\g".to_owned(), password: "\"h'[i]{j}(k)`l=m".to_owned() };
    let text = Printed::of(&[letter], Layout::default()).text();
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains("#a*b_c$d@e<f\\g") && joined.contains("\"h'[i]{j}(k)`l=m"), "{joined}");
    assert!(joined.contains(&odd.split_whitespace().collect::<Vec<_>>().join(" ")), "{joined}");
}

#[test]
fn names_of_all_europe_are_written_and_an_unknown_sign_stops_nobody() {
    let mut letter = activation();
    letter.pupil = "Łukasz Ağaoğlu Țepeş Őry Nguyễn Žižek".to_owned();
    letter.to = ["Ольга Шевченко", "Γιώργος Παπαδόπουλος", "Ђорђе Ї Ґ", "Œdème Ÿ ß ẞ Ð þ e\u{301}"].map(str::to_owned).to_vec();
    letter.salutation = "السلام 你好 😀 \u{7}\u{202e}\u{0}Bonjour\u{202f}!".to_owned();
    let text = Printed::of(&[letter], Layout::default()).text();
    for said in ["Łukasz", "Ağaoğlu", "Țepeş", "Őry", "Žižek", "Ольга Шевченко", "Γιώργος Παπαδόπουλος", "Ђорђе Ї Ґ", "Œdème", "Bonjour"]
    {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

#[test]
fn long_texts_stay_on_their_paper() {
    let mut letter = activation();
    letter.pupil = "Anne-Marie-Françoise-Éléonore de la Rochefoucauld-Montmorency-Laval-Talleyrand von und zu Hohenlohe".to_owned();
    letter.class = "Terminale scientifique européenne, groupe du mardi après-midi".to_owned();
    letter.to = (1..=7).map(|line| format!("{line} Résidence des Grands-Chênes-de-la-Vallée-aux-Loups, escalier {line}")).collect();
    letter.sender = Arc::new(Sender {
        district: "Communauté d’établissements scolaires de la métropole du Grand-Ouest-Atlantique".to_owned(),
        school: "Lycée polyvalent général et technologique Simone-Veil-et-Aimé-Césaire".to_owned(),
        mail: "secretariat.general.de.l.etablissement@lycee-simone-veil-aime-cesaire.grand-ouest-atlantique.example".to_owned(),
        ..common::sender()
    });
    letter.address = "comptes.communaute-etablissements-scolaires-grand-ouest-atlantique.example/activation".to_owned();
    letter.qr = format!("https://{}#k={}", letter.address, "x".repeat(43));
    letter.purpose = letter.purpose.repeat(3);
    letter.note = letter.note.repeat(2);
    letter.steps.iter_mut().for_each(|step| *step = step.repeat(2));
    letter.secret = Secret::Provisional {
        identifier: "anne-marie.rochefoucauld-montmorency-laval".to_owned(),
        password: "tulipe-canard-lampadaire-rivière".to_owned(),
    };
    for (paper, _) in PAPERS {
        for form in FORMS {
            let file = Printed::of(&vec![letter.clone(); form.per_sheet()], Layout { paper, form, ..Layout::default() });
            file.stays_on_its_paper(form, paper);
            let text: String = file.text().split_whitespace().collect();
            let said = "anne-marie.rochefoucauld-montmorency-laval";
            assert!(text.replace('\u{200b}', "").contains(said), "{paper:?} {form:?}: {text}");
        }
    }
}

#[test]
fn texts_that_are_just_still_usual_stay_within_their_slips() {
    let of_length = |length: usize| "Ma grande mère lit un mot ".chars().cycle().take(length).collect::<String>();
    let mut letter = activation();
    letter.pupil = of_length(20);
    letter.sender =
        Arc::new(Sender { district: of_length(32), school: of_length(36), mail: of_length(40).replace(' ', "m"), ..common::sender() });
    for (form, length) in [(Form::TwoSlips, [56, 192, 96, 120, 120]), (Form::FourSlips, [60, 116, 58, 232, 232])] {
        let [title, purpose, step, note, help] = length;
        (letter.title, letter.purpose, letter.note, letter.help) = (of_length(title), of_length(purpose), of_length(note), of_length(help));
        letter.steps = vec![of_length(step); 3];
        for (paper, _) in PAPERS {
            Printed::of(&vec![letter.clone(); 4], Layout { paper, form, ..Layout::default() }).stays_on_its_paper(form, paper);
        }
    }
}

#[test]
fn a_mistake_in_a_template_has_file_line_and_reason() {
    let refused = |source: &str| {
        let setter = match Typesetter::new(Template::new("ours/letter.typ", source), Layout::default(), Vec::new()) {
            Ok(setter) => setter,
            Err(error) => return error.to_string(),
        };
        setter.set(&[activation()]).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let grammar = refused("#set document(title: \"x\")\n#let a = (1, 2\nText");
    assert!(grammar.starts_with("ours/letter.typ:2:10: unclosed delimiter"), "{grammar}");
    let unknown = refused("#set document(title: \"x\")\n\n#for letter in sys.inputs.letters [#letter.nom]");
    assert!(unknown.starts_with("ours/letter.typ:3:") && unknown.contains("nom"), "{unknown}");
    let file = refused("#set document(title: \"x\")\n#read(\"/etc/passwd\")");
    assert!(file.starts_with("ours/letter.typ:2:") && file.contains("access denied"), "{file}");
    let package = refused("#import \"@preview/tiaoma:0.3.0\": qrcode");
    assert!(package.starts_with("ours/letter.typ:1:") && package.contains("access denied"), "{package}");
    let endless = refused("#let f(x) = f(x + 1)\n#f(0)");
    assert!(endless.contains("ours/letter.typ:1:") && endless.contains("depth"), "{endless}");
    let untold = refused(
        "#set document(title: \"x\")\n#image(sys.inputs.letters.first().qr.pixels, format: (encoding: \"luma8\", width: sys.inputs.letters.first().qr.side, height: sys.inputs.letters.first().qr.side))",
    );
    assert!(untold.contains("ours/letter.typ:2:") && untold.contains("alt"), "{untold}");
}

#[test]
fn a_template_of_ones_own_is_used() {
    let own = "#set document(title: \"Lettres\")\n#set text(lang: \"fr\")\n#for letter in sys.inputs.letters [#letter.pupil: #letter.code.join(\"-\") #pagebreak(weak: true)]";
    let setter = Typesetter::new(Template::new("own.typ", own), Layout::default(), Vec::new()).unwrap();
    let document = setter.set(&[activation(), activation()]).unwrap();
    assert_eq!(document.pages, 2);
    let file = Printed::from(document.pdf);
    assert!(file.text().contains("Bélanger Noëlle: K7QM-4XPT-9RHD-3WNC"));
}

#[test]
fn a_logo_is_printed_and_a_family_reads_its_own_language() {
    let logo = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="5" fill="#14606b"/></svg>"##;
    let sender = Arc::new(Sender { logo: Some(logo.to_vec()), ..common::sender() });
    let french = Letter { sender: sender.clone(), language: "fr-CA".to_owned(), ..activation() };
    let english = Letter { sender, ..provisional() };
    for form in FORMS {
        let file = Printed::of(&[french.clone(), english.clone()], Layout { form, ..Layout::default() });
        let bytes = file.bytes();
        assert!(contains(&bytes, "/Lang(fr-CA)") && contains(&bytes, "/Lang(en)"), "{form:?}");
        assert!(file.text().contains("Que faire") && file.text().contains("What to do"), "{form:?}");
    }
}

#[test]
fn too_long_an_address_names_its_letter() {
    let letter = Letter { qr: "x".repeat(2_332), ..activation() };
    let refused = Typesetter::new(Template::shipped(), Layout::default(), Vec::new()).unwrap().set(&[letter]);
    assert!(matches!(refused, Err(Error::Qr { number, length: 2_332 }) if number == "2026-000123"));
}

#[test]
fn one_file_of_many_documents_is_as_whole_as_one() {
    let folder = Folder::new();
    let path = folder.0.join("all.pdf");
    let (written, told) = print_school(&Output::OneFile(path.clone()), 2, 33);
    assert_eq!((written.letters, written.pages, told), (66, 66, 66));
    assert_eq!(written.files, std::slice::from_ref(&path));
    let file = Printed { path, _folder: None };
    let about = file.info();
    assert!(about.contains("Tagged:          yes") && about.contains("Pages:           66"), "{about}");
    let text = file.text();
    let pupils: Vec<&str> = text.lines().filter(|line| line.starts_with("Pupil ")).filter_map(|line| line.split("  ").next()).collect();
    let wanted: Vec<String> = (0..66).map(|at| format!("Pupil {at}")).collect();
    assert_eq!(pupils, wanted, "in the order of the letters");
    assert!(contains(&file.bytes(), "pdfuaid:part>1<"));
    if !is_missing("pdfinfo") {
        // The structure tree leads to every page's text.
        let structure = output(Command::new("pdfinfo").arg("-struct-text").arg(&file.path));
        assert_eq!(structure.matches("H1").count(), 66);
        assert!((0..66).all(|at| structure.contains(&format!("Pupil {at}"))));
    }
    if !is_missing("qpdf") {
        output(Command::new("qpdf").arg("--check").arg(&file.path));
    }
}

#[test]
fn a_file_a_class_has_the_classs_name_and_only_its_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let (written, _) = print_school(&Output::FileAClass(folder.0.join("letters")), 3, 34);
    let names: Vec<String> = written.files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(
        names,
        ["Collège-Marguerite-Yourcenar_6e-0.pdf", "Collège-Marguerite-Yourcenar_6e-1.pdf", "Collège-Marguerite-Yourcenar_6e-2.pdf"]
    );
    for file in &written.files {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        let about = Printed { path: file.clone(), _folder: None }.info();
        assert!(about.contains("Pages:           34"), "{about}");
    }
}

#[test]
fn after_a_mistake_nothing_is_left() {
    let folder = Folder::new();
    let setter = Typesetter::new(Template::shipped(), Layout::default(), Vec::new()).unwrap();
    let letters = (0..80).map(|at| Letter { qr: if at == 70 { "x".repeat(3_000) } else { "x".to_owned() }, ..activation() });
    let failed = print(&setter, letters, &Output::OneFile(folder.0.join("all.pdf")), &|_| {});
    assert!(matches!(failed, Err(Error::Qr { .. })));
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 0);
    let nowhere = print(&setter, [activation()].into_iter(), &Output::OneFile(folder.0.join("no/such/all.pdf")), &|_| {});
    assert!(nowhere.unwrap_err().to_string().contains("no/such/all.pdf"));
}

#[test]
fn a_letter_shows_nothing_of_itself_in_a_log() {
    let shown = format!("{:?}", activation());
    assert!(shown.contains("2026-000123") && !shown.contains("K7QM") && !shown.contains("q7Yb") && !shown.contains("Bélanger"), "{shown}");
}

/// Classes of a school, each letter with its own number, names of pupils counted through.
fn print_school(output: &Output, classes: usize, a_class: usize) -> (Written, usize) {
    let setter = Typesetter::new(Template::shipped(), Layout::default(), Vec::new()).unwrap();
    let letters =
        (0..classes * a_class).map(|at| Letter { pupil: format!("Pupil {at}"), class: format!("6e {}", at / a_class), ..activation() });
    let told = std::cell::Cell::new(0);
    let written = print(&setter, letters, output, &|count| told.set(count)).unwrap();
    (written, told.get())
}

/// A PDF file for as long as a test looks at it.
struct Printed {
    path: PathBuf,
    _folder: Option<Folder>,
}

impl Printed {
    fn of(letters: &[Letter], layout: Layout) -> Self {
        let setter = Typesetter::new(Template::shipped(), layout, Vec::new()).unwrap();
        let document = setter.set(letters).unwrap_or_else(|error| panic!("{layout:?}: {error}"));
        assert_eq!(document.warnings, []);
        Self::from(document.pdf)
    }

    fn from(pdf: Vec<u8>) -> Self {
        let folder = Folder::new();
        let path = folder.0.join("letters.pdf");
        std::fs::write(&path, pdf).unwrap();
        Self { path, _folder: Some(folder) }
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    fn info(&self) -> String {
        output(Command::new("pdfinfo").arg(&self.path))
    }

    fn text(&self) -> String {
        output(Command::new("pdftotext").args(["-layout", "-nopgbrk"]).arg(&self.path).arg("-"))
            .lines()
            .map(|line| line.trim().to_owned() + "\n")
            .collect()
    }

    /// Every word and its place: left, top, right, bottom, in points from the page's upper left corner.
    fn words(&self) -> Vec<(String, [f64; 4])> {
        let html = output(Command::new("pdftotext").arg("-bbox").arg(&self.path).arg("-"));
        let value = |line: &str, name: &str| {
            let behind = line.split_once(&format!("{name}=\"")).map(|(_, behind)| behind)?;
            behind.split_once('"').and_then(|(value, _)| value.parse().ok())
        };
        let word = |line: &str| {
            let at = ["xMin", "yMin", "xMax", "yMax"].map(|name| value(line, name).unwrap());
            let text = line.split_once('>').and_then(|(_, behind)| behind.split_once('<')).map(|(text, _)| text.to_owned());
            (text.unwrap(), at)
        };
        html.lines().filter(|line| line.contains("<word ")).map(word).collect()
    }

    /// No word leaves its slip or its page; where slips are cut, at least four millimetres stay white.
    fn stays_on_its_paper(&self, form: Form, paper: Paper) {
        let (width, height) = match paper {
            Paper::A4 => (595.3, 841.9),
            Paper::UsLetter => (612.0, 792.0),
        };
        let (across, down) = match form {
            Form::Letter | Form::LargePrint => (1.0, 1.0),
            Form::TwoSlips => (1.0, 2.0),
            Form::FourSlips => (2.0, 2.0),
        };
        let (slip_width, slip_height): (f64, f64) = (width / across, height / down);
        for (word, [left, top, right, bottom]) in self.words() {
            let (x, y) = ((left / slip_width).floor() * slip_width, (top / slip_height).floor() * slip_height);
            let fits = left - x >= 11.0 && x + slip_width - right >= 11.0 && top - y >= 11.0 && y + slip_height - bottom >= 11.0;
            assert!(fits, "{paper:?} {form:?}: {word:?} at {left} {top} {right} {bottom}");
        }
    }

    fn squares(&self) -> Vec<String> {
        let folder = self.path.parent().unwrap();
        output(Command::new("pdftoppm").args(["-r", "150", "-gray", "-png"]).arg(&self.path).arg(folder.join("page")));
        let mut pages: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
        pages.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
        pages.sort();
        // On the second sheet of a letter in large print there is none, which zbarimg calls a failure.
        let read = |page: &PathBuf| {
            let found = Command::new("zbarimg").args(["--raw", "--quiet", "-Sdisable", "-Sqrcode.enable"]).arg(page).output().unwrap();
            String::from_utf8(found.stdout).unwrap()
        };
        pages.iter().map(read).collect::<String>().lines().map(str::to_owned).collect()
    }
}

/// What a program says. One that is not installed says nothing, and then the test that asked cannot go on.
fn output(command: &mut Command) -> String {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; on Debian: apt-get install poppler-utils zbar-tools"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

fn is_missing(program: &str) -> bool {
    let missing = Command::new(program).arg("--version").output().is_err();
    assert!(!missing || std::env::var_os("PREAU_TEST_EVERYTHING").is_none() || program == "qpdf", "{program} is not installed");
    missing
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// A folder of a test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
