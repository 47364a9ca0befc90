//! A stage that the district makes itself: a service of its own is asked and answers (`docs/enrollment.md`).

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Value, json};

use super::district::{District, ZOE};
use super::family::{Family, PASSWORD};

/// A service of the district on this machine: what it was asked, and what it answers next.
#[derive(Clone)]
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<(StatusCode, Value)>>>,
}

impl Service {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/check", listener.local_addr().unwrap());
        let service = Self { address, asked: Arc::default(), answers: Arc::default() };
        let router = Router::new().route("/check", post(answer)).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    fn says(&self, answer: Value) {
        self.answers.lock().unwrap().push((StatusCode::OK, answer));
    }

    fn flow(&self) -> String {
        format!(
            "feature = 'enrollment'\naudience = 'student'\n[[stage]]\nuse = 'roster-match'\n\
             fields = ['given_name', 'family_name', 'student_number']\nalready_claimed = 'say'\n\
             [[stage]]\nuse = 'http'\nurl = '{}'\nsend = ['student_number']\ntexts = {{ fr = 'Le bus', en = 'The bus' }}\n\
             [[stage]]\nuse = 'set-password'\nmin_length = 8\n[[stage]]\nuse = 'confirm'\n",
            self.address
        )
    }
}

async fn answer(State(service): State<Service>, body: String) -> (StatusCode, axum::Json<Value>) {
    service.asked.lock().unwrap().push(body);
    let (status, answer) = service.answers.lock().unwrap().pop().unwrap_or((StatusCode::INTERNAL_SERVER_ERROR, Value::Null));
    (status, axum::Json(answer))
}

async fn at_the_service(district: &District, service: &Service) -> (District, Family) {
    let district = district.node_with_flow("bus", &service.flow()).await;
    let mut family = district.family("203.0.113.1");
    family.claim("bus", ZOE).await;
    assert_eq!(family.shows(), "http");
    (district, family)
}

#[tokio::test]
async fn a_service_of_the_district_lets_somebody_go_on_and_the_question_is_signed() {
    for district in District::each().await {
        let service = Service::start().await;
        let (district, mut family) = at_the_service(&district, &service).await;
        service.says(json!({ "answer": "advance", "facts": { "line": "12" } }));
        family.send(&[]).await;
        family.choose(PASSWORD).await.send(&[]).await;
        assert_eq!(family.shows(), "enrolled");
        let token = service.asked.lock().unwrap()[0].clone();
        let claims: Value = district.app.tools.keys.verify("preau-stage+jwt", &token).unwrap();
        assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some("http://localhost:8080"), Some(service.address.as_str())));
        assert_eq!(claims["person"]["student_number"], "0123456");
        assert!(claims["person"].get("birth_date").is_none(), "nothing is told that the flow does not list");
        assert_eq!(district.count("events WHERE kind = 'account.claimed' AND detail LIKE '%line%'").await, 1);
    }
}

#[tokio::test]
async fn a_service_asks_its_own_questions_and_may_ask_again() {
    for district in District::each().await {
        let service = Service::start().await;
        let (_, mut family) = at_the_service(&district, &service).await;
        let ask = json!({ "answer": "ask", "text": { "fr": "Quelle carte ?" }, "fields": [{ "name": "bus_pass", "label": { "fr": "Carte <b>" } }] });
        service.says(ask.clone());
        family.send(&[]).await;
        let body = family.page.as_ref().unwrap().body.clone();
        assert!(body.contains("id=\"bus_pass\"") && body.contains("Carte &lt;b&gt;"), "what it says is words and never markup: {body}");
        service.says(ask);
        family.send(&[("bus_pass", "wrong")]).await;
        assert_eq!(family.wrong(), ["bus_pass"]);
        service.says(json!({ "answer": "advance" }));
        family.send(&[("bus_pass", "B-77")]).await;
        assert_eq!(family.shows(), "new-password");
        let last = service.asked.lock().unwrap().last().unwrap().clone();
        let claims: Value = district.app.tools.keys.verify("preau-stage+jwt", &last).unwrap();
        assert_eq!(claims["answers"]["bus_pass"], "B-77");
    }
}

#[tokio::test]
async fn a_service_that_refuses_or_is_silent_leaves_the_journey_where_it_stands() {
    for district in District::each().await {
        let service = Service::start().await;
        let (_, mut family) = at_the_service(&district, &service).await;
        family.send(&[]).await;
        assert_eq!((family.shows().as_str(), family.status(), family.wrong()), ("http", 422, vec!["continue".to_owned()]));
        service.says(json!({ "answer": "nonsense" }));
        family.send(&[]).await;
        assert_eq!(family.wrong(), ["continue"]);
        service.says(json!({ "answer": "refuse", "text": { "fr": "Pas encore inscrit." } }));
        family.send(&[]).await;
        assert!(family.page.as_ref().unwrap().body.contains("Pas encore inscrit."));
        assert_eq!(family.shows(), "http");
        assert_eq!(district.count("accounts").await, 0);
        service.says(json!({ "answer": "advance" }));
        family.send(&[]).await;
        assert_eq!(family.shows(), "new-password", "the school may change its mind");
    }
}
