//! Texts from outside, made fit to be printed: characters that no font has must not stop a whole class, and words
//! without an end must break somewhere.

use crate::fonts::Fonts;

/// A word longer than this may be broken; it would be wider than a narrow slip.
const LONGEST: usize = 40;

/// What is printed for `text`: line breaks and control characters are spaces, a character that no font has is `�`.
pub(crate) fn printable(text: &str, fonts: &Fonts) -> String {
    let mut printable = String::with_capacity(text.len());
    let mut in_word = 0;
    for character in text.chars() {
        let character = match character {
            '\u{202f}' | '\u{2007}' => '\u{a0}',
            // They would turn the order of the words around them, or end a line in the middle of a label.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{ad}' | '\u{200b}' => continue,
            '\u{2028}' | '\u{2029}' => ' ',
            other if other.is_control() => ' ',
            other if !fonts.can_write(other) => '\u{fffd}',
            other => other,
        };
        if in_word >= LONGEST && is_joint(printable.chars().last()) {
            printable.push('\u{200b}');
            in_word = 0;
        }
        if in_word >= LONGEST + 8 {
            printable.push('\u{200b}');
            in_word = 0;
        }
        in_word = if character == ' ' { 0 } else { in_word + 1 };
        printable.push(character);
    }
    printable
}

/// Where an address or a double name is best broken: after these.
fn is_joint(last: Option<char>) -> bool {
    matches!(last, Some('/' | '.' | '@' | '-' | '_' | '&' | '?' | '='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_printed_is_replaced_and_long_words_may_break() {
        let fonts = Fonts::load(Vec::new()).unwrap();
        let print = |text: &str| printable(text, &fonts);
        assert_eq!(print("Łódź œuf Ольга Γ"), "Łódź œuf Ольга Γ");
        assert_eq!(print("a\nb\tc\0d\u{202e}e"), "a b c de");
        assert_eq!(print("你 50\u{202f}%"), "\u{fffd} 50\u{a0}%");
        let mail = "secretariat@college-yourcenar.example";
        assert_eq!(print(mail), mail, "an address of the usual length can be copied");
        assert!(print(&"x".repeat(200)).split('\u{200b}').all(|part| part.len() <= LONGEST + 8));
    }
}
