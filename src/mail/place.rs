//! `mail.url`, read: a folder, or a mail server and how the line to it is protected. What is wrong is told without
//! the address itself, which may hold a password.

use std::path::PathBuf;

use lettre::transport::smtp::authentication::Credentials;
use url::{Host, Url};

use super::folder::Folder;
use super::smtp::{Smtp, Tls};
use super::{MailError, Way};

/// Reads `file:FOLDER`, `smtp://…` and `smtps://…`.
pub(super) fn way(url: &str) -> Result<Way, MailError> {
    if let Some(path) = url.strip_prefix("file:") {
        return folder(path).map(|path| Way::Folder(Folder::new(path)));
    }
    let parsed = Url::parse(url).map_err(|_| wrong("this is no address"))?;
    match parsed.scheme() {
        "smtp" | "smtps" => server(&parsed).map(|smtp| Way::Smtp(Box::new(smtp))),
        _ => Err(wrong("it must begin with file:, smtp:// or smtps://")),
    }
}

fn folder(path: &str) -> Result<PathBuf, MailError> {
    let path = match path.strip_prefix("//") {
        // An address of a file has a host between the second and the third slash, and here there is none.
        Some(rest) => rest.strip_prefix("localhost").unwrap_or(rest),
        None => path,
    };
    let path = PathBuf::from(path);
    if path.as_os_str().is_empty() { Err(wrong("file: must name a folder")) } else { Ok(path) }
}

fn server(url: &Url) -> Result<Smtp, MailError> {
    // A scheme that browsers do not know: its host has not been read as a name or a number yet.
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?;
    let host = Host::parse(host).map_err(|_| wrong("its host is none"))?;
    let at_home = match &host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(wrong("nothing may follow host and port but ?tls=…"));
    }
    let credentials = credentials(url)?;
    let tls = protection(url, credentials.is_some())?;
    if credentials.is_some() && !at_home && !matches!(tls, Tls::Required | Tls::FromTheStart) {
        return Err(wrong("the password would travel in the clear: use smtps://, or ?tls=required"));
    }
    let usual = match (tls, &credentials) {
        (Tls::FromTheStart, _) => 465,
        (_, Some(_)) => 587,
        (_, None) => 25,
    };
    // The brackets of an IPv6 address belong to the URL.
    let name = host.to_string().trim_matches(['[', ']']).to_owned();
    Ok(Smtp::new(name, url.port().unwrap_or(usual), tls, credentials))
}

fn protection(url: &Url, with_password: bool) -> Result<Tls, MailError> {
    let mut asked = None;
    for (key, value) in url.query_pairs() {
        match (key.as_ref(), value.as_ref()) {
            ("tls", "required") => asked = Some(Tls::Required),
            ("tls", "opportunistic") => asked = Some(Tls::IfOffered),
            ("tls", "off") => asked = Some(Tls::Off),
            ("tls", _) => return Err(wrong("tls must be required, opportunistic or off")),
            _ => return Err(wrong("the only thing to say behind ? is tls=…")),
        }
    }
    match (url.scheme(), asked) {
        ("smtps", None | Some(Tls::Required)) => Ok(Tls::FromTheStart),
        ("smtps", Some(_)) => Err(wrong("smtps:// is encrypted from the start; for anything else write smtp://")),
        (_, Some(tls)) => Ok(tls),
        (_, None) if with_password => Ok(Tls::Required),
        (_, None) => Ok(Tls::IfOffered),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailError> {
    let no_text = || wrong("name and password must be UTF-8 where they are written with %");
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(wrong("there is a password and no name before it")),
        (_, None) => Err(wrong("there is a name and no password: write name:password@host")),
        (name, Some(password)) => {
            let (name, password) = (decoded(name).ok_or_else(no_text)?, decoded(password).ok_or_else(no_text)?);
            Ok(Some(Credentials::new(name, password)))
        }
    }
}

/// Undoes percent-encoding (RFC 3986 section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let coded = digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(bytes).ok()
}

fn wrong(what: &str) -> MailError {
    MailError::new("url", what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(url: &str) -> Smtp {
        match way(url) {
            Ok(Way::Smtp(smtp)) => *smtp,
            Ok(_) => panic!("{url} is no server"),
            Err(error) => panic!("{url}: {error}"),
        }
    }

    #[test]
    fn the_port_and_the_protection_follow_from_what_is_written() {
        let table = [
            ("smtp://mail.ecole.example", 25, Tls::IfOffered),
            ("smtp://mail.ecole.example:2525?tls=off", 2525, Tls::Off),
            ("smtp://mail.ecole.example?tls=required", 25, Tls::Required),
            ("smtp://preau:secret@mail.ecole.example", 587, Tls::Required),
            ("smtp://preau:secret@127.0.0.1?tls=off", 587, Tls::Off),
            ("smtps://preau:secret@mail.ecole.example/", 465, Tls::FromTheStart),
            ("smtp://[::1]:1025", 1025, Tls::IfOffered),
        ];
        for (url, port, tls) in table {
            let smtp = smtp(url);
            assert_eq!((smtp.port, smtp.tls), (port, tls), "{url}");
        }
        assert_eq!(smtp("smtp://[::1]:1025").host, "::1");
    }

    #[test]
    fn names_and_passwords_may_hold_any_sign() {
        assert_eq!(
            smtp("smtps://pr%C3%A9au%40ecole:a%2Fb%25+&=@mail.ecole.example").credentials,
            Some(Credentials::new("préau@ecole".to_owned(), "a/b%+&=".to_owned()))
        );
    }

    #[test]
    fn what_is_wrong_is_told_in_one_sentence_without_the_password() {
        let table = [
            ("mail.ecole.example", "this is no address"),
            ("http://mail.ecole.example", "it must begin with file:, smtp:// or smtps://"),
            ("file:", "file: must name a folder"),
            ("smtp://", "it names no host"),
            ("smtp://mail^ecole", "this is no address"),
            ("smtp://mail.ecole.example/helo", "nothing may follow host and port but ?tls=…"),
            ("smtp://mail.ecole.example?tls=maybe", "tls must be required, opportunistic or off"),
            ("smtp://mail.ecole.example?timeout=5", "the only thing to say behind ? is tls=…"),
            ("smtps://mail.ecole.example?tls=off", "smtps:// is encrypted from the start; for anything else write smtp://"),
            ("smtp://preau@mail.ecole.example", "there is a name and no password: write name:password@host"),
            ("smtp://:hunter2@mail.ecole.example", "there is a password and no name before it"),
            ("smtp://preau:hunter2@mail.ecole.example?tls=off", "the password would travel in the clear: use smtps://, or ?tls=required"),
            (
                "smtp://preau:hunter2@mail.ecole.example?tls=opportunistic",
                "the password would travel in the clear: use smtps://, or ?tls=required",
            ),
            ("smtp://preau:hunter2%FF@mail.ecole.example", "name and password must be UTF-8 where they are written with %"),
        ];
        for (url, what) in table {
            let error = way(url).err().unwrap_or_else(|| panic!("{url} is taken"));
            assert_eq!(error.to_string(), format!("mail.url: {what}"), "{url}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_folder_is_written_with_or_without_slashes() {
        for (url, path) in [("file:./data/mail", "./data/mail"), ("file:/var/mail", "/var/mail"), ("file:///var/mail", "/var/mail")] {
            match way(url) {
                Ok(Way::Folder(folder)) => assert_eq!(folder.path(), std::path::Path::new(path)),
                _ => panic!("{url} is no folder"),
            }
        }
    }
}
