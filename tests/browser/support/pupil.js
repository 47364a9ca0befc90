// What a pupil does, page by page. Every way is one that the contract names: ids of pages and of their controls.
import { expect } from "@playwright/test";
import { look } from "./checks.js";

export const PASSWORD = "quatre lapins sous la lune";
export const ANSWERS = ["Tournesol", "rue des Lilas", "Capitaine Crochet"];

const FACTS = ["given_name", "family_name", "student_number", "email", "birth_date", "civic_number"];

/** The first page's form, with what the school knows of this person. */
export async function fillRosterMatch(page, person) {
  for (const fact of FACTS) {
    const field = page.locator(`#${fact}`);
    if (await field.count()) await field.fill(String(person[fact]));
  }
  const school = page.locator("#school");
  if (await school.count()) await school.selectOption({ label: person.school });
}

/** From the claim's first page to the end; the password is ours, the answers too. */
export async function claim(page, person, flow = "student-claim") {
  await page.goto(`/enroll/${flow}`);
  await look(page, "roster-match");
  await fillRosterMatch(page, person);
  await page.locator("button#continue").click();
  await choosePassword(page, PASSWORD);
  await answerQuestions(page);
  await look(page, "confirm");
  await page.locator("button#continue").click();
  await look(page, "enrolled");
  const username = await page.locator("#username-given").innerText();
  await page.locator("#continue").click();
  return username.trim();
}

export async function choosePassword(page, password) {
  await look(page, "new-password");
  await page.locator("#new_password").fill(password);
  const again = page.locator("#new_password_again");
  if (await again.count()) await again.fill(password);
  await page.locator("button#continue").click();
}

/** What was answered, by the question's words. */
const answered = new Map();

export async function answerQuestions(page) {
  await look(page, "security-questions");
  for (const [index, answer] of ANSWERS.entries()) {
    const question = page.locator(`#question_${index + 1}`);
    await question.selectOption({ index: index + 1 });
    answered.set(await question.locator("option:checked").innerText(), answer);
    await page.locator(`#answer_${index + 1}`).fill(answer);
  }
  await page.locator("button#continue").click();
}

/** The same answers, as a child writes them months later: case, accents and spaces do not count. */
export async function recallAnswers(page) {
  await look(page, "recall-questions");
  for (const index of ANSWERS.keys()) {
    const asked = await page.locator(`label[for=answer_${index + 1}]`).innerText();
    await page.locator(`#answer_${index + 1}`).fill(` ${answered.get(asked.trim()).toUpperCase()} `);
  }
  await page.locator("button#continue").click();
}

/** Name first, then the password. */
export async function signIn(page, username, password = PASSWORD) {
  await look(page, "sign-in");
  await page.locator("#username").fill(username);
  await page.locator("button#next").click();
  await look(page, "password");
  await page.locator("#password").fill(password);
  await page.locator("button#sign-in").click();
}

/** From the home page out. */
export async function signOut(page) {
  await page.goto("/sign-out");
  await look(page, "sign-out");
  await page.locator("button#sign-out").click();
  await expect(page.locator("main#page-signed-out")).toBeVisible();
}
