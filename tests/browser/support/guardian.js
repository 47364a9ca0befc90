// What a guardian does, page by page.
import { expect } from "@playwright/test";
import { look } from "./checks.js";
import { letterTo } from "./mail.js";
import { PASSWORD, choosePassword, fillRosterMatch } from "./pupil.js";

/** The facts that the flow asks of this guardian: of the children, the youngest's. */
export function facts(guardian) {
  const youngest = [...guardian.children].sort((one, other) => one.birth_date.localeCompare(other.birth_date)).pop();
  return { ...guardian, birth_date: youngest.birth_date, school: youngest.school };
}

/** Up to the page that waits for a letter; what the letter says. */
export async function untilTheLetter(page, district, guardian) {
  await page.goto("/enroll/parent-portal");
  await look(page, "roster-match");
  await fillRosterMatch(page, facts(guardian));
  await page.locator("button#continue").click();
  await look(page, "check-mail");
  return letterTo(district, guardian.email);
}

/** From the proof of the mailbox to the end; the name to sign in with. */
export async function fromTheChildren(page, guardian) {
  await look(page, "children");
  await expect(page.locator("input[name=child]")).toHaveCount(guardian.children.length);
  await page.locator("button#continue").click();
  await choosePassword(page, PASSWORD);
  await look(page, "security-questions");
  await page.locator("#question_1").selectOption({ index: 1 });
  await page.locator("#answer_1").fill("Tournesol");
  await page.locator("button#continue").click();
  await look(page, "confirm");
  await page.locator("button#continue").click();
  await look(page, "enrolled");
  return (await page.locator("#username-given").innerText()).trim();
}
