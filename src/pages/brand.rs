//! A district's colour, made readable. Hue is the district's; lightness is ours: text and buttons reach 4.5 to 1 on
//! every ground they stand on (WCAG 2.2, 1.4.3), in light and in dark.

use std::fmt::Write as _;

use super::assets::{Asset, hash};

/// The colours that follow from the district's one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand {
    asked: Colour,
    light: Colour,
    light_strong: Colour,
    dark: Colour,
    dark_strong: Colour,
}

/// A colour that is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a colour; write it as #14606b")]
pub struct BrandError(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Colour([u8; 3]);

impl Brand {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Result<Self, BrandError> {
        let asked = Colour::parse(text).ok_or_else(|| BrandError(text.to_owned()))?;
        let light = asked.dimmed_until_readable(&[Colour::PAPER, Colour::NOTE]);
        let dark = asked.lit_until_readable(&[Colour::NIGHT, Colour::NIGHT_NOTE]);
        Ok(Self { asked, light, light_strong: light.mixed(Colour::BLACK, 25), dark, dark_strong: dark.mixed(Colour::WHITE, 35) })
    }

    /// Reads `#rrggbb`; the settings have been checked when a page is made, so what is wrong here is only unset.
    pub fn or_default(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|_| Self::parse(DEFAULT).expect("our own colour"))
    }

    /// The address of its style sheet.
    pub fn address(&self) -> String {
        format!("/assets/brand-{}.{}.css", self.asked.digits(), hash(self.css().as_bytes()))
    }

    /// The style sheet behind the last part of an address: `brand-14606b.0123456789abcdef.css`.
    pub fn find(path: &str) -> Option<Asset> {
        let (digits, rest) = path.strip_prefix("brand-")?.split_once('.')?;
        let css = Self::parse(&format!("#{digits}")).ok()?.css();
        let own = hash(css.as_bytes());
        (rest.strip_suffix(".css")? == own).then(|| Asset {
            media_type: "text/css; charset=utf-8",
            body: css.into_bytes().into(),
            hash: own,
        })
    }

    /// For letters, whose styles stand in the text.
    pub fn on_paper(&self) -> String {
        format!("#{}", self.light.digits())
    }

    /// The ground of what is set apart, by day.
    fn note(&self) -> Colour {
        Colour::WHITE.mixed(self.light, 8)
    }

    /// The same by night.
    fn night_note(&self) -> Colour {
        Colour::NIGHT.mixed(self.dark, 9)
    }

    fn css(&self) -> String {
        let mut css = String::new();
        let mut block = |selector: &str, [brand, strong, inverse, note]: [Colour; 4]| {
            let [brand, strong, inverse, note] = [brand.digits(), strong.digits(), inverse.digits(), note.digits()];
            let _ = write!(css, "{selector}{{--brand:#{brand};--brand-strong:#{strong};--on-brand:#{inverse};--note:#{note}}}");
        };
        block(":root", [self.light, self.light_strong, Colour::WHITE, self.note()]);
        block("@media (prefers-color-scheme:dark){:root", [self.dark, self.dark_strong, Colour::DEEP, self.night_note()]);
        css.push('}');
        css
    }
}

impl Colour {
    const BLACK: Self = Self([0, 0, 0]);
    const WHITE: Self = Self([255, 255, 255]);
    /// The grounds of assets/preau.css, by day and by night: the page's or the card's, and the deepest of a note's.
    const PAPER: Self = Self([0xf6, 0xf3, 0xec]);
    const NOTE: Self = Self([0xec, 0xf1, 0xf0]);
    const NIGHT: Self = Self([0x1c, 0x26, 0x2a]);
    const NIGHT_NOTE: Self = Self([0x2e, 0x38, 0x3e]);
    /// What stands on a button by night.
    const DEEP: Self = Self([0x0b, 0x13, 0x16]);

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    fn digits(self) -> String {
        self.0.iter().map(|part| format!("{part:02x}")).collect()
    }

    fn mixed(self, other: Self, percent: u32) -> Self {
        let part = |own: u8, other: u8| {
            let sum = u32::from(own) * (100 - percent) + u32::from(other) * percent;
            u8::try_from(sum / 100).expect("a mean of two bytes is a byte")
        };
        Self([part(self.0[0], other.0[0]), part(self.0[1], other.0[1]), part(self.0[2], other.0[2])])
    }

    fn dimmed_until_readable(self, grounds: &[Self]) -> Self {
        let mut steps = (0..=100).step_by(2).map(|percent| self.mixed(Self::BLACK, percent));
        steps.find(|colour| colour.readable_on(grounds, 4.6)).unwrap_or(Self::BLACK)
    }

    /// Mixing with white would turn a deep colour grey, so first its parts grow in proportion, which keeps its hue and
    /// its strength; by night a little more contrast than the least reads better.
    fn lit_until_readable(self, grounds: &[Self]) -> Self {
        let strongest = self.0.into_iter().max().unwrap_or_default().max(1);
        let grown = |target: u8| {
            let part = |own: u8| u8::try_from(u16::from(own) * u16::from(target) / u16::from(strongest)).unwrap_or(u8::MAX);
            Self(self.0.map(part)).mixed(Self::WHITE, 40)
        };
        let mut steps = (strongest..=215).map(grown).chain((0..=100).step_by(2).map(|percent| grown(215).mixed(Self::WHITE, percent)));
        steps.find(|colour| colour.readable_on(grounds, 6.5)).unwrap_or(Self::WHITE)
    }

    fn readable_on(self, grounds: &[Self], least: f64) -> bool {
        grounds.iter().all(|ground| self.contrast(*ground) >= least)
    }

    /// WCAG 2.2, "contrast ratio".
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0[0]) + 0.7152 * linear(self.0[1]) + 0.0722 * linear(self.0[2])
    }
}

const DEFAULT: &str = "#14606b";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_colour_becomes_readable_in_light_and_dark(number in 0u32..0x0100_0000) {
            let brand = Brand::parse(&format!("#{number:06x}")).unwrap();
            for ground in [Colour::PAPER, Colour::WHITE, brand.note()] {
                prop_assert!(brand.light.contrast(ground) >= 4.5);
                prop_assert!(brand.light_strong.contrast(ground) >= 4.5);
            }
            for ground in [Colour::NIGHT, Colour::DEEP, brand.night_note()] {
                prop_assert!(brand.dark.contrast(ground) >= 4.5);
                prop_assert!(brand.dark_strong.contrast(ground) >= 4.5);
            }
        }
    }

    #[test]
    fn a_readable_colour_is_left_as_the_district_chose_it() {
        assert_eq!(Brand::parse("#14606b").unwrap().on_paper(), "#14606b");
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        for wrong in ["", "#fff", "14606b", "#14606g", "#14606b;}", "red", "#é1234"] {
            assert!(Brand::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn its_style_sheet_is_found_under_its_address_only() {
        let address = Brand::or_default("#b03060").address();
        assert!(Brand::find(address.strip_prefix("/assets/").unwrap()).is_some());
        assert!(Brand::find("brand-b03060.0000000000000000.css").is_none());
        assert!(Brand::find("brand-b03060.css").is_none());
    }
}
