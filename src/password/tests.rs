use super::*;

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// As `Hasher::for_tests`, at another cost or under another pepper.
fn hasher(memory_kib: u32, iterations: u32, pepper: u8) -> Hasher {
    Hasher { today: Cost { memory_kib, iterations }, pepper: Pepper::new(&[pepper; 32]), ..Hasher::for_tests() }
}

fn settings(memory_kib: u32, iterations: u32, slots: usize) -> PasswordSettings {
    PasswordSettings { memory_kib, iterations, slots, ..PasswordSettings::default() }
}

fn on(settings: &PasswordSettings, cores: usize, mib: u64) -> Result<Hasher, BadCost> {
    Hasher::on(settings, Pepper::new(&[7; 32]), Random::seeded(7), (cores, mib * 1_024))
}

#[tokio::test]
async fn a_password_is_right_and_another_is_wrong() {
    let hasher = Hasher::for_tests();
    let hash = hasher.hash(&secret("correct horse")).await.unwrap();
    assert_eq!(hasher.verify(&secret("correct horse"), Some(&hash)).await, Ok(Verdict::Right));
    for wrong in ["correct Horse", "correct horse ", "", "correct"] {
        assert_eq!(hasher.verify(&secret(wrong), Some(&hash)).await, Ok(Verdict::Wrong), "{wrong}");
    }
    assert_eq!(hasher.verify(&secret(""), None).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn a_hash_is_a_phc_string_that_names_its_pepper_and_is_salted() {
    let hasher = Hasher::for_tests();
    let [one, two] = hasher.hash_each(&[&secret("a"), &secret("a")]).await.unwrap().try_into().unwrap();
    let start = one.0.strip_prefix("$argon2id$v=19$m=64,t=2,p=1,keyid=").unwrap();
    assert_eq!(start.split('$').map(str::len).collect::<Vec<_>>(), [8, 22, 43], "6, 16 and 32 bytes in base64");
    assert_ne!(one, two);
}

#[tokio::test]
async fn i15_without_the_pepper_a_hash_is_of_no_use() {
    let hasher = Hasher::for_tests();
    let hash = hasher.hash(&secret("correct horse")).await.unwrap();
    let phc = phc::PasswordHash::new(&hash.0).unwrap();
    let bare = argon2::PasswordVerifier::verify_password(&argon2::Argon2::default(), b"correct horse", &phc);
    assert!(bare.is_err());
    let peppered = Pepper::new(&[7; 32]).season(&secret("correct horse"));
    argon2::PasswordVerifier::verify_password(&argon2::Argon2::default(), peppered.as_slice(), &phc).unwrap();
}

#[tokio::test]
async fn a_hash_of_another_pepper_is_wrong_even_if_it_names_ours() {
    let (ours, theirs) = (hasher(64, 2, 7), hasher(64, 2, 8));
    let hash = theirs.hash(&secret("correct horse")).await.unwrap();
    assert_eq!(ours.verify(&secret("correct horse"), Some(&hash)).await, Ok(Verdict::Wrong));
    let own = ours.hash(&secret("x")).await.unwrap();
    let id = |hash: &PasswordHash| hash.0.split("keyid=").nth(1).unwrap()[..8].to_owned();
    assert_ne!(id(&hash), id(&own));
    let renamed = PasswordHash(hash.0.replace(&id(&hash), &id(&own)));
    assert_eq!(ours.verify(&secret("correct horse"), Some(&renamed)).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn e25_equal_forms_of_a_letter_match_and_nothing_is_cut_off() {
    let hasher = Hasher::for_tests();
    for (chosen, typed) in [
        ("\u{e9}l\u{e8}ve du lyc\u{e9}e", "e\u{301}le\u{300}ve du lyce\u{301}e"),
        ("\u{fb01}ancaille", "fiancaille"),
        ("\u{ff21}\u{ff22}\u{ff23}\u{2460}", "ABC1"),
        ("\u{1f1e8}\u{1f1e6} \u{1f468}\u{200d}\u{1f467}", "\u{1f1e8}\u{1f1e6} \u{1f468}\u{200d}\u{1f467}"),
    ] {
        let hash = hasher.hash(&secret(chosen)).await.unwrap();
        assert_eq!(hasher.verify(&secret(typed), Some(&hash)).await, Ok(Verdict::Right), "{chosen}");
    }
    let long = |at: usize| (0..80).map(|n| if n == at { 'x' } else { 'a' }).collect::<String>();
    let hash = hasher.hash(&secret(&long(72))).await.unwrap();
    assert_eq!(hasher.verify(&secret(&long(72)), Some(&hash)).await, Ok(Verdict::Right));
    assert_eq!(hasher.verify(&secret(&long(73)), Some(&hash)).await, Ok(Verdict::Wrong));
    assert_eq!(hasher.verify(&secret(&"a".repeat(80)), Some(&hash)).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn e25_megabytes_are_hashed_whole_and_not_normalised() {
    let hasher = Hasher::for_tests();
    let huge = "e\u{301}".repeat(1 << 20);
    let hash = hasher.hash(&secret(&huge)).await.unwrap();
    assert_eq!(hasher.verify(&secret(&huge), Some(&hash)).await, Ok(Verdict::Right));
    assert_eq!(hasher.verify(&secret(&huge[..huge.len() - 3]), Some(&hash)).await, Ok(Verdict::Wrong));
    assert_eq!(hasher.verify(&secret(&"\u{e9}".repeat(1 << 20)), Some(&hash)).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn a_hash_below_todays_cost_is_right_but_weak() {
    let today = hasher(64, 2, 7);
    for (memory_kib, iterations, verdict) in [
        (32, 2, Verdict::RightButWeak),
        (64, 1, Verdict::RightButWeak),
        (40, 3, Verdict::RightButWeak),
        (64, 2, Verdict::Right),
        (96, 2, Verdict::Right),
    ] {
        let hash = hasher(memory_kib, iterations, 7).hash(&secret("a")).await.unwrap();
        assert_eq!(today.verify(&secret("a"), Some(&hash)).await, Ok(verdict), "{memory_kib} KiB, {iterations} times");
        assert_eq!(today.verify(&secret("b"), Some(&hash)).await, Ok(Verdict::Wrong));
    }
}

#[tokio::test]
async fn e02_whatever_there_is_to_compare_with_the_work_is_the_same() {
    let today = hasher(640, 3, 7);
    let mut against = vec![None, Some(PasswordHash("no hash".to_owned())), Some(PasswordHash(String::new()))];
    let own = today.hash(&secret("a")).await.unwrap().0;
    against.push(Some(PasswordHash(own.replace("t=3", "t=4000000000"))));
    against.push(Some(PasswordHash(own.replace("m=640", "m=4000000000"))));
    for (memory_kib, iterations, pepper) in [(640, 3, 7), (640, 3, 8), (64, 2, 7), (640, 2, 7), (600, 1, 7), (2_048, 3, 7)] {
        let hash = hasher(memory_kib, iterations, pepper).hash(&secret("a")).await.unwrap();
        against.push(Some(PasswordHash(hash.0.replace("$v=19$", "$v=16$"))));
        against.push(Some(hash));
    }
    for hash in against {
        let before = today.load().written_kib;
        today.verify(&secret("b"), hash.as_ref()).await.unwrap();
        let work = today.load().written_kib - before;
        assert!((1_918..=1_920).contains(&work), "{work} KiB instead of 1920 for {hash:?}");
    }
}

#[tokio::test]
async fn several_are_compared_each_with_its_own_hash() {
    let hasher = Hasher::for_tests();
    let names: Vec<Secret> = (0..20).map(|n| secret(&format!("answer {n}"))).collect();
    let hashes = hasher.hash_each(&names.iter().collect::<Vec<_>>()).await.unwrap();
    let mut pairs: Vec<(&Secret, Option<&PasswordHash>)> = names.iter().zip(&hashes).map(|(name, hash)| (name, Some(hash))).collect();
    pairs[3].0 = &names[4];
    pairs[11].1 = None;
    let verdicts = hasher.verify_each(&pairs).await.unwrap();
    let wrong: Vec<usize> = (0..20).filter(|n| verdicts[*n] == Verdict::Wrong).collect();
    assert_eq!((verdicts.len(), wrong), (20, vec![3, 11]));

    assert_eq!(hasher.verify_any(&names[17], &hashes).await, Ok(true));
    assert_eq!(hasher.verify_any(&names[17], &hashes[..17]).await, Ok(false));
    let before = hasher.load().hashed;
    assert_eq!(hasher.verify_any(&names[17], &[]).await, Ok(false));
    assert_eq!(hasher.load().hashed, before, "nothing to compare with costs nothing");
}

#[test]
fn costs_below_the_floor_are_refused() {
    for (mib, iterations) in [(19, 2), (46, 1), (12, 3), (64, 1), (19, 9)] {
        assert!(on(&settings(mib * 1_024, iterations, 0), 2, 4_096).is_ok(), "{mib} MiB, {iterations} times");
    }
    for (memory_kib, iterations) in
        [(19 * 1_024 - 1, 2), (19 * 1_024, 1), (46 * 1_024 - 1, 1), (12 * 1_024, 2), (8 * 1_024, 30), (1 << 20, 0)]
    {
        let refused = on(&settings(memory_kib, iterations, 0), 2, 4_096).err();
        assert_eq!(refused, Some(BadCost::Weak { memory_kib, iterations }));
    }
    assert_eq!(on(&settings(19 * 1_024, 65, 0), 2, 4_096).err(), Some(BadCost::Long(65)));
}

#[test]
fn i06_the_slots_are_one_less_than_the_cores_and_take_half_the_memory_at_most() {
    let slots = |wanted, cores, mib| on(&settings(19 * 1_024, 2, wanted), cores, mib).map(|hasher| hasher.pool.slots());
    assert_eq!((slots(0, 1, 4_096), slots(0, 2, 4_096), slots(0, 8, 4_096)), (Ok(1), Ok(1), Ok(7)));
    assert_eq!(slots(0, 64, 512), Ok(13), "as many as there is room for");
    assert_eq!(slots(5, 2, 4_096), Ok(5));
    let large = BadCost::Large { slots: 14, memory_kib: 19 * 1_024, half_kib: 256 * 1_024 };
    assert_eq!(slots(14, 64, 512), Err(large));
    assert!(on(&settings(1 << 20, 2, 0), 2, 1_024).is_err(), "one hash may not take all there is");
}

#[test]
fn a_pepper_never_prints_itself() {
    assert_eq!(format!("{:?}", Pepper::new(&[7; 32])), "Pepper(_)");
}
