//! What can be said of an e-mail address before anybody is asked: whether it is whole, and whether a slip of the finger
//! stands in it (E14).

/// It has a name and a host, and nothing that would end up elsewhere in a letter.
pub fn is_address(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = !text.contains(|character: char| character.is_whitespace() || character.is_control() || "<>,;\"()".contains(character));
    plain && !name.is_empty() && !host.contains('@') && host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty())
}

/// `a…@free.fr`: enough for its owner to know it by.
pub fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((name, place)) => format!("{}…@{place}", name.chars().next().unwrap_or('…')),
        None => "…".to_owned(),
    }
}

/// The address that was probably meant: its host is a letter or two away from one that half the world has. Says nothing
/// of whether anybody has it.
pub fn likely_meant(address: &str) -> Option<String> {
    let (name, host) = address.trim().rsplit_once('@')?;
    let host = host.to_lowercase();
    if WELL_KNOWN.contains(&host.as_str()) {
        return None;
    }
    let near = |known: &&&str| strsim::osa_distance(&host, known) == 1 || strsim::osa_distance(&host, known) == 2 && known.len() > 9;
    let meant = WELL_KNOWN.iter().find(near)?;
    Some(format!("{name}@{meant}"))
}

const WELL_KNOWN: &[&str] = &[
    "gmail.com",
    "hotmail.com",
    "hotmail.fr",
    "hotmail.ca",
    "outlook.com",
    "outlook.fr",
    "yahoo.com",
    "yahoo.fr",
    "yahoo.ca",
    "icloud.com",
    "live.com",
    "live.fr",
    "live.ca",
    "msn.com",
    "videotron.ca",
    "sympatico.ca",
    "rogers.com",
    "bell.net",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "wanadoo.fr",
    "sfr.fr",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e07_an_address_is_shown_by_its_first_letter_and_its_place() {
        assert_eq!(masked("anne.roy@free.fr"), "a…@free.fr");
        assert_eq!(masked("élodie@free.fr"), "é…@free.fr");
        assert_eq!(masked("nothing"), "…");
    }

    #[test]
    fn an_address_needs_a_name_and_a_host() {
        for right in ["noe@ecole.example", "n.t+x@a.b.example", "noé@école.example"] {
            assert!(is_address(right), "{right}");
        }
        for wrong in ["noe", "@a.b", "noe@", "noe@a", "noe@a..b", "a b@c.d", "a@b@c.d", "<a@b.c>", "a@b.c,d@e.f", "a@b.c\u{7}"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }

    #[test]
    fn e14_a_slip_of_the_finger_is_seen() {
        for (typed, meant) in [
            ("anne@gmial.com", Some("anne@gmail.com")),
            ("anne@gmail.con", Some("anne@gmail.com")),
            ("anne@hotmial.fr", Some("anne@hotmail.fr")),
            ("Anne@Videotron.cq", Some("Anne@videotron.ca")),
            ("anne@gmail.com", None),
            ("anne@outlook.fr", None),
            ("anne@ecole.example", None),
            ("anne", None),
        ] {
            assert_eq!(likely_meant(typed).as_deref(), meant, "{typed}");
        }
    }
}
