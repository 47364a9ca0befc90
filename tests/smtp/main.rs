//! Letters to a real mail server, which does to each what its recipient's name says (`server.py`; security.md F05,
//! I09). Needs a Python with aiosmtpd, whose path is in `PREAU_TEST_PYTHON`; `cargo xtask test` sees to it.
//!
//! The server and the time limits are real; the clock by which letters are tried again is moved.

#[cfg(test)]
mod post;
#[cfg(test)]
mod server;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::post::Post;
    use crate::server::{Server, free_port};

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(flavor = "multi_thread")]
    async fn f05_a_letter_arrives_once_and_whole() {
        let Some(server) = Server::start(None).await else { return };
        let post = Post::new(server.port).await;
        post.add(&["eleve@tilleuls.example"]).await;
        let report = post.deliver().await;
        assert_eq!((report.delivered, report.again, report.dead), (1, 0, 0));
        let letters = server.letters();
        assert_eq!(letters.len(), 1);
        let (_, text) = &letters[0];
        let mail = mail_parser::MessageParser::default().parse(text).unwrap();
        assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("eleve@tilleuls.example"));
        assert!(mail.subject().unwrap().contains("Noé Tremblay"));
        let body = mail.body_text(0).unwrap().replace("\r\n", "\n");
        assert!(body.contains("« trop d’essais »\n.\nla fin"), "a lone dot is a line as any other: {body}");
        assert!(mail.body_html(0).unwrap().contains("« trop d’essais »"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn f05_never_is_given_up_after_one_try() {
        let Some(server) = Server::start(None).await else { return };
        let post = Post::new(server.port).await;
        post.add(&["never@tilleuls.example"]).await;
        let report = post.deliver().await;
        assert_eq!((report.delivered, report.again, report.dead), (0, 0, 1));
        post.clock.advance(48 * 60 * MINUTE);
        assert_eq!(post.deliver().await.delivered, 0);
        assert_eq!(post.standing().await, [("rcpt-550".to_owned(), 1, true)]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn f05_later_arrives_with_the_third_try() {
        let Some(server) = Server::start(None).await else { return };
        let post = Post::new(server.port).await;
        post.add(&["later@tilleuls.example"]).await;
        for wait in [1, 5] {
            assert_eq!(post.deliver().await.again, 1);
            assert_eq!(post.deliver().await.delivered, 0, "it is not tried before its time");
            post.clock.advance(wait * MINUTE);
        }
        assert_eq!(post.deliver().await.delivered, 1);
        assert_eq!(server.names(), ["later"]);
        assert_eq!(post.standing().await, []);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn f05_slow_arrives_once() {
        let Some(server) = Server::start(None).await else { return };
        let post = Post::new(server.port).await;
        post.add(&["slow@tilleuls.example"]).await;
        assert_eq!(post.deliver().await.delivered, 1);
        assert_eq!(server.names(), ["slow"]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn f05_drop_is_tried_again() {
        let Some(server) = Server::start(None).await else { return };
        let post = Post::new(server.port).await;
        post.add(&["drop@tilleuls.example"]).await;
        for wait in [1, 5, 15] {
            assert_eq!(post.deliver().await.again, 1);
            post.clock.advance(wait * MINUTE);
        }
        assert_eq!(post.standing().await, [("letter-broken".to_owned(), 3, false)]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn f05_mute_is_sent_twice_and_no_oftener() {
        let Some(server) = Server::start(None).await else { return };
        let post = Post::new(server.port).await;
        post.add(&["mute@tilleuls.example"]).await;
        assert_eq!(post.deliver().await.again, 1);
        post.clock.advance(15 * MINUTE);
        assert_eq!(post.deliver().await.dead, 1);
        post.clock.advance(48 * 60 * MINUTE);
        post.deliver().await;
        let letters = server.letters();
        assert_eq!(letters.len(), 2);
        assert_eq!(letters[0].1, letters[1].1, "the second copy is known by its Message-ID, and by every other byte");
    }

    /// One bad letter keeps no other: they go out on other lines, and on the same line afterwards.
    #[tokio::test(flavor = "multi_thread")]
    async fn f05_bad_letters_do_not_hold_up_good_ones() {
        let Some(server) = Server::start(None).await else { return };
        let post = Post::new(server.port).await;
        let good: Vec<String> = (0..30).map(|n| format!("eleve{n}@tilleuls.example")).collect();
        post.add(&["mute@a.example", "drop@b.example", "never@c.example", "later@d.example", "slow@e.example"]).await;
        post.add(&good.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let report = post.deliver().await;
        assert_eq!((report.delivered, report.again, report.dead), (31, 3, 1));
        let names = server.names();
        assert!((0..30).all(|n| names.iter().filter(|name| **name == format!("eleve{n}")).count() == 1), "{names:?}");
    }

    /// I09: the mail server is down when letters are written and for two hours after; then it comes up.
    #[tokio::test(flavor = "multi_thread")]
    async fn i09_letters_wait_for_a_server_that_is_down_and_arrive_once_when_it_is_up() {
        let port = free_port();
        let post = Post::new(port).await;
        post.add(&["eleve@tilleuls.example", "parent@tilleuls.example"]).await;
        post.add_stale("stale@tilleuls.example").await;
        for _ in 0..24 {
            let report = post.deliver().await;
            assert_eq!((report.delivered, report.dead), (0, 0));
            assert!(report.no_server.is_some() || report.too_late > 0);
            post.clock.advance(5 * MINUTE);
        }
        let Some(server) = Server::start(Some(port)).await else { return };
        assert_eq!(post.deliver().await.delivered, 2);
        assert_eq!(post.deliver().await.delivered, 0);
        let mut names = server.names();
        names.sort();
        assert_eq!(names, ["eleve", "parent"], "each once, and no code that had run out");
    }

    /// The loop of the server itself: nothing is delivered while the mail server is down, and everything soon after it
    /// is up, without anybody moving a clock.
    #[tokio::test(flavor = "multi_thread")]
    async fn i09_the_loop_finds_the_server_by_itself() {
        let port = free_port();
        let post = Post::new(port).await;
        post.add(&["eleve@tilleuls.example"]).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let running = {
            let post = post.clone();
            tokio::spawn(async move {
                post.run(async move {
                    let _ = stopped.await;
                })
                .await;
            })
        };
        tokio::time::sleep(Duration::from_secs(2)).await;
        let Some(server) = Server::start(Some(port)).await else {
            let _ = stop.send(());
            return;
        };
        let arrives = async {
            while server.names().is_empty() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), arrives).await.expect("the letter arrives");
        stop.send(()).unwrap();
        running.await.unwrap();
        assert_eq!(server.names(), ["eleve"]);
    }
}
