//! The words for how surely somebody is who they say (`acr`), weakest first. They are recorded when somebody proves
//! something, never made up afterwards (row P38). docs/assurance.md says what each means.

use crate::model::assurance::{BADGE, IDENTIFIED, PROVEN, TWO_FACTOR};

/// Every word, weakest first; `acr_values_supported` of discovery.
pub const WORDS: &[&str] = &[BADGE, IDENTIFIED, PROVEN, TWO_FACTOR];

/// A sign-in of assurance `reached`, to an account that was claimed with the assurance `claimed`, is enough for `wanted`. Two
/// factors say nothing of how the account was claimed. A word that is not ours is a wish that nobody can refuse.
pub fn reaches(reached: &str, claimed: &str, wanted: &str) -> bool {
    match wanted {
        BADGE => WORDS.contains(&reached),
        IDENTIFIED => reached != BADGE && WORDS.contains(&reached),
        PROVEN => reached == PROVEN || reached == TWO_FACTOR && claimed == PROVEN,
        TWO_FACTOR => reached == TWO_FACTOR,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p38_an_assurance_is_enough_for_what_it_says_and_no_more() {
        for (reached, claimed, enough) in [
            (BADGE, IDENTIFIED, [true, false, false, false]),
            (BADGE, PROVEN, [true, false, false, false]),
            (IDENTIFIED, IDENTIFIED, [true, true, false, false]),
            (IDENTIFIED, PROVEN, [true, true, false, false]),
            (PROVEN, PROVEN, [true, true, true, false]),
            (TWO_FACTOR, IDENTIFIED, [true, true, false, true]),
            (TWO_FACTOR, PROVEN, [true, true, true, true]),
            ("urn:elsewhere", PROVEN, [false, false, false, false]),
        ] {
            let reaches = [BADGE, IDENTIFIED, PROVEN, TWO_FACTOR].map(|wanted| reaches(reached, claimed, wanted));
            assert_eq!(reaches, enough, "{reached} of an account of {claimed}");
        }
        assert!(reaches(IDENTIFIED, IDENTIFIED, "urn:elsewhere"));
    }
}
