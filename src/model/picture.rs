//! The pictures of which a child chooses three, in order, to show beside a card.

/// A picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Picture {
    Cat,
    Dog,
    Fish,
    Bird,
    Rabbit,
    Horse,
    Cow,
    Butterfly,
    Sun,
    Moon,
    Star,
    Heart,
    House,
    Tree,
    Boat,
    Umbrella,
}

impl Picture {
    /// All of them, in the order of the page: the same each day, so that a hand finds its way.
    pub const ALL: &'static [Self] = &[
        Self::Cat,
        Self::Sun,
        Self::House,
        Self::Fish,
        Self::Star,
        Self::Rabbit,
        Self::Boat,
        Self::Bird,
        Self::Tree,
        Self::Horse,
        Self::Moon,
        Self::Dog,
        Self::Butterfly,
        Self::Umbrella,
        Self::Cow,
        Self::Heart,
    ];

    /// Its word, in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cat => "cat",
            Self::Dog => "dog",
            Self::Fish => "fish",
            Self::Bird => "bird",
            Self::Rabbit => "rabbit",
            Self::Horse => "horse",
            Self::Cow => "cow",
            Self::Butterfly => "butterfly",
            Self::Sun => "sun",
            Self::Moon => "moon",
            Self::Star => "star",
            Self::Heart => "heart",
            Self::House => "house",
            Self::Tree => "tree",
            Self::Boat => "boat",
            Self::Umbrella => "umbrella",
        }
    }

    /// The picture of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|picture| picture.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_sixteen_and_each_is_found_by_its_word() {
        assert_eq!(Picture::ALL.len(), 16);
        assert!(Picture::ALL.iter().all(|picture| Picture::from_word(picture.word()) == Some(*picture)));
        assert_eq!(Picture::from_word("dragon"), None);
    }
}
