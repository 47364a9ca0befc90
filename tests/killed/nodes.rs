//! A district that two servers serve. They share a PostgreSQL and nothing else, and a person meets now the one, now the other:
//! behind one name, as a load balancer would have it.

use std::time::Duration;

use mail_parser::MessageParser;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::Value;
use url::form_urlencoded;

use crate::app::{authorize, code_in, exchange};
use crate::pupil::{Browser, Pupil, client};
use crate::server::{Database, District, Server, free_address, setting};

/// The district and its servers.
pub struct Nodes {
    /// The district.
    pub district: District,
    /// The first server.
    pub one: Server,
    /// The second.
    pub other: Server,
    pupils: std::vec::IntoIter<Pupil>,
}

/// An app that asks whichever server it is told to.
#[derive(Clone)]
pub struct Client {
    /// Its name in the protocol.
    pub id: String,
    secret: String,
    issuer: String,
}

/// A letter that proves a mailbox.
pub struct Letter {
    /// Its link, as a path.
    pub link: String,
    /// Its code.
    pub code: String,
}

impl Nodes {
    /// A small district and two servers, where there is a PostgreSQL.
    pub async fn start() -> Option<Self> {
        let Some(url) = setting("PREAU_TEST_POSTGRES") else {
            assert!(setting("PREAU_TEST_EVERYTHING").is_none(), "PREAU_TEST_POSTGRES is not set");
            return None;
        };
        let district = District::of(40, Database::Postgres(url)).await;
        let one = district.serve().await;
        let other = district.serve_at(&free_address()).await;
        let pupils = district.pupils().into_iter();
        Some(Self { district, one, other, pupils })
    }

    /// The addresses of both, by turns.
    pub fn by_turns(&self) -> impl Iterator<Item = &str> {
        [self.one.address.as_str(), self.other.address.as_str()].into_iter().cycle()
    }

    /// The addresses of both.
    pub fn both(&self) -> [&str; 2] {
        [&self.one.address, &self.other.address]
    }

    /// Somebody who has no account yet, at a browser that the first server answers.
    pub fn pupil(&mut self) -> Browser {
        Browser::new(&self.district.address, self.pupils.next().expect("the district has pupils enough"))
    }

    /// Somebody who claimed an account at the first server.
    pub async fn claimed(&mut self) -> Browser {
        let mut browser = self.pupil();
        browser.claim().await;
        browser
    }

    /// An app.
    pub fn app(&self) -> Client {
        let (id, secret) = self.district.register();
        Client { id, secret, issuer: self.district.address.clone() }
    }

    /// The letter to this address that comes after so many others, as soon as one of the servers has delivered it.
    pub async fn letter(&self, address: &str, before: usize) -> Letter {
        let folder = self.district.folder.path().join("data/mail");
        let found = async {
            loop {
                let mut names: Vec<_> = std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
                names.retain(|name| name.extension().is_some_and(|kind| kind == "eml"));
                names.sort();
                let mut proofs = names.iter().filter_map(|name| proof(&std::fs::read(name).unwrap(), address, &self.district.address));
                if let Some(letter) = proofs.nth(before) {
                    return letter;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found).await.expect("a letter arrives")
    }

    /// How often this rule counted a try, judged or not, on whatever subject.
    pub async fn seen(&self, rule: &str) -> i64 {
        let connection = sea_orm::Database::connect(&self.district.database).await.unwrap();
        let select = "SELECT CAST(MAX(seen) AS BIGINT) AS seen FROM throttles WHERE rule = $1";
        let select = Statement::from_sql_and_values(connection.get_database_backend(), select, [rule.into()]);
        connection.query_one_raw(select).await.unwrap().unwrap().try_get("", "seen").unwrap()
    }
}

impl Client {
    /// Tokens for whoever is signed in at this browser, by the server that answers it.
    pub async fn tokens(&self, browser: &mut Browser) -> Value {
        let code = self.code(browser).await;
        let (status, tokens) = self.ask(browser.server(), "/token", &exchange(&code)).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    /// A code for them.
    pub async fn code(&self, browser: &mut Browser) -> String {
        let place = browser.is_sent_to(&authorize(&self.id)).await.expect("the server answers");
        code_in(&place).unwrap_or_else(|| panic!("somebody who is signed in was sent to {place}"))
    }

    /// A token of the app's own.
    pub async fn own_token(&self, node: &str) -> String {
        let (status, told) = self.ask(node, "/token", &[("grant_type", "client_credentials")]).await;
        assert_eq!(status, 200, "{told}");
        told["access_token"].as_str().unwrap().to_owned()
    }

    /// Whether a server calls a token good.
    pub async fn is_good(&self, node: &str, token: &str) -> bool {
        let (status, told) = self.ask(node, "/introspect", &[("token", token)]).await;
        assert_eq!(status, 200, "{told}");
        told["active"].as_bool().unwrap()
    }

    /// Whether a server gives anything for a refresh token.
    pub async fn refreshes(&self, node: &str, token: &str) -> bool {
        let (status, told) = self.ask(node, "/token", &refresh(token)).await;
        assert!(status == 200 || told["error"] == "invalid_grant", "{status} {told}");
        status == 200
    }

    /// Asks both servers for the same, sixteen times each and all at once; what they gave. The others were refused.
    pub async fn race(&self, nodes: [&str; 2], form: &[(&str, &str)]) -> Vec<Value> {
        let form: Vec<(String, String)> = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let asking = (0..32).map(|number: usize| {
            let (client, node, form) = (self.clone(), nodes[number % 2].to_owned(), form.clone());
            tokio::spawn(async move {
                let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                client.ask(&node, "/token", &form).await
            })
        });
        let mut given = Vec::new();
        for answer in asking.collect::<Vec<_>>() {
            let (status, told) = answer.await.unwrap();
            match status {
                200 => given.push(told),
                _ => assert_eq!((status, told["error"].as_str()), (400, Some("invalid_grant")), "{told}"),
            }
        }
        given
    }

    /// The names of the keys that a server publishes.
    pub async fn published(&self, node: &str) -> Vec<String> {
        let answer = client().get(format!("{node}/jwks")).header("host", self.host()).send().await.unwrap();
        let told: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let mut kids: Vec<String> = told["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
        kids.sort();
        kids
    }

    async fn ask(&self, node: &str, endpoint: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = client().post(format!("{node}{endpoint}")).header("host", self.host()).basic_auth(&self.id, Some(&self.secret));
        let answer = request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    fn host(&self) -> &str {
        self.issuer.trim_start_matches("http://")
    }
}

/// What a refresh token is shown with.
pub fn refresh(token: &str) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token)]
}

fn proof(letter: &[u8], address: &str, issuer: &str) -> Option<Letter> {
    let mail = MessageParser::default().parse(letter)?;
    let to = mail.to()?.first()?.address()?;
    let text = mail.body_text(0)?;
    let (_, rest) = text.split_once(&format!("{issuer}/mail/"))?;
    let token = rest.split_whitespace().next()?;
    let mut digits = text.split_whitespace().filter(|word| word.len() == 4 && word.bytes().all(|sign| sign.is_ascii_digit()));
    let code = format!("{} {}", digits.next()?, digits.next()?);
    (to == address).then(|| Letter { link: format!("/mail/{token}"), code })
}
