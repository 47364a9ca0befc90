//! The mailbox page: every letter that the district mailed, read from the folder where the folder transport puts them,
//! the newest first. It reads files and nothing else, and what a letter holds runs nothing.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::tz::TimeZone;
use mail_parser::{Address, Message, MessageParser};

use super::pages::{Envelope, LetterPage, Mailbox, Part};
use super::site::{Asked, Site};
use crate::model::Timestamp;
use crate::web::assets;

struct Mail {
    site: Site,
    dir: PathBuf,
}

/// A file of the folder.
struct Letter {
    name: String,
    at: Timestamp,
}

/// The page, to be served at its address, for the letters in `dir`.
pub fn router(site: Site, dir: PathBuf) -> Router {
    let router = Router::new()
        .route("/", get(list))
        .route("/letter/{name}", get(letter))
        .route("/letter/{name}/html", get(html))
        .with_state(Arc::new(Mail { site, dir }));
    router.merge(assets::routes()).layer(axum::middleware::from_fn(secure))
}

async fn list(State(mail): State<Arc<Mail>>, asked: Asked) -> Result<Response, StatusCode> {
    let mut letters = Vec::new();
    for letter in mail.letters().await.map_err(broken)?.into_iter().take(MOST_LISTED) {
        let Some(bytes) = mail.read(&letter).await.map_err(broken)? else { continue };
        let Some(message) = MessageParser::default().parse_headers(&bytes) else { continue };
        letters.push(Envelope {
            address: format!("/letter/{}", letter.name),
            subject: message.subject().unwrap_or_default().to_owned(),
            to: people(message.to()),
            when: mail.when(&asked, letter.at),
        });
    }
    Ok(mail.site.page(&asked, &Mailbox { letters }))
}

async fn letter(State(mail): State<Arc<Mail>>, asked: Asked, Path(name): Path<String>) -> Result<Response, StatusCode> {
    let (letter, bytes) = mail.find(&name).await?;
    let message = parse(&bytes)?;
    let page = LetterPage {
        subject: message.subject().unwrap_or_default().to_owned(),
        from: people(message.from()),
        to: people(message.to()),
        when: mail.when(&asked, letter.at),
        parts: Part::split(&message.body_text(0).unwrap_or_default().replace("\r\n", "\n")),
        html: has_html(&message).then(|| format!("/letter/{}/html", letter.name)),
    };
    Ok(mail.site.page(&asked, &page))
}

/// The HTML part, alone in a frame without scripts, forms or anything from elsewhere; its links open apart.
async fn html(State(mail): State<Arc<Mail>>, Path(name): Path<String>) -> Result<Response, StatusCode> {
    let (_, bytes) = mail.find(&name).await?;
    let message = parse(&bytes)?;
    let body = message.body_html(0).filter(|_| has_html(&message)).ok_or(StatusCode::NOT_FOUND)?;
    let mut response = Html(format!("<base target=\"_blank\">{body}")).into_response();
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(LETTER_POLICY));
    Ok(response)
}

impl Mail {
    /// The letters, the newest first. Before the first one there may be no folder.
    async fn letters(&self) -> io::Result<Vec<Letter>> {
        let mut found = Vec::new();
        let mut entries = match tokio::fs::read_dir(&self.dir).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".eml") {
                let written = entry.metadata().await?.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
                found.push((written, name));
            }
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found.into_iter().map(|(written, name)| Letter { name, at: Timestamp(0) + written }).collect())
    }

    /// A letter by its name in the list: whatever is not listed is not read.
    async fn find(&self, name: &str) -> Result<(Letter, Vec<u8>), StatusCode> {
        let letters = self.letters().await.map_err(broken)?;
        let letter = letters.into_iter().find(|letter| letter.name == name).ok_or(StatusCode::NOT_FOUND)?;
        let bytes = self.read(&letter).await.map_err(broken)?.ok_or(StatusCode::NOT_FOUND)?;
        Ok((letter, bytes))
    }

    /// A letter's bytes; `None` if it is gone meanwhile.
    async fn read(&self, letter: &Letter) -> io::Result<Option<Vec<u8>>> {
        match tokio::fs::read(self.dir.join(&letter.name)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn when(&self, asked: &Asked, at: Timestamp) -> String {
        self.site.pages.moment(asked.language, at, self.site.now(), &TimeZone::UTC)
    }
}

/// The headers of every answer; the only frame is of this site itself.
async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PAGE_POLICY));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    response
}

fn parse(bytes: &[u8]) -> Result<Message<'_>, StatusCode> {
    MessageParser::default().parse(bytes).ok_or(StatusCode::NOT_FOUND)
}

/// The parser makes HTML of a plain text where there is none.
fn has_html(message: &Message<'_>) -> bool {
    message.html_body.first().is_some_and(|part| !message.text_body.contains(part))
}

fn people(address: Option<&Address<'_>>) -> String {
    let named = |person: &mail_parser::Addr<'_>| match (&person.name, &person.address) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (None, Some(one)) | (Some(one), None) => one.to_string(),
        (None, None) => String::new(),
    };
    address.map(|address| address.iter().map(named).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn broken(error: io::Error) -> StatusCode {
    tracing::error!("the folder of letters cannot be read: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

const MOST_LISTED: usize = 200;
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; frame-src 'self'; \
                           form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; \
                             sandbox allow-popups allow-popups-to-escape-sandbox";

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    use super::*;
    use crate::clock::FixedClock;
    use crate::pages::Pages;

    async fn get_page(dir: &std::path::Path, path: &str) -> (StatusCode, String, String) {
        let clock = FixedClock::at(Timestamp(1_800_000_000));
        let site = Site::mailbox(Arc::new(Pages::load().unwrap()), Arc::new(clock));
        let response = router(site, dir.to_owned()).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let policy = response.headers().get(CONTENT_SECURITY_POLICY).map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        (status, policy, String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap())
    }

    const LETTER: &str = "From: =?utf-8?b?w4ljb2xl?= <a@ecole.example>\r\nTo: p@famille.example\r\n\
        Subject: =?utf-8?b?w4ljcmV0?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"x\"\r\n\r\n\
        --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nVotre code : https://a.example/c\r\n\
        --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Code<script>x()</script></p>\r\n--x--\r\n";

    #[tokio::test]
    async fn letters_are_listed_the_newest_first_and_shown_with_their_words_decoded() {
        let dir = tempfile::tempdir().unwrap();
        let (_, _, empty) = get_page(dir.path(), "/?language=en").await;
        assert!(empty.contains("No messages"));
        for (name, age) in [("b.eml", 50), ("a.eml", 10)] {
            std::fs::write(dir.path().join(name), LETTER).unwrap();
            let file = std::fs::File::options().write(true).open(dir.path().join(name)).unwrap();
            file.set_modified(UNIX_EPOCH + std::time::Duration::from_secs(1_800_000_000 - age)).unwrap();
        }
        let (_, _, list) = get_page(dir.path(), "/").await;
        let (newer, older) = (list.find("/letter/a.eml").unwrap(), list.find("/letter/b.eml").unwrap());
        assert!(newer < older && list.contains("Écret") && list.contains("p@famille.example"));
        let (_, _, page) = get_page(dir.path(), "/letter/a.eml").await;
        assert!(page.contains("École") && page.contains("href=\"https://a.example/c\"") && page.contains("sandbox="), "{page}");
    }

    #[tokio::test]
    async fn the_html_of_a_letter_runs_nothing_and_no_other_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.eml"), LETTER).unwrap();
        std::fs::write(dir.path().join("secret.key"), "k").unwrap();
        let (status, policy, body) = get_page(dir.path(), "/letter/a.eml/html").await;
        assert!(status.is_success() && body.contains("<p>Code") && policy.contains("sandbox") && !policy.contains("allow-scripts"));
        for other in ["/letter/secret.key", "/letter/..%2fa.eml", "/letter/b.eml"] {
            assert_eq!(get_page(dir.path(), other).await.0, StatusCode::NOT_FOUND, "{other}");
        }
    }
}
