//! A pupil at a browser without scripts: reads forms, fills them in, keeps cookies, follows redirects.

use std::collections::BTreeMap;

use url::form_urlencoded::Serializer;

/// A pupil, as the school knows them.
#[derive(Clone, Debug)]
pub struct Pupil {
    /// `given_name`.
    pub given: String,
    /// `family_name`.
    pub family: String,
    /// `student_number`.
    pub number: String,
}

/// One browser of one pupil.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Who sits there.
    pub pupil: Pupil,
    /// The pages whose answers the server acknowledged, in order.
    pub acknowledged: Vec<String>,
    /// The page in sight.
    pub page: String,
    /// Its path.
    pub place: String,
    address: String,
    html: String,
    cookies: BTreeMap<String, String>,
}

/// The server is gone.
#[derive(Debug)]
pub struct Gone;

const PASSWORD: &str = "quatre lapins sous la lune";

impl Browser {
    /// A fresh one.
    pub fn new(address: &str, pupil: Pupil) -> Self {
        let (page, place, html) = (String::new(), String::new(), String::new());
        Self { pupil, acknowledged: Vec::new(), page, place, html, address: address.to_owned(), cookies: BTreeMap::new() }
    }

    /// The same browser, after the server moved to another port.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// Whether the claim has been acknowledged to its end.
    pub fn is_done(&self) -> bool {
        self.acknowledged.iter().any(|page| page == "confirm")
    }

    /// Whether the page in sight asks something of a claim.
    pub fn can_answer(&self) -> bool {
        matches!(self.page.as_str(), "roster-match" | "new-password" | "security-questions" | "confirm")
    }

    /// GET, redirects included.
    pub async fn open(&mut self, place: &str) -> Result<(), Gone> {
        let mut place = place.to_owned();
        for _ in 0..10 {
            let answer = self.send(reqwest::Method::GET, &place, None).await?;
            match answer {
                Answer::Elsewhere(next) => place = next,
                Answer::Page(html) => {
                    self.page = between(&html, "<main id=\"page-", "\"").unwrap_or_default();
                    self.html = html;
                    self.place = place;
                    return Ok(());
                }
            }
        }
        panic!("{place} leads round in circles");
    }

    /// Fills in the form in sight and sends it; its page is acknowledged when the server sends us on.
    pub async fn answer(&mut self) -> Result<(), Gone> {
        let page = self.page.clone();
        let fields = self.fields();
        self.submit(fields).await?;
        self.acknowledged.push(page);
        let place = self.place.clone();
        // What was acknowledged is acknowledged, also where the page after it is not reached any more.
        let _ = self.open(&place).await;
        Ok(())
    }

    /// Claims an account, from the first page to the last.
    pub async fn claim(&mut self) {
        self.open("/enroll/student-claim").await.expect("a claim begins");
        while !self.is_done() {
            self.answer().await.expect("a claim goes on");
        }
    }

    /// Where an address leads that shows no page of its own.
    pub async fn is_sent_to(&mut self, place: &str) -> Result<String, Gone> {
        match self.send(reqwest::Method::GET, place, None).await? {
            Answer::Elsewhere(next) => Ok(next),
            Answer::Page(html) => panic!("{place} was answered with a page:\n{html}"),
        }
    }

    /// Name, then password; whether that opens the home page.
    pub async fn sign_in(&mut self) -> bool {
        self.open("/sign-in").await.expect("the sign-in page opens");
        self.submit(vec![("username".to_owned(), self.pupil.number.clone())]).await.expect("the name is taken");
        self.open(&self.place.clone()).await.expect("the password page opens");
        let password = vec![("password".to_owned(), PASSWORD.to_owned())];
        let Answer::Elsewhere(_) = self.send_form(password).await.expect("the password is judged") else { return false };
        self.open("/").await.expect("the home page opens");
        self.page == "home"
    }

    async fn submit(&mut self, fields: Vec<(String, String)>) -> Result<(), Gone> {
        match self.send_form(fields).await? {
            Answer::Elsewhere(next) => self.place = next,
            Answer::Page(html) => panic!("{} was answered with a page:\n{html}", self.page),
        }
        Ok(())
    }

    async fn send_form(&mut self, fields: Vec<(String, String)>) -> Result<Answer, Gone> {
        let main = self.html.split("<main").nth(1).expect("every page has a main part");
        let form = main.split("<form method=\"post\"").nth(1).unwrap_or_else(|| panic!("{} has no form", self.page));
        let action = between(form, "action=\"", "\"").expect("the form says where it goes");
        let hidden = form
            .split("<input type=\"hidden\"")
            .skip(1)
            .filter_map(|field| Some((between(field, "name=\"", "\"")?, between(field, "value=\"", "\"")?)));
        let body = Serializer::new(String::new()).extend_pairs(hidden).extend_pairs(fields).finish();
        self.send(reqwest::Method::POST, &plain(&action), Some(body)).await
    }

    fn fields(&self) -> Vec<(String, String)> {
        let facts = match self.page.as_str() {
            "roster-match" => {
                vec![
                    ("given_name", self.pupil.given.clone()),
                    ("family_name", self.pupil.family.clone()),
                    ("student_number", self.pupil.number.clone()),
                ]
            }
            "new-password" => vec![("new_password", PASSWORD.to_owned()), ("new_password_again", PASSWORD.to_owned())],
            "security-questions" => {
                let options: Vec<String> = self.html.split("<option value=\"").skip(1).filter_map(|o| between(o, "", "\"")).collect();
                let questions: Vec<String> = options.into_iter().filter(|key| key.len() > 2).collect();
                let answers = ["Tournesol", "rue des Lilas", "Capitaine Crochet"];
                let named = (0..3).flat_map(|n| {
                    [(format!("question_{}", n + 1), questions[n].clone()), (format!("answer_{}", n + 1), answers[n].to_owned())]
                });
                return named.collect();
            }
            _ => Vec::new(),
        };
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    async fn send(&mut self, method: reqwest::Method, place: &str, body: Option<String>) -> Result<Answer, Gone> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = client().request(method, format!("{}{place}", self.address)).header("cookie", cookies.join("; "));
        if let Some(body) = body {
            let origin = self.address.clone();
            request = request.header("content-type", "application/x-www-form-urlencoded").header("origin", origin).body(body);
        }
        let response = request.send().await.map_err(|_| Gone)?;
        assert!(!response.status().is_server_error(), "{place} answered {}", response.status());
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        if response.status().is_redirection() {
            let next = response.headers()["location"].to_str().unwrap().to_owned();
            return Ok(Answer::Elsewhere(next.trim_start_matches(&self.address).to_owned()));
        }
        Ok(Answer::Page(response.text().await.map_err(|_| Gone)?))
    }
}

enum Answer {
    Elsewhere(String),
    Page(String),
}

/// What speaks HTTP here: it follows nothing by itself.
#[expect(clippy::disallowed_methods, reason = "a pupil's browser is not the program: it has a client of its own")]
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

fn between(text: &str, from: &str, to: &str) -> Option<String> {
    let rest = &text[text.find(from)? + from.len()..];
    Some(rest[..rest.find(to)?].to_owned())
}

fn plain(attribute: &str) -> String {
    attribute.replace("&amp;", "&").replace("&#x2f;", "/").replace("&#x3d;", "=")
}
