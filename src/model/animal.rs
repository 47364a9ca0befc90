//! The picture by which somebody knows themselves on the first page of a device that a family shares (A18). It proves
//! nothing.

/// An animal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are animals")]
pub enum Animal {
    Bird,
    Butterfly,
    Cat,
    Cow,
    Dog,
    Fish,
    Horse,
    Rabbit,
}

impl Animal {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Bird, Self::Butterfly, Self::Cat, Self::Cow, Self::Dog, Self::Fish, Self::Horse, Self::Rabbit];

    /// Its word, in the database, in forms and of its picture.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bird => "bird",
            Self::Butterfly => "butterfly",
            Self::Cat => "cat",
            Self::Cow => "cow",
            Self::Dog => "dog",
            Self::Fish => "fish",
            Self::Horse => "horse",
            Self::Rabbit => "rabbit",
        }
    }

    /// The animal of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|animal| animal.word() == word)
    }
}
