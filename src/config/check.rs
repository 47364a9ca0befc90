//! What the settings mean: rules that no single key's type can hold. Those of one module alone (`policy`, `password`,
//! `mail`) are that module's, which is made of the settings at start.

use super::Config;
use super::assurance::SchoolAssurance;
use super::sources::SourceSettings;
use crate::model::Role;
use crate::model::draft::SignsInAt;

/// Everything that is wrong, by key.
pub(super) fn problems(config: &Config) -> Vec<(&'static str, String)> {
    let rules: &[(&'static str, Option<String>)] = &[
        ("issuer", issuer(&config.issuer)),
        ("listen", listen(&config.listen)),
        ("languages", config.languages.is_empty().then(|| "name at least one of \"fr\", \"en\"".to_owned())),
        ("database.url", database(&config.database.url)),
        ("keys.rsa_bits", (![2048, 3072].contains(&config.keys.rsa_bits)).then(|| "must be 2048 or 3072".to_owned())),
        ("district.colour", colour(&config.district.colour)),
        ("district.help_address", address(&config.district.help_address)),
        ("district.telephones", config.district.telephones.iter().find_map(|number| telephone(number))),
        ("district.time_zone", zone(&config.district.time_zone)),
        ("hosts", config.hosts.iter().find_map(|host| wrong_host(&host.host, config))),
        ("sources", config.sources.iter().find_map(|source| wrong_source(source, config))),
        ("district.help_desk", config.district.help_desk.as_deref().and_then(address)),
        ("assurance.two_factor_roles", of_pupils(&config.assurance.two_factor_roles)),
        ("assurance.schools", of_schools(&config.assurance.schools)),
        ("badges", config.badges.problem(&config.policy.school_networks)),
        ("counter.checklist", config.counter.problem(&config.languages)),
        ("passkeys", config.passkeys.problem(&config.issuer)),
        ("policy.reminder_days", days(&config.policy.reminder_days)),
        ("roster.schedule", config.roster.schedule.schedule().err()),
        ("roster.schedule.tell", config.roster.schedule.tell.iter().find_map(|text| address(text))),
    ];
    let found = rules.iter().filter_map(|(key, wrong)| wrong.as_ref().map(|what| (*key, format!("{key}: {what}"))));
    found.collect()
}

/// Nobody demands of a child what a child cannot have.
fn of_pupils(roles: &[Role]) -> Option<String> {
    roles.contains(&Role::Student).then(|| "a second factor cannot be demanded of pupils: leave student out".to_owned())
}

/// Each school says what it asks for once, and something.
fn of_schools(schools: &[SchoolAssurance]) -> Option<String> {
    for (place, asks) in schools.iter().enumerate() {
        if asks.school.trim().is_empty() {
            return Some("a school is named by its sourcedId, as in school = \"S-12\"".to_owned());
        }
        if schools[..place].iter().any(|other| other.school == asks.school) {
            return Some(format!("{} stands twice: say both of it in one place", asks.school));
        }
    }
    None
}

/// OpenID Connect Discovery 1.0 section 3: https, no query, no fragment. http only for this machine.
fn issuer(text: &str) -> Option<String> {
    let wrong = |what: &str| Some(format!("{what}; write it as https://id.ecole.example"));
    let Ok(url) = url::Url::parse(text) else { return wrong("this is no address") };
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return wrong("this address has no host"),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return wrong("https is required, unless the host is this machine"),
        _ => return wrong("https is required"),
    }
    let bare = url.origin().ascii_serialization();
    if text != bare { wrong(&format!("nothing may stand beside scheme, host and port, as in {bare}")) } else { None }
}

/// What is wrong with the host of one of `[[hosts]]`.
fn wrong_host(host: &str, config: &Config) -> Option<String> {
    let bare = host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:".contains(&byte));
    let twice = config.hosts.iter().filter(|other| other.host == host).count() > 1;
    match () {
        () if host.is_empty() || !bare => Some(format!("{host}: write the host alone, in small letters, as in charpak.ecole.example")),
        () if config.issuer.ends_with(&format!("//{host}")) => Some(format!("{host}: this is the issuer's own host")),
        () if twice => Some(format!("{host}: two schools have this host")),
        () => None,
    }
}

/// What is wrong with one of `[[sources]]`.
fn wrong_source(source: &SourceSettings, config: &Config) -> Option<String> {
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let twice = config.sources.iter().filter(|other| other.name == source.name).count() > 1;
    let missing = config.languages.iter().find(|language| !source.label.contains_key(language));
    let url = url::Url::parse(&source.issuer).ok();
    let secure = url.is_some_and(|url| {
        url.scheme() == "https" || url.host().is_some_and(|host| ["localhost", "127.0.0.1"].contains(&host.to_string().as_str()))
    });
    let what = match () {
        () if !plain(&source.name) || source.name == SignsInAt::HERE => {
            "`name` is a word of small letters, digits and hyphens, and not `here`".to_owned()
        }
        () if twice => "two have this name; accounts are linked under it".to_owned(),
        () if !secure => "`issuer` must be an https address, as its discovery document has it".to_owned(),
        () if source.claim.is_empty() || source.claim == "email" => {
            "`claim` is one that the provider takes from the school's records; an e-mail address is what people give themselves".to_owned()
        }
        () if source.audiences.is_empty() => "`audiences` names nobody: leave it out for everybody".to_owned(),
        () => format!("the button has no words in `{0}`: add label.{0}", missing?.tag()),
    };
    Some(format!("{}: {what}", source.name))
}

fn listen(text: &str) -> Option<String> {
    text.parse::<std::net::SocketAddr>().err().map(|_| "must be an address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

fn database(url: &str) -> Option<String> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    (!known).then(|| "must begin with sqlite: or postgres://".to_owned())
}

fn colour(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    digits.is_none().then(|| "write the colour as #14606b".to_owned())
}

fn address(text: &str) -> Option<String> {
    let fine =
        text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) && !text.contains(char::is_whitespace);
    (!fine).then(|| "must be an e-mail address, such as aide@ecole.example".to_owned())
}

fn telephone(text: &str) -> Option<String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let fine = (3..=15).contains(&digits) && text.chars().count() <= 40 && !text.contains(char::is_control);
    (!fine).then(|| format!("{text:?} must be a telephone number, such as 613-742-8960 or +33 3 26 00 00 00"))
}

fn days(days: &[u16]) -> Option<String> {
    let fine = days.iter().all(|day| (1..=180).contains(day));
    (!fine).then(|| "must be days before the end, from 1 to 180, such as [30, 7, 1]".to_owned())
}

fn zone(text: &str) -> Option<String> {
    jiff::tz::TimeZone::get(text).err().map(|_| "must be a time zone's name, such as America/Toronto or Europe/Paris".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_this_machine_and_bare() {
        for right in
            ["https://id.ecole.example", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:8080", "https://a.example:8443"]
        {
            assert_eq!(issuer(right), None, "{right}");
        }
        for wrong in [
            "http://id.ecole.example",
            "https://a.example/",
            "https://a.example/id",
            "https://a.example?x",
            "ftp://a.example",
            "a",
            "https://A.example",
        ] {
            assert!(issuer(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn a_telephone_number_has_digits_to_dial() {
        for right in ["613-742-8960", "+33 3 26 00 00 00", "911"] {
            assert_eq!(telephone(right), None, "{right}");
        }
        for wrong in ["", "aide@ecole.example", "12", "1234567890123456"] {
            assert!(telephone(wrong).is_some(), "{wrong}");
        }
    }

    #[test]
    fn the_defaults_are_right_and_what_is_not_is_named_by_its_key() {
        assert_eq!(problems(&Config::default()), Vec::new());
        let config = Config { listen: "8080".to_owned(), languages: Vec::new(), ..Config::default() };
        let keys: Vec<&str> = problems(&config).iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, ["listen", "languages"]);
    }
}
