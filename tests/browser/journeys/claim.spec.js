// What people do on the way: back, reload, a second tab, a wrong fact, a pause, another person at the same screen.
import { expect, look, test } from "../support/checks.js";
import { PASSWORD, answerQuestions, choosePassword, claim, fillRosterMatch, recallAnswers, signIn, signOut } from "../support/pupil.js";

test("back, reload and a second tab lose nothing and spend nothing", async ({ page, context, district }) => {
  await page.goto("/enroll/student-claim");
  await fillRosterMatch(page, district.someone("student-unclaimed"));
  await page.locator("button#continue").click();
  await look(page, "new-password");
  await page.reload();
  await look(page, "new-password");
  await page.goBack();
  await page.goForward();
  await look(page, "new-password");

  const tab = await context.newPage();
  await tab.goto(page.url());
  await choosePassword(tab, PASSWORD);
  await look(tab, "security-questions");
  // The first tab still shows the page before: its answer changes nothing and shows where the journey stands.
  await page.locator("#new_password").fill("une autre phrase très longue");
  const again = page.locator("#new_password_again");
  if (await again.count()) await again.fill("une autre phrase très longue");
  await page.locator("button#continue").click();
  await look(page, "security-questions");

  await answerQuestions(page);
  await look(page, "confirm");
  await page.locator("button#continue").click();
  await look(page, "enrolled");
});

test("a new password is looked at while it is typed, and there are other ideas", async ({ page, district }) => {
  await page.goto("/enroll/student-claim");
  await fillRosterMatch(page, district.someone("student-unclaimed"));
  await page.locator("button#continue").click();
  await look(page, "new-password");
  const [field, meter, ideas] = [page.locator("#new_password"), page.locator("#new_password-meter"), page.locator("#ideas li")];
  await expect(meter).toBeHidden();
  for (const [typed, said] of [
    ["abc", /^3 /],
    ["abcdefghij", /dans l’ordre|à la suite/],
    ["azertyuiop", /côte à côte/],
    ["lalalalalala", /répétition|la même chose/],
    ["12/03/2010", /date/],
    ["girafecurieuse", /assez long.*mot de plus/],
    ["quatre lapins sous la lune", /assez long\.$/],
  ]) {
    await field.fill(typed);
    await expect(meter).toHaveText(said);
  }
  await field.fill("");
  await expect(meter).toBeHidden();
  const before = await ideas.allTextContents();
  await page.locator("#other-ideas").click();
  await look(page, "new-password");
  await expect(ideas).toHaveCount(3);
  expect(await ideas.allTextContents()).not.toEqual(before);
  await choosePassword(page, (await ideas.allTextContents())[0]);
  await look(page, "security-questions");
});

test("a fact that does not match ends in the neutral page with a number for the school", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  await page.goto("/enroll/student-claim");
  await fillRosterMatch(page, { ...pupil, family_name: "Personne" });
  await page.locator("button#continue").click();
  await look(page, "not-matched");
  await expect(page.locator("#case-number")).not.toBeEmpty();
});

test("whoever was not found is written to when the lists of the school have come", async ({ page, district }) => {
  await page.goto("/enroll/student-claim");
  await fillRosterMatch(page, { ...district.someone("student-unclaimed"), family_name: "Personne" });
  await page.locator("button#continue").click();
  await look(page, "not-matched");
  const number = await page.locator("#case-number").textContent();
  await page.locator("a#write-to-me").click();
  await look(page, "write-to-me");
  await page.locator("#email").fill("parent@courriel.example");
  await page.locator("button#continue").click();
  await look(page, "write-to-me-sent");
  await page.locator("a#continue").click();
  await look(page, "not-matched");
  await expect(page.locator("#case-number")).toHaveText(number);
});

test("a journey left for the night goes on where it stood, in this browser and in no other", async ({ page, browser, district }) => {
  await page.goto("/enroll/student-claim");
  await fillRosterMatch(page, district.someone("student-unclaimed"));
  await page.locator("button#continue").click();
  await look(page, "new-password");
  const address = page.url();
  await page.goto("about:blank");
  await page.goto(address);
  await look(page, "new-password");

  const stranger = await browser.newContext();
  const elsewhere = await stranger.newPage();
  await elsewhere.goto(address);
  await expect(elsewhere.locator("main#page-new-password")).toHaveCount(0);
  await stranger.close();
});

test("p32 after signing out, Back shows nothing of the person", async ({ page, district }) => {
  const pupil = district.someone("student");
  await page.goto("/sign-in");
  await signIn(page, pupil.username, pupil.password);
  await look(page, "home");
  await signOut(page);
  await page.goBack();
  await page.goBack();
  await expect(page.locator("main#page-home")).toHaveCount(0);
  await page.goto("/");
  await expect(page.locator("main#page-home")).toHaveCount(0);
});

test("another person at the same screen is one click away", async ({ page, district }) => {
  const [first, second] = [district.someone("teacher"), district.someone("teacher")];
  await page.goto("/sign-in");
  await signIn(page, first.username, first.password);
  await look(page, "home");
  await page.locator("#switch-person").click();
  const out = page.locator("button#sign-out");
  await expect(out.or(page.locator("#username"))).toBeVisible();
  if (await out.isVisible()) await out.click();
  await page.goto("/sign-in");
  await signIn(page, second.username, second.password);
  await look(page, "home");
  await expect(page.locator("header .who")).toContainText(second.family_name);
});

test("brothers and sisters share a tablet: a first name, a picture, and the password each time", async ({ page, district }) => {
  const [first, second] = [district.someone("secretary"), district.someone("counsellor")];
  for (const [person, animal] of [[first, "cat"], [second, "horse"]]) {
    await page.goto("/sign-in");
    await signIn(page, person.username, person.password);
    await look(page, "home");
    await page.goto("/account");
    await page.locator("a#device").click();
    await look(page, "account-device");
    await page.locator(`input[name=animal][value=${animal}]`).check();
    await page.locator("button#continue").click();
    await expect(page.locator("li.person").last()).toContainText(person.given_name);
    await signOut(page);
  }
  await page.goto("/sign-in");
  await look(page, "sign-in");
  await expect(page.locator("button.person")).toHaveCount(2);
  await expect(page.locator("main")).not.toContainText(second.family_name);
  await page.locator("button.person", { hasText: second.given_name }).click();
  await look(page, "password");
  await expect(page.locator("main")).not.toContainText(second.username);
  await page.locator("#password").fill(first.password);
  await page.locator("button#sign-in").click();
  await expect(page.locator("#error-summary")).toBeVisible();
  await page.locator("#password").fill(second.password);
  await page.locator("button#sign-in").click();
  await look(page, "home");
  await expect(page.locator("header .who")).toContainText(second.family_name);
});

test("a forgotten password comes back by the recall questions", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  const username = await claim(page, pupil);
  await signOut(page);
  await page.goto("/sign-in");
  await page.locator("#recover").first().click();
  await look(page, "recover");
  await page.locator("#username").fill(username);
  await page.locator("button#continue").click();
  const way = page.locator("button.way[value=recall-questions]");
  await expect(way.or(page.locator("main#page-recall-questions"))).toBeVisible();
  if (await way.isVisible()) await way.click();
  await recallAnswers(page);
  const next = "sept bateaux dans le brouillard";
  await choosePassword(page, next);
  await page.goto("/sign-out");
  const out = page.locator("button#sign-out");
  if (await out.isVisible()) await out.click();
  await page.goto("/sign-in");
  await signIn(page, username, PASSWORD);
  await expect(page.locator("#error-summary")).toBeVisible();
  await page.locator("#password").fill(next);
  await page.locator("button#sign-in").click();
  await look(page, "home");
});

test("the keyboard alone is enough", async ({ page, district }) => {
  const pupil = district.someone("student");
  await page.goto("/sign-in");
  await tabTo(page, "username");
  await page.keyboard.type(pupil.username);
  await page.keyboard.press("Enter");
  await look(page, "password");
  await tabTo(page, "password");
  await page.keyboard.type(pupil.password);
  await page.keyboard.press("Enter");
  await look(page, "home");
});

/** Tab until the focus is on the control of this id, which must come within a page's worth of keys. */
async function tabTo(page, id) {
  for (let presses = 0; presses < 30; presses += 1) {
    if ((await page.evaluate(() => document.activeElement?.id)) === id) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key never reaches #${id}`);
}
