//! Passwords that are easy to read from one window and to type into another: four words of a short list. They open
//! accounts of people who do not exist, on this machine.

use crate::random::{Random, Secret};

/// Four words; one of 4,294,967,296.
pub fn phrase(random: &Random) -> Secret {
    let word = |_| WORDS[usize::from(random.bytes::<1>()[0])];
    Secret::new([(); 4].map(word).join("-"))
}

/// One word a byte.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "acorn", "agate", "alder", "amber", "anvil", "apple", "april", "arrow", "aspen", "attic", "badge", "bagel", "baker",
    "balsa", "banjo", "barge", "basil", "basin", "beach", "bench", "berry", "birch", "bison", "blaze", "bloom", "board",
    "bonus", "boot", "bread", "brick", "bridge", "brook", "broom", "brush", "bucket", "bugle", "butter", "cabin",
    "cable", "cactus", "camel", "canal", "candle", "canoe", "canvas", "canyon", "carrot", "castle", "cedar", "cello",
    "chalk", "cherry", "chess", "cider", "cinema", "circle", "cloud", "clover", "cobalt", "cocoa", "comet", "copper",
    "coral", "cotton", "cousin", "crane", "crayon", "cricket", "crown", "daisy", "dancer", "delta", "desert", "dolphin",
    "donkey", "dragon", "drum", "eagle", "easel", "echo", "elbow", "ember", "engine", "fabric", "falcon", "farmer",
    "feather", "fern", "fiddle", "field", "finch", "flag", "flame", "flute", "forest", "fossil", "fox", "frost",
    "galaxy", "garden", "garlic", "gecko", "geyser", "ginger", "giraffe", "glacier", "globe", "grape", "gravel",
    "guitar", "hammer", "harbor", "hazel", "hedge", "helmet", "heron", "hill", "honey", "horn", "igloo", "indigo",
    "island", "ivory", "jacket", "jaguar", "jasmine", "jersey", "jigsaw", "jungle", "kayak", "kettle", "kite", "koala",
    "ladder", "lagoon", "lantern", "lemon", "lentil", "lilac", "linen", "lizard", "llama", "locket", "lotus", "lumber",
    "magnet", "maple", "marble", "market", "meadow", "melon", "metal", "mint", "mirror", "mitten", "moon", "mosaic",
    "moss", "motor", "museum", "mustard", "napkin", "nectar", "needle", "nickel", "noodle", "nutmeg", "oak", "oasis",
    "ocean", "olive", "onion", "opal", "orbit", "orchard", "otter", "oven", "owl", "oyster", "paddle", "palm", "panda",
    "paper", "parrot", "pebble", "pencil", "pepper", "piano", "pigeon", "pillow", "pine", "planet", "plum", "pocket",
    "polar", "pollen", "pony", "poplar", "puzzle", "quartz", "quill", "rabbit", "radar", "radish", "raft", "rain",
    "ribbon", "river", "robin", "rocket", "ruby", "saddle", "saffron", "sail", "salmon", "sand", "satin", "scarf",
    "shell", "silver", "sketch", "sled", "smoke", "snow", "socket", "spark", "sponge", "spruce", "squash", "stable",
    "statue", "stone", "storm", "summer", "sunset", "swan", "table", "tango", "teapot", "thimble", "thunder", "tiger",
    "timber", "toast", "tomato", "topaz", "trumpet", "tulip", "tunnel", "turnip", "turtle", "valley", "velvet",
    "violet", "walnut", "willow",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Audience;
    use crate::policy::Policy;

    #[test]
    fn no_word_stands_twice_and_none_needs_more_than_a_plain_keyboard() {
        let words: BTreeSet<&str> = WORDS.into_iter().collect();
        assert_eq!(words.len(), WORDS.len());
        assert!(WORDS.iter().all(|word| (3..=7).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())));
    }

    #[test]
    fn every_audience_may_choose_such_a_phrase() {
        let (random, policy) = (Random::seeded(5), Policy::default());
        for audience in Audience::ALL {
            for _ in 0..50 {
                let phrase = phrase(&random);
                assert_eq!(policy.check_password(&policy.password(*audience), phrase.expose(), &[]), Ok(()), "{}", phrase.expose());
            }
        }
    }
}
