//! Reading the settings: the file, then the environment; every problem at once, each with its place and a remedy.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::{Config, catalogue, check};

/// One thing wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `preau.toml:12`, or the variable's name.
    pub place: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

/// The settings are wrong: all that is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<Problem>);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Reads the settings of `file`, or the defaults where there is none, and lays the environment over them. Relative
/// paths are those of the file's folder, without a file those of `here`.
pub fn load(file: Option<&Path>, here: &Path, environment: impl IntoIterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    let mut problems = Vec::new();
    let text = match file {
        Some(file) => std::fs::read_to_string(file).unwrap_or_else(|error| {
            problems.push(Problem { place: file.display().to_string(), what: format!("cannot be read: {error}") });
            String::new()
        }),
        None => String::new(),
    };
    let name = file.map_or_else(|| "the settings".to_owned(), |file| file.display().to_string());
    let mut table = from_file(&name, &text, &mut problems);
    for (variable, value) in environment {
        if let Some(path) = path_of(&variable) {
            overlay(&mut table, &variable, &path, &value, &mut problems);
        }
    }
    let mut config: Config = match table.try_into() {
        Ok(config) => config,
        Err(_) if !problems.is_empty() => return Err(ConfigError(problems)),
        Err(error) => return Err(ConfigError(vec![Problem { place: name, what: error.message().trim().to_owned() }])),
    };
    let base: PathBuf = file.and_then(Path::parent).map_or_else(|| here.to_owned(), |folder| here.join(folder));
    config.resolve(&base);
    problems.extend(check::problems(&config).into_iter().map(|(key, what)| Problem { place: place(&name, &text, key), what }));
    if problems.is_empty() { Ok(config) } else { Err(ConfigError(problems)) }
}

/// Where somebody finds what a list of the settings names: the line of the file, or the variable that stands in its place.
pub fn whereabouts(file: Option<&Path>, environment: &[(String, String)], key: &str, named: &str) -> String {
    if let Some((variable, _)) = environment.iter().find(|(variable, _)| path_of(variable).as_deref() == Some(key)) {
        return variable.clone();
    }
    let Some(file) = file else { return "the settings".to_owned() };
    let (name, text) = (file.display(), std::fs::read_to_string(file).unwrap_or_default());
    let parsed = DeTable::parse(&text).ok();
    let line = parsed.and_then(|table| span_of_name(entry_of(table.get_ref(), key)?.1, named)).map(|span| line_of(&text, span.start));
    line.map_or_else(|| name.to_string(), |line| format!("{name}:{line}"))
}

/// The file's own mistakes, by line; what is right of it.
fn from_file(name: &str, text: &str, problems: &mut Vec<Problem>) -> toml::Table {
    let wrong = |span: Range<usize>, what: &str| Problem { place: format!("{name}:{}", line_of(text, span.start)), what: what.to_owned() };
    let parsed = match DeTable::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            problems.push(wrong(error.span().unwrap_or(0..0), error.message()));
            return toml::Table::new();
        }
    };
    let mut strangers = Vec::new();
    unknown(parsed.get_ref(), "", &mut strangers);
    if !strangers.is_empty() {
        strangers.sort_by_key(|(span, _)| span.start);
        problems.extend(strangers.into_iter().map(|(span, what)| wrong(span, &what)));
        return toml::Table::new();
    }
    if let Err(error) = toml::from_str::<Config>(text) {
        problems.push(wrong(error.span().unwrap_or(0..0), error.message().trim()));
        return toml::Table::new();
    }
    toml::from_str(text).expect("it was parsed above")
}

/// Every key that is none of ours.
fn unknown(table: &DeTable<'_>, before: &str, found: &mut Vec<(Range<usize>, String)>) {
    for (key, value) in table {
        let path = format!("{before}{}", key.get_ref());
        let known = |known: &str| known == path || known.starts_with(&format!("{path}."));
        match value.get_ref() {
            _ if !catalogue::paths().any(|(listed, _)| known(&listed)) => {
                found.push((key.span(), format!("unknown key `{path}`; {}", hint(&path))));
            }
            DeValue::Table(inner) => unknown(inner, &format!("{path}."), found),
            _ => {}
        }
    }
}

/// The variable's key: `PREAU__MAIL__URL` is `mail.url`.
fn path_of(variable: &str) -> Option<String> {
    variable.strip_prefix("PREAU__").map(|rest| rest.to_lowercase().replace("__", "."))
}

/// Lays one variable over the table; one that is wrong is told and left out.
fn overlay(table: &mut toml::Table, variable: &str, path: &str, value: &str, problems: &mut Vec<Problem>) {
    let mut tell = |what: String| problems.push(Problem { place: variable.to_owned(), what });
    if !catalogue::paths().any(|(listed, _)| listed == path) {
        return tell(format!("there is no setting `{path}`; {}", hint(path)));
    }
    // What reads as TOML is a number, a list, true or false; everything else is text as it stands.
    let as_toml = toml::from_str::<toml::Table>(&format!("value = {value}")).ok().and_then(|mut table| table.remove("value"));
    let texts = std::iter::once(toml::Value::String(value.to_owned()));
    let mut last = String::new();
    for value in as_toml.into_iter().chain(texts) {
        let mut tried = table.clone();
        set(&mut tried, path, value);
        match tried.clone().try_into::<Config>() {
            Ok(_) => return *table = tried,
            Err(error) => last = if last.is_empty() { error.message().trim().to_owned() } else { last },
        }
    }
    tell(last);
}

fn set(table: &mut toml::Table, path: &str, value: toml::Value) {
    match path.split_once('.') {
        Some((first, rest)) => {
            let inner = table.entry(first).or_insert_with(|| toml::Table::new().into());
            if let Some(inner) = inner.as_table_mut() {
                set(inner, rest, value);
            }
        }
        None => drop(table.insert(path.to_owned(), value)),
    }
}

/// The nearest known key, or where to find them all.
fn hint(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    let likeness = |known: &str| {
        let end = known.rsplit('.').next().unwrap_or(known);
        strsim::jaro_winkler(path, known).max(0.95 * strsim::jaro_winkler(last, end))
    };
    let rated = catalogue::paths().map(|(known, _)| (likeness(&known), known));
    match rated.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > 0.8) {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => "`preau config print --annotated` shows every key".to_owned(),
    }
}

/// Where a key stands, for a mistake in its meaning: the file's line if it is there.
fn place(name: &str, text: &str, key: &str) -> String {
    let found = DeTable::parse(text).ok().and_then(|table| span_of(table.get_ref(), key));
    match found {
        Some(span) => format!("{name}:{}", line_of(text, span.start)),
        None => name.to_owned(),
    }
}

fn span_of(table: &DeTable<'_>, path: &str) -> Option<Range<usize>> {
    entry_of(table, path).map(|(key, _)| key.span())
}

type Entry<'t, 'text> = (&'t Spanned<DeString<'text>>, &'t Spanned<DeValue<'text>>);

fn entry_of<'t, 'text>(table: &'t DeTable<'text>, path: &str) -> Option<Entry<'t, 'text>> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == first)?;
    match (rest, value.get_ref()) {
        (None, _) => Some((key, value)),
        (Some(rest), DeValue::Table(inner)) => entry_of(inner, rest),
        (Some(_), _) => None,
    }
}

/// Where a word stands in a list of words, or as the `school` of one of a list of tables.
fn span_of_name(value: &Spanned<DeValue<'_>>, named: &str) -> Option<Range<usize>> {
    match value.get_ref() {
        DeValue::String(text) => (text == named).then(|| value.span()),
        DeValue::Array(values) => values.iter().find_map(|value| span_of_name(value, named)),
        DeValue::Table(table) => span_of_name(entry_of(table, "school")?.1, named),
        _ => None,
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Network;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("preau.toml");
        std::fs::write(&file, text).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let folder = dir.path().display().to_string();
        load(Some(&file), Path::new("/"), environment).map_err(|error| error.to_string().replace(&format!("{folder}/"), ""))
    }

    #[test]
    fn an_unknown_key_is_refused_with_file_line_and_the_nearest_known_key() {
        let told = read("listen = \"127.0.0.1:1\"\n\n[mail]\nurll = \"file:x\"\n[keyz]\nmaster_key_file = \"x\"\n", &[]).unwrap_err();
        assert_eq!(
            told,
            "preau.toml:4: unknown key `mail.urll`; did you mean `mail.url`?\n\
             preau.toml:5: unknown key `keyz`; `preau config print --annotated` shows every key"
        );
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_told_with_its_line() {
        let told = read("issuer = \"http://localhost:1\"\nlanguages = 3\n", &[]).unwrap_err();
        assert!(told.starts_with("preau.toml:2: "), "{told}");
        let told = read("[policy.student]\npassword_length = \"long\"\n", &[]).unwrap_err();
        assert!(told.starts_with("preau.toml:2: "), "{told}");
        assert!(read("languages = [\"de\"]\n", &[]).unwrap_err().starts_with("preau.toml:1: "));
    }

    #[test]
    fn the_environment_lies_over_the_file() {
        let config = read(
            "[mail]\nfrom = \"a@b.example\"\n",
            &[
                ("PREAU__MAIL__URL", "smtp://mail.example:25"),
                ("PREAU__PASSWORDS__SLOTS", "3"),
                ("PREAU__POLICY__STUDENT__PASSWORD_TWICE", "true"),
                ("PREAU__TRUSTED_PROXIES", "[\"10.0.0.1\"]"),
                ("PREAU__DISTRICT__NAME", "2026"),
                ("PREAU_CONFIG", "not a setting"),
            ],
        )
        .unwrap();
        assert_eq!((config.mail.url.as_str(), config.mail.from.as_str()), ("smtp://mail.example:25", "a@b.example"));
        assert_eq!((config.passwords.slots, config.policy.student.password_twice), (3, Some(true)));
        assert_eq!((config.trusted_proxies, config.district.name), (vec![Network::parse("10.0.0.1").unwrap()], "2026".to_owned()));
    }

    #[test]
    fn a_variable_that_names_nothing_or_holds_nonsense_is_told_by_its_name() {
        let told = read("", &[("PREAU__MAIL__ULR", "x"), ("PREAU__PASSWORDS__SLOTS", "many")]).unwrap_err();
        assert!(told.contains("PREAU__MAIL__ULR: there is no setting `mail.ulr`; did you mean `mail.url`?"), "{told}");
        assert!(told.contains("PREAU__PASSWORDS__SLOTS: "), "{told}");
    }

    #[test]
    fn d9_relative_paths_are_those_of_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("preau.toml");
        std::fs::write(&file, "[database]\nurl = \"sqlite:./data/a.db\"\n[mail]\nurl = \"file:mail\"\n[flows]\ndir = \"/etc/flows\"\n")
            .unwrap();
        let config = load(Some(&file), Path::new("/elsewhere"), []).unwrap();
        let folder = dir.path().display();
        assert_eq!(config.database.url, format!("sqlite:{folder}/data/a.db"));
        assert_eq!(config.mail.url, format!("file:{folder}/mail"));
        assert_eq!(config.keys.master_key_file, dir.path().join("keys/master.key"));
        assert_eq!(config.flows.dir, Some(PathBuf::from("/etc/flows")));
    }

    #[test]
    fn without_a_file_the_defaults_hold_and_a_missing_file_is_told() {
        assert_eq!(load(None, Path::new("/srv"), []).unwrap().database.url, "sqlite:/srv/data/preau.db");
        let told = load(Some(Path::new("/nowhere/preau.toml")), Path::new("/"), []).unwrap_err().to_string();
        assert!(told.starts_with("/nowhere/preau.toml: cannot be read"), "{told}");
    }

    #[test]
    fn what_is_wrong_in_its_meaning_is_told_with_its_line() {
        let told = read("issuer = \"http://id.ecole.example\"\n[district]\n\ncolour = \"green\"\n", &[]).unwrap_err();
        assert!(told.contains("preau.toml:1: issuer: "), "{told}");
        assert!(told.contains("preau.toml:4: district.colour: "), "{told}");
    }

    #[test]
    fn whatever_a_list_names_is_found_by_its_line_or_by_the_variable_that_holds_it() {
        let text = "[assurance]\nstaff = \"two-factor\"\n\n[[assurance.schools]]\nschool = \"a\"\n[[assurance.schools]]\n# ours\n\
                    school = \"b\"\n[policy.pupil_invites]\nschools = [\n  \"a\",\n  \"c\",\n]\n";
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("preau.toml");
        std::fs::write(&file, text).unwrap();
        let folder = dir.path().display().to_string();
        let found = |environment: &[(String, String)], key: &str, named: &str| {
            whereabouts(Some(&file), environment, key, named).replace(&format!("{folder}/"), "")
        };
        assert_eq!(found(&[], "assurance.schools", "a"), "preau.toml:5");
        assert_eq!(found(&[], "assurance.schools", "b"), "preau.toml:8");
        assert_eq!(found(&[], "policy.pupil_invites.schools", "c"), "preau.toml:12");
        assert_eq!(found(&[], "hosts", "a"), "preau.toml", "what the file does not say");
        let over = [("PREAU__ASSURANCE__SCHOOLS".to_owned(), "[{ school = \"b\" }]".to_owned())];
        assert_eq!(found(&over, "assurance.schools", "b"), "PREAU__ASSURANCE__SCHOOLS");
        assert_eq!(whereabouts(None, &[], "assurance.schools", "b"), "the settings");
    }

    #[test]
    fn i13_printed_settings_hold_no_password() {
        let config = read("[database]\nurl = \"postgres://preau:s3cret@db.example/preau\"\n", &[]).unwrap();
        assert!(!config.printed().contains("s3cret"), "{}", config.printed());
        assert!(config.printed().contains("postgres://preau:…@db.example/preau"), "{}", config.printed());
    }
}
