//! Every key of the settings, with one line on it: what `preau config print --annotated` prints, and what a misspelt
//! key is compared with.

use super::Config;

/// A key: its path, and what it is for. A key of `policy.AUDIENCE` stands once a audience.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("issuer", "Who Préau is to every app: scheme, host and port. https, unless the host is this machine."),
    ("listen", "The address and port it listens on."),
    ("data_dir", "Where the embedded database and the mail folder are kept."),
    ("languages", "The languages of the pages; the first is the default."),
    ("trusted_proxies", "Proxies that are believed when they say where a request came from (X-Forwarded-For)."),
    ("tls.certificate_file", "The server's certificate and those above it (PEM); without it TLS is the business of a proxy."),
    ("tls.key_file", "The certificate's private key (PEM)."),
    ("tls.ask_client_certificates", "Apps may show a certificate when they connect, without a proxy between: docs/operating.md."),
    (
        "tls.client_certificate_header",
        "The header in which a trusted proxy passes a client's certificate on, such as Client-Cert: docs/operating.md.",
    ),
    ("tls.client_ca_file", "The authorities whose client certificates are believed (PEM)."),
    ("tls.mtls_base", "The address at which clients show their certificates, if it is another than the issuer."),
    ("database.url", "sqlite:PATH, or postgres://USER:PASSWORD@HOST/NAME."),
    ("mail.url", "file:FOLDER (one .eml a letter), smtp://HOST:PORT or smtps://USER:PASSWORD@HOST."),
    ("mail.from", "The sender, as letters show it."),
    ("keys.master_key_file", "The file of the master key. Keep a copy apart from the database and its backups."),
    ("keys.rsa_bits", "Bits of an RSA signing key: 2048, or 3072, which signs 5.8 times slower."),
    ("flows.dir", "A folder of your own flow files, added to those that ship."),
    ("flows.listed", "The flows that stand among the ways to join; else those whose files say so."),
    ("charters.dir", "A folder of your own charters, added to those that ship."),
    ("outbound.inside", "Networks of the district's own that may be called, such as 10.20.0.0/16; else only public addresses are."),
    ("passkeys.enabled", "People may add passkeys, and sign in with them."),
    ("passkeys.rp_id", "The relying party's id, if it is not the issuer's host; passkeys made under one id are good under no other."),
    ("passkeys.origins", "The origins at which passkeys may be used, as browsers write them; []: the issuer alone."),
    ("passwords.memory_kib", "KiB of memory that a password's hash (Argon2id) walks through; 19456 at least."),
    ("passwords.iterations", "How often it walks through it; 2 at least (1 from 47104 KiB on)."),
    ("passwords.slots", "Hashes at the same time; 0: one fewer than there are cores, and at least one."),
    ("passwords.longest_wait", "Seconds that somebody may wait for a slot before they are asked to come back."),
    ("district.name", "Who speaks on every page and in every letter."),
    ("hosts", "Addresses of schools' own, each as [[hosts]] with `host` and `school`: docs/operating.md."),
    ("sources", "Other OpenID providers at which people may sign in, each as [[sources]]: docs/sources.md."),
    ("district.colour", "The district's colour, #rrggbb."),
    ("district.logo", "The district's logo: a path under /assets/."),
    ("district.help_address", "Where requests for help go that name no school."),
    ("district.telephones", "Telephone numbers where a person answers, at the foot of every page; a school's own comes from the roster."),
    ("district.help_desk", "Where technical questions go; else where the other requests go."),
    ("district.time_zone", "The clock on the schools' walls, such as America/Toronto."),
    (
        "policy.password_preset",
        "Whose rules of passwords hold (docs/admin/passwords.md); `preau config check` tells what that means for each audience.\n\
         nist: 15 characters, for a password that stands alone. Without a preset the same, and 12 for pupils.\n\
         cnil: 50 bits, which limits of tries must stand beside: 8 characters of four kinds, or 11 small letters.\n\
         cnil-80: 80 bits, for a password that stands alone: 12 characters of four kinds, or 17 small letters.\n\
         system-a: 8 characters typed twice, none of the last 90 days. Eight small letters fall in 8 months to whoever has stolen \
         database and master key.\n\
         system-b: 8 characters typed twice; a former one may come back. It falls as system-a does.\n\
         system-c, system-d, system-e: 8 characters; a former one may come back. They fall as system-a does.",
    ),
    ("policy.AUDIENCE.username", "The name to sign in with: {studentNumber}, {givenName}, {familyName}, {email}."),
    ("policy.AUDIENCE.password_preset", "The same for these alone."),
    ("policy.AUDIENCE.password_length", "The least number of characters in a password."),
    ("policy.AUDIENCE.password_twice", "A new password is typed twice."),
    ("policy.AUDIENCE.password_history", "So many former passwords may not come back."),
    ("policy.AUDIENCE.password_history_days", "A former password may not come back for so many days."),
    ("policy.AUDIENCE.session_hours", "A session ends after so many hours."),
    ("policy.AUDIENCE.known_device_days", "On a device the account knows, a session ends after so many days instead."),
    ("assurance.staff", "What is asked of those who work for the district: password, mailed-code or two-factor (docs/assurance.md)."),
    ("assurance.guardian", "The same of parents, guardians and relatives. Of pupils no second factor is ever demanded."),
    ("assurance.two_factor_roles", "Roles whose people need a second factor in any case, such as districtAdministrator."),
    ("assurance.grace_days", "For so many days, whoever must set a second factor up may put it off; 0: not at all."),
    (
        "assurance.mailed_code_instead",
        "Whoever has an app may have a code mailed instead, where no more than a mailed code is asked of them.",
    ),
    (
        "assurance.schools",
        "Schools that ask for more, each as [[assurance.schools]] with `school`, `staff`, `guardian`: docs/assurance.md.",
    ),
    ("badges.enabled", "Cards for the youngest (docs/admin/badges.md): printed, and good at the school in its hours alone."),
    ("badges.secret", "What a child chooses to show beside the card: pictures (three of sixteen, in order), or pin (four to six digits)."),
    ("badges.networks", "The networks in which cards work, such as 203.0.113.0/24; []: those of policy.school_networks. Never all."),
    ("badges.days", "The days on which they work."),
    ("badges.from", "From this hour of the schools' clock."),
    ("badges.until", "To this hour."),
    ("badges.only_at", "Only at these schools, by sourcedId; at all, if none is named."),
    ("badges.grades", "Only for these grades, as the roster writes them; for all, if none is named."),
    (
        "badges.schools",
        "Schools with networks or hours of their own, each as [[badges.schools]] with `school`, `networks`, `days`, `from`, `until`: \
         docs/admin/badges.md.",
    ),
    (
        "counter.checklist",
        "What the office ticks before it opens a session at the counter, each with `word`, `proof` and, for words of your own, `label.fr` and \
         `label.en`: docs/admin/counter.md.",
    ),
    ("policy.provisional.username", "The name that a letter gives somebody: {givenName}, {familyName}, {studentNumber}."),
    ("policy.provisional.days", "For how many days a provisional password is good."),
    ("policy.pupil_invites.enabled", "Pupils may invite a parent by mail."),
    ("policy.pupil_invites.schools", "Those of these schools alone, by sourcedId; of all, if none is named."),
    ("policy.pupil_invites.grades", "Those of these grades alone, as the roster writes them; of all, if none is named."),
    ("policy.questions.answer", "So many security questions are answered at enrollment."),
    ("policy.questions.ask", "So many of these are asked at recovery."),
    ("policy.questions.may_be_wrong", "So many of those may be answered wrong."),
    ("policy.temporary_password_by_mail", "A temporary password may be mailed; mail is read by others, and a link is the better way."),
    ("policy.school_networks", "Public addresses of schools: many pupils behind one address are not an attack."),
    ("policy.counter_roles", "Roles whose people open a session at the counter of their school: docs/admin/counter.md; []: nobody does."),
    (
        "policy.child_data_until_age",
        "Until a child has this age, a guardian who may see the records takes a copy of what is held about it; 0: none does.",
    ),
    ("policy.forbidden_words", "Words that no password may be made of: the mascot, the town, the portal's name."),
    ("policy.reminder_days", "So many days before an invitation ends, whoever has not joined is reminded by mail; []: nobody is."),
    (
        "registration.mode",
        "Who may register an app by itself (RFC 7591): off (nobody), token (with an initial access token), open (everybody).",
    ),
    (
        "registration.profile",
        "The rules for apps that registered themselves: school-app, or openid for everything that OpenID Connect allows.",
    ),
    ("registration.scopes", "The scopes that such apps may ask for, at most."),
    ("roster.schedule.path", "A folder or a zip that the server imports by itself, when it has changed."),
    ("roster.schedule.at", "At these hours of the schools' clock, such as [\"06:00\", \"12:30\"]."),
    ("roster.schedule.every", "Or again and again: 15m, 2h."),
    ("roster.schedule.hold_above", "It is held if more than this percentage of the people would leave."),
    ("roster.schedule.tell", "Who hears by mail of an import that failed or was held; else the help desk."),
];

const AUDIENCES: &[&str] = &["student", "guardian", "staff"];

/// Every key, in full.
pub(super) fn paths() -> impl Iterator<Item = (String, &'static str)> {
    KEYS.iter().flat_map(|(path, about)| {
        let audiences = if path.contains("AUDIENCE") { AUDIENCES } else { &[""] };
        audiences.iter().map(|audience| (path.replace("AUDIENCE", audience), *about))
    })
}

/// A settings file that says everything: each key with its default, those that have none as comments.
pub(super) fn annotated() -> String {
    let defaults = toml::Table::try_from(Config::default()).expect("settings are plain values");
    let mut sections: Vec<(String, String)> = Vec::new();
    for (path, about) in paths() {
        let (table, key) = path.rsplit_once('.').unwrap_or(("", &path));
        let line = match find(&defaults, &path) {
            Some(value) => format!("{key} = {value}"),
            None => format!("# {key} ="),
        };
        let about = about.replace('\n', "\n# ");
        let entry = format!("\n# {about}\n{line}\n");
        match sections.iter_mut().find(|(name, _)| name == table) {
            Some((_, lines)) => lines.push_str(&entry),
            None => sections.push((table.to_owned(), entry)),
        }
    }
    let mut text = String::from("# Every setting of Préau with its default. Each can also be given as PREAU__SECTION__KEY.\n");
    for (name, lines) in sections {
        let head = if name.is_empty() { String::new() } else { format!("\n[{name}]") };
        text.push_str(&format!("{head}{lines}"));
    }
    text
}

fn find<'t>(table: &'t toml::Table, path: &str) -> Option<&'t toml::Value> {
    match path.split_once('.') {
        Some((first, rest)) => find(table.get(first)?.as_table()?, rest),
        None => table.get(path),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn leaves(table: &toml::Table, before: &str, found: &mut BTreeSet<String>) {
        for (key, value) in table {
            match value.as_table() {
                Some(inner) => leaves(inner, &format!("{before}{key}."), found),
                None => drop(found.insert(format!("{before}{key}"))),
            }
        }
    }

    #[test]
    fn every_key_of_the_settings_stands_in_the_catalogue_and_no_other() {
        let mut whole = Config::default();
        whole.tls.certificate_file = Some("x".into());
        whole.tls.key_file = Some("x".into());
        whole.tls.client_certificate_header = Some("x".to_owned());
        whole.tls.client_ca_file = Some("x".into());
        whole.tls.mtls_base = Some("x".to_owned());
        whole.flows.dir = Some("x".into());
        whole.flows.listed = Some(vec!["x".to_owned()]);
        whole.charters.dir = Some("x".into());
        whole.district.logo = Some("x".to_owned());
        whole.passkeys.rp_id = Some("x".to_owned());
        whole.district.help_desk = Some("x".to_owned());
        whole.roster.schedule.path = Some("x".into());
        whole.roster.schedule.every = Some("x".to_owned());
        whole.policy.password_preset = Some(crate::config::policy::Preset::Nist);
        for audience in [&mut whole.policy.student, &mut whole.policy.guardian, &mut whole.policy.staff] {
            *audience = toml::from_str(
                "username = 'x'\npassword_preset = 'cnil-80'\npassword_length = 1\npassword_twice = true\npassword_history = 1\npassword_history_days = 1\n\
                 session_hours = 1\nknown_device_days = 1",
            )
            .unwrap();
        }
        whole.policy.provisional = toml::from_str("username = 'x'\ndays = 1").unwrap();
        let mut found = BTreeSet::new();
        leaves(&toml::Table::try_from(&whole).unwrap(), "", &mut found);
        let listed: BTreeSet<String> = paths().map(|(path, _)| path).collect();
        assert_eq!(listed, found);
    }

    #[test]
    fn the_annotated_settings_are_the_defaults() {
        let read: Config = toml::from_str(&annotated()).unwrap();
        assert_eq!(read, Config::default());
    }
}
