//! Flow files: TOML in, [`Flow`] out. Every mistake is found at start-up, all at once, each with file, line and the
//! nearest word that would have been right.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{BoundStage, Feature, Flow, StageEntry};
use crate::config::{stem, toml_files};
use crate::model::{Audience, Language, assurance};

/// What a flow may reach (`assurance`), weakest first.
pub const ASSURANCES: &[&str] = &[assurance::IDENTIFIED, assurance::PROVEN];

/// One thing wrong in a flow file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// The line, from one; zero for the file as a whole.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

/// Flow files hold mistakes: all of them.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct FlowFileError(pub Vec<Mistake>);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what),
            line => write!(f, "{}:{line}: {}", self.file, self.what),
        }
    }
}

/// What flows are made of: by the flow's name, the file and its text.
pub type Sources = BTreeMap<String, (String, String)>;

/// The flows that ship and those of the district's folder, which may also replace one that ships.
pub fn load(features: &[&'static Feature], dir: Option<&Path>) -> Result<Vec<Flow>, FlowFileError> {
    build(&sources(dir)?, features)
}

/// The files that ship and those of the district's folder, as they are now.
pub fn sources(dir: Option<&Path>) -> Result<Sources, FlowFileError> {
    let shipped = SHIPPED.iter().filter(|(name, _)| name.ends_with(".toml"));
    let mut sources: Sources = shipped.map(|(name, text)| (stem(name), (format!("flows/{name}"), (*text).to_owned()))).collect();
    if let Some(dir) = dir {
        let unreadable = |error: std::io::Error| Mistake { file: dir.display().to_string(), line: 0, what: error.to_string() };
        let files = toml_files(dir).map_err(|error| FlowFileError(vec![unreadable(error)]))?;
        sources.extend(files.into_iter().map(|(file, text)| (stem(&file), (file, text))));
    }
    Ok(sources)
}

/// The flows of these files, or everything that is wrong in them.
pub fn build(sources: &Sources, features: &[&'static Feature]) -> Result<Vec<Flow>, FlowFileError> {
    let (mut flows, mut mistakes) = (Vec::new(), Vec::new());
    for (name, (file, text)) in sources {
        match parse(name, file, text, features) {
            Ok(flow) => flows.push(flow),
            Err(FlowFileError(found)) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(flows) } else { Err(FlowFileError(mistakes)) }
}

/// One flow of one file.
pub fn parse(name: &str, file: &str, text: &str, features: &[&'static Feature]) -> Result<Flow, FlowFileError> {
    let mut reading = Reading { file, text, mistakes: Vec::new() };
    let flow = match DeTable::parse(text) {
        Ok(table) => reading.flow(name, table.get_ref(), features),
        Err(error) => {
            reading.wrong(error.span().unwrap_or(0..0), error.message());
            None
        }
    };
    match flow {
        Some(flow) if reading.mistakes.is_empty() => Ok(flow),
        _ => Err(FlowFileError(reading.mistakes)),
    }
}

/// A file while it is read.
struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    mistakes: Vec<Mistake>,
}

type Table<'t> = DeTable<'t>;

impl Reading<'_> {
    fn flow(&mut self, name: &str, table: &Table<'_>, features: &[&'static Feature]) -> Option<Flow> {
        for key in table.keys().filter(|key| !KEYS.contains(&key.get_ref().as_ref())) {
            self.unknown("key", key, KEYS);
        }
        let names: Vec<&str> = features.iter().map(|feature| feature.name).collect();
        let feature = self.one_of(table, "feature", &names).and_then(|word| features.iter().find(|feature| feature.name == word).copied());
        if table.get("feature").is_none() {
            self.wrong(0..0, &format!("`feature` is missing: one of {}", listed(&names)));
        }
        let audiences: Vec<&str> = Audience::ALL.iter().map(|audience| audience.word()).collect();
        let audience = self.one_of(table, "audience", &audiences).and_then(|word| Audience::from_word(&word));
        let assurance = self.one_of(table, "assurance", ASSURANCES).unwrap_or_else(|| ASSURANCES[0].to_owned());
        let stages = feature.map(|feature| self.stages(table, feature, features));
        let flow = Flow {
            name: name.to_owned(),
            feature: feature?,
            audience,
            assurance,
            texts: self.texts(table),
            exceptions: self.words(table, "exceptions"),
            listed: self.boolean(table, "listed"),
            lifetime: self.lifetime(table),
            stages: stages?,
        };
        let wrong: Vec<String> =
            flow.stages.iter().filter_map(|bound| Some(format!("stage `{}`: {}", bound.name, bound.stage.check(&flow).err()?))).collect();
        wrong.iter().for_each(|what| self.wrong(0..0, what));
        Some(flow)
    }

    /// Features meet here and nowhere else: a flow may use any feature's stages, by their words.
    fn stages(&mut self, table: &Table<'_>, feature: &'static Feature, features: &[&'static Feature]) -> Vec<BoundStage> {
        let Some(list) = table.get("stage").and_then(|list| list.get_ref().as_array()).filter(|list| !list.is_empty()) else {
            self.wrong(0..0, "there is no stage: begin one with [[stage]] and `use = \"…\"`");
            return Vec::new();
        };
        let others = features.iter().filter(|other| other.name != feature.name).flat_map(|other| other.stages);
        let entries: Vec<&StageEntry> = feature.stages.iter().chain(others).collect();
        let known: Vec<&str> = entries.iter().map(|entry| entry.name).collect();
        let mut stages: Vec<BoundStage> = Vec::new();
        for item in list {
            let Some(settings) = item.get_ref().as_table() else {
                self.wrong(item.span(), "a stage is a table: write [[stage]]");
                continue;
            };
            let Some(word) = self.one_of(settings, "use", &known) else {
                if settings.get("use").is_none() {
                    self.wrong(item.span(), &format!("a stage says what it is with `use`: one of {}", listed(&known)));
                }
                continue;
            };
            let Some(entry) = entries.iter().find(|entry| entry.name == word) else { continue };
            if stages.iter().any(|bound| bound.name == entry.name) {
                self.wrong(item.span(), &format!("the stage `{word}` stands twice in this flow"));
            }
            match (entry.make)(&self.alone(settings)) {
                Ok(stage) => stages.push(BoundStage { name: entry.name, stage }),
                Err(error) => self.in_stage(&word, &error, item.span()),
            }
        }
        stages
    }

    /// The file with all but the settings of one stage blanked out, so that serde's spans are the file's.
    fn alone(&self, settings: &Table<'_>) -> String {
        let mut bytes: Vec<u8> = self.text.bytes().map(|byte| if byte == b'\n' { byte } else { b' ' }).collect();
        for (key, value) in settings.iter().filter(|(key, _)| key.get_ref() != "use") {
            let range = key.span().start..value.span().end;
            bytes[range.clone()].copy_from_slice(&self.text.as_bytes()[range]);
        }
        String::from_utf8(bytes).expect("what is not blank is cut at the borders of TOML's tokens")
    }

    fn in_stage(&mut self, stage: &str, error: &toml::de::Error, whole: Range<usize>) {
        let span = error.span().filter(|span| !span.is_empty() && span.start > 0).unwrap_or(whole);
        let message = error.message().trim();
        let mut quoted = message.split('`').skip(1).step_by(2);
        let hint = match message.starts_with("unknown ").then(|| quoted.next()).flatten() {
            Some(word) => nearest(word, &quoted.collect::<Vec<_>>()),
            None => None,
        };
        let hint = hint.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default();
        self.wrong(span, &format!("stage `{stage}`: {message}{hint}"));
    }

    fn one_of(&mut self, table: &Table<'_>, key: &str, words: &[&str]) -> Option<String> {
        let value = table.get(key)?;
        match value.get_ref().as_str() {
            Some(word) if words.contains(&word) => Some(word.to_owned()),
            Some(word) => {
                self.unknown(key, &Spanned::new(value.span(), word.into()), words);
                None
            }
            None => self.wrong_type(key, value, "a word in quotes"),
        }
    }

    fn words(&mut self, table: &Table<'_>, key: &str) -> Vec<String> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let words = value.get_ref().as_array().map(|list| list.iter().map(|word| word.get_ref().as_str().map(str::to_owned)).collect());
        match words {
            Some(Some(words)) => words,
            _ => self.wrong_type(key, value, "a list of words, such as [\"D2\", \"E06\"]").unwrap_or_default(),
        }
    }

    fn boolean(&mut self, table: &Table<'_>, key: &str) -> bool {
        let Some(value) = table.get(key) else { return false };
        value.get_ref().as_bool().or_else(|| self.wrong_type(key, value, "true or false")).unwrap_or_default()
    }

    fn lifetime(&mut self, table: &Table<'_>) -> Duration {
        let Some(value) = table.get("lifetime") else { return DEFAULT_LIFETIME };
        let parsed = value.get_ref().as_str().and_then(duration);
        parsed.or_else(|| self.wrong_type("lifetime", value, "a time such as \"30m\", \"10h\" or \"7d\"")).unwrap_or(DEFAULT_LIFETIME)
    }

    fn texts(&mut self, table: &Table<'_>) -> BTreeMap<String, BTreeMap<String, String>> {
        let mut texts = BTreeMap::new();
        let Some(value) = table.get("texts") else { return texts };
        let tags: Vec<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
        let Some(languages) = value.get_ref().as_table() else {
            return self.wrong_type("texts", value, "a table a language: [texts.fr]").unwrap_or_default();
        };
        for (tag, said) in languages {
            if !tags.contains(&tag.get_ref().as_ref()) {
                self.unknown("language", tag, &tags);
            }
            let mut words = BTreeMap::new();
            for (key, text) in said.get_ref().as_table().into_iter().flatten() {
                if !TEXTS.contains(&key.get_ref().as_ref()) {
                    self.unknown("text", key, TEXTS);
                }
                match text.get_ref().as_str() {
                    Some(text) => drop(words.insert(key.get_ref().to_string(), text.to_owned())),
                    None => drop(self.wrong_type::<()>(key.get_ref(), text, "words in quotes")),
                }
            }
            texts.insert(tag.get_ref().to_string(), words);
        }
        if let Some(missing) = tags.iter().find(|tag| !texts.contains_key(**tag)) {
            self.wrong(value.span(), &format!("the texts are not there in `{missing}`: add [texts.{missing}]"));
        }
        texts
    }

    fn unknown(&mut self, what: &str, found: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let word = found.get_ref();
        let hint = match nearest(word, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it must be one of {}", listed(known)),
        };
        self.wrong(found.span(), &format!("unknown {what} `{word}`; {hint}"));
    }

    fn wrong_type<T>(&mut self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Option<T> {
        self.wrong(value.span(), &format!("`{key}` must be {expected}"));
        None
    }

    fn wrong(&mut self, span: Range<usize>, what: &str) {
        let line = if span == (0..0) {
            0
        } else {
            1 + self.text.as_bytes()[..span.start.min(self.text.len())].iter().filter(|byte| **byte == b'\n').count()
        };
        self.mistakes.push(Mistake { file: self.file.to_owned(), line, what: what.to_owned() });
    }
}

fn nearest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let rated = known.iter().map(|near| (strsim::jaro_winkler(word, near), *near));
    rated.filter(|(likeness, _)| *likeness > 0.75).max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, near)| near)
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let number: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

const KEYS: &[&str] = &["feature", "audience", "assurance", "listed", "lifetime", "exceptions", "texts", "stage"];
const TEXTS: &[&str] = &["title", "lead"];

const DEFAULT_LIFETIME: Duration = Duration::from_hours(7 * 24);
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/flows.rs"));

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::flow::{Finish, Finished, FlowError, Form, Look, Outcome, Prepared, Screen, Stage, Step};
    use crate::model::Draft;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Ask {
        #[serde(default)]
        least: u8,
    }

    #[async_trait::async_trait]
    impl Stage for Ask {
        fn is_open(&self, _: &Draft) -> bool {
            self.least > 0
        }

        async fn show(&self, _: &Look<'_>) -> Result<Screen, FlowError> {
            Err(FlowError::Broken("is only read".to_owned()))
        }

        async fn submit(&self, _: &mut Step<'_>, _: &Form, _: Prepared) -> Result<Outcome, FlowError> {
            Ok(Outcome::Next)
        }
    }

    struct Nothing;

    #[async_trait::async_trait]
    impl Finish for Nothing {
        async fn finish(&self, _: &mut Step<'_>, _: &Flow) -> Result<Finished, FlowError> {
            Ok(Finished::NotYet)
        }
    }

    static JOINING: Feature =
        Feature { name: "joining", stages: &[StageEntry::of::<Ask>("name"), StageEntry::of::<Ask>("secret")], finish: &Nothing };
    static RETURNING: Feature = Feature { name: "returning", stages: &[StageEntry::of::<Ask>("who")], finish: &Nothing };

    fn mistakes(text: &str) -> Vec<String> {
        let read = parse("back", "flows/back.toml", text, &[&JOINING, &RETURNING]);
        read.err().map(|error| error.0.iter().map(ToString::to_string).collect()).unwrap_or_default()
    }

    #[test]
    fn a_flow_of_one_feature_may_use_a_stage_of_another() {
        let text = "feature = 'returning'\n[[stage]]\nuse = 'who'\n[[stage]]\nuse = 'secret'\nleast = 8\n";
        let flow = parse("back", "flows/back.toml", text, &[&JOINING, &RETURNING]).unwrap();
        assert_eq!(flow.feature.name, "returning");
        assert_eq!(flow.stages.iter().map(|bound| bound.name).collect::<Vec<_>>(), ["who", "secret"]);
        assert_eq!(flow.current(&Draft::default()).unwrap().name, "secret", "its settings are its own");
    }

    #[test]
    fn a_misspelt_stage_is_told_with_the_nearest_of_all_features() {
        let found = mistakes("feature = 'returning'\n[[stage]]\nuse = 'secrte'\n[[stage]]\nuse = 'who'\nleast = 'x'\n");
        assert_eq!(found[0], "flows/back.toml:3: unknown use `secrte`; did you mean `secret`?");
        assert!(found[1].starts_with("flows/back.toml:6: stage `who`: "), "{found:?}");
        assert_eq!(found.len(), 2);
    }
}
