//! Inviting guardians by mail: a security code and a link to every address on file (system D). The code, the letter in the
//! outbox and the end of the code before stand in one write, so that whoever is mailed has a code that opens, and one
//! alone. Asked again, it goes on where it stopped: whoever holds a code that still opens gets no other, unless that is
//! what is asked.

use std::collections::HashSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::issuing::{Refused, known_by};
use crate::codes::Code;
use crate::model::{AccountId, BatchId, CodeId, Language, Letter, PersonId, Timestamp};
use crate::store::codes::{Batch, Issued, Kind};
use crate::store::events::Event;
use crate::store::families::{Families, Guardian, Pupil, Which};
use crate::store::{Reader, Store, StoreError, Tx};
use crate::tools::Tools;

/// Who is invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Invited {
    /// These guardians, by the source's ids.
    Guardians(Vec<String>),
    /// The guardians of a school's pupils, by the source's id.
    School(String),
    /// Every guardian of the district.
    Everybody,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Who.
    pub invited: Invited,
    /// Also those who hold a code that still opens; it dies.
    pub again: bool,
    /// Count, and send nothing.
    pub dry_run: bool,
    /// Who asks; `None`: the command line.
    pub made_by: Option<AccountId>,
}

/// What came of it, or would.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The batch; `None` if nothing was sent.
    pub batch: Option<BatchId>,
    /// Letters.
    pub invited: u64,
    /// Guardians without an address on file: they need a letter on paper.
    pub without_address: u64,
    /// Guardians who have an account already.
    pub have_account: u64,
    /// Guardians who hold a code that still opens, and were left alone.
    pub invited_before: u64,
    /// Older codes that are dead now.
    pub replaced: u64,
}

/// Hands the codes of one guardian to whoever must know them in clear: the demonstration.
pub type Each<'a> = &'a mut (dyn FnMut(PersonId, &Code) + Send);

/// Invites them; `progress` hears how many letters are written.
pub async fn invite(
    tools: &Tools,
    store: &Store,
    asked: &Invitation,
    progress: &(dyn Fn(u64) + Send + Sync),
    each: Each<'_>,
) -> Result<Summary, Refused> {
    let now = tools.clock.now();
    let sender = Sender { tools, batch: BatchId::new(now, &tools.random), now };
    let reader = store.read();
    let mut summary = Summary::default();
    let mut seen = HashSet::new();
    let mut number = 0;
    for part in parts(&reader, &asked.invited).await? {
        for people in part.chunks(CHUNK) {
            let guardians = chosen(&reader, people, &mut seen, asked, now, &mut summary).await?;
            summary.invited += guardians.len() as u64;
            if asked.dry_run || guardians.is_empty() {
                continue;
            }
            let pupils = children_of(&reader.families(), &guardians).await?;
            let made: Vec<Made> = guardians
                .iter()
                .map(|guardian| {
                    number += 1;
                    sender.make(number, guardian, &pupils)
                })
                .collect();
            if summary.batch.replace(sender.batch).is_none() {
                store.write(async |tx: &Tx| sender.begin(tx, asked).await).await?;
            }
            summary.replaced += store.write(async |tx: &Tx| sender.send(tx, &made).await).await?;
            made.iter().for_each(|made| each(made.guardian, &made.code));
            progress(summary.invited);
        }
    }
    if summary.batch.is_some() {
        let detail = json!({ "batch": sender.batch, "invited": summary.invited, "replaced": summary.replaced });
        let event = Event { actor: asked.made_by, detail, ..Event::of("invitation.sent") };
        store.write(async |tx: &Tx| tx.record(&event, now).await).await?;
    }
    Ok(summary)
}

/// A pupil invites these guardians, whose address the pupil typed. Whoever has an account by now gets nothing, and no answer
/// tells (C10).
pub(super) async fn by_pupil(tx: &Tx, tools: &Tools, pupil: AccountId, guardians: &[PersonId], now: Timestamp) -> Result<(), StoreError> {
    send_to(tx, tools, guardians, Some(pupil), now).await.map(|_| ())
}

/// Sends the mail once more to whoever was invited and has no account, at an address that somebody typed. It answers
/// nothing: an address that nobody has, or nobody was invited at, is like any other (D17).
pub async fn again(tx: &Tx, tools: &Tools, known: &[PersonId], now: Timestamp) -> Result<(), StoreError> {
    let given = tx.codes().given(Kind::Security, known, now).await?;
    let invited: Vec<PersonId> = known.iter().copied().filter(|person| given.contains_key(person)).collect();
    let sent = send_to(tx, tools, &invited, None, now).await?;
    for (guardian, batch) in sent {
        let event = Event { person: Some(guardian), detail: json!({ "batch": batch }), ..Event::of("invitation.sent-again") };
        tx.record(&event, now).await?;
    }
    Ok(())
}

/// A mail to each of them who has an address and no account, in a batch of its own.
async fn send_to(
    tx: &Tx,
    tools: &Tools,
    people: &[PersonId],
    made_by: Option<AccountId>,
    now: Timestamp,
) -> Result<Vec<(PersonId, BatchId)>, StoreError> {
    let families = tx.families();
    let mut guardians = families.find(people).await?;
    guardians.retain(|guardian| !guardian.has_account && guardian.email.is_some());
    if guardians.is_empty() {
        return Ok(Vec::new());
    }
    let sender = Sender { tools, batch: BatchId::new(now, &tools.random), now };
    let asked = Invitation { invited: Invited::Guardians(Vec::new()), again: true, dry_run: false, made_by };
    let pupils = children_of(&families, &guardians).await?;
    let made: Vec<Made> = (1..).zip(&guardians).map(|(number, guardian)| sender.make(number, guardian, &pupils)).collect();
    sender.begin(tx, &asked).await?;
    sender.send(tx, &made).await?;
    Ok(guardians.iter().map(|guardian| (guardian.id, sender.batch)).collect())
}

/// The people who may be invited, a part at a time: guardians named one by one, or those tied to a school's pupils.
async fn parts(reader: &Reader<'_>, invited: &Invited) -> Result<Vec<Vec<PersonId>>, Refused> {
    let families = reader.families();
    let schools = match invited {
        Invited::Guardians(ids) => {
            let people = families.people_of(ids).await?;
            let found = ids.iter().map(|id| people.get(id).copied().ok_or_else(|| Refused::NoGuardian(id.clone())));
            return Ok(vec![found.collect::<Result<_, _>>()?]);
        }
        Invited::School(id) if families.knows(Which::School(id)).await? => vec![id.clone()],
        Invited::School(id) => return Err(Refused::Unknown("school", id.clone())),
        Invited::Everybody => families.schools().await?,
    };
    let mut parts = Vec::new();
    for school in schools {
        let mut people = Vec::new();
        for pupils in families.pupils(Which::School(&school)).await?.chunks(CHUNK) {
            let ids: Vec<PersonId> = pupils.iter().map(|pupil| pupil.id).collect();
            let guardians = families.guardians(&ids).await?;
            people.extend(ids.iter().filter_map(|id| guardians.get(id)).flatten().map(|guardian| guardian.id));
        }
        parts.push(people);
    }
    Ok(parts)
}

/// Those of them who get a letter; the others are counted.
async fn chosen(
    reader: &Reader<'_>,
    people: &[PersonId],
    seen: &mut HashSet<PersonId>,
    asked: &Invitation,
    now: Timestamp,
    summary: &mut Summary,
) -> Result<Vec<Guardian>, StoreError> {
    let new: Vec<PersonId> = people.iter().copied().filter(|person| seen.insert(*person)).collect();
    let given = reader.codes().given(Kind::Security, &new, now).await?;
    let mut guardians = reader.families().find(&new).await?;
    guardians.retain(|guardian| {
        let counted = match () {
            () if guardian.has_account => &mut summary.have_account,
            () if guardian.email.as_ref().is_none_or(|email| !email.contains('@')) => &mut summary.without_address,
            () if !asked.again && given.get(&guardian.id) == Some(&true) => &mut summary.invited_before,
            () => return true,
        };
        *counted += 1;
        false
    });
    Ok(guardians)
}

async fn children_of(families: &Families<'_>, guardians: &[Guardian]) -> Result<Vec<Pupil>, StoreError> {
    let mut ids: Vec<PersonId> = guardians.iter().flat_map(|guardian| guardian.children.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    families.pupils(Which::People(&ids)).await
}

/// One guardian's code and letter.
struct Made {
    guardian: PersonId,
    code: Code,
    row: Issued,
    letter: Letter,
}

/// Sends the letters of one batch.
struct Sender<'a> {
    tools: &'a Tools,
    batch: BatchId,
    now: Timestamp,
}

impl Sender<'_> {
    fn make(&self, number: i32, guardian: &Guardian, pupils: &[Pupil]) -> Made {
        let Tools { keys, random, config, pages, .. } = self.tools;
        let (code, secret) = (Code::new(random), random.secret());
        let expires_at = self.now + LIFE;
        let row = Issued {
            id: CodeId::new(self.now, random),
            batch: self.batch,
            number,
            guardian: Some(guardian.id),
            issued_at: self.now,
            expires_at,
            ..known_by(keys, Kind::Security, &code, &secret)
        };
        let children: Vec<&Pupil> = pupils.iter().filter(|pupil| guardian.children.contains(&pupil.id)).collect();
        let spoken = guardian.language.or(children.first().and_then(|child| child.language)).or(config.languages.first().copied());
        let language = spoken.unwrap_or(Language::ALL[0]);
        let names: Vec<&str> = children.iter().map(|child| child.given_name.as_str()).collect();
        let until = config.district.zone().to_datetime(jiff::Timestamp::from_second(expires_at.0).unwrap_or_default()).date();
        let issuer = config.issuer.trim_end_matches('/');
        let data = json!({
            "name": guardian.given_name,
            "children": names.join(", "),
            "school": children.first().map(|child| child.school_name.as_str()),
            "code": code.text().expose(),
            "link": format!("{issuer}/enroll/{FLOW}#c={}", secret.expose()),
            "address": format!("{issuer}/enroll/{FLOW}"),
            "until": pages.day(language, until),
        });
        let to = guardian.email.clone().unwrap_or_default().trim().to_owned();
        let letter = Letter { kind: "invitation".to_owned(), to, language, data, useless_after: Some(expires_at) };
        Made { guardian: guardian.id, code, row, letter }
    }

    async fn begin(&self, tx: &Tx, asked: &Invitation) -> Result<(), StoreError> {
        let (id, made_at) = (self.batch, self.now);
        let batch = Batch { id, kind: Kind::Security, made_by: asked.made_by, made_at, asked: json!({ "invited": asked.invited }) };
        tx.codes().begin(&batch).await?;
        // Each code is good with its letter.
        tx.codes().publish(id, made_at).await.map(|_| ())
    }

    async fn send(&self, tx: &Tx, made: &[Made]) -> Result<u64, StoreError> {
        let rows: Vec<Issued> = made.iter().map(|made| made.row.clone()).collect();
        let guardians: Vec<PersonId> = made.iter().map(|made| made.guardian).collect();
        tx.codes().add(&rows).await?;
        for made in made {
            tx.outbox().add(&made.letter, &self.tools.keys, &self.tools.random, self.now).await?;
        }
        tx.codes().replace(Kind::Security, &guardians, self.batch, self.now).await
    }
}

/// How long a code by mail is good (decisions 13).
pub(super) const LIFE: Duration = Duration::from_hours(21 * 24);
/// The flow that the mail leads to.
const FLOW: &str = "guardian-invitation";
/// Guardians whose letters are written at once.
const CHUNK: usize = 128;
