//! The files of a set, written side by side.

use std::collections::BTreeMap;
use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter};
use std::path::Path;

use csv::{Terminator, Writer, WriterBuilder};

use super::Version;

/// The open files.
pub(super) struct Files(BTreeMap<&'static str, Writer<BufWriter<File>>>);

/// The files of an edition.
pub(super) fn names(version: Version) -> impl Iterator<Item = &'static str> {
    ALL.iter().filter(move |(name, _)| version == Version::V1_2 || *name != "roles.csv").map(|(name, _)| *name)
}

impl Files {
    pub(super) fn create(folder: &Path, version: Version) -> io::Result<Self> {
        create_dir_all(folder)?;
        let mut files = BTreeMap::new();
        for name in names(version) {
            let file = BufWriter::with_capacity(1 << 16, File::create(folder.join(name))?);
            let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(file);
            writer.write_record(header(name, version).split(','))?;
            files.insert(name, writer);
        }
        let mut files = Self(files);
        let number = if version == Version::V1_1 { "1.1" } else { "1.2" };
        files.row("manifest.csv", &["manifest.version", "1.0"])?;
        files.row("manifest.csv", &["oneroster.version", number])?;
        for name in names(version).filter(|name| !["manifest.csv", "relationships.csv"].contains(name)) {
            files.row("manifest.csv", &[&format!("file.{}", name.trim_end_matches(".csv")), "bulk"])?;
        }
        files.row("manifest.csv", &["source.systemName", "Synthetic district"])?;
        Ok(files)
    }

    pub(super) fn row(&mut self, name: &str, values: &[&str]) -> io::Result<()> {
        self.0.get_mut(name).expect("the edition has this file").write_record(values)?;
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.values_mut().try_for_each(Writer::flush)
    }
}

fn header(name: &str, version: Version) -> &'static str {
    if name == "users.csv" && version == Version::V1_1 {
        return "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,\
                identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.civicNumber,metadata.postalCode,metadata.preferredLanguage";
    }
    ALL.iter().find(|(known, _)| *known == name).map_or("", |(_, header)| header)
}

const ALL: &[(&str, &str)] = &[
    ("manifest.csv", "propertyName,value"),
    ("academicSessions.csv", "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear"),
    ("orgs.csv", "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId,metadata.email,metadata.phone,metadata.timezone"),
    ("courses.csv", "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes"),
    (
        "classes.csv",
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,\
         subjects,subjectCodes,periods",
    ),
    (
        "users.csv",
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,\
         agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,\
         primaryOrgSourcedId,pronouns,metadata.civicNumber,metadata.postalCode,metadata.preferredLanguage",
    ),
    ("roles.csv", "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"),
    (
        "demographics.csv",
        "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,\
         nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,\
         stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus",
    ),
    ("enrollments.csv", "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"),
    (
        "relationships.csv",
        "userSourcedId,relationshipUserSourcedId,relationshipRole,legalResponsibility,livesWith,canAccessRecords,canPickUp,receivesMail,\
         priority,beginDate,endDate",
    ),
];
