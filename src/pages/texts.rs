//! The catalogue: every sentence of every language, by its id. Every language has the same ids, and each text uses
//! the same values in every language; what differs is an error when the program starts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};

use super::{RenderError, escape};
use crate::model::Language;
use crate::model::message::{Message, Value as Filling};

/// The texts of every language.
#[derive(Clone)]
pub(super) struct Texts(Arc<BTreeMap<Language, Catalogue>>);

/// Who reads a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader {
    pub language: Language,
    pub child: bool,
}

/// How the id of a text in a child's words ends; it begins as the one that everybody else reads.
const CHILD: &str = "-young";

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    ids: BTreeSet<String>,
}

impl Texts {
    /// Reads every `text/<language>/*.ftl`.
    pub(super) fn load(files: &[(&str, &str)]) -> Result<Self, RenderError> {
        let mut all = BTreeMap::new();
        for &language in Language::ALL {
            let folder = format!("text/{}/", language.tag());
            let mut catalogue = Catalogue::new(language);
            for (name, source) in files.iter().filter(|(name, _)| name.starts_with(&folder)) {
                catalogue.add(name, source)?;
            }
            all.insert(language, catalogue);
        }
        let texts = Self(Arc::new(all));
        texts.same_ids_everywhere()?;
        Ok(texts)
    }

    /// A message, filled in.
    pub(super) fn say(&self, language: Language, message: &Message) -> Result<String, String> {
        let mut values = FluentArgs::new();
        for (name, value) in &message.args {
            match value {
                Filling::Number(number) => values.set(name.clone(), *number),
                Filling::Text(text) => values.set(name.clone(), text.clone()),
            }
        }
        self.format(language, &message.id, &values)
    }

    /// A message as templates name it: an id with values by keyword, or a whole message. A child reads the child's words of
    /// a text that has some (A32).
    pub(super) fn fill(&self, reader: Reader, message: &Value, values: &Kwargs, markup: bool) -> Result<Value, Error> {
        let mut filled = FluentArgs::new();
        let id = match message.as_str() {
            Some(id) => id.to_owned(),
            None => {
                let args = message.get_attr("args").ok().filter(|args| !args.is_undefined());
                for (name, value) in
                    args.iter().flat_map(|args| args.try_iter().into_iter().flatten().map(|name| (name.clone(), args.get_item(&name))))
                {
                    set(&mut filled, &name.to_string(), &value?, markup);
                }
                message.get_attr("id")?.to_string()
            }
        };
        for name in values.args() {
            set(&mut filled, name, &values.get::<Value>(name)?, markup);
        }
        values.assert_all_used()?;
        let for_child = format!("{id}{CHILD}");
        let id = if reader.child && self.0[&reader.language].ids.contains(&for_child) { for_child } else { id };
        let text = self.format(reader.language, &id, &filled).map_err(|cause| Error::new(ErrorKind::InvalidOperation, cause))?;
        Ok(if markup { Value::from_safe_string(text) } else { Value::from(text) })
    }

    /// Every id of a language.
    pub(super) fn ids(&self, language: Language) -> impl Iterator<Item = &str> {
        self.0[&language].ids.iter().map(String::as_str)
    }

    fn format(&self, language: Language, id: &str, values: &FluentArgs<'_>) -> Result<String, String> {
        let bundle = &self.0[&language].bundle;
        let pattern = bundle.get_message(id).and_then(|message| message.value());
        let pattern = pattern.ok_or_else(|| format!("there is no text {id:?} in {}", language.tag()))?;
        let mut mistakes = Vec::new();
        let text = bundle.format_pattern(pattern, Some(values), &mut mistakes).into_owned();
        match mistakes.first() {
            None => Ok(text),
            Some(mistake) => Err(format!("the text {id:?} in {}: {mistake}", language.tag())),
        }
    }

    fn same_ids_everywhere(&self) -> Result<(), RenderError> {
        for (language, catalogue) in self.0.iter() {
            for other in self.0.values() {
                if let Some(missing) = other.ids.difference(&catalogue.ids).next() {
                    let template = format!("text/{}", language.tag());
                    return Err(RenderError { template, cause: format!("the text {missing:?} exists in another language only") });
                }
            }
        }
        Ok(())
    }
}

impl Catalogue {
    fn new(language: Language) -> Self {
        let tag = language.tag().parse().expect("our tags are BCP 47");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        bundle.set_use_isolating(false);
        Self { bundle, ids: BTreeSet::new() }
    }

    fn add(&mut self, name: &str, source: &str) -> Result<(), RenderError> {
        let broken = |cause: String| RenderError { template: name.to_owned(), cause };
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, mistakes)| broken(format!("{mistakes:?}")))?;
        for entry in resource.entries() {
            if let fluent_syntax::ast::Entry::Message(message) = entry {
                self.ids.insert(message.id.name.to_owned());
            }
        }
        self.bundle.add_resource(resource).map_err(|mistakes| broken(format!("{mistakes:?}")))
    }
}

fn set(values: &mut FluentArgs<'_>, name: &str, value: &Value, markup: bool) {
    let filling = if value.is_number()
        && let Ok(number) = i64::try_from(value.clone())
    {
        FluentValue::from(number)
    } else if markup && !value.is_safe() {
        FluentValue::from(escape::html(&value.to_string()))
    } else {
        FluentValue::from(value.to_string())
    };
    values.set(name.to_owned(), filling);
}
