//! What people look after themselves once they are signed in (B16, B31): another password, other questions, what apps
//! saw, where they are signed in.

use super::district::{District, LEA, ZOE};
use super::family::{Family, PASSWORD, answers};

const NEW: &str = "huit canards bleus au marché";

/// Zoé, signed in at a browser of her own, and the browser in which she joined.
async fn two_browsers(district: &District) -> (Family, Family) {
    let mut first = district.family("203.0.113.1");
    first.to_the_end("student-claim", ZOE).await;
    let mut second = district.family("203.0.113.2");
    assert_eq!(second.sign_in("0123456", PASSWORD).await, "home");
    (first, second)
}

#[tokio::test]
async fn b16_another_password_is_chosen_after_the_present_one_and_ends_every_other_session() {
    for district in District::each().await {
        let (mut other, mut here) = two_browsers(&district).await;
        assert_eq!(here.open("/account/password").await.shows(), "password");
        here.send(&[("password", "not this one")]).await;
        assert_eq!((here.shows().as_str(), here.status()), ("password", 422));
        here.send(&[("password", PASSWORD)]).await;
        assert_eq!(here.shows(), "new-password");
        here.choose(NEW).await;
        assert_eq!((here.shows().as_str(), here.address.as_str()), ("account", "/account?done=password"));
        assert!(here.text("done").is_some());
        assert_eq!(here.open("/account").await.shows(), "account", "this browser stays signed in");
        assert_eq!(other.open("/account").await.shows(), "sign-in", "the other one does not");
        assert_ne!(district.family("203.0.113.3").sign_in("0123456", PASSWORD).await, "home");
        assert_eq!(district.family("203.0.113.4").sign_in("0123456", NEW).await, "home");
        assert_eq!(district.count("events WHERE kind = 'password.changed'").await, 1);
    }
}

#[tokio::test]
async fn a26_the_present_password_is_not_a_new_one() {
    for district in District::each().await {
        let (_, mut here) = two_browsers(&district).await;
        here.open("/account/password").await.send(&[("password", PASSWORD)]).await.choose(PASSWORD).await;
        assert_eq!((here.shows().as_str(), here.wrong()), ("new-password", vec!["new_password".to_owned()]));
    }
}

#[tokio::test]
async fn b16_whoever_is_not_signed_in_signs_in_first_and_comes_back() {
    for district in District::each().await {
        two_browsers(&district).await;
        for page in ["password", "questions", "preferences", "children", "sessions", "apps"] {
            let mut family = district.family("203.0.113.9");
            assert_eq!(family.open(&format!("/account/{page}")).await.shows(), "sign-in");
            family.send(&[("username", "0123456")]).await.send(&[("password", PASSWORD)]).await;
            assert_eq!(family.address, format!("/account/{page}"));
        }
        assert_eq!(district.family("203.0.113.9").open("/account/nothing").await.status(), 404);
    }
}

/// Row S07: signed out meanwhile, by a brother at the same browser or by the school, nothing is changed.
#[tokio::test]
async fn s07_what_somebody_began_to_change_is_not_changed_once_they_are_signed_out() {
    for district in District::each().await {
        let (_, mut here) = two_browsers(&district).await;
        here.open("/account/password").await.send(&[("password", PASSWORD)]).await;
        assert_eq!(here.shows(), "new-password");
        let mut tab = here.clone();
        tab.open("/sign-out").await.send(&[]).await;
        here.choose(NEW).await;
        assert_eq!(here.shows(), "expired");
        assert_eq!(district.family("203.0.113.4").sign_in("0123456", PASSWORD).await, "home");
        assert_eq!(district.count("events WHERE kind = 'password.changed'").await, 0);
    }
}

#[tokio::test]
async fn b16_questions_are_changed_after_the_password() {
    for district in District::each().await {
        let (_, mut here) = two_browsers(&district).await;
        assert!(here.open("/account").await.page.as_ref().unwrap().body.contains("id=\"change-questions\""));
        here.open("/account/questions").await.send(&[("password", PASSWORD)]).await;
        assert_eq!(here.shows(), "security-questions");
        here.send(&answers()).await;
        assert_eq!(here.address, "/account?done=questions");
        assert_eq!(district.count("events WHERE kind = 'questions.changed'").await, 1);
        assert_eq!(district.count("security_answers").await, 3);
    }
}

#[tokio::test]
async fn d15_language_and_dates_are_changed_at_any_time() {
    for district in District::each().await {
        let (_, mut here) = two_browsers(&district).await;
        here.open("/account/preferences").await;
        here.send(&[("preferred_language", "en"), ("date_format", "year-first")]).await;
        assert_eq!(here.address, "/account?done=preferences");
        assert_eq!(district.family("203.0.113.7").sign_in("0123456", PASSWORD).await, "home");
        let account = district.account("0123456").await.unwrap();
        let kept = district.app.store.read().accounts().preferences(account.id).await.unwrap().unwrap();
        assert_eq!(kept.language.tag(), "en");
    }
}

#[tokio::test]
async fn s06_one_button_signs_out_everywhere_else() {
    for district in District::each().await {
        let (mut other, mut here) = two_browsers(&district).await;
        here.open("/account/sessions").await;
        assert_eq!(here.page.as_ref().unwrap().body.matches("<li><strong>").count(), 2);
        here.send(&[]).await;
        assert_eq!(here.shows(), "account-sessions");
        assert_eq!(here.page.as_ref().unwrap().body.matches("<li><strong>").count(), 1);
        assert_eq!(other.open("/account").await.shows(), "sign-in");
        assert_eq!(here.open("/account").await.shows(), "account");
    }
}

#[tokio::test]
async fn a10_nothing_was_seen_by_an_app_that_was_never_opened() {
    for district in District::each().await {
        let mut family = district.family("203.0.113.1");
        family.to_the_end("student-claim", LEA).await;
        family.open("/account/apps").await;
        assert!(family.page.as_ref().unwrap().body.contains("class=\"empty\""));
        assert_eq!(family.open("/account/children").await.shows(), "account-children");
    }
}
