//! What a stage needs the roster to say of a person, so that `preau flow try` can tell before the letters go out who could
//! not get past it, and why.

/// A fact of the roster without which somebody cannot get past a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// A given and a family name.
    Names,
    /// The number on the school's paper.
    StudentNumber,
    /// The person's own birth date.
    BirthDate,
    /// An address on file.
    Email,
    /// The house number.
    CivicNumber,
    /// A school that the person, or for a guardian a child, goes to.
    School,
    /// A child whose records the guardian may see.
    Child,
    /// The birth date of such a child: any will do.
    AnyChildsBirthDate,
    /// The birth date of every such child: without it nobody can say who is the youngest.
    EveryChildsBirthDate,
}

/// What a stage asks of the roster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// Whoever lacks one of these cannot get past it.
    pub needs: Vec<Need>,
    /// The stage finds the person by these facts alone: of two who have them all alike, neither is found.
    pub finds: bool,
    /// Whoever has no address on file says here which they have.
    pub brings_address: bool,
}

impl Need {
    /// Its word in `--json`, as of somebody who lacks it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Names => "no-name",
            Self::StudentNumber => "no-student-number",
            Self::BirthDate => "no-birth-date",
            Self::Email => "no-email",
            Self::CivicNumber => "no-house-number",
            Self::School => "no-school",
            Self::Child => "no-child",
            Self::AnyChildsBirthDate => "no-childs-birth-date",
            Self::EveryChildsBirthDate => "youngest-not-known",
        }
    }

    /// What staff reads of those who lack it.
    pub fn lack(self) -> &'static str {
        match self {
            Self::Names => "the roster has no given or no family name",
            Self::StudentNumber => "the roster has no student number",
            Self::BirthDate => "the roster has no birth date",
            Self::Email => "the roster has no e-mail address",
            Self::CivicNumber => "the roster has no house number",
            Self::School => "the roster names no school",
            Self::Child => "the roster names no child whose records they may see",
            Self::AnyChildsBirthDate => "the roster has a birth date of none of their children",
            Self::EveryChildsBirthDate => "the roster lacks the birth date of a child, so that the youngest is not known",
        }
    }
}
