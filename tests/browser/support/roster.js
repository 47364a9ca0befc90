// The school's own files, as the demo wrote them: for whoever must be of one school or one class with somebody else.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

async function table(district, name) {
  const text = await readFile(join(dirname(district.config), "roster", name), "utf8");
  const [head, ...rows] = text.trim().split(/\r?\n/).map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted ?? bare));
  return rows.map((row) => Object.fromEntries(head.map((column, place) => [column, row[place] ?? ""])));
}

const given = new Set();

/** The facts of pupils whom nobody has had yet, of those whose records' ids are in this set. */
async function pupil(district, ids) {
  const users = await table(district, "users.csv");
  const births = await table(district, "demographics.csv");
  const ours = new Set(district.people.map((person) => person.student_number).filter(Boolean));
  const plain = (user) => ids.has(user.sourcedId) && /^\d+$/.test(user.identifier) && !ours.has(user.identifier) && !given.has(user.identifier);
  const alone = (user) => users.filter((other) => other.identifier === user.identifier).length === 1;
  const found = users.find((user) => plain(user) && alone(user) && births.some((birth) => birth.sourcedId === user.sourcedId));
  if (!found) throw new Error("the school has no other pupil who fits");
  given.add(found.identifier);
  return { given_name: found.givenName, family_name: found.familyName, student_number: found.identifier, source: found.sourcedId };
}

/** A pupil of a school, by its name. */
export async function pupilAt(district, school) {
  const orgs = new Set((await table(district, "orgs.csv")).filter((org) => org.name === school).map((org) => org.sourcedId));
  const roles = await table(district, "roles.csv");
  return pupil(district, new Set(roles.filter((row) => row.role === "student" && orgs.has(row.orgSourcedId)).map((row) => row.userSourcedId)));
}

/** A pupil of a teacher's class. */
export async function pupilOf(district, teacher) {
  const source = await district.source(teacher);
  const rows = await table(district, "enrollments.csv");
  const classes = new Set(rows.filter((row) => row.userSourcedId === source && row.role === "teacher").map((row) => row.classSourcedId));
  return pupil(district, new Set(rows.filter((row) => classes.has(row.classSourcedId) && row.role === "student").map((row) => row.userSourcedId)));
}
