// The first day of school: a pupil whom only the school's records know claims the account and walks into an app.
import { expect, look, test } from "./support/checks.js";
import { PASSWORD, choosePassword, claim, signIn } from "./support/pupil.js";
import { fromTheChildren, untilTheLetter } from "./support/guardian.js";

test("a pupil claims the account, walks into the app and signs out", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  const username = await claim(page, pupil);
  expect(username).not.toBe("");

  await page.goto(district.app_url);
  await page.locator("a#app-sign-in").click();
  // Whoever has just claimed the account is signed in already; the app may still be asked about.
  const allow = page.locator("button#allow");
  const inside = page.locator("#signed-in-as");
  await expect(allow.or(inside).or(page.locator("#username"))).toBeVisible();
  if (await page.locator("#username").isVisible()) await signIn(page, username, PASSWORD);
  if (await allow.isVisible()) await allow.click();
  await expect(inside).toContainText(pupil.family_name);
  await expect(page.locator("#claims")).toContainText("sub");

  await page.locator("#app-sign-out").click();
  const confirm = page.locator("button#sign-out");
  await expect(confirm.or(page.locator("#app-sign-in"))).toBeVisible();
  if (await confirm.isVisible()) await confirm.click();

  await page.goto("/");
  await expect(page.locator("main#page-home")).toHaveCount(0);
});

test("an account that is claimed signs in, and a wrong password is told apart from nothing", async ({ page, district }) => {
  const pupil = district.someone("student");
  await page.goto("/sign-in");
  await signIn(page, pupil.username, "ce n’est pas le bon");
  await expect(page.locator("#error-summary")).toBeVisible();
  await look(page, "password");
  await page.locator("#password").fill(pupil.password);
  await page.locator("button#sign-in").click();
  await look(page, "home");
});

test("a parent joins with the code of a letter, on a phone and without JavaScript", async ({ page, district }) => {
  const parent = district.someone("guardian-unclaimed");
  await page.goto("/enroll");
  await page.locator('a.way[href="/enroll/guardian-code"]').click();
  await look(page, "code");
  // A slip is found in its group, and costs nothing.
  const typed = parent.code.replaceAll("-", " ").toLowerCase();
  await page.locator("#code").fill(typed.slice(0, 5) + (typed[5] === "b" ? "c" : "b") + typed.slice(6));
  await page.locator("button#continue").click();
  await look(page, "code");
  await expect(page.locator("#code-error")).toContainText("2");
  await page.locator("#code").fill(typed);
  await page.locator("button#continue").click();
  await look(page, "code-child");
  for (const child of parent.children) await expect(page.locator("main")).toContainText(child.given_name);
  await page.locator("button#continue").click();
  await choosePassword(page, PASSWORD);
  await look(page, "confirm");
  await page.locator("button#continue").click();
  await look(page, "enrolled");
  await expect(page.locator("#username-given")).toHaveText(parent.email.toLowerCase());
  await page.goto("/account/children");
  await look(page, "account-children");
  for (const child of parent.children) await expect(page.locator("main")).toContainText(child.given_name);
});

test("a guardian opens an account by what the school knows and by the code of a letter", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const { code } = await untilTheLetter(page, district, guardian);
  await page.locator("#code").fill(code);
  await page.locator("button#continue").click();
  expect(await fromTheChildren(page, guardian)).toBe(guardian.username);
});
