//! A synthetic district: schools, pupils, guardians and staff who do not exist, with the hard cases that real rosters
//! have, at stated rates. The same bytes for the same seed.

mod district;
mod files;
mod names;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

use serde::Serialize;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::random::Random;

/// Which edition of OneRoster to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Roles stand in `users.csv`.
    V1_1,
    /// Roles stand in `roles.csv`.
    V1_2,
}

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct District {
    /// Pupils.
    pub students: u32,
    /// The same district for the same seed.
    pub seed: u64,
    /// The edition.
    pub version: Version,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// Schools.
    pub schools: u32,
    /// Pupils.
    pub students: u32,
    /// Guardians.
    pub guardians: u32,
    /// Members of staff.
    pub staff: u32,
    /// Classes.
    pub classes: u32,
    /// Hard cases, counted.
    pub hard_cases: BTreeMap<HardCase, u32>,
    /// A few people of each kind and of each hard case.
    pub examples: Vec<SyntheticPerson>,
}

/// Somebody who does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SyntheticPerson {
    /// What the person is.
    pub kind: Kind,
    /// What is hard about this person, if anything.
    pub hard_case: Option<HardCase>,
    /// The source record.
    pub sourced_id: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// The number of a pupil.
    pub student_number: Option<String>,
    /// The birth date of a pupil.
    pub birth_date: Option<String>,
    /// The address of an adult.
    pub email: Option<String>,
    /// The house number.
    pub civic_number: Option<String>,
    /// The school's name.
    pub school: Option<String>,
    /// The source records of a guardian's children.
    pub children: Vec<String>,
}

/// What somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words say it")]
pub enum Kind {
    Student,
    Guardian,
    Teacher,
    Secretary,
    Counsellor,
    Principal,
    DistrictAdmin,
}

/// What makes a person hard to tell or to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HardCase {
    /// 1.5 % of births: same birth date, family name, guardians, class.
    Twins,
    /// 6 % of families: a child of one guardian alone, under another family name.
    BlendedFamily,
    /// 25 % of couples: two addresses; in one case of eight a guardian who may not see the records.
    SeparatedParents,
    /// 4 % of couples: one e-mail address for both.
    SharedEmail,
    /// 1 % of families: a guardian who teaches.
    GuardianTeacher,
    /// 0.2 % of pupils: another pupil's name and birth date.
    Homonym,
    /// 0.5 % of pupils: a second source record, from another school.
    TwoRecords,
    /// 1 % of pupils: two schools in one year.
    MidYearMove,
    /// 8 % of guardians.
    MissingEmail,
    /// 0.5 % of pupils.
    MissingBirthDate,
    /// 5 % of guardians.
    MissingHouseNumber,
}

/// The language of a school and of those who go there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tongue {
    French,
    English,
}

/// The district could not be written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The disk refused.
    #[error("the district could not be written: {0}")]
    Disk(#[from] io::Error),
    /// The archive could not be made.
    #[error("the archive could not be written: {0}")]
    Archive(#[from] zip::result::ZipError),
}

/// Writes a district to `out`: an archive if its name ends in `.zip`, else a folder. `progress` hears of pupils made.
pub fn generate(out: &Path, district: &District, progress: &dyn Fn(u32)) -> Result<Generated, GenerateError> {
    let random = Random::seeded(district.seed);
    if out.extension().is_none_or(|end| end != "zip") {
        return Ok(district::write(out, district, &random, progress)?);
    }
    // The files grow side by side, and an archive is written one entry after the other: so through a folder.
    let mut folder = out.as_os_str().to_owned();
    folder.push(".parts");
    let folder = Path::new(&folder);
    let made = district::write(folder, district, &random, progress)?;
    let mut archive = ZipWriter::new(io::BufWriter::new(File::create(out)?));
    for name in files::names(district.version) {
        // Without a date of their own the entries have the same bytes every time.
        archive.start_file(name, SimpleFileOptions::default().last_modified_time(zip::DateTime::default()))?;
        io::copy(&mut File::open(folder.join(name))?, &mut archive)?;
    }
    archive.finish()?;
    std::fs::remove_dir_all(folder)?;
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(seed: u64, version: Version) -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("district.zip");
        let made = generate(&out, &District { students: 300, seed, version }, &|_| {}).unwrap();
        assert_eq!(made.students, 300);
        assert!(made.schools >= 5);
        std::fs::read(out).unwrap()
    }

    #[test]
    fn the_same_seed_makes_the_same_bytes() {
        for version in [Version::V1_1, Version::V1_2] {
            assert!(bytes(7, version) == bytes(7, version));
        }
        assert!(bytes(7, Version::V1_2) != bytes(8, Version::V1_2));
    }

    #[test]
    fn a_district_of_two_thousand_has_every_hard_case() {
        let dir = tempfile::tempdir().unwrap();
        let made = generate(dir.path(), &District { students: 2000, seed: 1, version: Version::V1_2 }, &|_| {}).unwrap();
        assert_eq!(made.hard_cases.len(), 11, "{:?}", made.hard_cases);
        for kind in [Kind::Student, Kind::Guardian, Kind::Teacher, Kind::Secretary, Kind::Counsellor, Kind::DistrictAdmin] {
            assert!(made.examples.iter().filter(|person| person.kind == kind && person.hard_case.is_none()).count() >= 2, "{kind:?}");
        }
    }
}
