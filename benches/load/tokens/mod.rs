//! What apps ask for: requests a CPU second of the server, on both databases, beside a bare signature and beside a peer. S is one
//! RSA-2048 signature by openssl in the same minute.

mod world;

use std::time::Duration;

use self::world::{Ask, World};
use crate::drive::Done;
use crate::figures::{Rounds, Row, short};
use crate::limit::{self, Signatures};
use crate::postgres::Database;

/// One kind of request.
struct Kind {
    what: &'static str,
    /// In S a request.
    goal: f64,
    /// RS256 and ES256 signatures in an answer.
    signed: (u8, u8),
    ask: Ask,
}

/// What the rounds of a provider came to, for one kind.
#[derive(Default)]
struct Read {
    per_cpu_second: Rounds,
    per_second: Rounds,
    waits: Rounds,
    /// In S a request.
    cost: Rounds,
    /// The database's own, in S a request.
    database: Rounds,
}

/// The bare signatures of all rounds, and S.
#[derive(Default)]
struct Bare {
    rs256: Rounds,
    es256: Rounds,
    s: Rounds,
}

/// Providers take turns within each round, with the bare signatures before and after each.
pub fn measure() -> Vec<Row> {
    let signatures = Signatures::new();
    let mut worlds: Vec<World> = [Some(World::preau(None)), Database::fresh().map(|database| World::preau(Some(database))), World::peer()]
        .into_iter()
        .flatten()
        .collect();
    let mut bare = Bare::default();
    let mut read: Vec<Vec<Read>> = worlds.iter().map(|_| KINDS.iter().map(|_| Read::default()).collect()).collect();
    // The first round warms up.
    for round in 0..=ROUNDS {
        for (world, read) in worlds.iter_mut().zip(&mut read) {
            let before = bare.measure(&signatures);
            let done: Vec<Option<Done>> = KINDS.iter().map(|kind| world.ask(kind.ask)).collect();
            let s = f64::midpoint(before, bare.measure(&signatures));
            for (read, done) in read.iter_mut().zip(&done).filter(|_| round > 0) {
                done.iter().for_each(|done| read.add(done, s));
            }
        }
        if round == 0 {
            bare = Bare::default();
        }
    }
    let mut read = worlds.iter().map(|world| world.name).zip(&read);
    let (ours, peers): (Vec<_>, Vec<_>) = read.by_ref().partition(|(name, _)| *name != PEER);
    let peer = peers.first().map(|(_, read)| *read);
    let rows = ours.iter().flat_map(|(name, read)| {
        KINDS.iter().enumerate().map(|(n, kind)| kind.row((*name, &read[n]), peer.map(|peer| &peer[n]), &bare)).collect::<Vec<_>>()
    });
    rows.collect()
}

impl Read {
    fn add(&mut self, done: &Done, s: f64) {
        self.per_cpu_second.add(done.per_cpu_second());
        self.per_second.add(done.per_second());
        self.waits.join(&done.waits);
        self.cost.add(s / done.per_cpu_second());
        self.database.add(s * done.database_cpu / done.count as f64);
    }

    fn wait(&self) -> String {
        format!("p50 {} ms, p99 {} ms", short(self.waits.median()), short(self.waits.at(0.99)))
    }
}

impl Bare {
    /// One reading more of each; S.
    fn measure(&mut self, signatures: &Signatures) -> f64 {
        let rsa = signatures.rs256(BARE);
        let s = limit::openssl().unwrap_or(rsa);
        self.rs256.add(rsa);
        self.es256.add(signatures.es256(BARE));
        self.s.add(s);
        s
    }
}

impl Kind {
    fn row(&self, (name, ours): (&str, &Read), peer: Option<&Read>, bare: &Bare) -> Row {
        let cost = ours.cost.median();
        let database = ours.database.median();
        let database = if database > 0.0 { format!("; PostgreSQL's own CPU {} S", short(database)) } else { String::new() };
        let (rs256, es256) = self.signed;
        let signatures = bare.s.median() * (f64::from(rs256) / bare.rs256.median() + f64::from(es256) / bare.es256.median());
        let signatures = (signatures > 0.0).then(|| format!("its signatures alone: {} S", short(signatures)));
        let peer = peer.filter(|peer| peer.cost.count() > 0);
        let beside = peer.map(|peer| {
            format!("{PEER}: {} a CPU second = {} S, {}", short(peer.per_cpu_second.median()), short(peer.cost.median()), peer.wait())
        });
        let times = peer.map_or_else(String::new, |peer| format!("; {PEER} {} times that", short(peer.cost.median() / cost)));
        Row {
            what: format!("{}, {name}", self.what),
            preau: format!("{} a CPU second; {} a second, {}{database}", ours.per_cpu_second, short(ours.per_second.median()), ours.wait()),
            limit: signatures.into_iter().chain(beside).collect::<Vec<_>>().join("; "),
            ratio: format!("{} ({} to {}) S (goal: {}){times}", short(cost), short(ours.cost.at(0.0)), short(ours.cost.at(1.0)), self.goal),
            name: "tokens",
        }
    }
}

const KINDS: [Kind; 12] = [
    Kind { what: "client credentials, RS256 JWT", goal: 1.2, signed: (1, 0), ask: Ask::OwnRs256 },
    Kind { what: "client credentials, ES256 JWT", goal: 0.25, signed: (0, 1), ask: Ask::OwnEs256 },
    Kind { what: "client credentials, opaque, committed", goal: 0.8, signed: (0, 0), ask: Ask::OwnOpaque },
    Kind { what: "authorize with a live session, committed", goal: 1.5, signed: (0, 0), ask: Ask::Authorize },
    Kind { what: "code for tokens: spent, committed, ES256 access and ID token", goal: 1.5, signed: (0, 2), ask: Ask::Code },
    Kind { what: "refresh: rotated, committed, ES256 access and ID token", goal: 1.2, signed: (0, 2), ask: Ask::Refresh },
    Kind { what: "UserInfo, opaque token", goal: 0.3, signed: (0, 0), ask: Ask::UserInfoOpaque },
    Kind { what: "UserInfo, ES256 JWT", goal: 0.3, signed: (0, 0), ask: Ask::UserInfoJwt },
    Kind { what: "introspection, opaque token", goal: 0.3, signed: (0, 0), ask: Ask::IntrospectOpaque },
    Kind { what: "introspection, ES256 JWT", goal: 0.3, signed: (0, 0), ask: Ask::IntrospectJwt },
    Kind { what: "discovery", goal: 0.04, signed: (0, 0), ask: Ask::Discovery },
    Kind { what: "JWKS", goal: 0.04, signed: (0, 0), ask: Ask::Jwks },
];
const PEER: &str = "oidc-provider";
/// Who asks at one time.
const AT_ONCE: usize = 16;
const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_secs(2);
const BARE: Duration = Duration::from_millis(300);
