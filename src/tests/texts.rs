//! Every text that a template or the code names exists in every language; none is unused; each has the same values in
//! every language; and French is set as French.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use crate::model::Language;

#[test]
fn every_text_that_is_used_exists_in_every_language() {
    let used = named_in_templates().into_iter().chain(named_in_code()).collect::<BTreeSet<_>>();
    for &language in Language::ALL {
        let ids: BTreeSet<String> = catalogue(language).into_keys().collect();
        let missing: Vec<&String> = used.iter().filter(|id| !ids.contains(*id)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", language.tag());
    }
}

#[test]
fn no_text_is_unused() {
    let mut sources = String::new();
    for (folder, extension) in [("templates", "html"), ("templates", "txt"), ("src", "rs"), ("flows", "toml")] {
        sources.extend(files(folder, extension).into_iter().map(|(_, text)| text));
    }
    let quoted = |id: &str| ["\"", "'"].iter().any(|quote| sources.contains(&format!("{quote}{id}{quote}")));
    // A text in a child's words is said wherever the one of the same name is (A32).
    let unused: Vec<String> =
        catalogue(Language::French).into_keys().filter(|id| !quoted(id.strip_suffix("-young").unwrap_or(id))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn a_text_has_the_same_values_in_every_language() {
    let french = catalogue(Language::French);
    for &language in Language::ALL {
        let other = catalogue(language);
        assert_eq!(french.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{}", language.tag());
        for (id, text) in &french {
            assert_eq!(text.values, other[id].values, "{id} in {}", language.tag());
        }
    }
}

#[test]
fn french_is_set_as_french() {
    for (id, text) in catalogue(Language::French) {
        for words in &text.words {
            assert!(!words.contains('\''), "{id}: a typewriter's apostrophe in {words:?}");
            for mark in ["?", "!", ";", "»", ":"] {
                assert!(!words.contains(&format!(" {mark}")), "{id}: a breaking space before {mark} in {words:?}");
            }
            assert!(!words.contains("« "), "{id}: a breaking space after « in {words:?}");
            assert!(!words.contains("..."), "{id}: three full stops in {words:?}");
        }
    }
}

#[test]
fn no_text_blames_the_reader() {
    let forbidden =
        [(Language::French, ["invalide", "erroné", "login", "échoué"]), (Language::English, ["invalid", "illegal", "login", "failed"])];
    for (language, words) in forbidden {
        for (id, text) in catalogue(language) {
            let said = text.words.join(" ").to_lowercase();
            for word in words {
                assert!(!said.contains(word), "{id} in {} says {word:?}", language.tag());
            }
        }
    }
}

#[derive(Default)]
struct Text {
    values: BTreeSet<String>,
    words: Vec<String>,
}

fn catalogue(language: Language) -> BTreeMap<String, Text> {
    let mut all = BTreeMap::new();
    for (name, source) in files(&format!("templates/text/{}", language.tag()), "ftl") {
        let resource = FluentResource::try_new(source).unwrap_or_else(|(_, mistakes)| panic!("{name}: {mistakes:?}"));
        for entry in resource.entries() {
            if let Entry::Message(message) = entry {
                let mut text = Text::default();
                read(message.value.as_ref().unwrap_or_else(|| panic!("{name}: {} says nothing", message.id.name)), &mut text);
                assert!(all.insert(message.id.name.to_owned(), text).is_none(), "{name}: {} stands twice", message.id.name);
            }
        }
    }
    all
}

fn read(pattern: &Pattern<&str>, text: &mut Text) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.words.push((*value).to_owned()),
            PatternElement::Placeable { expression } => {
                let (selector, variants) = match expression {
                    Expression::Inline(inline) => (inline, &[][..]),
                    Expression::Select { selector, variants } => (selector, &variants[..]),
                };
                if let InlineExpression::VariableReference { id } = selector {
                    text.values.insert(id.name.to_owned());
                }
                variants.iter().for_each(|variant| read(&variant.value, text));
            }
        }
    }
}

/// `t("id"` and `markup("id"`.
fn named_in_templates() -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (_, source) in files("templates", "html").into_iter().chain(files("templates", "txt")) {
        let source = without_comments(&source);
        for opening in ["t(\"", "markup(\""] {
            for (at, _) in source.match_indices(opening) {
                let word = source[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_');
                let rest = &source[at + opening.len()..];
                let (id, after) = rest.split_once('"').unwrap();
                // An id that is put together names a family, which `no_text_is_unused` cannot see: not allowed.
                assert!(word || !after.trim_start().starts_with('~'), "an id is put together from {id:?}");
                if !word {
                    ids.insert(id.to_owned());
                }
            }
        }
    }
    ids
}

fn without_comments(source: &str) -> String {
    let parts = source.split("{#").enumerate();
    parts.map(|(at, part)| if at == 0 { part } else { part.split_once("#}").map_or("", |(_, rest)| rest) }).collect()
}

/// `Message::of("id"`, `FieldError::of(…, "id"`, `Outcome::again(…, "id"`.
fn named_in_code() -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for (name, source) in files("src", "rs") {
        if name.contains("/tests/") {
            continue;
        }
        let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (opening, place) in [("Message::of(", 0), ("FieldError::of(", 1), ("Outcome::again(", 1)] {
            for (at, _) in source.match_indices(opening) {
                let arguments = source[at + opening.len()..].split(')').next().unwrap_or_default();
                let literal = arguments.split(',').nth(place).map(str::trim).and_then(|word| word.strip_prefix('"')?.strip_suffix('"'));
                ids.extend(literal.map(str::to_owned));
            }
        }
    }
    ids
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push((path.to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}
