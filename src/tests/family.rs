//! A family at its browser: opens pages, follows redirects, fills in the form that a page shows.

use super::agent::{Agent, Answer};
use super::district::District;

/// A browser and the page that it shows.
#[derive(Clone)]
pub struct Family {
    /// The browser.
    pub agent: Agent,
    /// What it shows.
    pub page: Option<Answer>,
    /// Where.
    pub address: String,
    /// The address of the last form, and what it sent: for whoever sends it again.
    pub sent: Option<(String, Vec<(String, String)>)>,
}

/// A password that the rules of every flow allow.
pub const PASSWORD: &str = "quatre lapins sous la lune";
/// Three answers that only one child would give.
pub const ANSWERS: [&str; 3] = ["Tournesol", "rue des Lilas", "Capitaine Crochet"];

impl Family {
    /// With no page yet.
    pub fn at(agent: Agent) -> Self {
        Self { agent, page: None, address: String::new(), sent: None }
    }

    /// Opens an address, and whatever it leads to.
    pub async fn open(&mut self, address: &str) -> &mut Self {
        let answer = self.agent.get(address).await;
        self.follow(address, answer).await
    }

    /// Sends the page's form with these fields filled in.
    pub async fn send(&mut self, fields: &[(&str, &str)]) -> &mut Self {
        let answer = self.submit(fields).await;
        let address = self.sent.clone().unwrap().0;
        self.follow(&address, answer).await
    }

    /// The same, following nothing.
    pub async fn submit(&mut self, fields: &[(&str, &str)]) -> Answer {
        let page = self.page.as_ref().expect("a page is open");
        let (_, form) = page.body.split_once("<form method=\"post\" action=\"").unwrap_or_else(|| panic!("no form: {}", self.shows()));
        let action = form.split('"').next().unwrap().replace("&amp;", "&");
        let token = page.field("csrf").unwrap();
        let mut all: Vec<(String, String)> = vec![("csrf".to_owned(), token)];
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.sent = Some((action.clone(), all.clone()));
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.agent.post(&action, &all).await
    }

    async fn follow(&mut self, address: &str, mut answer: Answer) -> &mut Self {
        self.address = address.to_owned();
        for _ in 0..5 {
            if !answer.status.is_redirection() {
                break;
            }
            self.address = answer.location();
            answer = self.agent.get(&self.address).await;
        }
        self.page = Some(answer);
        self
    }

    /// The name of the page.
    pub fn shows(&self) -> String {
        let body = &self.page.as_ref().unwrap().body;
        let name = body.split("<main id=\"page-").nth(1).and_then(|rest| rest.split('"').next());
        name.unwrap_or_else(|| panic!("no page: {body}")).to_owned()
    }

    /// The status of the page.
    pub fn status(&self) -> u16 {
        self.page.as_ref().unwrap().status.as_u16()
    }

    /// What stands in an element.
    pub fn text(&self, id: &str) -> Option<String> {
        self.page.as_ref().unwrap().text_of(id)
    }

    /// What is wrong, by field.
    pub fn wrong(&self) -> Vec<String> {
        let body = &self.page.as_ref().unwrap().body;
        body.match_indices("-error\">").map(|(at, _)| body[..at].rsplit('"').next().unwrap().to_owned()).collect()
    }

    /// The first page of a claim, answered.
    pub async fn claim(&mut self, flow: &str, facts: &[(&str, &str)]) -> &mut Self {
        self.open(&format!("/enroll/{flow}")).await;
        assert_eq!(self.shows(), "roster-match");
        self.send(facts).await
    }

    /// The page that waits for a letter, answered with the code of the last one.
    pub async fn type_code(&mut self, district: &District) -> &mut Self {
        assert_eq!(self.shows(), "check-mail");
        let (_, code) = district.last_proof().await;
        self.send(&[("code", &code)]).await
    }

    /// The button that sends another letter, a moment later.
    pub async fn another_letter(&mut self, district: &District) -> &mut Self {
        district.clock.advance(std::time::Duration::from_secs(1));
        self.send(&[("again", "yes")]).await
    }

    /// The page of the password, answered; twice, where it is asked twice.
    pub async fn choose(&mut self, password: &str) -> &mut Self {
        assert_eq!(self.shows(), "new-password");
        let twice = self.page.as_ref().unwrap().body.contains("new_password_again");
        let fields = [("new_password", password), ("new_password_again", password)];
        self.send(if twice { &fields } else { &fields[..1] }).await
    }

    /// The page of the questions, answered.
    pub async fn answer(&mut self) -> &mut Self {
        assert_eq!(self.shows(), "security-questions");
        self.send(&answers()).await
    }

    /// A claim, up to the last look.
    #[expect(clippy::wrong_self_convention, reason = "a family goes to it")]
    pub async fn to_the_last_look(&mut self, flow: &str, facts: &[(&str, &str)]) -> &mut Self {
        self.claim(flow, facts).await.choose(PASSWORD).await.answer().await;
        assert_eq!(self.shows(), "confirm");
        self
    }

    /// A whole claim.
    #[expect(clippy::wrong_self_convention, reason = "a family goes to it")]
    pub async fn to_the_end(&mut self, flow: &str, facts: &[(&str, &str)]) -> &mut Self {
        self.to_the_last_look(flow, facts).await.send(&[]).await;
        assert_eq!(self.shows(), "enrolled");
        self
    }

    /// Signs in; what the page is then.
    pub async fn sign_in(&mut self, username: &str, password: &str) -> String {
        self.open("/sign-in").await.send(&[("username", username)]).await.send(&[("password", password)]).await;
        self.shows()
    }

    /// Sends the last form once more, as it was.
    pub async fn send_again(&mut self) -> Answer {
        let (action, fields) = self.sent.clone().unwrap();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.agent.post(&action, &fields).await
    }
}

/// Three questions with their answers, as the form sends them.
pub fn answers() -> Vec<(&'static str, &'static str)> {
    let names = [("question_1", "answer_1"), ("question_2", "answer_2"), ("question_3", "answer_3")];
    let chosen = crate::policy::QUESTIONS.iter().skip(2).zip(ANSWERS);
    names.into_iter().zip(chosen).flat_map(|((question, answer), (key, typed))| [(question, *key), (answer, typed)]).collect()
}
