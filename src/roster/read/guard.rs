//! Stands between a file and the CSV parser and sees to it that no record can grow without end: a quote that is never
//! closed, a million columns (A07). It also makes every end of line one `\n`, so that the parser's line numbers are those
//! of a spreadsheet.

use std::io::{self, Read};

/// Bytes that one record may have.
const LONGEST_RECORD: u64 = 1 << 20;

/// A reader that follows the quotes.
pub(super) struct Guard<R> {
    inner: R,
    state: State,
    line: u64,
    record_began: u64,
    record_length: u64,
    /// The last byte was a carriage return that was made a line's end: a line feed after it belongs to it.
    after_return: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted field: the end of the field, or the first half of a doubled quote.
    QuoteSeen,
}

impl<R: Read> Guard<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, state: State::FieldStart, line: 1, record_began: 1, record_length: 0, after_return: false }
    }

    /// Follows one byte; what the parser sees of it.
    fn follow(&mut self, byte: u8) -> io::Result<Option<u8>> {
        if std::mem::take(&mut self.after_return) && byte == b'\n' {
            return Ok(None);
        }
        self.after_return = byte == b'\r' && self.state != State::Quoted;
        let byte = if self.after_return { b'\n' } else { byte };
        self.record_length += 1;
        if self.record_length > LONGEST_RECORD {
            return Err(self.complain());
        }
        self.line += u64::from(byte == b'\n');
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteSeen,
            (State::Quoted, _) | (State::FieldStart | State::QuoteSeen, b'"') => State::Quoted,
            (_, b',') => State::FieldStart,
            (_, b'\n') => {
                self.record_length = 0;
                self.record_began = self.line;
                State::FieldStart
            }
            _ => State::Plain,
        };
        Ok(Some(byte))
    }

    fn complain(&self) -> io::Error {
        let line = self.record_began;
        if matches!(self.state, State::Quoted) {
            io::Error::other(format!("the quote opened in row {line} is never closed"))
        } else {
            io::Error::other(format!("row {line} is longer than a million characters"))
        }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(buffer)?;
            if read == 0 && !buffer.is_empty() && self.state == State::Quoted {
                return Err(self.complain());
            }
            let mut kept = 0;
            for at in 0..read {
                if let Some(byte) = self.follow(buffer[at])? {
                    buffer[kept] = byte;
                    kept += 1;
                }
            }
            // Nothing kept of something read is not the end of the file.
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}
