//! Vectors that other programs made: passlib 1.7.4, bcrypt 5.0.0 and argon2-cffi 25.1.0 on Python 3.11, hashlib where they have no
//! such form, and Perl's `crypt` (libxcrypt) for `$2y$` and `$2a$`. The password is `Le lézard 4`, the salt the bytes 240 to 255 (their
//! first eight in SSHA), unless it is said.

use super::super::*;

const PASSWORD: &str = "Le lézard 4";

const MADE: &[&str] = &[
    "$2b$06$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6",
    "{CRYPT}$2b$04$abcdefghijklmnopqrstuuhXfsLlLrmfBdPQlKfaalqic5TC8PRWa",
    "bcrypt$$2b$04$abcdefghijklmnopqrstuuhXfsLlLrmfBdPQlKfaalqic5TC8PRWa",
    "pbkdf2_sha256$1000$seasalt$0HTwsjPamDCD5DH9iAyZPeadZzmSsAmYNehWPEATcnY=",
    "pbkdf2_sha1$1000$seasalt$HWzk9CzQXE7wdRAKrIky+cyGuLw=",
    "{PBKDF2-SHA256}1000$8PHy8/T19vf4.fr7/P3./w$hyTQqJuseKdTA9wznuBDDg7i4AcoET.p6yVJtNtoNvg",
    "{PBKDF2}1000$8PHy8/T19vf4.fr7/P3./w$jrMXjJlYER1rwr790ss4R0sWd50",
    "$pbkdf2-sha512$1000$8PHy8/T19vf4.fr7/P3./w$aSvSiYgSagciz3WEWDZIS3lFtd3/bmw7aRA3FtCNJTWic1Lf1kxZg3KMyOTW2L3qm0CcE6YjAnVpH9QzFjMt6Q",
    "{\"credentialData\": \"{\\\"hashIterations\\\": 1000, \\\"algorithm\\\": \\\"pbkdf2-sha256\\\"}\", \"secretData\": \
     \"{\\\"value\\\": \\\"hyTQqJuseKdTA9wznuBDDg7i4AcoET+p6yVJtNtoNvgB5S6Q06NJyT0WwyI2/acBMnNW4OqoLK0CuGfQzFEyFQ==\\\", \
     \\\"salt\\\": \\\"8PHy8/T19vf4+fr7/P3+/w==\\\"}\"}",
    "{\"algorithm\": \"pbkdf2-sha512\", \"hashIterations\": 1000, \"salt\": \"8PHy8/T19vf4+fr7/P3+/w==\", \"value\": \
     \"aSvSiYgSagciz3WEWDZIS3lFtd3/bmw7aRA3FtCNJTWic1Lf1kxZg3KMyOTW2L3qm0CcE6YjAnVpH9QzFjMt6Q==\"}",
    "{\"algorithm\": \"argon2\", \"hashIterations\": 3, \"additionalParameters\": {\"hashLength\": [\"32\"], \"memory\": [\"64\"], \
     \"type\": [\"id\"], \"version\": [\"1.3\"], \"parallelism\": [\"1\"]}, \"salt\": \"8PHy8/T19vf4+fr7/P3+/w==\", \"value\": \
     \"834wXRlvTyaCptyZNOkKTDRYhodBGOzHi8DXztTdDY0=\"}",
    "{SSHA}ZdUz6aKvO70RcxO5LnswIkcCRDnw8fLz9PX29w==",
    "{ssha256}Mr7dX5v6etbgynw7XGzixqe1GU5xYOG67v6YYImoO9zw8fLz9PX29w==",
    "{SSHA512}NtJPaxP5STRKSbOc+/F5/4SGsxLqZoG5Dt2UdOTLMJoap6GOJCkwuekbXuYhc8ImnFjdSBDQEnNJyNpTwYxbKPDx8vP09fb3+Pn6+/z9/v8=",
    "$argon2id$v=19$m=64,t=2,p=2$8PHy8/T19vf4+fr7/P3+/w$TwjVfX4a0SHQGgIySwOzC+aTSWLzTK2pfHTSL9A5jJk",
    "argon2$argon2id$v=19$m=64,t=2,p=2$8PHy8/T19vf4+fr7/P3+/w$TwjVfX4a0SHQGgIySwOzC+aTSWLzTK2pfHTSL9A5jJk",
];

async fn wrapped(hasher: &Hasher, text: &str) -> PasswordHash {
    let foreign = Foreign::parse(text).unwrap_or_else(|why| panic!("{why}: {text}"));
    hasher.wrap_each(&[&foreign]).await.unwrap().remove(0)
}

#[tokio::test]
async fn e25_whoever_had_a_password_elsewhere_has_it_here() {
    let hasher = Hasher::for_tests();
    for made in MADE {
        let hash = wrapped(&hasher, made).await;
        assert_eq!(hasher.verify(&Secret::new(PASSWORD), Some(&hash)).await, Ok(Verdict::RightButWeak), "{made}");
        for wrong in ["Le lezard 4", "le lézard 4", "Le lézard 4 ", ""] {
            assert_eq!(hasher.verify(&Secret::new(wrong), Some(&hash)).await, Ok(Verdict::Wrong), "{made}: {wrong}");
        }
        // `password_history.hash` has 255 characters.
        assert!(hash.0.len() <= 255, "{}", hash.0);
    }
    for (made, password) in [
        ("$2y$05$CCCCCCCCCCCCCCCCCCCCC.NgY4I4uNpigv1NixdQ3jKq6WrBvaJzS", "motdepasse".to_owned()),
        // bcrypt looks at 72 bytes.
        ("$2a$04$CCCCCCCCCCCCCCCCCCCCC.mDyzbhj.9K0apb9O/AGMWwoLXiYAu6u", "a".repeat(80)),
    ] {
        let hash = wrapped(&hasher, made).await;
        assert_eq!(hasher.verify(&Secret::new(password), Some(&hash)).await, Ok(Verdict::RightButWeak), "{made}");
    }
}

#[tokio::test]
async fn i15_what_came_is_not_kept_and_what_is_kept_is_of_no_use_without_the_pepper() {
    let hasher = Hasher::for_tests();
    for made in MADE {
        let digest = Foreign::parse(made).unwrap().digest;
        let kept = wrapped(&hasher, made).await.0;
        for engine in [base64::engine::general_purpose::STANDARD_NO_PAD, base64::engine::general_purpose::URL_SAFE_NO_PAD] {
            use base64::Engine as _;
            assert!(!kept.contains(&engine.encode(&digest[..15])), "{kept}");
        }
        assert!(kept.contains("keyid="), "{kept}");
        let theirs = Hasher { pepper: Pepper::new(&[8; 32]), ..Hasher::for_tests() };
        assert_eq!(theirs.verify(&Secret::new(PASSWORD), Some(&PasswordHash(kept))).await, Ok(Verdict::Wrong));
    }
}

#[tokio::test]
async fn e02_whoever_has_a_hash_of_another_system_waits_as_long_as_whoever_has_none() {
    let hasher = Hasher::for_tests();
    let django = |rounds: u32| format!("pbkdf2_sha256${rounds}$seasalt$0HTwsjPamDCD5DH9iAyZPeadZzmSsAmYNehWPEATcnY=");
    let bcrypt = |cost: &str| format!("$2b${cost}$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6");
    let argon2 =
        |memory: u32| format!("$argon2id$v=19$m={memory},t=2,p=1$8PHy8/T19vf4+fr7/P3+/w$TwjVfX4a0SHQGgIySwOzC+aTSWLzTK2pfHTSL9A5jJk");
    let on_file = [django(1_000), django(9_000), bcrypt("04"), bcrypt("07"), argon2(64), argon2(256), MADE[11].to_owned()];
    let mut levels = Levels::default();
    for (kind, level) in on_file.iter().filter_map(|text| Foreign::parse(text).unwrap().level()) {
        let known = levels.0.entry(kind.to_owned()).or_default();
        *known = level.max(*known);
    }
    assert_eq!(levels.0.len(), 3);
    let mut against = vec![None, Some(hasher.hash(&Secret::new("a")).await.unwrap())];
    for text in &on_file {
        against.push(Some(wrapped(&hasher, text).await));
    }
    let mut spent = Vec::new();
    for hash in &against {
        let before = hasher.load().written_kib;
        hasher.verify_among(&Secret::new("b"), hash.as_ref(), &levels).await.unwrap();
        spent.push(hasher.load().written_kib - before);
    }
    let (least, most) = (spent.iter().min().unwrap(), spent.iter().max().unwrap());
    assert!(most - least <= 1, "{spent:?}");
    // Once the last of them is renewed, nobody does it any more.
    let before = hasher.load().written_kib;
    hasher.verify_among(&Secret::new("b"), None, &Levels::default()).await.unwrap();
    assert!(hasher.load().written_kib - before < *least);
}

#[test]
fn i06_a_hash_that_would_eat_the_server_is_refused_before_it_is_computed() {
    for (text, what) in [
        ("$2b$31$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6", "bcrypt with cost 31: at most 12"),
        ("$2b$13$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6", "bcrypt with cost 13"),
        ("pbkdf2_sha256$9999999999$seasalt$0HTwsjPamDCD5DH9iAyZPeadZzmSsAmYNehWPEATcnY=", "pbkdf2-sha256 with rounds 4294967295"),
        (
            "$argon2id$v=19$m=4194304,t=1,p=1$8PHy8/T19vf4+fr7/P3+/w$TwjVfX4a0SHQGgIySwOzC+aTSWLzTK2pfHTSL9A5jJk",
            "argon2id with KiB 4194304: at most 131072",
        ),
        ("$argon2id$v=19$m=65536,t=5,p=1$8PHy8/T19vf4+fr7/P3+/w$TwjVfX4a0SHQGgIySwOzC+aTSWLzTK2pfHTSL9A5jJk", "KiB in all passes 327680"),
    ] {
        let why = Foreign::parse(text).err().unwrap_or_else(|| panic!("{text}"));
        assert!(matches!(why, NotTaken::Dear { .. }) && why.to_string().contains(what), "{why}");
    }
    // Nor is one that somebody wrote into the database.
    for text in ["bcrypt:31:AAAAAAAAAAAAAAAAAAAAAA", "pbkdf2-sha256:4000000000:32:AAAAAAAA", "argon2id:4194304:1:1:32:AAAAAAAAAAA"] {
        assert_eq!(Recipe::of(text), None, "{text}");
    }
}

#[test]
fn what_cannot_be_verified_is_refused_and_says_nothing_of_the_hash() {
    for (text, why) in [
        ("", NotTaken::Empty),
        ("  ", NotTaken::Empty),
        ("motdepasse", NotTaken::Unknown),
        ("{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=", NotTaken::Unknown),
        ("{MD5}ICy5YqxZB1uWSwcVLSNLcA==", NotTaken::Unknown),
        ("$1$abcdefgh$G3wXqnPHUs3X3hFsFGGvE/", NotTaken::Unknown),
        ("$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.", NotTaken::Unknown),
        ("$2x$06$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6", NotTaken::Unknown),
        ("bcrypt_sha256$$2b$06$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHOn6", NotTaken::Unknown),
        ("$argon2i$v=19$m=64,t=2,p=2$8PHy8/T19vf4+fr7/P3+/w$TwjVfX4a0SHQGgIySwOzC+aTSWLzTK2pfHTSL9A5jJk", NotTaken::Unknown),
        ("$2b$06$abcdefghijklmnopqrstuuFyUVouFk9/ATBs66Y8T4nlWthukHO", NotTaken::Broken("bcrypt")),
        ("$2b$06$abcdefghijklmnopqrstuu", NotTaken::Broken("bcrypt")),
        ("pbkdf2_sha256$1000$seasalt", NotTaken::Broken("PBKDF2")),
        ("pbkdf2_sha256$0$seasalt$0HTwsjPamDCD5DH9iAyZPeadZzmSsAmYNehWPEATcnY=", NotTaken::Broken("PBKDF2")),
        ("pbkdf2_sha256$1000$seasalt$AAAA", NotTaken::Broken("PBKDF2")),
        ("pbkdf2_sha256$1000$x$0HTwsjPamDCD5DH9iAyZPeadZzmSsAmYNehWPEATcnY=", NotTaken::Broken("pbkdf2-sha256")),
        ("{SSHA}AAAA", NotTaken::Broken("SSHA")),
        ("{SSHA}ZdUz6aKvO70RcxO5LnswIkcCRDk=", NotTaken::Broken("SSHA")),
        ("{\"algorithm\": \"pbkdf2-sha512\"}", NotTaken::Broken("credential of Keycloak")),
        ("{\"algorithm\"", NotTaken::Broken("credential of Keycloak")),
    ] {
        let found = Foreign::parse(text).err();
        assert_eq!(found, Some(why), "{text}");
    }
}

#[test]
fn a_recipe_is_read_as_it_was_written() {
    for made in MADE {
        let recipe = Foreign::parse(made).unwrap().recipe;
        assert_eq!(Recipe::of(&recipe.text()).as_ref(), Some(&recipe), "{}", recipe.text());
    }
    for wrong in ["", "bcrypt", "bcrypt:12", "salted-md5:AAAA", "pbkdf2-sha256:0:32:AAAA", "bcrypt:04:AAAA", "x:y:z"] {
        assert_eq!(Recipe::of(wrong), None, "{wrong}");
    }
}

proptest::proptest! {
    /// A file comes from elsewhere: whatever stands in it is read or refused.
    #[test]
    fn z_whatever_stands_in_a_file_is_read_or_refused(
        head in "(\\$2b\\$|\\$argon2id\\$v=19\\$m=|pbkdf2_sha256\\$|\\{SSHA\\}|\\{PBKDF2\\}|\\{\"algorithm\": )?",
        rest in "\\PC{0,80}",
    ) {
        if let Ok(foreign) = Foreign::parse(&format!("{head}{rest}")) {
            proptest::prop_assert!(Recipe::of(&foreign.recipe.text()).is_some());
        }
    }
}
