//! The fonts that letters are set in: ours, and those that a district adds.

use std::collections::HashSet;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::Error;

const OURS: [&[u8]; 5] = [
    include_bytes!("../fonts/atkinson-hyperlegible-next-400.ttf"),
    include_bytes!("../fonts/atkinson-hyperlegible-next-700.ttf"),
    include_bytes!("../fonts/atkinson-hyperlegible-mono-700.ttf"),
    include_bytes!("../fonts/noto-sans-400.ttf"),
    include_bytes!("../fonts/noto-sans-700.ttf"),
];

/// Fonts, and what they can write.
pub(crate) struct Fonts {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) all: Vec<Font>,
    known: HashSet<u32>,
}

impl Fonts {
    pub(crate) fn load(added: Vec<Vec<u8>>) -> Result<Self, Error> {
        let mut all: Vec<Font> = OURS.iter().flat_map(|font| Font::iter(Bytes::new(*font))).collect();
        for (at, font) in added.into_iter().enumerate() {
            let before = all.len();
            all.extend(Font::iter(Bytes::new(font)));
            if all.len() == before {
                return Err(Error::Font(at + 1));
            }
        }
        let known = all.iter().flat_map(|font| font.info().coverage.iter()).collect();
        Ok(Self { book: LazyHash::new(FontBook::from_fonts(&all)), all, known })
    }

    /// Whether some font has this character.
    pub(crate) fn can_write(&self, character: char) -> bool {
        self.known.contains(&u32::from(character))
    }
}
