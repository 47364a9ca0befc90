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
    /// Its status.
    pub status: u16,
    /// What is typed where a password is asked for.
    pub password: String,
    /// Who answers by what the address bar says.
    issuer: String,
    /// The server that takes its requests.
    address: String,
    html: String,
    cookies: BTreeMap<String, String>,
    /// The questions that were chosen at the claim, as the page says them, in the order of the answers.
    chosen: Vec<String>,
}

/// The server is gone.
#[derive(Debug)]
pub struct Gone;

const PASSWORD: &str = "quatre lapins sous la lune";
const ANSWERS: [&str; 3] = ["Tournesol", "rue des Lilas", "Capitaine Crochet"];

impl Browser {
    /// A fresh one.
    pub fn new(address: &str, pupil: Pupil) -> Self {
        Self {
            pupil,
            acknowledged: Vec::new(),
            page: String::new(),
            place: String::new(),
            status: 0,
            password: PASSWORD.to_owned(),
            issuer: address.to_owned(),
            address: address.to_owned(),
            html: String::new(),
            cookies: BTreeMap::new(),
            chosen: Vec::new(),
        }
    }

    /// The same browser, its requests taken by the server of this address: whose port the address bar never shows.
    pub fn at(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// The server that takes its requests.
    pub fn server(&self) -> &str {
        &self.address
    }

    /// The same pupil at a browser that has never been here.
    pub fn elsewhere(&self) -> Self {
        Self { password: self.password.clone(), chosen: self.chosen.clone(), ..Self::new(&self.issuer, self.pupil.clone()) }
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
                Answer::Page(status, html) => {
                    self.see(status, html);
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
        if page == "security-questions" {
            self.chosen = self.questions().into_iter().map(|(_, said)| said).collect();
        }
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
            Answer::Page(_, html) => panic!("{place} was answered with a page:\n{html}"),
        }
    }

    /// Opens an address of a server that answers; the page that it leads to.
    pub async fn visit(&mut self, place: &str) -> &str {
        self.open(place).await.unwrap_or_else(|_| panic!("nobody answers at {place}"));
        &self.page
    }

    /// Whether the page in sight asks for anything.
    pub fn has_form(&self) -> bool {
        self.html.split("<main").nth(1).is_some_and(|main| main.contains("<form method=\"post\""))
    }

    /// Sends the form in sight with these fields, and looks at what comes of it: the page.
    pub async fn fill(&mut self, fields: &[(&str, &str)]) -> &str {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match self.send_form(fields).await.unwrap_or_else(|_| panic!("nobody answers {}", self.page)) {
            Answer::Elsewhere(next) => self.visit(&next).await,
            Answer::Page(status, html) => {
                self.see(status, html);
                &self.page
            }
        }
    }

    /// The same with what the pupil knows.
    pub async fn fill_in(&mut self) -> &str {
        let fields = self.fields();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.fill(&fields).await
    }

    /// Says who is there; the password is asked for next.
    pub async fn name_oneself(&mut self) {
        let number = self.pupil.number.clone();
        self.visit("/sign-in").await;
        assert_eq!(self.fill(&[("username", &number)]).await, "password");
    }

    /// Name, then password; whether that opens the home page.
    pub async fn sign_in(&mut self) -> bool {
        self.name_oneself().await;
        self.fill_in().await != "password" && self.visit("/").await == "home"
    }

    fn see(&mut self, status: u16, html: String) {
        self.page = between(&html, "<main id=\"page-", "\"").unwrap_or_default();
        self.status = status;
        self.html = html;
    }

    async fn submit(&mut self, fields: Vec<(String, String)>) -> Result<(), Gone> {
        match self.send_form(fields).await? {
            Answer::Elsewhere(next) => self.place = next,
            Answer::Page(_, html) => panic!("{} was answered with a page:\n{html}", self.page),
        }
        Ok(())
    }

    async fn send_form(&mut self, fields: Vec<(String, String)>) -> Result<Answer, Gone> {
        let main = self.html.split("<main").nth(1).expect("every page has a main part");
        let form = main.split("<form method=\"post\"").nth(1).unwrap_or_else(|| panic!("{} has no form", self.page));
        let form = form.split("</form>").next().unwrap_or_default();
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
            "password" => vec![("password", self.password.clone())],
            "new-password" => {
                let again = self.html.contains("new_password_again").then(|| ("new_password_again", self.password.clone()));
                [("new_password", self.password.clone())].into_iter().chain(again).collect()
            }
            "security-questions" => {
                let named = self.questions().into_iter().zip(ANSWERS).zip(1..).flat_map(|(((key, _), answer), number)| {
                    [(format!("question_{number}"), key), (format!("answer_{number}"), answer.to_owned())]
                });
                return named.collect();
            }
            "recall-questions" => {
                let asked = self.html.split("<label for=\"answer_").skip(1).filter_map(|label| between(label, ">", "<"));
                let known = asked.map(|said| self.chosen.iter().position(|chosen| *chosen == said).expect("a question from the claim"));
                return (1..).zip(known).map(|(number, at)| (format!("answer_{number}"), ANSWERS[at].to_owned())).collect();
            }
            _ => Vec::new(),
        };
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The first three questions that a claim offers, by their keys and as the page says them.
    fn questions(&self) -> Vec<(String, String)> {
        let options = self.html.split("<option value=\"").skip(1).filter_map(|o| Some((between(o, "", "\"")?, between(o, ">", "<")?)));
        options.filter(|(key, _)| key.len() > 2).take(3).collect()
    }

    async fn send(&mut self, method: reqwest::Method, place: &str, body: Option<String>) -> Result<Answer, Gone> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = client().request(method, format!("{}{place}", self.address)).header("cookie", cookies.join("; "));
        request = request.header("host", self.issuer.trim_start_matches("http://"));
        if let Some(body) = body {
            let origin = self.issuer.clone();
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
            return Ok(Answer::Elsewhere(next.trim_start_matches(&self.issuer).to_owned()));
        }
        let status = response.status().as_u16();
        Ok(Answer::Page(status, response.text().await.map_err(|_| Gone)?))
    }
}

enum Answer {
    Elsewhere(String),
    Page(u16, String),
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
