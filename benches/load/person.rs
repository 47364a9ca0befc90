//! A person at a browser without scripts, who signs in to an app: the whole code flow with PKCE, from the app's request
//! to its tokens.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use url::form_urlencoded::Serializer;

use crate::district::{App, PASSWORD, REDIRECT};
use crate::http::{Answer, Connection};

/// A browser: cookies, and the place it was sent to last.
#[derive(Default)]
pub struct Browser {
    cookies: Vec<(String, String)>,
}

/// What an app asks for, and with what.
pub struct Request<'a> {
    /// The app.
    pub app: &'a App,
    /// What it asks for.
    pub scope: &'a str,
}

/// PKCE's two halves; a measure needs no chance.
const VERIFIER: &str = "a-verifier-that-is-as-long-as-the-standard-asks-for";

impl Browser {
    /// Signs in to an app from nothing: nine requests of the browser, and the app's own.
    pub async fn sign_in(&mut self, connection: &mut Connection, request: &Request<'_>, username: &str) -> serde_json::Value {
        let asked = self.get(connection, &request.address()).await;
        let name = self.follow(connection, asked).await;
        let password = self.submit(connection, &name, &[("username", username)]).await;
        let done = self.submit(connection, &password, &[("password", PASSWORD)]).await;
        request.exchange(connection, &code_in(&done)).await
    }

    /// Signs in where whoever comes is let in: redirects within the server, until the one to the app, with its code.
    pub async fn walk_in(&mut self, connection: &mut Connection, request: &Request<'_>) -> String {
        let asked = self.get(connection, &request.address()).await;
        code_in(&self.follow(connection, asked).await)
    }

    /// Of a browser that is signed in already: the code that the app gets at once.
    pub async fn code(&mut self, connection: &mut Connection, request: &Request<'_>) -> String {
        code_in(&self.get(connection, &request.address()).await)
    }

    async fn submit(&mut self, connection: &mut Connection, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let html = page.text();
        let main = html.split("<main").nth(1).expect("every page has a main part");
        let form = main.split("<form method=\"post\"").nth(1).unwrap_or_else(|| panic!("no form:\n{html}"));
        let action = plain(between(form, "action=\"", "\"").expect("a form says where it goes"));
        let hidden = form.split("<input type=\"hidden\"").skip(1);
        let hidden = hidden.filter_map(|field| Some((between(field, "name=\"", "\"")?, between(field, "value=\"", "\"")?)));
        let body = Serializer::new(String::new()).extend_pairs(hidden).extend_pairs(fields).finish();
        let headers = format!("origin: http://{}\r\n{}", connection.host(), self.header());
        let answer = connection.post(&action, &headers, &body).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.keep(&answer);
        self.follow(connection, answer).await
    }

    /// Follows redirects within the server; the page at their end, or the redirect that leaves it.
    async fn follow(&mut self, connection: &mut Connection, mut answer: Answer) -> Answer {
        while answer.status == 303
            && let Some(place) = answer.header("location")
            && let Some(path) = place.strip_prefix(&format!("http://{}", connection.host())).or(place.starts_with('/').then_some(place))
        {
            let path = path.to_owned();
            answer = self.get(connection, &path).await;
        }
        answer
    }

    async fn get(&mut self, connection: &mut Connection, path: &str) -> Answer {
        let headers = self.header();
        let answer = connection.get(path, &headers).await;
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers("set-cookie") {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.retain(|(held, _)| held != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn header(&self) -> String {
        if self.cookies.is_empty() {
            return String::new();
        }
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("cookie: {}\r\n", pairs.join("; "))
    }
}

impl Request<'_> {
    /// Its address at the authorization endpoint.
    fn address(&self) -> String {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, VERIFIER.as_bytes()));
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.app.id)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("scope", self.scope)
            .append_pair("state", "af0ifjsldkj")
            .append_pair("nonce", "n-0S6_WzA2Mj")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        format!("/authorize?{query}")
    }

    /// A code for tokens.
    pub async fn exchange(&self, connection: &mut Connection, code: &str) -> serde_json::Value {
        let form = Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code)
            .append_pair("redirect_uri", REDIRECT)
            .append_pair("code_verifier", VERIFIER)
            .finish();
        connection.post("/token", &self.app.basic, &form).await.json()
    }
}

fn code_in(answer: &Answer) -> String {
    let place = answer.header("location").unwrap_or_else(|| panic!("no redirect: {}\n{}", answer.head, answer.text()));
    let (_, query) = place.split_once('?').expect("an answer to the app");
    let code = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
    code.unwrap_or_else(|| panic!("no code: {place}")).1.into_owned()
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(&rest[..rest.find(to)?])
}

fn plain(attribute: &str) -> String {
    attribute.replace("&amp;", "&").replace("&#x2f;", "/").replace("&#x3d;", "=")
}
