//! Passwords and answers: Argon2id over a peppered HMAC, in a bounded pool off the async threads, on reused huge-page
//! buffers that are wiped. When too many wait, it sheds load instead of piling up. What other systems hashed is taken over
//! inside a hash of ours. It knows nothing of accounts, rules or who is asking.

mod foreign;
mod machine;
mod memory;
mod pepper;
mod phrases;
mod pool;
mod readable;
#[cfg(test)]
mod tests;

use std::time::Duration;

use argon2::password_hash::phc;
use argon2::{ARGON2ID_IDENT, KeyId, Params, ParamsBuilder};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use self::foreign::Recipe;
use self::pool::{AT_ONCE, Bytes32, Cost, Input, Limits, Pool, Task};
use crate::config::passwords::PasswordSettings;
use crate::model::draft::PasswordHash;
use crate::random::{Random, Secret};

pub use self::foreign::{Foreign, Levels, NotTaken};
pub use self::pepper::Pepper;
pub use self::phrases::phrases;
pub use self::readable::readable;

/// Without work for so long, the pool gives its memory back.
const IDLE: Duration = Duration::from_secs(30);

/// More passes than this are neither made nor believed to have been made.
const MOST_ITERATIONS: u32 = 64;

/// Hashes and verifies passwords and answers.
pub struct Hasher {
    pool: Pool,
    pepper: Pepper,
    random: Random,
    today: Cost,
    /// The largest hash that is looked at, whatever a row of the database says.
    most_kib: u32,
}

/// Too many hashes wait; come back in a few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked at once")]
pub struct Busy;

/// Settings that a hash may not be made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCost {
    /// Below all three of the least costs that are known to be safe (OWASP, ASVS 5.0 appendix C).
    #[error(
        "passwords.memory_kib = {memory_kib} with passwords.iterations = {iterations} is too weak: at least 19456 with 2, 47104 with 1 or 12288 with 3"
    )]
    Weak {
        /// What was set.
        memory_kib: u32,
        /// What was set.
        iterations: u32,
    },
    /// A hash would take longer than anybody waits.
    #[error("passwords.iterations = {0} is too long: at most {MOST_ITERATIONS}; raise passwords.memory_kib instead")]
    Long(u32),
    /// All slots together would take more than half of the memory.
    #[error(
        "passwords.slots = {slots} of passwords.memory_kib = {memory_kib} take more than half of this machine's memory ({half_kib} KiB)"
    )]
    Large {
        /// Hashes at once.
        slots: usize,
        /// Memory of each.
        memory_kib: u32,
        /// What they may take together.
        half_kib: u64,
    },
}

/// What a password is beside its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Right, and the hash is weaker than today's parameters or was another system's: hash it anew.
    RightButWeak,
    /// Wrong, or there was no hash to compare with.
    Wrong,
}

/// What the pool is doing, for the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Callers in the queue.
    pub waiting: usize,
    /// Threads, and so buffers.
    pub threads: usize,
    /// Hashes made since the start.
    pub hashed: u64,
    /// What they wrote, in KiB of memory, and what the hashes of other systems before them are worth in it.
    pub written_kib: u64,
    /// Callers sent away since the start.
    pub refused: u64,
}

impl Hasher {
    /// A hasher of these settings, if they are safe and fit into the machine. Threads and buffers come with the first
    /// password.
    pub fn new(settings: &PasswordSettings, pepper: Pepper, random: Random) -> Result<Self, BadCost> {
        Self::on(settings, pepper, random, (machine::cores(), machine::memory_kib().unwrap_or(u64::MAX)))
    }

    /// The same, on a machine of so many cores and KiB.
    fn on(settings: &PasswordSettings, pepper: Pepper, random: Random, (cores, memory): (usize, u64)) -> Result<Self, BadCost> {
        let PasswordSettings { memory_kib, iterations, .. } = *settings;
        let floor = [(46, 1), (19, 2), (12, 3)];
        if !floor.iter().any(|(mib, passes)| memory_kib >= mib * 1_024 && iterations >= *passes) {
            return Err(BadCost::Weak { memory_kib, iterations });
        }
        if iterations > MOST_ITERATIONS {
            return Err(BadCost::Long(iterations));
        }
        let half_kib = memory / 2;
        let room = usize::try_from(half_kib / u64::from(memory_kib)).unwrap_or(usize::MAX);
        let slots = match settings.slots {
            0 => (cores - 1).min(room).max(1),
            set => set,
        };
        if slots > room {
            return Err(BadCost::Large { slots, memory_kib, half_kib });
        }
        let most_kib = u32::try_from(half_kib / slots as u64).unwrap_or(u32::MAX);
        let longest_wait = Duration::from_secs(settings.longest_wait.max(1));
        let limits = Limits { slots, longest_wait, idle: IDLE };
        Ok(Self { pool: Pool::new(limits), pepper, random, today: Cost { memory_kib, iterations }, most_kib })
    }

    /// A fast one, with a pepper and salts that every run has the same.
    #[cfg(test)]
    pub fn for_tests() -> Self {
        // On a machine that is busy with other tests nobody should be sent away.
        let limits = Limits { slots: 1, longest_wait: Duration::from_secs(60), idle: IDLE };
        let (pepper, random) = (Pepper::new(&[7; 32]), Random::seeded(7));
        Self { pool: Pool::new(limits), pepper, random, today: Cost { memory_kib: 64, iterations: 2 }, most_kib: 1_024 }
    }

    /// Hashes a password that was chosen. NFKC first, no truncation.
    pub async fn hash(&self, password: &Secret) -> Result<PasswordHash, Busy> {
        Ok(self.hash_each(&[password]).await?.remove(0))
    }

    /// Hashes several, in order. Eight of them share a place in the queue: one person's answers wait once.
    pub async fn hash_each(&self, passwords: &[&Secret]) -> Result<Vec<PasswordHash>, Busy> {
        let salts: Vec<[u8; 16]> = passwords.iter().map(|_| self.random.bytes()).collect();
        let task = |(password, salt): (&&Secret, &[u8; 16])| Task::of(self.pepper.season(password), *salt, self.today);
        let hashes = self.run(passwords.iter().zip(&salts).map(task).collect()).await?;
        Ok(hashes.iter().zip(&salts).map(|(hash, salt)| self.written(hash, salt)).collect())
    }

    /// Hashes what other systems made of passwords, in order: nothing that they made is kept as it came (decision 34).
    pub async fn wrap_each(&self, foreign: &[&Foreign]) -> Result<Vec<PasswordHash>, Busy> {
        let salts: Vec<[u8; 16]> = foreign.iter().map(|_| self.random.bytes()).collect();
        let task = |(foreign, salt): (&&Foreign, &[u8; 16])| Task::of(self.pepper.season_digest(&foreign.digest), *salt, self.today);
        let hashes = self.run(foreign.iter().zip(&salts).map(task).collect()).await?;
        let written = |((hash, salt), foreign): ((&Bytes32, &[u8; 16]), &&Foreign)| {
            PasswordHash(format!("{}{}", foreign.recipe.text(), self.written(hash, salt).0))
        };
        Ok(hashes.iter().zip(&salts).zip(foreign).map(written).collect())
    }

    /// Compares. `None` costs the same work as a real hash, so that an unknown name takes as long as a known one.
    pub async fn verify(&self, password: &Secret, hash: Option<&PasswordHash>) -> Result<Verdict, Busy> {
        self.verify_among(password, hash, &Levels::default()).await
    }

    /// The same where hashes of other systems are on file: whatever there is to compare with, as much work is done as for the
    /// dearest of them.
    pub async fn verify_among(&self, password: &Secret, hash: Option<&PasswordHash>, levels: &Levels) -> Result<Verdict, Busy> {
        Ok(self.compare(&[(password, hash)], levels).await?.remove(0))
    }

    /// Compares several, each with its own hash, eight on a place in the queue. All are compared, whatever the first ones
    /// say.
    pub async fn verify_each(&self, pairs: &[(&Secret, Option<&PasswordHash>)]) -> Result<Vec<Verdict>, Busy> {
        self.compare(pairs, &Levels::default()).await
    }

    async fn compare(&self, pairs: &[(&Secret, Option<&PasswordHash>)], levels: &Levels) -> Result<Vec<Verdict>, Busy> {
        let known: Vec<Option<Known>> = pairs.iter().map(|(_, hash)| hash.and_then(|hash| self.read(hash))).collect();
        let task = |((password, _), known): (&(&Secret, _), &Option<Known>)| {
            let (salt, cost) = known.as_ref().map_or(([0; 16], self.today), |known| (known.salt, known.cost));
            let foreign = known.as_ref().and_then(|known| known.foreign.as_ref());
            let input = match foreign {
                None => Input::Peppered(self.pepper.season(password)),
                Some(recipe) => Input::Foreign(Box::new((recipe.clone(), (*password).clone(), self.pepper.clone()))),
            };
            Task { input, salt, cost, idle: levels.missing(foreign) }
        };
        let mut tasks: Vec<Task> = pairs.iter().zip(&known).map(task).collect();
        // What an older, cheaper hash leaves of today's work is done for nothing, or its speed would tell that there is
        // an account, and that nobody has signed in to it for long.
        let rest: Vec<Cost> = tasks.iter().filter_map(|task| self.rest(task.cost)).collect();
        tasks.extend(rest.into_iter().map(|cost| Task::of(Zeroizing::new([0; 32]), [0; 16], cost)));
        let hashes = self.run(tasks).await?;
        let verdict = |(known, hash): (&Option<Known>, &Bytes32)| match known {
            Some(known) if bool::from(known.hash.ct_eq(hash.as_slice())) => match (&known.foreign, self.rest(known.cost)) {
                (None, None) => Verdict::Right,
                _ => Verdict::RightButWeak,
            },
            _ => Verdict::Wrong,
        };
        Ok(known.iter().zip(&hashes).map(verdict).collect())
    }

    /// Whether a password is one of these, such as those that a person had before.
    pub async fn verify_any(&self, password: &Secret, hashes: &[PasswordHash]) -> Result<bool, Busy> {
        let pairs: Vec<(&Secret, Option<&PasswordHash>)> = hashes.iter().map(|hash| (password, Some(hash))).collect();
        Ok(self.verify_each(&pairs).await?.into_iter().any(|verdict| verdict != Verdict::Wrong))
    }

    /// What it is doing.
    pub fn load(&self) -> Load {
        self.pool.load()
    }

    async fn run(&self, tasks: Vec<Task>) -> Result<Vec<Bytes32>, Busy> {
        let mut hashes = Vec::with_capacity(tasks.len());
        let mut tasks = tasks.into_iter();
        while tasks.len() > 0 {
            hashes.extend(self.pool.run(tasks.by_ref().take(AT_ONCE).collect()).await?);
        }
        Ok(hashes)
    }

    /// The work that is missing from a hash of this cost to be as dear as one of today's.
    fn rest(&self, cost: Cost) -> Option<Cost> {
        let missing = self.today.work().checked_sub(cost.work())?;
        let iterations = missing.div_ceil(self.today.memory_kib.into()).max(1);
        let memory_kib = missing / iterations;
        let rest = Cost { memory_kib: memory_kib.try_into().ok()?, iterations: iterations.try_into().ok()? };
        rest.params().map(|_| rest)
    }

    /// In PHC form, with the pepper's name as `keyid`.
    fn written(&self, hash: &Bytes32, salt: &[u8; 16]) -> PasswordHash {
        let params = ParamsBuilder::new()
            .m_cost(self.today.memory_kib)
            .t_cost(self.today.iterations)
            .p_cost(1)
            .keyid(KeyId::new(self.pepper.id()).expect("six bytes of eight"))
            .build()
            .expect("the settings were checked");
        let phc = phc::PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(19),
            params: (&params).try_into().expect("four short parameters"),
            salt: Some(phc::Salt::new(salt).expect("16 bytes")),
            hash: Some(phc::Output::new(hash.as_slice()).expect("32 bytes")),
        };
        PasswordHash(phc.to_string())
    }

    /// What a hash says of itself; `None` for one that cannot be compared with: not ours, of another pepper, or dearer
    /// than the machine can bear.
    fn read(&self, hash: &PasswordHash) -> Option<Known> {
        let (recipe, ours) = hash.0.split_at(hash.0.find('$')?);
        let foreign = if recipe.is_empty() { None } else { Some(Recipe::of(recipe)?) };
        let phc = phc::PasswordHash::new(ours).ok().filter(|phc| phc.algorithm == ARGON2ID_IDENT && phc.version == Some(19))?;
        let params = Params::try_from(&phc).ok().filter(|params| params.p_cost() == 1)?;
        if params.keyid() != self.pepper.id() {
            tracing::warn!("a password was hashed under another pepper: nobody can sign in with it");
            return None;
        }
        let cost = Cost { memory_kib: params.m_cost(), iterations: params.t_cost() };
        let salt = phc.salt?.as_ref().try_into().ok()?;
        let hash = phc.hash?.as_bytes().try_into().ok()?;
        (cost.memory_kib <= self.most_kib && cost.iterations <= MOST_ITERATIONS).then_some(Known { salt, hash, cost, foreign })
    }
}

/// A hash taken apart.
struct Known {
    salt: [u8; 16],
    hash: [u8; 32],
    cost: Cost,
    /// What another system did before.
    foreign: Option<Recipe>,
}
