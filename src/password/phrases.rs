//! Passwords that a child can choose from: four words that every child knows and that have nothing to do with one another,
//! drawn by chance (A36). They are proposed and never stored: what the child types is a password like any other.

use crate::model::Language;
use crate::random::Random;

/// So many different ones, in the reader's language, without accents, so that any keyboard can type them.
pub fn phrases(random: &Random, language: Language, count: usize) -> Vec<String> {
    let words: Vec<&str> = list(language).split_whitespace().collect();
    let mut phrases = Vec::new();
    while phrases.len() < count {
        let mut drawn: Vec<&str> = Vec::new();
        while drawn.len() < WORDS {
            let word = words[usize::try_from(random.below(words.len() as u64)).unwrap_or_default()];
            // Two phrases that share no word are two to choose from.
            if !drawn.contains(&word) && !phrases.iter().any(|phrase: &String| phrase.split(' ').any(|other| other == word)) {
                drawn.push(word);
            }
        }
        phrases.push(drawn.join(" "));
    }
    phrases
}

fn list(language: Language) -> &'static str {
    match language {
        Language::French => include_str!("words-fr.txt"),
        Language::English => include_str!("words-en.txt"),
    }
}

/// Of some 240 words: 31 bits, behind a limit of a hundred tries in a row.
const WORDS: usize = 4;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Audience;
    use crate::policy::Policy;

    #[test]
    fn a36_words_are_many_plain_and_different() {
        for &language in Language::ALL {
            let words: Vec<&str> = list(language).split_whitespace().collect();
            assert!(words.len() >= 230, "{}", words.len());
            assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "no word stands twice");
            for word in words {
                assert!((3..=10).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
            }
        }
    }

    #[test]
    fn a36_what_is_proposed_is_good_enough_for_everybody_and_never_the_same() {
        let (random, policy) = (Random::seeded(1), Policy::default());
        let mut seen = BTreeSet::new();
        for _ in 0..50 {
            for &language in Language::ALL {
                for phrase in phrases(&random, language, 3) {
                    for audience in [Audience::Student, Audience::Guardian] {
                        assert!(policy.check_password(&policy.password(audience), &phrase, &[]).is_ok(), "{phrase}");
                    }
                    assert!(seen.insert(phrase));
                }
            }
        }
    }
}
