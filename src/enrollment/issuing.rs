//! Giving out activation codes: one for each guardian whom the school knows, which reaches all their children, or so many
//! without a name for each pupil. A district of fifty thousand is walked school by school and written a few hundred at a
//! time; nothing of a batch opens anything before its last step, which makes all of it good and what it replaces dead.
//!
//! Whoever prints [`Letters`] gets a [`ForLetter`] a code: with it the clear code leaves the program for the only time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::activation_code::{code_mac, front_mac, link_mac};
use crate::codes::Code;
use crate::keys::KeyStore;
use crate::model::{AccountId, BatchId, CodeId, Language, PersonId, Timestamp};
use crate::random::Secret;
use crate::store::codes::{Batch, Issued, Kind};
use crate::store::events::Event;
use crate::store::families::{Families, Guardian, Pupil, Which};
use crate::store::{Reader, Store, StoreError, Tx};
use crate::tools::Tools;

/// For whom codes are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// For the guardians of these pupils, by the source's ids.
    Students(Vec<String>),
    /// Of a school's pupils, by the source's id.
    School(String),
    /// Of a class's pupils, by the source's id.
    Class(String),
    /// Of every pupil of the district.
    Everybody,
    /// For these guardians, by the source's ids.
    Guardians(Vec<String>),
    /// In the place of these codes.
    Again(Vec<CodeId>),
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Order {
    /// For whom.
    pub wanted: Wanted,
    /// So many without a name for each pupil, instead of one for each known guardian.
    pub count: Option<u16>,
    /// How long they are good.
    pub life: Duration,
    /// Who asks; `None`: the command line.
    pub made_by: Option<AccountId>,
}

/// What came of it, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The batch; `None` if it was only counted.
    pub batch: Option<BatchId>,
    /// Codes.
    pub codes: u64,
    /// Of them, codes in a guardian's name.
    pub named: u64,
    /// Pupils who were looked at.
    pub pupils: u64,
    /// Guardians of theirs who have an account already, and get no code.
    pub have_account: u64,
    /// Pupils of whom the school knows no guardian who may see their records: `--count` gives them codes.
    pub without_guardian: u64,
    /// Older codes that are dead now.
    pub replaced: u64,
}

/// Everything that a letter needs.
#[derive(Clone, Debug)]
pub struct ForLetter {
    /// The code's id, by which it is taken back.
    pub id: CodeId,
    /// The batch.
    pub batch: BatchId,
    /// The letter's number in its batch, from one: letters come in the order in which they are handed out.
    pub number: i32,
    /// The code, as it is printed.
    pub code: Secret,
    /// What the square (QR) holds: an address whose part behind the `#` is the code.
    pub link: Secret,
    /// Where the code is typed, without the code.
    pub address: String,
    /// The guardian in whose name it is; `None`: whoever holds it.
    pub guardian: Option<Guardian>,
    /// The pupil through whom the letter is handed out; school and class are theirs.
    pub pupil: Pupil,
    /// The children whom the code reaches, the pupil among them.
    pub children: Vec<Pupil>,
    /// The language to write in.
    pub language: Language,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

/// Why there are no codes.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The roster has no such school or class.
    #[error("the roster has no {0} with the sourcedId {1}")]
    Unknown(&'static str, String),
    /// The roster has no such pupils.
    #[error("the roster has no pupil with the sourcedId {}", .0.join(", "))]
    NoPupil(Vec<String>),
    /// These are nobody's guardian.
    #[error("the roster has no guardian with the sourcedId {0} who may see a child's records")]
    NoGuardian(String),
    /// These cannot be printed again.
    #[error("there is no unused code {0}")]
    NoCode(CodeId),
    /// Nobody would get one.
    #[error("there is nobody to give a code to: {0}")]
    Nobody(String),
    /// Codes were made and could not be written down; none of them is good.
    #[error("the codes could not be written down, so none of them is good: {0}")]
    Output(#[from] std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes codes down as they are made: a table, letters, a list on the screen.
pub trait Letters: Send {
    /// One more.
    fn add(&mut self, letter: ForLetter) -> std::io::Result<()>;
    /// All are there: whatever they were written to holds them for good. Only then do they open anything.
    fn finish(&mut self) -> std::io::Result<()>;
}

/// Hears how many codes there are so far.
pub type Progress<'a> = &'a (dyn Fn(u64) + Send + Sync);

/// How many codes an order would make, for whom; makes none.
pub async fn preview(store: &Store, order: &Order) -> Result<Summary, Refused> {
    let mut walk = Walk { order, seen: HashSet::new(), summary: Summary::default() };
    let reader = store.read();
    for part in parts(&reader, &order.wanted).await? {
        for pupils in part.pupils(&reader.families(), &order.wanted).await?.chunks(CHUNK) {
            walk.plan(&reader.families(), pupils).await?;
        }
    }
    walk.one_by_one(&reader).await?;
    Ok(walk.summary)
}

/// Makes the codes, has each written down, and at last makes all of them good at once. If the writing or the program fails
/// before that, none is.
pub async fn issue(
    tools: &Tools,
    store: &Store,
    order: &Order,
    progress: Progress<'_>,
    letters: &mut dyn Letters,
) -> Result<Summary, Refused> {
    let now = tools.clock.now();
    let id = BatchId::new(now, &tools.random);
    let asked = json!({ "wanted": order.wanted, "count": order.count });
    let batch = Batch { id, kind: Kind::Activation, made_by: order.made_by, made_at: now, asked };
    let maker = Maker { tools, batch: id, now, expires_at: now + order.life };
    let mut walk = Walk { order, seen: HashSet::new(), summary: Summary::default() };
    let reader = store.read();
    let parts = parts(&reader, &order.wanted).await?;
    store.write(async |tx: &Tx| tx.codes().begin(&batch).await).await?;
    let mut number = 0;
    let mut write = async |planned: Vec<Planned>| {
        let made: Vec<(Issued, ForLetter)> = planned
            .into_iter()
            .map(|planned| {
                number += 1;
                maker.make(number, planned)
            })
            .collect();
        let rows: Vec<Issued> = made.iter().map(|(row, _)| row.clone()).collect();
        store.write(async |tx: &Tx| tx.codes().add(&rows).await).await?;
        made.into_iter().try_for_each(|(_, letter)| letters.add(letter))?;
        progress(u64::from(number.unsigned_abs()));
        Ok::<_, Refused>(())
    };
    for part in parts {
        for pupils in part.pupils(&reader.families(), &order.wanted).await?.chunks(CHUNK) {
            let planned = walk.plan(&reader.families(), pupils).await?;
            write(planned).await?;
        }
    }
    let planned = walk.one_by_one(&reader).await?;
    write(planned).await?;
    let mut summary = walk.summary;
    if summary.codes == 0 {
        return Err(Refused::Nobody(summary.why_nobody()));
    }
    letters.finish()?;
    let publish = async |tx: &Tx| {
        let replaced = tx.codes().publish(id, now).await?;
        let detail = json!({ "batch": id, "codes": summary.codes, "named": summary.named, "replaced": replaced });
        tx.record(&Event { actor: order.made_by, detail, ..Event::of("code.issued") }, now).await?;
        Ok::<_, StoreError>(replaced)
    };
    summary.replaced = store.write(publish).await?;
    summary.batch = Some(id);
    Ok(summary)
}

/// A part of an order that fits into memory.
enum Part {
    School(String),
    Class(String),
    Students,
}

async fn parts(reader: &Reader<'_>, wanted: &Wanted) -> Result<Vec<Part>, Refused> {
    let families = reader.families();
    Ok(match wanted {
        Wanted::Everybody => families.schools().await?.into_iter().map(Part::School).collect(),
        Wanted::School(id) if families.knows(Which::School(id)).await? => vec![Part::School(id.clone())],
        Wanted::School(id) => return Err(Refused::Unknown("school", id.clone())),
        Wanted::Class(id) if families.knows(Which::Class(id)).await? => vec![Part::Class(id.clone())],
        Wanted::Class(id) => return Err(Refused::Unknown("class", id.clone())),
        Wanted::Students(_) => vec![Part::Students],
        Wanted::Guardians(_) | Wanted::Again(_) => Vec::new(),
    })
}

impl Part {
    async fn pupils(&self, families: &Families<'_>, wanted: &Wanted) -> Result<Vec<Pupil>, Refused> {
        match (self, wanted) {
            (Self::School(id), _) => Ok(families.pupils(Which::School(id)).await?),
            (Self::Class(id), _) => Ok(families.pupils(Which::Class(id)).await?),
            (Self::Students, Wanted::Students(ids)) => {
                let found = families.pupils(Which::Records(ids)).await?;
                let known: HashSet<&str> = found.iter().map(|pupil| pupil.source.as_str()).collect();
                let missing: Vec<String> = ids.iter().filter(|id| !known.contains(id.as_str())).cloned().collect();
                if missing.is_empty() { Ok(found) } else { Err(Refused::NoPupil(missing)) }
            }
            (Self::Students, _) => Ok(Vec::new()),
        }
    }
}

/// One code to be made.
struct Planned {
    pupil: Pupil,
    guardian: Option<Guardian>,
    children: Vec<Pupil>,
    replaces: Option<CodeId>,
}

/// A walk through the pupils of an order.
struct Walk<'a> {
    order: &'a Order,
    /// Guardians who were met already: brothers and sisters share a letter.
    seen: HashSet<PersonId>,
    summary: Summary,
}

impl Walk<'_> {
    async fn plan(&mut self, families: &Families<'_>, pupils: &[Pupil]) -> Result<Vec<Planned>, StoreError> {
        self.summary.pupils += pupils.len() as u64;
        let planned = match self.order.count {
            Some(count) => pupils.iter().flat_map(|pupil| (0..count).map(|_| nameless(pupil, None))).collect(),
            None => self.named(families, pupils).await?,
        };
        self.summary.codes += planned.len() as u64;
        Ok(planned)
    }

    async fn named(&mut self, families: &Families<'_>, pupils: &[Pupil]) -> Result<Vec<Planned>, StoreError> {
        let ids: Vec<PersonId> = pupils.iter().map(|pupil| pupil.id).collect();
        let guardians = families.guardians(&ids).await?;
        let mut planned = Vec::new();
        for pupil in pupils {
            let Some(known) = guardians.get(&pupil.id) else {
                self.summary.without_guardian += 1;
                continue;
            };
            for guardian in known {
                if !self.seen.insert(guardian.id) {
                    continue;
                }
                if guardian.has_account {
                    self.summary.have_account += 1;
                    continue;
                }
                planned.push(Planned { pupil: pupil.clone(), guardian: Some(guardian.clone()), children: Vec::new(), replaces: None });
            }
        }
        self.summary.named += planned.len() as u64;
        with_children(families, planned).await
    }

    /// Guardians and codes that were named one by one.
    async fn one_by_one(&mut self, reader: &Reader<'_>) -> Result<Vec<Planned>, Refused> {
        let families = reader.families();
        let mut planned = Vec::new();
        match &self.order.wanted {
            Wanted::Guardians(ids) => {
                let people = families.people_of(ids).await?;
                for id in ids {
                    let person = people.get(id).copied();
                    planned.extend(self.for_guardian(&families, id, person).await?);
                }
            }
            Wanted::Again(ids) => {
                for id in ids {
                    planned.push(instead_of(reader, *id).await?);
                }
            }
            _ => {}
        }
        self.summary.named += planned.iter().filter(|one| one.guardian.is_some()).count() as u64;
        self.summary.codes += planned.len() as u64;
        Ok(with_children(&families, planned).await?)
    }

    async fn for_guardian(&mut self, families: &Families<'_>, id: &str, person: Option<PersonId>) -> Result<Option<Planned>, Refused> {
        let nobody = || Refused::NoGuardian(id.to_owned());
        let person = person.ok_or_else(nobody)?;
        let guardian = families.find(&[person]).await?.pop().ok_or_else(nobody)?;
        if guardian.has_account {
            self.summary.have_account += 1;
            return Ok(None);
        }
        if !self.seen.insert(guardian.id) {
            return Ok(None);
        }
        let pupil = families.pupils(Which::People(&guardian.children)).await?.into_iter().next().ok_or_else(nobody)?;
        Ok(Some(Planned { guardian: Some(guardian), ..nameless(&pupil, None) }))
    }
}

/// A new code in the place of one that was never used.
async fn instead_of(reader: &Reader<'_>, id: CodeId) -> Result<Planned, Refused> {
    let families = reader.families();
    let old = reader.codes().find(id).await?.filter(|code| code.used.is_none() && code.kind == Kind::Activation);
    let old = old.ok_or(Refused::NoCode(id))?;
    let child: Vec<PersonId> = old.child.into_iter().collect();
    let pupil = families.pupils(Which::People(&child)).await?.pop().ok_or(Refused::NoCode(id))?;
    let guardian = match old.guardian {
        Some(guardian) => Some(families.find(&[guardian]).await?.pop().ok_or(Refused::NoCode(id))?),
        None => None,
    };
    Ok(Planned { guardian, ..nameless(&pupil, Some(old.id)) })
}

impl Summary {
    fn why_nobody(&self) -> String {
        match self {
            Self { pupils: 0, .. } => "no pupil is there".to_owned(),
            Self { have_account: 0, .. } => {
                format!("of {} pupils the school knows no guardian; --count makes codes without a name", self.without_guardian)
            }
            Self { have_account, .. } => format!("all {have_account} known guardians have an account already"),
        }
    }
}

fn nameless(pupil: &Pupil, replaces: Option<CodeId>) -> Planned {
    Planned { pupil: pupil.clone(), guardian: None, children: vec![pupil.clone()], replaces }
}

/// Fills in the children of whoever has a name.
async fn with_children(families: &Families<'_>, mut planned: Vec<Planned>) -> Result<Vec<Planned>, StoreError> {
    let ids: HashSet<PersonId> = planned.iter().filter_map(|one| one.guardian.as_ref()).flat_map(|one| one.children.clone()).collect();
    let ids: Vec<PersonId> = ids.into_iter().collect();
    let known: HashMap<PersonId, Pupil> = families.pupils(Which::People(&ids)).await?.into_iter().map(|pupil| (pupil.id, pupil)).collect();
    for one in &mut planned {
        if let Some(guardian) = &one.guardian {
            one.children = guardian.children.iter().filter_map(|child| known.get(child).cloned()).collect();
            one.children.sort_by_cached_key(|child| child.given_name.to_lowercase());
        }
    }
    Ok(planned)
}

/// Makes codes of one batch.
struct Maker<'a> {
    tools: &'a Tools,
    batch: BatchId,
    now: Timestamp,
    expires_at: Timestamp,
}

impl Maker<'_> {
    fn make(&self, number: i32, planned: Planned) -> (Issued, ForLetter) {
        let Tools { keys, random, config, .. } = self.tools;
        let (id, code, secret) = (CodeId::new(self.now, random), Code::new(random), random.secret());
        let row = Issued {
            id,
            batch: self.batch,
            number,
            child: Some(planned.pupil.id),
            guardian: planned.guardian.as_ref().map(|guardian| guardian.id),
            replaces: planned.replaces,
            issued_at: self.now,
            expires_at: self.expires_at,
            ..known_by(keys, Kind::Activation, &code, &secret)
        };
        let address = format!("{}/enroll/{FLOW}", config.issuer.trim_end_matches('/'));
        let spoken = planned.guardian.as_ref().and_then(|guardian| guardian.language).or(planned.pupil.language);
        let letter = ForLetter {
            id,
            batch: self.batch,
            number,
            code: code.text(),
            link: Secret::new(format!("{address}#c={}", secret.expose())),
            address,
            guardian: planned.guardian,
            pupil: planned.pupil,
            children: planned.children,
            language: spoken.or(config.languages.first().copied()).unwrap_or(Language::ALL[0]),
            expires_at: self.expires_at,
        };
        (row, letter)
    }
}

/// What the store keeps of a code and of its link; everything else is to be filled in.
pub(super) fn known_by(keys: &KeyStore, kind: Kind, code: &Code, link: &Secret) -> Issued {
    Issued {
        id: CodeId(uuid::Uuid::nil()),
        batch: BatchId(uuid::Uuid::nil()),
        kind,
        number: 1,
        mac: code_mac(keys, kind, code),
        link: link_mac(keys, kind, link.expose()),
        front: front_mac(keys, kind, code),
        last_group: code.last_group(),
        child: None,
        guardian: None,
        replaces: None,
        issued_at: Timestamp(0),
        expires_at: Timestamp(0),
        used: None,
        revoked: None,
    }
}

/// How long a code is good where nothing else is said (decisions 13).
pub const LIFE: Duration = Duration::from_hours(21 * 24);
/// The flow that letters lead to.
const FLOW: &str = "guardian-code";
/// Pupils who are looked at, and whose codes are written, at once.
const CHUNK: usize = 256;
