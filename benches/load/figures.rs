//! Medians, and the rows of docs/performance.md.

use std::fmt;

/// Figures of several rounds.
#[derive(Clone, Debug, Default)]
pub struct Rounds(Vec<f64>);

/// A row of docs/performance.md.
pub struct Row {
    /// What was done.
    pub what: String,
    /// Préau's figure.
    pub preau: String,
    /// What stands beside it, of the same run.
    pub limit: String,
    /// The two, divided, and the goal.
    pub ratio: String,
    /// The measure's name, by which `cargo xtask bench` runs it again.
    pub name: &'static str,
}

impl Rounds {
    /// Of one more round.
    pub fn add(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// The one that this part of them does not exceed.
    pub fn at(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(((sorted.len() - 1) as f64 * part).round() as usize).copied().expect("there was a round")
    }

    /// Round by round, these divided by those.
    pub fn over(&self, others: &Self) -> Self {
        Self(self.0.iter().zip(&others.0).map(|(one, other)| one / other).collect())
    }

    /// All of them, those of other rounds too.
    pub fn join(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }
}

/// The median, with the lowest and the highest.
impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} to {})", short(self.median()), short(self.at(0.0)), short(self.at(1.0)))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, preau, limit, ratio, name } = self;
        write!(f, "| {what} | {preau} | {limit} | {ratio} | `cargo xtask bench {name}` |")
    }
}

/// Three digits that matter.
pub fn short(figure: f64) -> String {
    match figure.abs() {
        large if large >= 100.0 => thousands(figure.round()),
        middle if middle >= 10.0 => format!("{figure:.1}"),
        small if small >= 1.0 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

fn thousands(whole: f64) -> String {
    let digits = format!("{whole:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
