//! Stands between a file and the CSV parser and sees to it that no record can grow without end: a quote that is never
//! closed, a million columns (A07).

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
        Self { inner, state: State::FieldStart, line: 1, record_began: 1, record_length: 0 }
    }

    fn follow(&mut self, byte: u8) -> io::Result<()> {
        self.record_length += 1;
        if self.record_length > LONGEST_RECORD {
            return Err(self.complain());
        }
        self.line += u64::from(byte == b'\n');
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::QuoteSeen,
            (State::Quoted, _) | (State::FieldStart | State::QuoteSeen, b'"') => State::Quoted,
            (_, b',') => State::FieldStart,
            (_, b'\n' | b'\r') => {
                self.record_length = 0;
                self.record_began = self.line;
                State::FieldStart
            }
            _ => State::Plain,
        };
        Ok(())
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
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.state == State::Quoted {
            return Err(self.complain());
        }
        for byte in &buffer[..read] {
            self.follow(*byte)?;
        }
        Ok(read)
    }
}
