//! The roster, in: OneRoster files read, matched with the people we know, compared, held or applied, and taken back.
