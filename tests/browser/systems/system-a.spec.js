// System A, line by line: pupils claim their accounts by the number of the school's lists (docs/systems.md).
import { openApp } from "../support/app.js";
import { expect, look, test } from "../support/checks.js";
import { ANSWERS, PASSWORD, answerQuestions, choosePassword, claim, fillRosterMatch, recallAnswers, signIn, signOut } from "../support/pupil.js";
import { Way } from "../support/ways.js";

test.use({ system: "A" });

test("system A: a pupil claims the account and opens an app", { tag: "@way" }, async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  await test.step("A5 A6 A7 A33: one short address, and the way of a first visit on it", async () => {
    await page.goto("/");
    await look(page, "welcome");
    await page.locator("#enroll").click();
    await look(page, "enroll");
    await expect(page.locator("a.way")).toHaveCount(1);
  });
  const way = new Way(page, district);
  await page.locator("a.way").click();
  await test.step("A31 A34 A35: family name, given name and number are enough", async () => {
    await way.sees("roster-match");
    await way.types("given_name", pupil.given_name);
    await way.types("family_name", pupil.family_name);
    await way.types("student_number", pupil.student_number);
    await way.presses();
  });
  await test.step("A36 A37: a password, written twice", async () => {
    await way.sees("new-password");
    await way.types("new_password", PASSWORD);
    await way.types("new_password_again", PASSWORD);
    await way.presses();
  });
  await test.step("A38: three questions, no more and no fewer", async () => {
    await way.sees("security-questions");
    for (const [index, answer] of ANSWERS.entries()) {
      await way.chooses(`question_${index + 1}`, { index: index + 1 });
      await way.types(`answer_${index + 1}`, answer);
    }
    await expect(page.locator("#question_4")).toHaveCount(0);
    await way.presses();
  });
  await test.step("A9 A40 A49: a clear end with the name to sign in with; no mail, no telephone", async () => {
    await way.sees("confirm");
    await way.presses();
    await way.sees("enrolled");
    await expect(page.locator("#username-given")).toHaveText(`S0${pupil.student_number.replace(/^0+/, "")}`);
  });
  await way.ends("student-claim");
  await test.step("A10: signed in, with the apps of the school, and into one", async () => {
    await page.locator("#continue").click();
    await look(page, "home");
    await expect(page.locator("a.app")).toHaveCount(1);
    await openApp(page, district, pupil.family_name);
  });
});

test("system A: the hardened way asks the birth date as well", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  const way = new Way(page, district);
  await page.goto("/enroll/student-claim-strong");
  await way.sees("roster-match");
  for (const fact of ["given_name", "family_name", "student_number"]) await way.types(fact, pupil[fact]);
  await way.types("birth_date", pupil.birth_date);
  await way.presses();
  await way.sees("new-password");
  await way.types("new_password", PASSWORD);
  await way.presses();
  await way.sees("security-questions");
  for (const [index, answer] of ANSWERS.entries()) {
    await way.chooses(`question_${index + 1}`, { index: index + 1 });
    await way.types(`answer_${index + 1}`, answer);
  }
  await way.presses();
  await way.sees("confirm");
  await way.presses();
  await way.sees("enrolled");
  await way.ends("student-claim-strong");
});

test("system A: what families write is understood, and what is not is said at its box", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  await test.step("A30 A4: the benefit is said, and when the lists of the school came", async () => {
    await page.goto("/enroll");
    await expect(page.locator("a.way small")).toContainText("devoirs");
    await expect(page.locator("footer")).toContainText("Listes de l’école");
  });
  await test.step("A31 A34: case, spaces, accents and the S of the name do not matter", async () => {
    await page.goto("/enroll/student-claim");
    await page.locator("#given_name").fill(`  ${pupil.given_name.toUpperCase()} `);
    await page.locator("#family_name").fill(pupil.family_name.toLowerCase().replace("-", " "));
    await page.locator("#student_number").fill(`s${pupil.student_number}`);
    await page.locator("button#continue").click();
    await look(page, "new-password");
  });
  await test.step("A35: which step of how many", async () => {
    await expect(page.locator("#progress-words")).toContainText("2");
  });
  await test.step("A25 A36 A37: too short, or not the same twice, is refused with its reason", async () => {
    await expect(page.locator("#new_password-hint")).toContainText("8");
    await page.locator("#new_password").fill("court");
    await page.locator("#new_password_again").fill("court");
    await page.locator("button#continue").click();
    await expect(page.locator("#new_password-error")).toContainText("8");
    await page.locator("#new_password").fill(PASSWORD);
    await page.locator("#new_password_again").fill(`${PASSWORD}!`);
    await page.locator("button#continue").click();
    await expect(page.locator("#new_password_again-error")).toBeVisible();
  });
  await test.step("A15: what was typed can be seen", async () => {
    await page.locator("#new_password").fill(PASSWORD);
    await page.locator("#show-password").click();
    await expect(page.locator("#new_password")).toHaveAttribute("type", "text");
    await page.locator("#new_password_again").fill(PASSWORD);
    await page.locator("button#continue").click();
  });
  await test.step("A38: each question once", async () => {
    await look(page, "security-questions");
    for (const number of [1, 2, 3]) {
      await page.locator(`#question_${number}`).selectOption({ index: 1 });
      await page.locator(`#answer_${number}`).fill("Tournesol");
    }
    await page.locator("button#continue").click();
    await expect(page.locator("#error-summary")).toBeVisible();
    await look(page, "security-questions");
  });
  await test.step("A42 A43: back, reload and a pause lose nothing; a half-done claim is offered again", async () => {
    await page.goBack();
    await page.goForward();
    await page.goto("/enroll");
    await page.locator("#go-on").click();
    await answerQuestions(page);
  });
  await test.step("A41: the same page in the other language, in the midst of it", async () => {
    await look(page, "confirm");
    const french = await page.locator("h1").innerText();
    await page.locator("#language").selectOption("en");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page.locator("h1")).not.toHaveText(french);
    await page.locator("#language").selectOption("fr");
    await page.locator("button#continue").click();
  });
  await test.step("A39 A40: the last page can be printed", async () => {
    await look(page, "enrolled");
    await expect(page.locator("button[data-print]")).toBeVisible();
  });
});

test("system A: a claim that does not match ends with a number that the school can open", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  await test.step("A46 A47: one neutral page, what to do, and a door to a person", async () => {
    await page.goto("/enroll/student-claim");
    await fillRosterMatch(page, { ...pupil, family_name: "Personne" });
    await page.locator("button#continue").click();
    await look(page, "not-matched");
    await expect(page.locator('a[href^="/help?case="]')).toBeVisible();
  });
  await test.step("A4: it says when the lists of the school came", async () => {
    await expect(page.locator("ol.todo")).toContainText("listes");
  });
  await test.step("A45 A46: the school reads the exact cause under that number", async () => {
    const number = await page.locator("#case-number").innerText();
    const found = (await district.run("claim", "list")).find((one) => one.case === number || one.number === number);
    expect(JSON.stringify(found)).toContain(pupil.family_name);
  });
  await test.step("A45: help carries the number along", async () => {
    await page.locator('a[href^="/help?case="]').first().click();
    await look(page, "help");
    await expect(page.locator("form[method=post] input[name=case]")).toHaveCount(1);
    await page.goBack();
  });
  await test.step("A46: what was wrong is corrected, and the claim goes on", async () => {
    await page.locator("#again").click();
    await page.locator("#family_name").fill(pupil.family_name);
    await page.locator("button#continue").click();
    await look(page, "new-password");
  });
});

test("system A: signing in, getting back in, and claiming once more after a reset", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  const username = await claim(page, pupil);
  await test.step("A17: who is signed in is on the page, and somebody else is one click away", async () => {
    await expect(page.locator("header .who")).toContainText(pupil.family_name);
    await expect(page.locator("#switch-person")).toBeVisible();
  });
  await test.step("A51: claiming again leads to signing in and to getting back in", async () => {
    await signOut(page);
    await page.goto("/enroll/student-claim");
    await fillRosterMatch(page, pupil);
    await page.locator("button#continue").click();
    await look(page, "already-claimed");
    await expect(page.locator("#recover")).toBeVisible();
    await page.locator("#sign-in").click();
  });
  await test.step("A8 A9: two steps, and every form of the name", async () => {
    await signIn(page, ` s${pupil.student_number.replace(/^0/, "O")} `, PASSWORD);
    await look(page, "home");
    await signOut(page);
    await page.goto("/sign-in");
    await signIn(page, pupil.student_number, "ce n’est pas le bon");
  });
  await test.step("A14: not which of the two is wrong, and how many tries are left", async () => {
    await expect(page.locator("#password-error")).toContainText("essais");
  });
  const next = "sept bateaux dans le brouillard";
  await test.step("A19 A20: forgotten; the name is carried over", async () => {
    await page.goto(district.app_url);
    await page.locator("a#app-sign-in").click();
    await page.locator("#username").fill(username);
    await page.locator("button#next").click();
    await look(page, "password");
    await page.locator("#recover").click();
    await look(page, "recover");
    await expect(page.locator("#username")).toHaveValue(username);
    await page.locator("button#continue").click();
  });
  await test.step("A21 A22: the answers, then a new password", async () => {
    await look(page, "recovery-way");
    await page.locator("button.way[value=recall-questions]").click();
    await recallAnswers(page);
    await look(page, "new-password");
  });
  await test.step("A26: the old one is refused, with the reason", async () => {
    await page.locator("#new_password").fill(PASSWORD);
    await page.locator("#new_password_again").fill(PASSWORD);
    await page.locator("button#continue").click();
    await expect(page.locator("#new_password-error")).toBeVisible();
    await choosePassword(page, next);
  });
  await test.step("A23: straight into the app that was asked for", async () => {
    await expect(page.locator("#signed-in-as")).toContainText(pupil.family_name);
  });
  await test.step("A16: after signing out nothing of the person is left on the machine", async () => {
    await signOut(page);
    await page.goto("/");
    await look(page, "welcome");
    await expect(page.locator("header .who")).toHaveCount(0);
  });
  await test.step("A27 A29: the school resets, and the claim is open again; used passwords stay used", async () => {
    await district.run("account", "reset", username);
    await page.goto("/sign-in");
    await signIn(page, username, next);
    await expect(page.locator("#password-error")).toBeVisible();
    await page.goto("/enroll/student-claim");
    await fillRosterMatch(page, pupil);
    await page.locator("button#continue").click();
    await choosePassword(page, PASSWORD);
    await expect(page.locator("#new_password-error")).toBeVisible();
    await choosePassword(page, "trois moulins derrière la colline");
    await look(page, "security-questions");
  });
});

test("system A: the guide, what works now, and what a parent can check before the first day", async ({ page, context, district }) => {
  const guardian = district.someone("guardian");
  await test.step("A11 A24 A44: help on the page itself, with drawings and captions, one button, and the same on paper", async () => {
    await page.goto("/sign-in");
    await page.locator("#guide").click();
    await look(page, "guide");
    await expect(page.locator("main a.button")).toHaveCount(1);
    expect(await page.locator("figure.drawing figcaption").count()).toBeGreaterThan(1);
    await page.locator('main a[href="/help/guide?for=student"]').click();
    await look(page, "guide");
    await page.emulateMedia({ media: "print" });
    await expect(page.locator("header .language")).toBeHidden();
    await expect(page.locator("figure.drawing").first()).toBeVisible();
    await page.emulateMedia({ media: "screen" });
  });
  await test.step("A12: network, busy server and wrong password are told apart", async () => {
    await page.locator('footer a[href="/status"]').click();
    await look(page, "status");
    await expect(page.locator("dd.no")).toHaveCount(0);
    await page.goto("/sign-in");
    await context.setOffline(true);
    await expect(page.locator("#no-network")).toBeVisible();
    await context.setOffline(false);
    await expect(page.locator("#no-network")).toBeHidden();
  });
  await test.step("A2: of each child, whether it can get in, and what to do", async () => {
    await signIn(page, guardian.username, guardian.password);
    await look(page, "home");
    await page.goto("/account/children");
    await page.locator("#check-access").click();
    await look(page, "account-check");
    await expect(page.locator("main h2")).toHaveCount(guardian.children.length);
    await expect(page.locator("dl.states dd")).toHaveCount(3 * guardian.children.length);
  });
});
