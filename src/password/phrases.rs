//! Passwords that a child can choose from: four words that every child knows and that have nothing to do with one another,
//! drawn by chance (A36). They are proposed and never stored: what the child types is a password like any other.

use crate::model::Language;
use crate::random::Random;

/// So many different ones, in the reader's language, without accents, so that any keyboard can type them: four words of
/// more than a thousand, which is 40 bits, or as many more as `bits` need.
pub fn phrases(random: &Random, language: Language, count: usize, bits: u16) -> Vec<String> {
    let length = usize::from(bits.div_ceil(BITS_A_WORD)).max(WORDS);
    let words: Vec<&str> = list(language).split_whitespace().collect();
    let mut phrases = Vec::new();
    while phrases.len() < count {
        let mut drawn: Vec<&str> = Vec::new();
        while drawn.len() < length {
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

/// Nobody has more than a hundred tries in a row: of a million million phrases that is nothing.
const WORDS: usize = 4;
/// What a word of a list of 1,024 and more holds.
const BITS_A_WORD: u16 = 10;

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
            assert!(words.len() >= 1 << BITS_A_WORD, "{}", words.len());
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
                for phrase in phrases(&random, language, 3, 0) {
                    assert_eq!(phrase.split(' ').count(), 4, "{phrase}");
                    for audience in [Audience::Student, Audience::Guardian] {
                        assert!(policy.check_password(&policy.password(audience), &phrase, &[]).is_ok(), "{phrase}");
                    }
                    assert!(seen.insert(phrase));
                }
            }
        }
    }
    #[test]
    fn a36_where_bits_are_counted_there_are_as_many_words_as_hold_them() {
        let random = Random::seeded(1);
        for (bits, words) in [(0, 4), (40, 4), (50, 5), (80, 8)] {
            assert!(phrases(&random, Language::French, 3, bits).iter().all(|phrase| phrase.split(' ').count() == words), "{bits}");
        }
    }
}
