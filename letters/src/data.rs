//! From letters to what a template sees: `sys.inputs.letters`, an array of dictionaries, and `sys.inputs.layout`.
//! docs/letters.md describes both; a name that changes here breaks templates that districts have written.

use typst::foundations::{Array, Bytes, Dict, IntoValue, Str, Value, dict};

use crate::fonts::Fonts;
use crate::text::printable;
use crate::{Error, Form, Layout, Letter, Paper, Secret, Sender, Window, Words, qr};

/// Everything that a template gets.
pub(crate) fn inputs(letters: &[Letter], layout: Layout, fonts: &Fonts) -> Result<Dict, Error> {
    let letters = letters.iter().map(|letter| Ok(of_letter(letter, fonts)?.into_value())).collect::<Result<Array, Error>>()?;
    Ok(dict! { "letters" => letters, "layout" => of_layout(layout) })
}

fn of_layout(layout: Layout) -> Dict {
    let paper = match layout.paper {
        Paper::A4 => "a4",
        Paper::UsLetter => "us-letter",
    };
    let window = match (layout.window, layout.paper) {
        (Window::Right, _) | (Window::OfThePaper, Paper::A4) => "right",
        (Window::Left, _) | (Window::OfThePaper, Paper::UsLetter) => "left",
    };
    dict! {
        "paper" => paper,
        "per-sheet" => layout.form.per_sheet() as i64,
        "window" => window,
        "large-print" => layout.form == Form::LargePrint,
    }
}

fn of_letter(letter: &Letter, fonts: &Fonts) -> Result<Dict, Error> {
    let text = |text: &str| Value::Str(printable(text, fonts).into());
    let texts = |texts: &[String]| Value::Array(texts.iter().map(|line| text(line)).collect());
    let (language, region) = letter.language.split_once(['-', '_']).unwrap_or((&letter.language, ""));
    let too_long = || Error::Qr { number: letter.number.clone(), length: letter.qr.len() };
    let square = qr::square(&letter.qr).ok_or_else(too_long)?;
    let mut letter_sees = dict! {
        "language" => Str::from(language),
        "region" => Str::from(region),
        "sender" => of_sender(&letter.sender, fonts),
        "words" => of_words(&letter.words, fonts),
        "pupil" => text(&letter.pupil),
        "class" => text(&letter.class),
        "to" => texts(&letter.to),
        "date" => text(&letter.date),
        "number" => text(&letter.number),
        "title" => text(&letter.title),
        "salutation" => text(&letter.salutation),
        "purpose" => text(&letter.purpose),
        "address" => text(&letter.address),
        "qr" => dict! { "pixels" => Bytes::new(square.pixels), "side" => square.side as i64 },
        "valid" => text(&letter.valid),
        "steps" => texts(&letter.steps),
        "help" => text(&letter.help),
        "note" => text(&letter.note),
    };
    let secret = match &letter.secret {
        Secret::Code(groups) => dict! { "kind" => "activation", "code" => texts(groups) },
        Secret::Provisional { identifier, password } => {
            dict! { "kind" => "provisional", "identifier" => text(identifier), "password" => text(password) }
        }
        Secret::Nothing => dict! { "kind" => "nothing" },
    };
    letter_sees.extend(secret);
    Ok(letter_sees)
}

fn of_sender(sender: &Sender, fonts: &Fonts) -> Dict {
    let text = |text: &str| Str::from(printable(text, fonts));
    dict! {
        "district" => text(&sender.district),
        "school" => text(&sender.school),
        "address" => sender.address.iter().map(|line| text(line).into_value()).collect::<Array>(),
        "telephone" => text(&sender.telephone),
        "mail" => text(&sender.mail),
        "logo" => sender.logo.as_ref().map_or(Value::None, |logo| Value::Bytes(Bytes::new(logo.clone()))),
    }
}

fn of_words(words: &Words, fonts: &Fonts) -> Dict {
    let Words {
        document,
        code,
        identifier,
        password,
        address,
        scan,
        scan_alternative,
        logo_alternative,
        steps,
        help,
        note,
        pupil,
        class,
        number,
    } = words;
    let named = [
        ("document", document),
        ("code", code),
        ("identifier", identifier),
        ("password", password),
        ("address", address),
        ("scan", scan),
        ("scan-alternative", scan_alternative),
        ("logo-alternative", logo_alternative),
        ("steps", steps),
        ("help", help),
        ("note", note),
        ("pupil", pupil),
        ("class", class),
        ("number", number),
    ];
    named.into_iter().map(|(name, word)| (Str::from(name), Value::Str(printable(word, fonts).into()))).collect()
}
