//! The words for how surely somebody is who they say (`acr`), weakest first. They are recorded when somebody proves
//! something, never made up afterwards (row P38).

/// Every word, weakest first; `acr_values_supported` of discovery.
pub const WORDS: &[&str] = &["urn:preau:acr:identified", "urn:preau:acr:proven"];

/// A sign-in of assurance `reached` is enough for `wanted`. A word that is not ours is a wish that nobody can refuse.
pub fn reaches(reached: &str, wanted: &str) -> bool {
    match (rank(reached), rank(wanted)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(reached), Some(wanted)) => reached >= wanted,
    }
}

fn rank(word: &str) -> Option<usize> {
    WORDS.iter().chain(LATER).position(|known| *known == word)
}

/// Known to be stronger, and not yet to be reached.
const LATER: &[&str] = &["urn:preau:acr:two-factor"];
