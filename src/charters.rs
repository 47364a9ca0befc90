//! Charters: what people agree to before they use the school's tools (E16). A charter is a file of words with a version;
//! who agreed to an older one is asked again. Each reader has a text: a child of eight reads another than a parent.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::config::{stem, toml_files};
use crate::model::{Audience, Language};

/// Every charter, by name.
#[derive(Clone, Debug, Default)]
pub struct Charters(BTreeMap<String, Charter>);

/// One charter, in every language and for every reader.
#[derive(Clone, Debug)]
pub struct Charter {
    /// Its version, as the file says it. Another one is asked again.
    pub version: String,
    child_under: i16,
    texts: BTreeMap<Language, BTreeMap<Reader, Words>>,
}

/// What one reader reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// The heading.
    pub title: String,
    /// Paragraphs and lists, in order.
    pub blocks: Vec<Block>,
}

/// A paragraph, or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Block {
    /// The lines are items of a list.
    pub list: bool,
    /// A paragraph has one.
    pub lines: Vec<String>,
}

/// The files of charters hold mistakes: all of them.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct CharterError(pub Vec<String>);

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Reader {
    Child,
    Student,
    Guardian,
    Staff,
    Everyone,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    #[serde(default = "twelve")]
    child_under: i16,
    texts: BTreeMap<Language, BTreeMap<Reader, Said>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    title: String,
    text: String,
}

impl Charters {
    /// Reads those that ship, then those of the district's folder; one of the same name takes the place of ours.
    pub fn load(dir: Option<&Path>) -> Result<Self, CharterError> {
        let mut files: Vec<(String, String)> = SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let mut mistakes = Vec::new();
        match dir.map(toml_files).transpose() {
            Ok(own) => files.extend(own.into_iter().flatten()),
            Err(error) => mistakes.push(format!("the folder of charters {}: {error}", dir.unwrap_or(Path::new("")).display())),
        }
        let mut charters = BTreeMap::new();
        for (file, text) in &files {
            match parse(text) {
                Ok(charter) => drop(charters.insert(stem(file), charter)),
                Err(what) => mistakes.push(format!("{file}: {what}")),
            }
        }
        if mistakes.is_empty() { Ok(Self(charters)) } else { Err(CharterError(mistakes)) }
    }

    /// A charter by name.
    pub fn get(&self, name: &str) -> Option<&Charter> {
        self.0.get(name)
    }
}

impl Charter {
    /// What somebody of this audience reads, who has had so many birthdays, if that is known.
    pub fn words(&self, language: Language, audience: Audience, age: Option<i16>) -> &Words {
        let child = age.is_some_and(|age| age < self.child_under);
        let readers: &[Reader] = match audience {
            Audience::Student if child => &[Reader::Child, Reader::Student, Reader::Everyone],
            Audience::Student => &[Reader::Student, Reader::Everyone],
            Audience::Guardian => &[Reader::Guardian, Reader::Everyone],
            Audience::Staff => &[Reader::Staff, Reader::Everyone],
        };
        let texts = self.texts.get(&language).expect("a charter without a language is refused when it is read");
        let found = readers.iter().find_map(|reader| texts.get(reader));
        found.expect("a charter without a text for everyone is refused when it is read")
    }
}

fn parse(text: &str) -> Result<Charter, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    for language in Language::ALL {
        let texts = file.texts.get(language).ok_or_else(|| format!("it does not speak `{0}`: add [texts.{0}.everyone]", language.tag()))?;
        if !texts.contains_key(&Reader::Everyone) {
            return Err(format!("a text for those without one of their own is missing: add [texts.{}.everyone]", language.tag()));
        }
    }
    if file.version.trim().is_empty() || file.version.len() > LONGEST_VERSION {
        return Err(format!("`version` must be a short word, such as \"2026-09\", of at most {LONGEST_VERSION} bytes"));
    }
    let words = |said: Said| Words { title: said.title, blocks: blocks(&said.text) };
    let texts = file
        .texts
        .into_iter()
        .map(|(language, texts)| (language, texts.into_iter().map(|(reader, said)| (reader, words(said))).collect::<BTreeMap<_, _>>()));
    Ok(Charter { version: file.version, child_under: file.child_under, texts: texts.collect() })
}

/// Paragraphs stand apart by an empty line; lines that begin with `- ` are items.
fn blocks(text: &str) -> Vec<Block> {
    let pieces = text.split("\n\n").map(str::trim).filter(|piece| !piece.is_empty());
    let block = |piece: &str| match piece.lines().all(|line| line.starts_with("- ")) {
        true => Block { list: true, lines: piece.lines().map(|line| line[2..].trim().to_owned()).collect() },
        false => Block { list: false, lines: vec![piece.lines().map(str::trim).collect::<Vec<_>>().join(" ")] },
    };
    pieces.map(block).collect()
}

fn twelve() -> i16 {
    12
}

const LONGEST_VERSION: usize = 40;
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/charters.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e16_a_child_reads_another_text_than_a_parent() {
        let charters = Charters::load(None).unwrap();
        let school = charters.get("school").unwrap();
        for language in Language::ALL {
            let read = |audience, age| school.words(*language, audience, age);
            let child = read(Audience::Student, Some(8));
            assert_ne!(child, read(Audience::Student, Some(15)));
            assert_eq!(read(Audience::Student, None), read(Audience::Student, Some(12)), "whose age is not known is no child");
            assert_eq!(read(Audience::Guardian, None), read(Audience::Staff, Some(40)));
            assert!(child.blocks.iter().any(|block| block.list && block.lines.len() > 3));
        }
    }

    #[test]
    fn e16_a_charter_that_not_everybody_could_read_is_refused() {
        let whole = "version = 'a'\n[texts.fr.everyone]\ntitle = 'T'\ntext = 'x'\n[texts.en.everyone]\ntitle = 'T'\ntext = 'x'\n";
        assert!(parse(whole).is_ok());
        for (wrong, what) in [
            (whole.replace("texts.en", "texts.de"), "de"),
            (whole.replace("en.everyone", "en.child"), "everyone"),
            (whole.replace("title = 'T'\ntext", "titel = 'T'\ntext"), "titel"),
            (whole.replace("'a'", "' '"), "version"),
            ("version = 'a'".to_owned(), "texts"),
        ] {
            let error = parse(&wrong).unwrap_err();
            assert!(error.contains(what), "{error}");
        }
    }

    #[test]
    fn e16_the_districts_own_words_take_the_place_of_ours() {
        let dir = tempfile::tempdir().unwrap();
        let own = "version = '7'\n[texts.fr.everyone]\ntitle = 'À nous'\ntext = 'x'\n[texts.en.everyone]\ntitle = 'Ours'\ntext = 'x'\n";
        std::fs::write(dir.path().join("school.toml"), own).unwrap();
        let charters = Charters::load(Some(dir.path())).unwrap();
        assert_eq!(charters.get("school").unwrap().version, "7");
        std::fs::write(dir.path().join("x.toml"), "version = 1").unwrap();
        assert!(Charters::load(Some(dir.path())).unwrap_err().to_string().contains("x.toml"));
    }
}
