//! Imports as a district lives them, on both databases.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::clock::FixedClock;
use crate::model::{PersonId, Timestamp};
use crate::roster::{District, Version, generate};
use crate::store::people::Person;
use crate::store::testing::stores;

/// A store and what an import needs, and a folder to put files into.
struct Office {
    store: Store,
    clock: FixedClock,
    random: Random,
    dir: tempfile::TempDir,
}

const USERS: &str = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n";

impl Office {
    async fn each() -> Vec<Self> {
        let office = |store| Self {
            store,
            clock: FixedClock::at(Timestamp(1_800_000_000)),
            random: Random::seeded(1),
            dir: tempfile::tempdir().unwrap(),
        };
        stores().await.into_iter().map(office).collect()
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.dir.path().join(name), text).unwrap();
    }

    /// A small bulk set of 1.1: one school, fifty pupils, with these rows of users in front.
    fn small(&self, users: &str) {
        self.put("orgs.csv", "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,École des Érables,school,,\n");
        let others: String = (10..60).map(|n| format!("p{n},,,true,s1,student,p{n},,Nom{n},Famille{n},,{n}000,,,,,05,\n")).collect();
        self.put("users.csv", format!("{USERS}{users}{others}"));
    }

    async fn import(&self, path: &Path, options: &Options) -> Result<Report, ImportError> {
        let inputs = Inputs { clock: &self.clock, random: &self.random, progress: &|_, _| {} };
        self.clock.advance(Duration::from_secs(1));
        import(&self.store, &inputs, path, options).await
    }

    async fn applied(&self) -> Report {
        let report = self.import(&self.folder(), &Options::default()).await.unwrap();
        assert_eq!(report.outcome, Outcome::Applied, "{report:?}");
        report
    }

    async fn undo(&self, which: ImportId) -> Result<(), ImportError> {
        let inputs = Inputs { clock: &self.clock, random: &self.random, progress: &|_, _| {} };
        self.clock.advance(Duration::from_secs(1));
        undo(&self.store, &inputs, which, false).await.map(|_| ())
    }

    async fn pupil(&self, number: &str) -> Option<Person> {
        let found = self.store.read().people().by_number(&crate::people::number_key(number)).await.unwrap();
        assert!(found.len() < 2);
        found.into_iter().next()
    }

    async fn person(&self, id: PersonId) -> Person {
        self.store.read().people().find(id).await.unwrap().unwrap()
    }
}

const ZOE: &str = "p1,,,true,s1,student,zoe,,Zoé,Tremblay,,0123456,,,,g1,05,\n";
const MOTHER: &str = "g1,,,true,s1,parent,anne,,Anne,Roy,,,Anne.Roy@courriel.example,,,,,\n";

#[tokio::test]
async fn a_pupil_is_found_by_number_with_school_and_guardian() {
    for office in Office::each().await {
        office.small(&format!("{ZOE}{MOTHER}"));
        let report = office.applied().await;
        assert_eq!(report.files["users.csv"].added, 52);
        let zoe = office.pupil("S0123456").await.unwrap();
        assert_eq!(zoe.display_name(), "Zoé Tremblay");
        let people = office.store.read();
        assert_eq!(people.people().org(zoe.roles[0].org).await.unwrap().unwrap().name, "École des Érables");
        let ties = people.people().relationships(zoe.id).await.unwrap();
        let mother = people.people().by_email("anne.roy@courriel.example").await.unwrap().remove(0);
        assert_eq!((ties.len(), ties[0].guardian, ties[0].child), (1, mother.id, zoe.id));
        assert_eq!(people.people().relationships(mother.id).await.unwrap(), ties);
        assert_eq!(people.people().by_name("tremblay").await.unwrap(), [zoe]);
        assert!(people.people().roster_of().await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a08_the_same_set_again_changes_nothing() {
    for office in Office::each().await {
        for version in [Version::V1_1, Version::V1_2] {
            let out = office.folder().join(format!("{version:?}.zip"));
            generate(&out, &District { students: 200, seed: 3, version }, &|_| {}).unwrap();
            let options = Options { approve: true, ..Options::default() };
            let first = office.import(&out, &options).await.unwrap();
            assert_eq!(first.outcome, Outcome::Applied);
            let second = office.import(&out, &Options::default()).await.unwrap();
            assert_eq!(second.outcome, Outcome::NothingChanged, "{second:?}");
        }
    }
}

#[tokio::test]
async fn whoever_leaves_stays_known_and_comes_back_as_the_same_person() {
    for office in Office::each().await {
        office.small(ZOE);
        office.applied().await;
        let zoe = office.pupil("123456").await.unwrap();
        office.small("");
        assert_eq!(office.applied().await.files["users.csv"].retired, 1);
        assert!(office.pupil("123456").await.is_none());
        assert!(!office.person(zoe.id).await.active);
        office.small(ZOE);
        assert_eq!(office.applied().await.files["users.csv"].returned, 1);
        assert_eq!(office.pupil("123456").await.unwrap().id, zoe.id);
    }
}

#[tokio::test]
async fn a_delta_tells_changes_only() {
    for office in Office::each().await {
        office.small(&format!("{ZOE}{MOTHER}"));
        office.applied().await;
        fs::remove_file(office.folder().join("orgs.csv")).unwrap();
        let zoe = "p1,active,2026-01-01T00:00:00Z,true,s1,student,zoe,,Zoé,Tremblay-Roy,,0123456,,,,,05,\n";
        let gone = "p10,tobedeleted,2026-01-01T00:00:00Z,true,s1,student,p10,,Nom10,Famille10,,10000,,,,,05,\n";
        office.put("users.csv", format!("{USERS}{zoe}{gone}"));
        let counts = office.applied().await.files["users.csv"];
        assert_eq!((counts.changed, counts.retired), (1, 1));
        let zoe = office.pupil("123456").await.unwrap();
        assert_eq!(zoe.family_name, "Tremblay-Roy");
        assert!(office.pupil("10000").await.is_none());
        assert!(office.pupil("11000").await.is_some());
        assert!(office.store.read().people().relationships(zoe.id).await.unwrap().is_empty(), "the tie that the row had is gone");
    }
}

#[tokio::test]
async fn a08_a_file_that_misses_half_the_pupils_is_held_until_approved() {
    for office in Office::each().await {
        office.small(ZOE);
        office.applied().await;
        office.put("users.csv", format!("{USERS}{ZOE}"));
        let held = office.import(&office.folder(), &Options::default()).await.unwrap();
        assert_eq!(held.outcome, Outcome::Held);
        assert_eq!((held.pupils, held.pupils_retired), (51, 50));
        assert!(office.pupil("10000").await.is_some());
        let looked = office.import(&office.folder(), &Options { dry_run: true, ..Options::default() }).await.unwrap();
        assert_eq!((looked.outcome, looked.pupils_retired), (Outcome::DryRun, 50));
        assert!(office.pupil("10000").await.is_some());
        let approved = office.import(&office.folder(), &Options { approve: true, ..Options::default() }).await.unwrap();
        assert_eq!(approved.outcome, Outcome::Applied);
        assert!(office.pupil("10000").await.is_none());
    }
}

#[tokio::test]
async fn a09_rows_that_swap_two_pupils_are_held_and_both_stay_who_they_are() {
    for office in Office::each().await {
        let noa = "p2,,,true,s1,student,noa,,Noa,Singh,,0777777,,,,,05,\n";
        office.small(&format!("{ZOE}{noa}"));
        let born = "sourcedId,status,dateLastModified,birthDate\n";
        office.put("demographics.csv", format!("{born}p1,,,2015-02-03\np2,,,2014-09-30\n"));
        office.applied().await;
        let before = (office.pupil("123456").await.unwrap(), office.pupil("777777").await.unwrap());
        office.small(&format!("{}{}", ZOE.replacen("p1", "p2", 1), noa.replacen("p2", "p1", 1)));
        office.put("demographics.csv", format!("{born}p2,,,2015-02-03\np1,,,2014-09-30\n"));
        let report = office.import(&office.folder(), &Options::default()).await.unwrap();
        assert_eq!((report.outcome, report.reviews.len()), (Outcome::Held, 2));
        let approved = office.import(&office.folder(), &Options { approve: true, ..Options::default() }).await.unwrap();
        assert_eq!(approved.reviews.len(), 2);
        assert_eq!((office.pupil("123456").await.unwrap(), office.pupil("777777").await.unwrap()), before);
    }
}

#[tokio::test]
async fn an_import_is_taken_back_and_its_people_stay_known() {
    for office in Office::each().await {
        office.small(ZOE);
        let first = office.applied().await;
        let zoe = office.pupil("123456").await.unwrap();
        office.small(&format!("{}p2,,,true,s1,student,noa,,Noa,Singh,,0777777,,,,,05,\n", ZOE.replace("Tremblay", "Roy")));
        let second = office.applied().await;
        let noa = office.pupil("777777").await.unwrap();
        assert!(matches!(office.undo(first.import).await, Err(ImportError::Refused(_))));
        office.undo(second.import).await.unwrap();
        assert_eq!(office.pupil("123456").await.unwrap(), zoe);
        assert!(office.pupil("777777").await.is_none());
        assert!(!office.person(noa.id).await.active);
        assert!(matches!(office.undo(second.import).await, Err(ImportError::Refused(_))));
        let again = office.applied().await;
        assert_eq!((again.files["users.csv"].returned, again.files["users.csv"].changed), (1, 1));
        assert_eq!(office.pupil("777777").await.unwrap().id, noa.id);
    }
}

#[tokio::test]
async fn a08_an_import_that_is_killed_leaves_nothing_and_the_next_one_sweeps_up() {
    for office in Office::each().await {
        office.small(ZOE);
        office.applied().await;
        let out = office.folder().join("big.zip");
        generate(&out, &District { students: 600, seed: 9, version: Version::V1_2 }, &|_| {}).unwrap();
        let inputs = Inputs { clock: &office.clock, random: &office.random, progress: &|_, _| {} };
        let options = Options { approve: true, ..Options::default() };
        for millis in [1, 20, 60, 120] {
            let killed = tokio::time::timeout(Duration::from_millis(millis), import(&office.store, &inputs, &out, &options)).await;
            assert!(killed.is_err(), "it was done in {millis} ms");
            assert!(office.pupil("123456").await.is_some());
            assert_eq!(office.store.read().people().schools().await.unwrap().len(), 1);
            office.clock.advance(Duration::from_secs(61));
        }
        assert_eq!(office.import(&out, &options).await.unwrap().outcome, Outcome::Applied);
        assert_eq!(office.import(&out, &options).await.unwrap().outcome, Outcome::NothingChanged);
        assert!(office.pupil("123456").await.is_none());
    }
}

#[tokio::test]
async fn two_imports_at_once_are_one_too_many() {
    for office in Office::each().await {
        office.small(ZOE);
        let inputs = Inputs { clock: &office.clock, random: &office.random, progress: &|_, _| {} };
        begin(&office.store, &inputs, "import", "another").await.unwrap();
        assert!(matches!(office.import(&office.folder(), &Options::default()).await, Err(ImportError::Busy(_))));
    }
}

#[tokio::test]
async fn one_child_at_two_schools_is_one_person_and_a_homonym_is_another() {
    for office in Office::each().await {
        let twice = ZOE.replacen("p1", "p1-b", 1);
        let homonym = ZOE.replacen("p1", "p2", 1).replace("0123456", "0999999");
        let doubtful = ZOE.replacen("p1", "p3", 1).replace("Zoé,Tremblay", "Max,Li");
        office.small(&format!("{ZOE}{twice}{homonym}{doubtful}"));
        let report = office.applied().await;
        let found = office.store.read().people().by_number("123456").await.unwrap();
        assert_eq!(found.len(), 2, "Zoé once, and Max apart from her");
        assert!(office.pupil("999999").await.is_some_and(|other| found.iter().all(|one| one.id != other.id)));
        assert!(report.notes.iter().any(|note| note.seen == "p3" && note.done.contains("kept apart")), "{:?}", report.notes);
    }
}

#[tokio::test]
async fn deviations_are_told_row_by_row_and_tolerated() {
    for office in Office::each().await {
        office.put("ORGS.csv", "\u{feff}name,sourcedId,type,metadata.email,status,dataLastModified,ext_x\nÉcole,s1,School,a@b.example,,,1");
        let users = b"sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userId,prefferedGivenName,givenName,familyName,identifier,email,agents,grade,password\r\n\
            p1,,,TRUE,s1,Student,a,{Fed:1},Zo,Zo\xe9,Tremblay,0123456,not an address,nobody,05,hunter2\n\
            p1,,,yes,s1,student,a,,,Autre,Personne,5,,,05,\n\
            p 2,,,true,s9,student,b,,,Max,Li,7,,,05\n\
            p3,,,true,s1,wizard,c,,,Ida,May,8,,,05,\n";
        office.put("users.csv", users);
        office.put("demographics.csv", "sourcedId,status,dateLastModified,birthDate,white\np1,,,1/05/2023,true\n");
        let report = office.applied().await;
        let told = |row: u64, column: &str, done: &str| {
            let found = report.notes.iter().any(|note| note.row == row && note.column == column && note.done.contains(done));
            assert!(found, "{row} {column} {done}: {:#?}", report.notes);
        };
        told(0, "", "read as orgs.csv");
        told(1, "", "another order");
        told(1, "dataLastModified", "read as dateLastModified");
        told(1, "ext_x", "passed over");
        told(1, "prefferedGivenName", "read as preferredGivenName");
        told(1, "agents", "read as agentSourcedIds");
        told(2, "type", "read as school");
        told(2, "enabledUser", "read as true");
        told(2, "role", "read as student");
        told(2, "givenName", "Windows-1252");
        told(2, "email", "not an address");
        told(2, "agentSourcedIds", "nobody in the roster");
        told(2, "birthDate", "taken for empty");
        told(3, "sourcedId", "stands twice");
        told(4, "sourcedId", "does not allow");
        told(4, "", "taken for empty");
        told(5, "role", "passed over");
        told(0, "orgSourcedId", "not in the roster");
        assert_eq!(report.passwords_seen, 1);
        assert!(!format!("{report:?}").contains("hunter2"));
        let zoe = office.pupil("123456").await.unwrap();
        assert_eq!((zoe.given_name.as_str(), zoe.preferred_given_name.as_deref(), zoe.email), ("Zoé", Some("Zo"), None));
    }
}

#[tokio::test]
async fn a07_what_cannot_be_read_is_refused_in_one_line_and_nothing_changes() {
    for office in Office::each().await {
        office.small(ZOE);
        office.applied().await;
        let wide = "a,".repeat(600);
        let endless = format!("{USERS}p1,,,true,s1,student,\"{}", "x".repeat(3 << 20));
        let columns = format!("{USERS}{}", ",".repeat(2 << 20));
        let utf16: Vec<u8> = USERS.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (file, bytes, why) in [
            ("users.csv", b"sourcedId,status,givenName\n".to_vec(), "lacks the column familyName"),
            ("users.csv", b"sourcedId,givenName,familyName,email,email\n".to_vec(), "email twice"),
            ("users.csv", utf16, "UTF-16"),
            ("users.csv", wide.into_bytes(), "601 columns, and 512 are allowed"),
            ("users.csv", endless.into_bytes(), "row 2 is never closed"),
            ("users.csv", columns.into_bytes(), "longer than a million"),
            ("users.csv", format!("{USERS}p1,,,\"true").into_bytes(), "row 2 is never closed"),
            ("manifest.csv", b"propertyName,value\nfile.roles,bulk\n".to_vec(), "announces roles.csv"),
        ] {
            let kept = fs::read(office.folder().join(file)).ok();
            office.put(file, &bytes);
            match office.import(&office.folder(), &Options::default()).await {
                Err(ImportError::Refused(told)) => assert!(told.contains(why) && !told.contains('\n'), "{why}: {told}"),
                other => panic!("{why}: {other:?}"),
            }
            if let Some(kept) = kept {
                office.put(file, kept);
            }
            assert!(office.pupil("123456").await.is_some());
        }
        let empty = tempfile::tempdir().unwrap();
        fs::write(empty.path().join("notes.txt"), "x").unwrap();
        assert!(matches!(office.import(empty.path(), &Options::default()).await, Err(ImportError::Refused(_))));
        assert!(matches!(office.import(&office.folder().join("none"), &Options::default()).await, Err(ImportError::Refused(_))));
        fs::remove_file(office.folder().join("manifest.csv")).unwrap();
        let again = office.import(&office.folder(), &Options::default()).await.unwrap();
        assert_eq!(again.outcome, Outcome::NothingChanged);
    }
}

/// An archive of these entries: name, bytes, unix mode.
fn archive(path: &Path, entries: &[(&str, &[u8], u32)]) {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes, mode) in entries {
        let options = zip::write::SimpleFileOptions::default().unix_permissions(*mode);
        if *mode == 0o120_777 {
            zip.add_symlink(*name, "/etc/passwd", zip::write::SimpleFileOptions::default()).unwrap();
        } else {
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
    }
    zip.finish().unwrap();
}

#[tokio::test]
async fn a06_archives_that_would_harm_are_refused_before_they_are_unpacked() {
    let office = Office::each().await.remove(0);
    let path = office.folder().join("set.zip");
    let bomb = vec![b'a'; 40 << 20];
    let many: Vec<String> = (0..101).map(|n| format!("{n}.csv")).collect();
    let many: Vec<(&str, &[u8], u32)> = many.iter().map(|name| (name.as_str(), &b""[..], 0o644)).collect();
    for (entries, why) in [
        (vec![("users.csv", bomb.as_slice(), 0o644)], "more than 200 times"),
        (vec![("../users.csv", b"x".as_slice(), 0o644)], "leads out"),
        (vec![("/users.csv", b"x".as_slice(), 0o644)], "leads out"),
        (vec![("users.csv", b"x".as_slice(), 0o120_777)], "is a link"),
        (vec![("inner.zip", b"x".as_slice(), 0o644)], "itself an archive"),
        (vec![("a/users.csv", b"x".as_slice(), 0o644), ("b/users.csv", b"x".as_slice(), 0o644)], "twice"),
        (many, "101 entries"),
    ] {
        archive(&path, &entries);
        match office.import(&path, &Options::default()).await {
            Err(ImportError::Refused(told)) => assert!(told.contains(why), "{why}: {told}"),
            other => panic!("{why}: {other:?}"),
        }
    }
    fs::write(&path, "not an archive").unwrap();
    assert!(matches!(office.import(&path, &Options::default()).await, Err(ImportError::Refused(_))));
    let small = Limits { unpacked: 10, ..Limits::default() };
    archive(&path, &[("users.csv", b"sourcedId,givenName,familyName\n", 0o644)]);
    let options = Options { limits: small, ..Options::default() };
    assert!(matches!(office.import(&path, &options).await, Err(ImportError::Refused(_))));
}

#[tokio::test]
async fn a07_a_million_faults_make_a_short_report() {
    let office = Office::each().await.remove(0);
    let rows: String = (0..3000).map(|n| format!("u{n},,,maybe,s1,student,u,,A,B,,{n},,,,,,\n")).collect();
    office.put("users.csv", format!("{USERS}{rows}"));
    let report = office.import(&office.folder(), &Options::default()).await.unwrap();
    assert_eq!(report.notes.len(), 1000);
    assert!(report.more_notes >= 2000);
}
