//! Where a journey returns to.

use serde::{Deserialize, Serialize};

/// A path on this server, with its query. It cannot hold another host, so a journey cannot end in an open redirect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalPath(String);

impl LocalPath {
    /// The person's home.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// Reads a path; `None` for whatever a browser could take for another host or another scheme.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let here = text.starts_with('/') && !text.starts_with("//");
        // The browser decodes nothing before it picks the host, but what stands behind a proxy may: the start stays literal.
        let literal = !text.get(1..4).is_some_and(|start| start.starts_with('%'));
        (plain && here && literal).then(|| Self(text.to_owned()))
    }

    /// `path` with this one as its `return_to`, so that the person arrives here in the end. Home needs no mention.
    pub fn carried_by(&self, path: &str) -> String {
        if *self == Self::home() {
            return path.to_owned();
        }
        let to: String = url::form_urlencoded::byte_serialize(self.0.as_bytes()).collect();
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{path}{joint}return_to={to}")
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for LocalPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a path on this server"))
    }
}

impl From<LocalPath> for String {
    fn from(path: LocalPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_on_this_server_is_kept_as_it_is() {
        for path in ["/", "/account", "/authorize/0192?x=1&y=%2F", "/a//b"] {
            assert_eq!(LocalPath::parse(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn p22_nothing_that_leads_elsewhere_is_a_local_path() {
        for path in
            ["", "//e", "/\\e", "/%09/e", "https:e", "https://e", "@e", "/a\r\nb", "javascript:x", "/%2f/e", " /a", "/é", "\\\\e", "/%5ce"]
        {
            assert!(LocalPath::parse(path).is_none(), "{path:?}");
        }
    }
}
