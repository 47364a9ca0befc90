//! A person at a browser, who signs in to an app: the whole code flow with PKCE, from the app's request to its tokens. By a
//! password without scripts, or by a passkey, for which the page's script does no more than is done here.

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use url::form_urlencoded::Serializer;

use crate::authenticator::Authenticator;
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
    /// Signs in to an app from nothing: six requests of the browser, and the app's own.
    pub async fn sign_in(&mut self, connection: &mut Connection, request: &Request<'_>, username: &str) -> serde_json::Value {
        let asked = self.get(connection, &request.address()).await;
        let name = self.follow(connection, asked).await;
        let password = self.submit(connection, &name, &[("username", username)]).await;
        let done = self.submit(connection, &password, &[("password", PASSWORD)]).await;
        request.exchange(connection, &code_in(&done)).await
    }

    /// Sent by an app to sign in: the address of the page for it, which is not opened yet.
    pub async fn led_to_sign_in(&mut self, connection: &mut Connection, request: &Request<'_>) -> String {
        let mut place = request.address();
        while !place.starts_with("/flow/") {
            let answer = self.get(connection, &place).await;
            place = inside(connection, &answer).unwrap_or_else(|| panic!("{}\n{}", answer.head, answer.text()));
        }
        place
    }

    /// Opens that page and answers it by a passkey; where the server then leads.
    pub async fn show_passkey(&mut self, connection: &mut Connection, place: &str, passkey: &Authenticator) -> Answer {
        let page = self.get(connection, place).await;
        let html = page.text();
        let challenge = between(html, "data-challenge=\"", "\"").unwrap_or_else(|| panic!("no passkey is asked for:\n{html}"));
        self.send(connection, &page, "id=\"with-passkey\"", &[("passkey", &passkey.show(challenge))]).await
    }

    /// The rest of a sign-in, from what the server answered to its proof on: the app's tokens.
    pub async fn come_back(&mut self, connection: &mut Connection, request: &Request<'_>, proven: Answer) -> serde_json::Value {
        let done = self.follow(connection, proven).await;
        request.exchange(connection, &code_in(&done)).await
    }

    /// Signs in by the password and adds a passkey to the account.
    pub async fn add_passkey(&mut self, connection: &mut Connection, username: &str) -> Authenticator {
        let asked = self.get(connection, "/account/passkeys").await;
        let name = self.follow(connection, asked).await;
        let password = self.submit(connection, &name, &[("username", username)]).await;
        // Who is signed in shows once more who it is.
        let again = self.submit(connection, &password, &[("password", PASSWORD)]).await;
        let list = self.submit(connection, &again, &[("password", PASSWORD)]).await;
        let options = plain(between(list.text(), "data-options=\"", "\"").expect("a passkey can be added"));
        let options: serde_json::Value = serde_json::from_str(&options).expect("JSON");
        let passkey = Authenticator::new(&options, &format!("http://{}", connection.host()));
        let made = passkey.make(options["challenge"].as_str().expect("a challenge"));
        let kept = self.submit(connection, &list, &[("name", "Tablette"), ("passkey", &made)]).await;
        assert!(kept.text().contains("id=\"done\""), "{}", kept.text());
        passkey
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

    /// Sends the first form of a page; the page at the end of where that leads.
    async fn submit(&mut self, connection: &mut Connection, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        let answer = self.send(connection, page, "", fields).await;
        self.follow(connection, answer).await
    }

    /// Sends the form of a page whose tag says `which`, filled in with these fields.
    async fn send(&mut self, connection: &mut Connection, page: &Answer, which: &str, fields: &[(&str, &str)]) -> Answer {
        let html = page.text();
        let main = html.split("<main").nth(1).expect("every page has a main part");
        let mut forms = main.split("<form method=\"post\"").skip(1);
        let is_meant = |form: &&str| form.split('>').next().is_some_and(|tag| tag.contains(which));
        let form = forms.find(is_meant).unwrap_or_else(|| panic!("no form:\n{html}"));
        let action = plain(between(form, "action=\"", "\"").expect("a form says where it goes"));
        let form = form.split("</form>").next().unwrap_or_default();
        let hidden = form.split("<input type=\"hidden\"").skip(1);
        let hidden = hidden.filter_map(|field| Some((between(field, "name=\"", "\"")?, between(field, "value=\"", "\"")?)));
        let hidden = hidden.filter(|(name, _)| fields.iter().all(|(filled, _)| filled != name));
        let body = Serializer::new(String::new()).extend_pairs(hidden).extend_pairs(fields).finish();
        let headers = format!("origin: http://{}\r\n{}", connection.host(), self.header());
        let answer = connection.post(&action, &headers, &body).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        self.keep(&answer);
        answer
    }

    /// Follows redirects within the server; the page at their end, or the redirect that leaves it.
    async fn follow(&mut self, connection: &mut Connection, mut answer: Answer) -> Answer {
        while let Some(path) = inside(connection, &answer) {
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

/// Where a redirect leads that stays within the server.
fn inside(connection: &Connection, answer: &Answer) -> Option<String> {
    let place = answer.header("location").filter(|_| answer.status == 303)?;
    let path = place.strip_prefix(&format!("http://{}", connection.host())).or(place.starts_with('/').then_some(place))?;
    Some(path.to_owned())
}

fn between<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(&rest[..rest.find(to)?])
}

fn plain(attribute: &str) -> String {
    let signs = [("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&#x3d;", "="), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    signs.iter().fold(attribute.to_owned(), |text, (written, sign)| text.replace(written, sign))
}
