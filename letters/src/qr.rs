//! QR codes as SVG: one path, a rectangle a run of dark modules, with the quiet zone around it.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white that the standard asks for on each side (ISO/IEC 18004).
const QUIET: usize = 4;

/// The square; `None` if `content` is too long for one.
///
/// Error correction M stands a fold, a stain and a poor printer: 15 % of it may be lost.
pub(crate) fn svg(content: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(content, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d=""#);
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let length = run.len();
                write!(svg, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET).expect("a String takes all");
            }
            x += run.len();
        }
    }
    svg.push_str(r#""/></svg>"#);
    Some(svg)
}
