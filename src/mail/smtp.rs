//! To a mail server (RFC 5321). One line serves several letters, one after the other; every step has a time limit of
//! its own, for a server that says nothing must not keep the district's letters. A line on which anything went wrong
//! in the middle is thrown away: what is still to come on it would answer another question.

use std::fmt::Display;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands;
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::timeout;

use super::{Handed, Mail};

/// A mail server, and how to speak to it.
pub(super) struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) credentials: Option<Credentials>,
    pub(super) patience: Patience,
}

/// How the line is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// Not at all.
    Off,
    /// By STARTTLS where the server offers it, whoever it is: no worse than nothing (RFC 7435).
    IfOffered,
    /// By STARTTLS, and the server must show who it is.
    Required,
    /// From the first byte, and the server must show who it is (RFC 8314).
    FromTheStart,
}

/// How long a mail server is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until the line is there, encrypted, and the server knows us.
    pub line: Duration,
    /// For the answer to a command.
    pub answer: Duration,
    /// For the answer to a whole letter, which the server may look through first. RFC 5321 section 4.5.3.2.6 gives it
    /// ten minutes, lest a letter be sent twice; a letter that was not answered is sent once more and no oftener.
    pub letter: Duration,
}

/// A line to the server, or none yet.
#[derive(Default)]
pub(super) struct Line(Option<Open>);

struct Open {
    connection: AsyncSmtpConnection,
    letters: u32,
}

/// A step that went wrong: at which, and how.
struct Trouble {
    at: &'static str,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// The server said so: 4yz.
    Now(u16),
    /// The server said so: 5yz.
    Never(u16),
    /// The line broke, or what came was not SMTP.
    Broken,
    /// Nothing came.
    Silent,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { line: seconds(30), answer: seconds(30), letter: seconds(180) }
    }
}

impl Smtp {
    pub(super) fn new(host: String, port: u16, tls: Tls, credentials: Option<Credentials>) -> Self {
        Self { host, port, tls, credentials, patience: Patience::default() }
    }

    /// Connects, as for a letter, and goes away again.
    pub(super) async fn check(&self) -> Result<(), String> {
        let connection = self.connect().await?;
        self.hang_up(Line(Some(Open { connection, letters: 0 }))).await;
        Ok(())
    }

    /// Hands one letter over, on the line that is there, or on a new one.
    pub(super) async fn hand(&self, line: &mut Line, mail: &Mail) -> Handed {
        let worn = line.0.take_if(|open| open.letters >= LETTERS_A_LINE);
        if let Some(open) = worn {
            self.hang_up(Line(Some(open))).await;
        }
        let fresh = line.0.is_none();
        let handed = self.hand_once(line, mail).await;
        // A server may hang up between two letters as it likes: that says nothing about whether it serves us.
        if !fresh && matches!(handed, Handed::NoServer(_)) { self.hand_once(line, mail).await } else { handed }
    }

    async fn hand_once(&self, line: &mut Line, mail: &Mail) -> Handed {
        let mut open = match line.0.take() {
            Some(open) => open,
            None => match self.connect().await {
                Ok(connection) => Open { connection, letters: 0 },
                Err(why) => return Handed::NoServer(why),
            },
        };
        let done = self.speak(&mut open.connection, mail).await;
        let usable = match &done {
            Ok(()) => true,
            // The server still listens: the letter is taken back, and the next one begins afresh.
            Err(Trouble { how: How::Now(_) | How::Never(_), .. }) => self.step(&mut open.connection, "rset", commands::Rset).await.is_ok(),
            Err(_) => false,
        };
        if usable {
            open.letters += 1;
            line.0 = Some(open);
        }
        done.map_or_else(|trouble| trouble.handed(), |()| Handed::Taken)
    }

    /// One letter's conversation.
    async fn speak(&self, connection: &mut AsyncSmtpConnection, mail: &Mail) -> Result<(), Trouble> {
        let parameters = parameters(connection, mail)?;
        self.step(connection, "mail", commands::Mail::new(mail.envelope.from().cloned(), parameters)).await?;
        for to in mail.envelope.to() {
            self.step(connection, "rcpt", commands::Rcpt::new(to.clone(), vec![])).await?;
        }
        self.step(connection, "data", commands::Data).await?;
        match timeout(self.patience.letter, connection.message(&mail.bytes)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Trouble::of(LETTER, &error)),
            Err(_) => Err(Trouble { at: LETTER, how: How::Silent }),
        }
    }

    async fn step(&self, connection: &mut AsyncSmtpConnection, at: &'static str, command: impl Display) -> Result<(), Trouble> {
        match timeout(self.patience.answer, connection.command(command)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(Trouble::of(at, &error)),
            Err(_) => Err(Trouble { at, how: How::Silent }),
        }
    }

    /// A line that is encrypted as asked, to a server that knows us; else why not, in a word.
    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let within = timeout(self.patience.line, self.connect_at_leisure()).await;
        within.unwrap_or_else(|_| Err("line-silent".to_owned()))
    }

    async fn connect_at_leisure(&self) -> Result<AsyncSmtpConnection, String> {
        let us = ClientId::default();
        let broken = |at: &'static str| move |error: Error| Trouble::of(at, &error).word();
        let from_the_start = (self.tls == Tls::FromTheStart).then(|| self.tls_parameters()).transpose().map_err(broken("tls"))?;
        let server = (self.host.as_str(), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(server, None, &us, from_the_start, None);
        let mut connection = connecting.await.map_err(broken("line"))?;
        let upgrade = match self.tls {
            Tls::Off | Tls::FromTheStart => false,
            Tls::IfOffered => connection.can_starttls(),
            Tls::Required => true,
        };
        if upgrade {
            let parameters = self.tls_parameters().map_err(broken("tls"))?;
            connection.starttls(parameters, &us).await.map_err(broken("tls"))?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(broken("auth"))?;
        }
        Ok(connection)
    }

    fn tls_parameters(&self) -> Result<TlsParameters, Error> {
        let parameters = TlsParameters::builder(self.host.clone());
        parameters.dangerous_accept_invalid_certs(self.tls == Tls::IfOffered).build()
    }

    /// Says goodbye, and does not wait long for the answer.
    pub(super) async fn hang_up(&self, line: Line) {
        if let Some(mut open) = line.0 {
            let _ = timeout(GOODBYE, open.connection.quit()).await;
        }
    }
}

/// What the server must be able to do for this letter (RFC 6531, RFC 6152).
fn parameters(connection: &AsyncSmtpConnection, mail: &Mail) -> Result<Vec<MailParameter>, Trouble> {
    let mut parameters = Vec::new();
    let offers = |extension| connection.server_info().supports_feature(extension);
    if mail.envelope.to().iter().chain(mail.envelope.from()).any(|address| !address.to_string().is_ascii()) {
        if !offers(Extension::SmtpUtfEight) {
            return Err(Trouble { at: "smtputf8", how: How::Never(553) });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.bytes.is_ascii() {
        if !offers(Extension::EightBitMime) {
            return Err(Trouble { at: "8bitmime", how: How::Never(554) });
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

impl Trouble {
    fn of(at: &'static str, error: &Error) -> Self {
        let code = error.status().map(u16::from);
        let how = match code {
            Some(code) if error.is_permanent() => How::Never(code),
            Some(code) => How::Now(code),
            None if error.is_timeout() => How::Silent,
            None => How::Broken,
        };
        Self { at, how }
    }

    /// A word for the outbox and the log: where, and what the server said in digits.
    fn word(&self) -> String {
        match self.how {
            How::Now(code) | How::Never(code) => format!("{}-{code}", self.at),
            How::Broken => format!("{}-broken", self.at),
            How::Silent => format!("{}-silent", self.at),
        }
    }

    /// What it means for the letter.
    fn handed(&self) -> Handed {
        let word = self.word();
        match (self.at, self.how) {
            // 421: the server is going away. And whoever does not let us begin a letter lets us begin none.
            (_, How::Now(421)) | ("mail", _) => Handed::NoServer(word),
            (LETTER, How::Silent) => Handed::Unanswered,
            (_, How::Never(_)) => Handed::Refused(word),
            (_, How::Now(_) | How::Broken | How::Silent) => Handed::Later(word),
        }
    }
}

const LETTER: &str = "letter";
/// Servers grow suspicious of lines that never end.
const LETTERS_A_LINE: u32 = 50;
const GOODBYE: Duration = Duration::from_secs(5);
