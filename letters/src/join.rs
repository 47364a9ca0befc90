//! Several tagged PDF files made one, without holding more than one of them: their objects are written one after
//! another under new numbers; page tree, structure tree and parent tree get a common root.
//!
//! It reads what typst's exporter writes (objects of generation 0 in the order of their numbers, a plain cross-reference
//! table, no encryption) and refuses everything else. ISO 32000-1: 7.5 file structure, 7.7.3.2 page tree, 7.9.7 number
//! trees, 14.7.4 structural parents.

use std::io::{self, Write};
use std::ops::Range;

use crate::Error;

/// The roots that all documents share; the objects of the documents are numbered behind them.
const PAGES: usize = 1;
const STRUCTURE: usize = 2;
const PARENTS: usize = 3;
/// As many objects as readers take (ISO 32000-1, annex C).
const MOST_OBJECTS: usize = 8_388_607;

/// One file in the making.
pub(crate) struct Joined<W: Write> {
    out: W,
    at: u64,
    /// Where each object begins, by its number; 0: not written yet.
    offsets: Vec<u64>,
    pages: usize,
    page_nodes: Vec<usize>,
    structure: Vec<usize>,
    parents: Vec<Leaf>,
    next_parent: usize,
    /// Of the first document, which gives title, language and identifier to the whole.
    head: Option<Head>,
}

/// A leaf of the parent tree: its object, and its first and last key.
struct Leaf {
    object: usize,
    keys: (usize, usize),
}

struct Head {
    trailer: Vec<u8>,
    role_map: Vec<u8>,
}

impl<W: Write> Joined<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            at: 0,
            offsets: vec![0; PARENTS + 1],
            pages: 0,
            page_nodes: Vec::new(),
            structure: Vec::new(),
            parents: Vec::new(),
            next_parent: 0,
            head: None,
        }
    }

    /// Whether nothing was added yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// What was written to, with what is in it by now.
    pub(crate) fn into_inner(self) -> W {
        self.out
    }

    /// Adds a document.
    pub(crate) fn add(&mut self, pdf: &[u8]) -> Result<(), JoinError> {
        let document = Pdf::read(pdf)?;
        if self.offsets.len() + document.objects.len() > MOST_OBJECTS {
            return Err(strange("one PDF holds at most 8,388,607 objects"));
        }
        let base = self.offsets.len() - 1;
        self.offsets.resize(base + document.objects.len(), 0);
        let first = self.head.is_none();
        if first {
            self.put(document.header)?;
        }
        let renumber = Renumber { base, pages: document.pages, structure: document.structure, parents: self.next_parent };
        for (number, range) in document.objects.iter().enumerate().skip(1) {
            let body = &pdf[range.clone()];
            if number == document.pages {
                let (kids, count) = document.page_tree(pdf)?;
                let kids = renumber.apply(kids);
                self.begin(base + number)?;
                self.put(format!("<</Type/Pages/Parent {PAGES} 0 R/Count {count}/Kids").as_bytes())?;
                self.put(&kids)?;
                self.put(b">>\nendobj\n")?;
                self.page_nodes.push(base + number);
                self.pages += count;
            } else if number == document.structure {
                self.add_structure(body, &renumber, number)?;
            } else if first || !document.is_about_the_file(number) {
                self.begin(base + number)?;
                let body = renumber.apply(body);
                self.put(&if number == document.metadata { without_page_count(body) } else { body })?;
            }
        }
        if first {
            let role_map = value_of(&pdf[document.objects[document.structure].clone()], b"/RoleMap").unwrap_or(b"<<>>").to_vec();
            self.head = Some(Head { trailer: renumber.apply(document.trailer), role_map });
        }
        Ok(())
    }

    /// A document's structure root becomes a leaf of the common parent tree; what hangs from it hangs from the common root.
    fn add_structure(&mut self, body: &[u8], renumber: &Renumber, number: usize) -> Result<(), JoinError> {
        let shape = || strange("a structure tree of another shape");
        let kids = value_of(body, b"/K").ok_or_else(shape)?;
        self.structure.extend(references(&renumber.apply(kids)));
        let keys = value_of(body, b"/ParentTreeNextKey").and_then(number_of).ok_or_else(shape)?;
        let tree = value_of(body, b"/ParentTree").ok_or_else(shape)?;
        let entries = value_of(tree, b"/Nums").ok_or_else(shape)?;
        if keys == 0 {
            return Ok(());
        }
        let leaf = Leaf { object: renumber.base + number, keys: (self.next_parent, self.next_parent + keys - 1) };
        self.begin(leaf.object)?;
        self.put(format!("<</Limits[{} {}]/Nums[", leaf.keys.0, leaf.keys.1).as_bytes())?;
        let mut words = std::str::from_utf8(entries).map_err(|_| shape())?.trim_matches(['[', ']']).split_ascii_whitespace();
        while let Some(key) = words.next() {
            let key: usize = key.parse().map_err(|_| shape())?;
            let target: usize = words.next().and_then(|word| word.parse().ok()).ok_or_else(shape)?;
            if words.next() != Some("0") || words.next() != Some("R") {
                return Err(shape());
            }
            self.put(format!("{} {} 0 R ", self.next_parent + key, renumber.base + target).as_bytes())?;
        }
        self.put(b"]>>\nendobj\n")?;
        self.parents.push(leaf);
        self.next_parent += keys;
        Ok(())
    }

    /// Writes the common roots, the table and the trailer.
    pub(crate) fn finish(mut self) -> Result<W, JoinError> {
        let head = self.head.take().ok_or(strange("there is nothing to join"))?;
        self.root(PAGES, format!("<</Type/Pages/Count {}/Kids[{}]>>", self.pages, references_to(&self.page_nodes)).into_bytes())?;
        let mut structure = b"<</Type/StructTreeRoot/RoleMap".to_vec();
        structure.extend(&head.role_map);
        let kids = references_to(&self.structure);
        structure.extend(format!("/K[{kids}]/ParentTree {PARENTS} 0 R/ParentTreeNextKey {}>>", self.next_parent).into_bytes());
        self.root(STRUCTURE, structure)?;
        let leaves: Vec<usize> = self.parents.iter().map(|leaf| leaf.object).collect();
        self.root(PARENTS, format!("<</Kids[{}]>>", references_to(&leaves)).into_bytes())?;

        // What a document had that the whole does not need stays a free entry.
        let table = self.at;
        self.put(format!("xref\n0 {}\n0000000000 65535 f \n", self.offsets.len()).as_bytes())?;
        for number in 1..self.offsets.len() {
            let line = match self.offsets[number] {
                0 => "0000000000 65535 f \n".to_owned(),
                offset => format!("{offset:010} 00000 n \n"),
            };
            self.put(line.as_bytes())?;
        }
        let shape = || strange("a trailer of another shape");
        let entry = |name: &[u8]| value_of(&head.trailer, name).map(|value| String::from_utf8_lossy(value).into_owned());
        let (root, info, id) = (entry(b"/Root").ok_or_else(shape)?, entry(b"/Info"), entry(b"/ID").ok_or_else(shape)?);
        let info = info.map_or(String::new(), |info| format!("/Info {info}"));
        let size = self.offsets.len();
        self.put(format!("trailer\n<</Size {size}/Root {root}{info}/ID{id}>>\nstartxref\n{table}\n%%EOF").as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn root(&mut self, number: usize, body: Vec<u8>) -> Result<(), JoinError> {
        self.begin(number)?;
        self.put(&body)?;
        self.put(b"\nendobj\n")
    }

    fn begin(&mut self, number: usize) -> Result<(), JoinError> {
        self.offsets[number] = self.at;
        self.put(format!("{number} 0 obj\n").as_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), JoinError> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }
}

/// Why documents could not be joined.
#[derive(Debug)]
pub(crate) enum JoinError {
    /// A document is not as typst's exporter writes them.
    Strange(&'static str),
    /// The file could not be written.
    Io(io::Error),
}

impl From<io::Error> for JoinError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl JoinError {
    pub(crate) fn of(self, path: &std::path::Path) -> Error {
        match self {
            Self::Strange(what) => Error::Join(what),
            Self::Io(cause) => Error::File { path: path.to_owned(), cause },
        }
    }
}

fn strange(what: &'static str) -> JoinError {
    JoinError::Strange(what)
}

/// A document: where its objects stand, and which of them are special.
struct Pdf<'a> {
    header: &'a [u8],
    /// From behind `obj` to behind `endobj`, by number; number 0 is nothing.
    objects: Vec<Range<usize>>,
    trailer: &'a [u8],
    catalog: usize,
    pages: usize,
    structure: usize,
    outlines: usize,
    metadata: usize,
    info: usize,
}

impl<'a> Pdf<'a> {
    fn read(pdf: &'a [u8]) -> Result<Self, JoinError> {
        let shape = || strange("a document of another shape");
        let table = rfind(pdf, b"startxref").and_then(|at| number_of(&pdf[at + 9..])).ok_or_else(shape)?;
        let text = pdf.get(table..).ok_or_else(shape)?;
        let trailer = &text[find(text, b"trailer").ok_or_else(shape)? + 7..];
        let mut lines = text.split(|byte| *byte == b'\n');
        let count = lines.nth(1).and_then(|line| line.strip_prefix(b"0 ")).and_then(number_of).ok_or_else(shape)?;
        let starts: Option<Vec<usize>> = lines.skip(1).take(count - 1).map(number_of).collect();
        let mut starts = starts.filter(|starts| starts.len() + 1 == count && starts.is_sorted()).ok_or_else(shape)?;
        starts.push(table);
        // Number 0 is the head of the list of free objects.
        let nothing: Range<usize> = 0..0;
        let mut objects = Vec::from([nothing]);
        for (at, ends) in starts.windows(2).enumerate() {
            let opening = format!("{} 0 obj\n", at + 1);
            let whole = pdf.get(ends[0]..ends[1]).filter(|whole| whole.starts_with(opening.as_bytes())).ok_or_else(shape)?;
            let end = rfind(whole, b"endobj").ok_or_else(shape)?;
            objects.push(ends[0] + opening.len()..ends[0] + end + 7);
        }
        let special = |body: &[u8], name: &[u8]| value_of(body, name).and_then(number_of).filter(|number| *number < count);
        let catalog = special(trailer, b"/Root").ok_or_else(shape)?;
        let body = &pdf[objects[catalog].clone()];
        Ok(Self {
            header: &pdf[..starts[0]],
            catalog,
            pages: special(body, b"/Pages").ok_or_else(shape)?,
            structure: special(body, b"/StructTreeRoot").ok_or_else(shape)?,
            outlines: special(body, b"/Outlines").unwrap_or(0),
            metadata: special(body, b"/Metadata").unwrap_or(0),
            info: special(trailer, b"/Info").unwrap_or(0),
            objects,
            trailer,
        })
    }

    /// What says something of the whole file: the first document's serves for all.
    fn is_about_the_file(&self, number: usize) -> bool {
        [self.catalog, self.outlines, self.metadata, self.info].contains(&number)
    }

    fn page_tree(&self, pdf: &'a [u8]) -> Result<(&'a [u8], usize), JoinError> {
        let body = &pdf[self.objects[self.pages].clone()];
        let (kids, count) = (value_of(body, b"/Kids"), value_of(body, b"/Count").and_then(number_of));
        kids.zip(count).ok_or(strange("a page tree of another shape"))
    }
}

/// New numbers for a document's objects.
struct Renumber {
    base: usize,
    pages: usize,
    structure: usize,
    parents: usize,
}

impl Renumber {
    /// The catalogue and the topmost structure elements name the roots: those are now the common ones. Pages name their
    /// node, which stays.
    fn target(&self, number: usize, key: &[u8]) -> usize {
        match key {
            b"/Pages" if number == self.pages => PAGES,
            _ if number == self.structure => STRUCTURE,
            _ => self.base + number,
        }
    }

    /// An object's text under the new numbers. What stands in strings and streams is copied as it is.
    fn apply(&self, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(body.len() + body.len() / 8);
        let (mut at, mut key) = (0, &b""[..]);
        while at < body.len() {
            let end = token_end(body, at);
            let token = &body[at..end];
            if token == b"stream" {
                out.extend_from_slice(&body[at..]);
                break;
            }
            if token[0] == b'/' {
                key = token;
            }
            let whole = token.iter().all(u8::is_ascii_digit).then(|| number_of(token)).flatten();
            match whole {
                Some(number) if body[end..].starts_with(b" 0 R") => {
                    out.extend_from_slice(self.target(number, key).to_string().as_bytes());
                    out.extend_from_slice(b" 0 R");
                    at = end + 4;
                    continue;
                }
                Some(number) if matches!(key, b"/StructParents" | b"/StructParent") => {
                    out.extend_from_slice((self.parents + number).to_string().as_bytes());
                }
                _ => out.extend_from_slice(token),
            }
            at = end;
        }
        out
    }
}

/// Where the token that begins at `at` ends: a string, a name, a word or number, or one other byte.
fn token_end(body: &[u8], at: usize) -> usize {
    let rest = &body[at..];
    let regular = |byte: &u8| !byte.is_ascii_whitespace() && !b"()<>[]{}/%".contains(byte);
    let word = |from: usize| rest[from..].iter().position(|byte| !regular(byte)).map_or(body.len(), |length| at + from + length);
    match rest[0] {
        b'(' => {
            let (mut depth, mut escaped) = (0_usize, false);
            for (offset, byte) in rest.iter().enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' => escaped = true,
                    b'(' => depth += 1,
                    b')' if depth == 1 => return at + offset + 1,
                    b')' => depth -= 1,
                    _ => {}
                }
            }
            body.len()
        }
        b'<' if rest.get(1) != Some(&b'<') => rest.iter().position(|byte| *byte == b'>').map_or(body.len(), |offset| at + offset + 1),
        b'<' => at + 2,
        b'/' => word(1),
        byte if regular(&byte) => word(0),
        _ => at + 1,
    }
}

/// The value of a key of the dictionary that `body` begins with, as it is written: a word, a reference's first number
/// onwards, or a whole array, dictionary or string.
fn value_of<'a>(body: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (mut at, mut depth) = (0, 0_usize);
    while at < body.len() {
        let end = token_end(body, at);
        let token = &body[at..end];
        match token {
            b"<<" | b"[" => depth += 1,
            b">" if body.get(end) == Some(&b'>') && depth == 1 => return None,
            b">" if body.get(end) == Some(&b'>') => {
                depth -= 1;
                at = end + 1;
                continue;
            }
            b"]" => depth = depth.checked_sub(1)?,
            _ if depth == 1 && token == name => return Some(value_at(&body[end..])),
            _ => {}
        }
        at = end;
    }
    None
}

fn value_at(rest: &[u8]) -> &[u8] {
    let start = rest.iter().position(|byte| *byte != b' ').unwrap_or(0);
    let rest = &rest[start..];
    let (mut at, mut depth) = (0, 0_usize);
    while at < rest.len() {
        let end = token_end(rest, at);
        match &rest[at..end] {
            b"<<" | b"[" => depth += 1,
            b"]" => depth -= 1,
            b">" if rest.get(end) == Some(&b'>') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &rest[..end + 1];
                }
                at = end + 1;
                continue;
            }
            token if depth == 0 && token.iter().all(u8::is_ascii_digit) && rest[end..].starts_with(b" 0 R") => return &rest[..end + 4],
            _ => {}
        }
        at = end;
        if depth == 0 {
            break;
        }
    }
    &rest[..at]
}

fn references(text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = token_end(text, at);
        if text[end..].starts_with(b" 0 R") {
            found.extend(number_of(&text[at..end]));
        }
        at = end;
    }
    found
}

fn references_to(objects: &[usize]) -> String {
    objects.iter().map(|object| format!("{object} 0 R")).collect::<Vec<_>>().join(" ")
}

/// The first number in a text, white space before it aside.
fn number_of(text: &[u8]) -> Option<usize> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    std::str::from_utf8(&text[..end]).ok()?.parse().ok()
}

/// The metadata tell the first document's pages; that entry may be missing, but not be wrong. Spaces keep the length.
fn without_page_count(mut metadata: Vec<u8>) -> Vec<u8> {
    let closing = b"</xmpTPg:NPages>";
    if let (Some(start), Some(end)) = (find(&metadata, b"<xmpTPg:NPages>"), find(&metadata, closing)) {
        metadata[start..end + closing.len()].fill(b' ');
    }
    metadata
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

fn rfind(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).rposition(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_get_new_numbers_and_what_stands_in_strings_and_streams_keeps_its_own() {
        let renumber = Renumber { base: 100, pages: 1, structure: 3, parents: 7 };
        let body = b"<</Parent 1 0 R/T(5 0 R \\) (6 0 R))/A<5 0 R>/P 3 0 R/K[4 12 0 R]/StructParents 2/Length 4>>\nstream\n9 0 R\nendstream\nendobj\n";
        let wanted = "<</Parent 101 0 R/T(5 0 R \\) (6 0 R))/A<5 0 R>/P 2 0 R/K[4 112 0 R]/StructParents 9/Length 4>>\nstream\n9 0 R\nendstream\nendobj\n";
        assert_eq!(String::from_utf8(renumber.apply(body)).unwrap(), wanted);
        assert_eq!(String::from_utf8(renumber.apply(b"<</Pages 1 0 R>>")).unwrap(), "<</Pages 1 0 R>>".replace('1', &PAGES.to_string()));
    }

    #[test]
    fn a_value_is_found_at_its_own_depth() {
        let body = b"<</A<</K 1/L[2]>>/K[<</X 3>> 4 0 R]/L 5 0 R/M(a>>b)/N 6>> /K 7";
        assert_eq!(value_of(body, b"/K").unwrap(), b"[<</X 3>> 4 0 R]");
        assert_eq!(value_of(body, b"/L").unwrap(), b"5 0 R");
        assert_eq!(value_of(body, b"/A").unwrap(), b"<</K 1/L[2]>>");
        assert_eq!(value_of(body, b"/M").unwrap(), b"(a>>b)");
        assert_eq!(value_of(body, b"/Z"), None);
        assert_eq!(references(b"[1 0 R 2 0 R]"), [1, 2]);
    }

    #[test]
    fn a_document_of_another_shape_is_refused() {
        for odd in [&b""[..], b"%PDF-1.7\n", b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1>>\nstartxref\n9\n%%EOF"] {
            assert!(matches!(Joined::new(Vec::new()).add(odd), Err(JoinError::Strange(_))));
        }
    }
}
