//! The district's people, family after family.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::files::Files;
use super::{District, Generated, HardCase, Kind, SyntheticPerson, Tongue, Version, names};
use crate::people::name_key;
use crate::random::Random;

/// The school year that everything belongs to.
const YEAR: i32 = 2026;
/// Pupils in a class.
const CLASS: u32 = 24;
/// Examples kept of each kind and case.
const EXAMPLES: usize = 24;

/// Writes the files into `folder`.
pub(super) fn write(folder: &Path, district: &District, random: &Random, progress: &dyn Fn(u32)) -> io::Result<Generated> {
    let mut maker = Maker {
        files: Files::create(folder, district.version)?,
        version: district.version,
        random,
        made: Generated::default(),
        schools: Vec::new(),
        classes: BTreeMap::new(),
        namesake: None,
        enrollments: 0,
        rows: 0,
    };
    maker.schools(district.students)?;
    while maker.made.students < district.students {
        maker.family(district.students)?;
        progress(maker.made.students);
    }
    maker.files.finish()?;
    Ok(maker.made)
}

struct Maker<'a> {
    files: Files,
    version: Version,
    random: &'a Random,
    made: Generated,
    schools: Vec<School>,
    /// Pupils of a school and grade so far.
    classes: BTreeMap<(usize, u32), u32>,
    namesake: Option<(String, String, String)>,
    enrollments: u64,
    rows: u64,
}

struct School {
    id: String,
    name: String,
    tongue: Tongue,
    teachers: Vec<String>,
}

/// A row of `users.csv`, in the words of either edition.
#[derive(Default, Clone)]
struct User {
    id: String,
    given: String,
    family: String,
    number: String,
    email: String,
    phone: String,
    grade: String,
    civic: String,
    language: &'static str,
    agents: String,
    /// Role and school, the main one first.
    roles: Vec<(&'static str, String)>,
}

impl Maker<'_> {
    fn chance(&self, per_thousand: u64) -> bool {
        self.random.below(1000) < per_thousand
    }

    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.random.below(bound as u64)).expect("it was a usize")
    }

    fn schools(&mut self, students: u32) -> io::Result<()> {
        let count = (students / 400).max(5);
        let start = (YEAR - 1).to_string();
        self.files.row(
            "academicSessions.csv",
            &[
                "year",
                "",
                "",
                &format!("{start}-{YEAR}"),
                "schoolYear",
                &format!("{start}-08-25"),
                &format!("{YEAR}-06-30"),
                "",
                &YEAR.to_string(),
            ],
        )?;
        self.files.row(
            "orgs.csv",
            &[
                "district",
                "",
                "",
                "Conseil scolaire des Deux-Rives District",
                "district",
                "",
                "",
                "aide@deux-rives.example",
                "+1 555 0100",
                "America/Toronto",
            ],
        )?;
        for number in 0..count as usize {
            self.school(number)?;
        }
        self.made.schools = count;
        for number in 0..2 {
            self.staff(number % 2, Kind::DistrictAdmin, "district")?;
        }
        for number in 0..count as usize {
            let org = self.schools[number].id.clone();
            let teachers = (students / count / 18).max(3) as usize;
            let kinds =
                [Kind::Principal, Kind::Secretary, Kind::Counsellor].into_iter().chain(std::iter::repeat_n(Kind::Teacher, teachers));
            for kind in kinds {
                self.staff(number, kind, &org)?;
            }
        }
        Ok(())
    }

    /// A school and its courses, French and English in turn.
    fn school(&mut self, number: usize) -> io::Result<()> {
        let tongue = if number.is_multiple_of(2) { Tongue::French } else { Tongue::English };
        let id = format!("school-{:03}", number + 1);
        let name = names::school(tongue, number);
        let email = format!("secretariat-{:03}@deux-rives.example", number + 1);
        let phone = format!("+1 555 {:04}", 200 + number);
        self.files.row(
            "orgs.csv",
            &[&id, "", "", &name, "school", &format!("{:03}", number + 1), "district", &email, &phone, "America/Toronto"],
        )?;
        let (homeroom, math) = if tongue == Tongue::French { ("Titulariat", "Mathématiques") } else { ("Homeroom", "Mathematics") };
        for (course, title, code) in [("homeroom", homeroom, "HR"), ("math", math, "MATH")] {
            self.files.row("courses.csv", &[&format!("{id}-{course}"), "", "", "year", title, code, "", &id, "", ""])?;
        }
        self.schools.push(School { id, name, tongue, teachers: Vec::new() });
        Ok(())
    }

    fn staff(&mut self, school: usize, kind: Kind, org: &str) -> io::Result<()> {
        let tongue = self.schools[school].tongue;
        self.made.staff += 1;
        let old = self.version == Version::V1_1;
        let role = match kind {
            Kind::Teacher => "teacher",
            Kind::Counsellor if old => "aide",
            Kind::Counsellor => "counselor",
            Kind::Principal if !old => "principal",
            Kind::DistrictAdmin if !old => "districtAdministrator",
            Kind::Secretary if !old => "ext:secretary",
            _ => "administrator",
        };
        let given = names::given(tongue, self.random).to_owned();
        let family = names::family(tongue, self.random);
        let id = format!("staff-{:05}", self.made.staff);
        let email = format!("{}.{}{}@deux-rives.example", name_key(&given), name_key(&family), self.made.staff);
        let user =
            User { id: id.clone(), given, family, email, language: tag(tongue), roles: vec![(role, org.to_owned())], ..User::default() };
        self.user(&user)?;
        self.example((kind, None), &user, None, Vec::new(), Some(school));
        if kind == Kind::Teacher {
            self.schools[school].teachers.push(id);
        }
        Ok(())
    }

    fn family(&mut self, wanted: u32) -> io::Result<()> {
        let school = self.below(self.schools.len());
        let tongue = self.schools[school].tongue;
        let couple = self.chance(880);
        let separated = couple && self.chance(250);
        let blended = couple && self.chance(60);
        let mut guardians = vec![self.guardian(tongue)];
        if couple {
            let second = self.guardian(tongue);
            guardians.push(second);
        }
        let shared = couple && !separated && self.chance(45) && !guardians[0].email.is_empty();
        if couple && !separated {
            guardians[1].civic = guardians[0].civic.clone();
        }
        if shared {
            guardians[1].email = guardians[0].email.clone();
        }
        let family = self.family_name(&guardians);
        let first = 10 + self.random.below(12);
        let mut children = Vec::new();
        let siblings = [1, 1, 1, 2, 2, 2, 2, 3][self.below(8)];
        let twins = siblings > 1 && self.chance(25);
        for n in 0..siblings {
            if self.made.students >= wanted {
                break;
            }
            let grade = u32::try_from((first + n * if twins && n == 1 { 0 } else { 2 }) % 12 + 1).expect("twelve grades");
            let grade = if twins && n == 1 { children.first().map_or(grade, |child: &Child| child.grade) } else { grade };
            let name = if blended && n == 0 { guardians[1].family.clone() } else { family.clone() };
            let twin_of = (twins && n == 1).then(|| children.first().map(|child: &Child| child.birth.clone())).flatten();
            // Siblings may go to different schools; twins go together.
            let at = if n > 0 && twin_of.is_none() && self.chance(300) { self.same_tongue(school) } else { school };
            let child = self.student(at, grade, name, &guardians, twin_of)?;
            children.push(child);
        }
        let teacher = couple && self.chance(12);
        let cases = [
            (twins && children.len() > 1, HardCase::Twins),
            (separated, HardCase::SeparatedParents),
            (shared, HardCase::SharedEmail),
            (blended, HardCase::BlendedFamily),
            (teacher, HardCase::GuardianTeacher),
        ];
        for (n, guardian) in guardians.iter_mut().enumerate() {
            guardian.roles = vec![(if n == 0 { "parent" } else { "guardian" }, self.schools[school].id.clone())];
            if teacher && n == 0 && self.version == Version::V1_2 {
                guardian.roles.push(("teacher", self.schools[school].id.clone()));
            }
            let case = cases.iter().find(|(is, _)| *is).map(|(_, case)| *case);
            let missing = [(guardian.email.is_empty(), HardCase::MissingEmail), (guardian.civic.is_empty(), HardCase::MissingHouseNumber)];
            let case = case.or_else(|| missing.iter().find(|(is, _)| *is).map(|(_, case)| *case));
            missing.iter().filter(|(is, _)| *is).for_each(|(_, case)| *self.made.hard_cases.entry(*case).or_default() += 1);
            let mine: Vec<&Child> =
                children.iter().enumerate().filter(|(at, _)| !(blended && *at == 0 && n == 0)).map(|(_, child)| child).collect();
            if mine.is_empty() {
                continue;
            }
            self.user(guardian)?;
            let barred = separated && n == 1 && self.chance(125);
            for child in &mine {
                let lives = if separated && n == 1 { "false" } else { "true" };
                let access = if barred { "false" } else { "true" };
                let kind = if n == 0 || !blended { "parent" } else { "guardian" };
                self.files.row(
                    "relationships.csv",
                    &[&child.id, &guardian.id, kind, "true", lives, access, access, access, &(n + 1).to_string(), "", ""],
                )?;
            }
            let children = mine.iter().map(|child| child.id.clone()).collect();
            self.example((Kind::Guardian, case), guardian, None, children, Some(school));
        }
        cases.iter().filter(|(is, _)| *is).for_each(|(_, case)| *self.made.hard_cases.entry(*case).or_default() += 1);
        Ok(())
    }

    fn guardian(&mut self, tongue: Tongue) -> User {
        self.made.guardians += 1;
        let number = self.made.guardians;
        let given = names::given(tongue, self.random).to_owned();
        let family = names::family(tongue, self.random);
        let email =
            if self.chance(80) { String::new() } else { format!("{}.{}{number}@courriel.example", name_key(&given), name_key(&family)) };
        let civic = if self.chance(50) { String::new() } else { (1 + self.random.below(9800)).to_string() };
        let phone = format!("+1 555 {:03} {:04}", number / 10_000, number % 10_000);
        User { id: format!("guardian-{number:06}"), given, family, email, civic, phone, language: tag(tongue), ..User::default() }
    }

    fn family_name(&self, guardians: &[User]) -> String {
        match guardians {
            [one, other] if self.chance(150) && !one.family.contains(['-', ' ']) && !other.family.contains(['-', ' ']) => {
                format!("{}-{}", one.family, other.family)
            }
            [_, other] if self.chance(500) => other.family.clone(),
            _ => guardians[0].family.clone(),
        }
    }

    fn same_tongue(&self, school: usize) -> usize {
        let other = self.below(self.schools.len());
        if self.schools[other].tongue == self.schools[school].tongue { other } else { school }
    }

    fn student(&mut self, school: usize, grade: u32, family: String, guardians: &[User], twin: Option<String>) -> io::Result<Child> {
        self.made.students += 1;
        let number = self.made.students;
        let tongue = self.schools[school].tongue;
        let mut given = names::given(tongue, self.random).to_owned();
        let mut family = family;
        let day = 1 + self.random.below(28);
        let month = 1 + self.random.below(12);
        let year = YEAR - 6 - i32::try_from(grade).expect("twelve grades");
        let mut birth = twin.clone().unwrap_or_else(|| format!("{year}-{month:02}-{day:02}"));
        let mut case = None;
        if twin.is_none()
            && self.chance(3)
            && let Some((a, b, c)) = self.namesake.clone()
        {
            (given, family, birth) = (a, b, c);
            case = Some(HardCase::Homonym);
        } else if twin.is_none() {
            self.namesake = Some((given.clone(), family.clone(), birth.clone()));
        }
        if case.is_none() && self.chance(5) {
            birth = String::new();
            case = Some(HardCase::MissingBirthDate);
        }
        let moved = case.is_none() && self.chance(10);
        let doubled = case.is_none() && !moved && self.chance(5);
        let here = self.schools[school].id.clone();
        let other = self.schools[(school + 2) % self.schools.len()].id.clone();
        let mut roles = vec![("student", here)];
        if moved {
            roles.push(("student", other.clone()));
            case = Some(HardCase::MidYearMove);
        }
        let user = User {
            id: format!("student-{number:06}"),
            given,
            family,
            number: format!("{:07}", 100_000 + number),
            grade: format!("{grade:02}"),
            language: tag(tongue),
            agents: guardians.iter().map(|guardian| guardian.id.as_str()).collect::<Vec<_>>().join(","),
            roles,
            ..User::default()
        };
        self.user(&user)?;
        self.birth(&user.id, &birth)?;
        if doubled {
            case = Some(HardCase::TwoRecords);
            let again = User { id: format!("student-{number:06}-b"), roles: vec![("student", other)], ..user.clone() };
            self.user(&again)?;
            self.birth(&again.id, &birth)?;
        }
        self.enroll(school, grade, &user.id)?;
        if let Some(case) = case {
            *self.made.hard_cases.entry(case).or_default() += 1;
        }
        self.example((Kind::Student, case), &user, Some(birth.clone()).filter(|birth| !birth.is_empty()), Vec::new(), Some(school));
        Ok(Child { id: user.id, grade, birth })
    }

    fn birth(&mut self, id: &str, birth: &str) -> io::Result<()> {
        if birth.is_empty() {
            return Ok(());
        }
        self.files.row("demographics.csv", &[id, "", "", birth, "", "", "", "", "", "", "", "", "", "", "", ""])
    }

    fn enroll(&mut self, school: usize, grade: u32, student: &str) -> io::Result<()> {
        let count = self.classes.entry((school, grade)).or_default();
        let (section, first) = (*count / CLASS, count.is_multiple_of(CLASS));
        *count += 1;
        let org = self.schools[school].id.clone();
        for kind in ["homeroom", "math"] {
            let class = format!("{org}-{grade:02}-{section}-{kind}");
            if first {
                let letter = char::from(b'A' + u8::try_from(section % 26).expect("fewer than 26"));
                let title = match (kind, self.schools[school].tongue) {
                    ("homeroom", _) => format!("{grade}{letter}"),
                    (_, Tongue::French) => format!("Mathématiques {grade}{letter}"),
                    (_, Tongue::English) => format!("Mathematics {grade}{letter}"),
                };
                let standard = if kind == "homeroom" { "homeroom" } else { "scheduled" };
                self.files.row(
                    "classes.csv",
                    &[&class, "", "", &title, &format!("{grade:02}"), &format!("{org}-{kind}"), "", standard, "", &org, "year", "", "", ""],
                )?;
                self.made.classes += 1;
                let teachers = &self.schools[school].teachers;
                let teacher = teachers[(grade as usize * 7 + section as usize + usize::from(kind == "math")) % teachers.len()].clone();
                self.enrollment(&class, &org, &teacher, "teacher")?;
            }
            self.enrollment(&class, &org, student, "student")?;
        }
        Ok(())
    }

    fn enrollment(&mut self, class: &str, org: &str, user: &str, role: &str) -> io::Result<()> {
        self.enrollments += 1;
        let primary = if role == "teacher" { "true" } else { "" };
        self.files
            .row("enrollments.csv", &[&format!("enrollment-{:07}", self.enrollments), "", "", class, org, user, role, primary, "", ""])
    }

    fn user(&mut self, user: &User) -> io::Result<()> {
        let User { id, given, family, number, email, phone, grade, civic, language, agents, roles } = user;
        let username = if number.is_empty() { id.clone() } else { format!("S{number}") };
        if self.version == Version::V1_1 {
            let orgs: Vec<&str> = roles.iter().map(|(_, org)| org.as_str()).collect();
            let role = roles.first().map_or("student", |(role, _)| role);
            return self.files.row(
                "users.csv",
                &[
                    id,
                    "",
                    "",
                    "true",
                    &orgs.join(","),
                    role,
                    &username,
                    "",
                    given,
                    family,
                    "",
                    number,
                    email,
                    "",
                    phone,
                    agents,
                    grade,
                    "",
                    civic,
                    "",
                    language,
                ],
            );
        }
        let main = roles.first().map_or("", |(_, org)| org.as_str());
        self.files.row(
            "users.csv",
            &[
                id, "", "", "true", &username, "", given, family, "", number, email, "", phone, agents, grade, "", "", "", "", "", main,
                "", civic, "", language,
            ],
        )?;
        for (n, (role, org)) in roles.iter().enumerate() {
            self.rows += 1;
            let kind = if n == 0 { "primary" } else { "secondary" };
            let begin = format!("{}-08-25", YEAR - 1);
            let row = format!("role-{:07}", self.rows);
            self.files.row("roles.csv", &[&row, "", "", id, kind, role, &begin, "", org, ""])?;
        }
        Ok(())
    }

    fn example(
        &mut self,
        (kind, case): (Kind, Option<HardCase>),
        user: &User,
        birth: Option<String>,
        children: Vec<String>,
        school: Option<usize>,
    ) {
        let alike = self.made.examples.iter().filter(|one| (one.kind, one.hard_case) == (kind, case)).count();
        if alike >= EXAMPLES {
            return;
        }
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        self.made.examples.push(SyntheticPerson {
            kind,
            hard_case: case,
            sourced_id: user.id.clone(),
            given_name: user.given.clone(),
            family_name: user.family.clone(),
            student_number: text(&user.number),
            birth_date: birth,
            email: text(&user.email),
            civic_number: text(&user.civic),
            school: school.map(|school| self.schools[school].name.clone()),
            children,
        });
    }
}

struct Child {
    id: String,
    grade: u32,
    birth: String,
}

fn tag(tongue: Tongue) -> &'static str {
    if tongue == Tongue::French { "fr" } else { "en" }
}
