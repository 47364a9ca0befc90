//! Codes on paper (decisions 14): four groups of four consonants, `BCDF-GHJK-LMNP-QRST`. In each group three symbols are
//! drawn and the fourth checks them, so that a slip is found in its group without a try being counted. No vowels, so no
//! words; no digits, so none is taken for a letter (RFC 8628 section 6.1, rows E08 and E09).
//!
//! The check is a sum over the ring GF(4) × GF(5), which has as many elements as the alphabet has symbols. The weights
//! of the four places are units, and so are the differences of neighbours: every single wrong symbol and every swap of
//! two neighbours changes the sum. The group's number is in the sum too, so whole groups that change places are found.

use crate::random::{Random, Secret};

/// A code: its twelve drawn symbols.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; DRAWN]);

/// What was typed is no code, whoever asks and whatever the store holds: a slip of the finger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slip {
    /// Nothing was typed.
    Missing,
    /// It has not sixteen symbols.
    Length {
        /// How many it has.
        had: usize,
    },
    /// These groups, counted from one, hold a mistake.
    Groups(Vec<usize>),
}

impl Code {
    /// A fresh code: 51.9 bits.
    pub fn new(random: &Random) -> Self {
        // Of 256 values, the 240 that are a multiple of the alphabet keep it uniform; the others are drawn again.
        let mut drawn = [0; DRAWN];
        let mut filled = 0;
        while filled < DRAWN {
            for byte in random.bytes::<16>().into_iter().filter(|byte| *byte < 240) {
                if let Some(place) = drawn.get_mut(filled) {
                    *place = byte % SYMBOLS;
                    filled += 1;
                }
            }
        }
        Self(drawn)
    }

    /// Reads what was typed. Case, spaces, hyphens and points do not count, and what looks like one of our symbols is
    /// taken for it.
    pub fn parse(typed: &str) -> Result<Self, Slip> {
        let symbols: Vec<Option<u8>> = typed.chars().filter(|symbol| !is_between(*symbol)).map(read).collect();
        match symbols.len() {
            0 => return Err(Slip::Missing),
            TYPED => {}
            had => return Err(Slip::Length { had }),
        }
        let mut drawn = [0; DRAWN];
        let mut wrong = Vec::new();
        for (number, group) in symbols.chunks(GROUP).enumerate() {
            match group {
                [Some(a), Some(b), Some(c), Some(check)] if self::check(number, [*a, *b, *c]) == *check => {
                    drawn[number * 3..number * 3 + 3].copy_from_slice(&[*a, *b, *c]);
                }
                _ => wrong.push(number + 1),
            }
        }
        if wrong.is_empty() { Ok(Self(drawn)) } else { Err(Slip::Groups(wrong)) }
    }

    /// As it is printed and typed.
    pub fn text(&self) -> Secret {
        Secret::new(self.groups().join("-"))
    }

    /// The first half, under which the tries of a code are counted: who guesses at the other half has ten.
    pub fn front(&self) -> Secret {
        Secret::new(self.groups()[..2].join("-"))
    }

    /// The last group, by which staff tells one letter from another (C18).
    pub fn last_group(&self) -> String {
        self.groups().pop().expect("there are four")
    }

    fn groups(&self) -> Vec<String> {
        let group = |(number, drawn): (usize, &[u8])| {
            let check = check(number, [drawn[0], drawn[1], drawn[2]]);
            drawn.iter().chain([&check]).map(|symbol| char::from(ALPHABET[usize::from(*symbol)])).collect()
        };
        self.0.chunks(3).enumerate().map(group).collect()
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(_)")
    }
}

/// The symbol that makes the weighted sum of a group its number.
fn check(number: usize, drawn: [u8; 3]) -> u8 {
    // A symbol is an element of GF(4) (its bits are the coefficients) and one of GF(5). The weights are the powers of the
    // root w of x² + x + 1, and of 2: (1, w, w², 1) and (1, 2, 4, 3).
    let parts = drawn.map(|symbol| (symbol / 5, symbol % 5));
    let [(a4, a5), (b4, b5), (c4, c5)] = parts;
    let number = u8::try_from(number).unwrap_or_default();
    let sum4 = number ^ a4 ^ by_w(b4) ^ by_w(by_w(c4));
    let sum5 = (5 + number - (a5 + 2 * b5 + 4 * c5) % 5) % 5;
    // The last weight of GF(5) is 3, whose inverse is 2.
    sum4 * 5 + sum5 * 2 % 5
}

/// The product with w in GF(4).
fn by_w(element: u8) -> u8 {
    [0, 2, 3, 1][usize::from(element)]
}

fn read(typed: char) -> Option<u8> {
    let upper = typed.to_ascii_uppercase();
    let meant = LOOK_ALIKES.iter().find(|(alike, _)| *alike == upper).map_or(upper, |(_, meant)| *meant);
    let place = ALPHABET.iter().position(|symbol| char::from(*symbol) == meant)?;
    u8::try_from(place).ok()
}

fn is_between(symbol: char) -> bool {
    symbol.is_whitespace() || matches!(symbol, '-' | '.' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The consonants of RFC 8628 section 6.1.
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// What is not of the alphabet and was surely meant for one that is.
const LOOK_ALIKES: &[(char, char)] =
    &[('0', 'Q'), ('O', 'Q'), ('1', 'L'), ('I', 'L'), ('2', 'Z'), ('5', 'S'), ('6', 'G'), ('8', 'B'), ('U', 'V'), ('Y', 'V')];
const SYMBOLS: u8 = 20;
const GROUP: usize = 4;
const TYPED: usize = 16;
const DRAWN: usize = 12;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all_of_a_group() -> impl Iterator<Item = [u8; 3]> {
        (0..SYMBOLS).flat_map(|a| (0..SYMBOLS).flat_map(move |b| (0..SYMBOLS).map(move |c| [a, b, c])))
    }

    fn is_right(number: usize, [a, b, c, d]: [u8; 4]) -> bool {
        check(number, [a, b, c]) == d
    }

    /// Row E09, exhaustively: of every group in every place, each single substitution and each swap of neighbours.
    #[test]
    fn e09_every_wrong_symbol_and_every_swap_of_neighbours_is_caught() {
        for number in 0..4 {
            for [a, b, c] in all_of_a_group() {
                let right = [a, b, c, check(number, [a, b, c])];
                for place in 0..GROUP {
                    for other in (0..SYMBOLS).filter(|other| *other != right[place]) {
                        let mut wrong = right;
                        wrong[place] = other;
                        assert!(!is_right(number, wrong), "{right:?} {wrong:?}");
                    }
                }
                for place in 0..GROUP - 1 {
                    let mut swapped = right;
                    swapped.swap(place, place + 1);
                    assert!(swapped == right || !is_right(number, swapped), "{right:?} {swapped:?}");
                }
            }
        }
    }

    #[test]
    fn e09_a_million_codes_are_unique_and_every_symbol_is_as_frequent_as_any_other() {
        let random = Random::seeded(9);
        let mut seen = std::collections::HashSet::with_capacity(1_000_000);
        let mut counts = [[0_u64; 20]; DRAWN];
        for _ in 0..1_000_000 {
            let code = Code::new(&random);
            for (place, symbol) in code.0.iter().enumerate() {
                counts[place][usize::from(*symbol)] += 1;
            }
            assert!(seen.insert(code.0));
        }
        for (place, counts) in counts.iter().enumerate() {
            let expected = 50_000.0;
            let chi: f64 = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
            // 19 degrees of freedom: one uniform place in a million lies above 64.
            assert!(chi < 64.0, "place {place}: {chi}");
        }
    }

    #[test]
    fn e09_the_alphabet_has_no_vowel_no_digit_and_no_two_that_look_alike() {
        let symbols: BTreeSet<u8> = ALPHABET.iter().copied().collect();
        assert_eq!(symbols.len(), usize::from(SYMBOLS));
        assert!(!symbols.iter().any(|symbol| b"AEIOUY0123456789".contains(symbol)));
        assert!(LOOK_ALIKES.iter().all(|(alike, meant)| read(*alike) == read(*meant) && !symbols.contains(&(*alike as u8))));
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let random = Random::seeded(3);
        for _ in 0..200 {
            let code = Code::new(&random);
            let printed = code.text().expose().to_owned();
            assert_eq!(printed.len(), 19);
            let alike: String = printed
                .chars()
                .map(|c| {
                    if c == 'Q' {
                        '0'
                    } else if c == 'L' {
                        '1'
                    } else {
                        c
                    }
                })
                .collect();
            for typed in [
                printed.clone(),
                printed.to_lowercase(),
                printed.replace('-', ""),
                printed.replace('-', " – "),
                format!("  {}\u{a0}", printed.replace('-', ".")),
                alike,
            ] {
                assert_eq!(Code::parse(&typed), Ok(code.clone()), "{typed}");
            }
            assert!(printed.ends_with(&code.last_group()) && printed.starts_with(code.front().expose()));
        }
    }

    #[test]
    fn a_slip_is_found_in_its_group() {
        let code = Code::new(&Random::seeded(4));
        let printed = code.text().expose().replace('-', "");
        let slip = |change: &dyn Fn(&mut Vec<char>)| {
            let mut typed: Vec<char> = printed.chars().collect();
            change(&mut typed);
            Code::parse(&typed.into_iter().collect::<String>()).unwrap_err()
        };
        let other = |symbol: char| if symbol == 'B' { 'C' } else { 'B' };
        assert_eq!(slip(&|typed| typed[5] = other(typed[5])), Slip::Groups(vec![2]));
        assert_eq!(slip(&|typed| typed[15] = '?'), Slip::Groups(vec![4]));
        assert_eq!(slip(&|typed| (typed[0], typed[12]) = (other(typed[0]), other(typed[12]))), Slip::Groups(vec![1, 4]));
        assert_eq!(slip(&|typed| typed.rotate_left(4)), Slip::Groups(vec![1, 2, 3, 4]), "whole groups that changed places");
        assert_eq!(slip(&|typed| typed.truncate(15)), Slip::Length { had: 15 });
        assert_eq!(slip(&|typed| typed.push('B')), Slip::Length { had: 17 });
        assert_eq!(slip(&|typed| typed.clear()), Slip::Missing);
        assert_eq!(format!("{code:?}"), "Code(_)");
    }
}
