//! Authenticator apps: the secret that an app is given once, as a picture and as text, and the codes that it shows from then on
//! (RFC 6238: SHA-1, six digits, thirty seconds, which every app knows).

use std::fmt::Write as _;

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use crate::model::Timestamp;
use crate::random::Random;

/// What an app and we know: 160 bits.
pub struct SharedSecret(Zeroizing<[u8; BYTES]>);

/// The picture that an app reads, as one path of unit squares.
#[derive(Clone, Debug, Serialize)]
pub struct Picture {
    /// Width and height, in squares.
    pub side: usize,
    /// The dark squares, for the `d` of an SVG path.
    pub path: String,
}

impl SharedSecret {
    /// A fresh one.
    pub fn new(random: &Random) -> Self {
        Self(Zeroizing::new(random.bytes()))
    }

    /// The one that was sealed; `None` if these are not its bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// To be sealed.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// As it is typed where there is no camera: Base32 in groups of four.
    pub fn groups(&self) -> String {
        let text = totp_rs::Secret::new_stack(*self.0).to_base32();
        text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
    }

    /// The link that an app on the same device opens, and that the picture holds: whose codes they are, at which district.
    pub fn link(&self, issuer: &str, account: &str) -> String {
        let plain = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let (issuer, account, secret) = (plain(issuer), plain(account), self.groups().replace(' ', ""));
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
    }

    /// The step of a code that is right now, or was half a minute ago or will be in half a minute: no clock is exact.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        self.within(code, now, SKEW)
    }

    /// By how many minutes the clock of whoever shows this code is wrong, if that is what is wrong. Asked only of somebody who
    /// is being given the secret: to anybody else it would tell which codes will be right.
    pub fn minutes_off(&self, code: &str, now: Timestamp) -> Option<i64> {
        let step = self.within(code, now, FAR_OFF)?;
        Some(((step * STEP - now.0).abs() + 30).div_euclid(60).max(1))
    }

    fn within(&self, code: &str, now: Timestamp, skew: u16) -> Option<i64> {
        let step = self.totp(skew).check(code, u64::try_from(now.0).ok()?)?;
        i64::try_from(step).ok()
    }

    fn totp(&self, skew: u16) -> Totp {
        let secret = totp_rs::Secret::new_stack(*self.0);
        Builder::new().with_secret(secret).with_skew(skew).build().expect("a secret of 160 bits is long enough")
    }

    /// The code of an instant, for tests that play the app.
    #[cfg(test)]
    pub fn code(&self, now: Timestamp) -> String {
        self.totp(SKEW).generate(u64::try_from(now.0).unwrap()).to_string()
    }
}

impl Picture {
    /// The picture of a link.
    pub fn of(link: &str) -> Self {
        let code = QrCode::with_error_correction_level(link, EcLevel::M).expect("a link fits into a picture");
        let (width, mut path) = (code.width(), String::new());
        for (place, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                let (x, y) = (place % width + QUIET, place / width + QUIET);
                write!(path, "M{x} {y}h1v1h-1z").expect("text is written to memory");
            }
        }
        Self { side: width + 2 * QUIET, path }
    }
}

const BYTES: usize = 20;
const STEP: i64 = 30;
/// Steps each way.
const SKEW: u16 = 1;
/// An hour each way.
const FAR_OFF: u16 = 120;
/// ISO/IEC 18004 section 6.3.8: four squares of nothing around it.
const QUIET: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, for SHA-1, the last six digits.
    const VECTORS: &[(i64, &str)] =
        &[(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"), (2_000_000_000, "279037")];

    fn known() -> SharedSecret {
        SharedSecret::from_bytes(b"12345678901234567890").unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (at, code) in VECTORS {
            assert_eq!(known().step_of(code, Timestamp(*at)), Some(at / 30), "{at}");
            assert_eq!(known().code(Timestamp(*at)), *code);
        }
    }

    #[test]
    fn a_clock_may_be_wrong_by_one_step_each_way_and_no_more() {
        let at = 1_234_567_890;
        let step = at / 30;
        for (off, right) in [(-60, false), (-30, true), (0, true), (30, true), (60, false), (600, false), (-600, false)] {
            assert_eq!(known().step_of("005924", Timestamp(at + off)), right.then_some(step), "{off}");
        }
        assert_eq!(known().minutes_off("005924", Timestamp(at + 600)), Some(10));
        assert_eq!(known().minutes_off("005924", Timestamp(at - 571)), Some(10));
        assert_eq!(known().minutes_off("005924", Timestamp(at + 7_200)), None);
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in ["", "00592", "0059240", "x05924", "-05924", "٠٠٥٩٢٤"] {
            assert_eq!(known().step_of(typed, Timestamp(1_234_567_890)), None, "{typed}");
        }
    }

    #[test]
    fn an_app_is_told_whose_codes_they_are() {
        assert_eq!(known().groups(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        let link = known().link("Conseil & Cie", "S0123456");
        let said = "otpauth://totp/Conseil%20%26%20Cie:S0123456?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Conseil%20%26%20Cie\
                    &algorithm=SHA1&digits=6&period=30";
        assert_eq!(link, said);
        let picture = Picture::of(&link);
        // Version 8 has 49 squares a side; its top left finder begins behind the quiet zone.
        assert!(picture.side > 40 && picture.path.starts_with("M4 4h1v1h-1zM5 4"), "{}", picture.side);
    }

    #[test]
    fn every_secret_is_another_one() {
        let random = Random::seeded(1);
        assert_ne!(SharedSecret::new(&random).bytes(), SharedSecret::new(&random).bytes());
        assert!(SharedSecret::from_bytes(b"short").is_none());
    }
}
