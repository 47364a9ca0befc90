//! QR codes (ISO/IEC 18004) as pictures of grey pixels. A picture of some hundred bytes is set in a tenth of the time that
//! a drawing of its four hundred rectangles takes.

use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::{Color, EcLevel, bits, ec};

/// Modules of white that the standard asks for on each side.
const QUIET: usize = 4;

/// Pixels a module: where a viewer smooths pictures, it smooths a quarter of a module.
const SCALE: usize = 4;

/// A square: rows of pixels, 0 for black, 255 for white.
pub(crate) struct Square {
    pub(crate) pixels: Vec<u8>,
    pub(crate) side: usize,
}

/// The square that says `content`, its quiet zone included; `None` if that is too long for one.
///
/// Error correction M stands a fold, a stain and a poor printer: 15 % of it may be lost. The mask is always the same one:
/// trying all eight, as the standard does against contents that make stripes, costs more than all else, and half of our
/// contents is random. Readers are told the mask by the square.
pub(crate) fn square(content: &str) -> Option<Square> {
    let bits = bits::encode_auto(content.as_bytes(), EcLevel::M).ok()?;
    let version = bits.version();
    let (data, correction) = ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).ok()?;
    let mut canvas = Canvas::new(version, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    canvas.apply_mask(MaskPattern::Checkerboard);
    let modules = canvas.into_colors();
    let width = usize::try_from(version.width()).ok()?;
    let side = (width + 2 * QUIET) * SCALE;
    let mut pixels = vec![u8::MAX; side * side];
    for (y, row) in modules.chunks(width).enumerate() {
        let first = (y + QUIET) * SCALE * side;
        for (x, module) in row.iter().enumerate() {
            if *module == Color::Dark {
                let at = first + (x + QUIET) * SCALE;
                pixels[at..at + SCALE].fill(0);
            }
        }
        for copy in 1..SCALE {
            pixels.copy_within(first..first + side, first + copy * side);
        }
    }
    Some(Square { pixels, side })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_address_fits_and_a_longer_one_does_not() {
        // Version 40 has 177 modules a side.
        assert_eq!(square(&"x".repeat(2_331)).unwrap().side, (177 + 2 * QUIET) * SCALE);
        assert!(square(&"x".repeat(2_332)).is_none());
    }
}
