// System E, line by line: an identifier and a provisional password from a letter (docs/systems.md).
import { openApp } from "../support/app.js";
import { expect, look, test } from "../support/checks.js";
import { letterTo } from "../support/mail.js";
import { PASSWORD, choosePassword, signIn, signOut } from "../support/pupil.js";
import { Way } from "../support/ways.js";

test.use({ system: "E" });

test("system E: a guardian goes from the letter to the end by the sign-in page", { tag: "@way" }, async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  await test.step("E1 E8: the page answers first, with one button and no list of academies", async () => {
    await page.goto("/");
    await look(page, "welcome");
  });
  const way = new Way(page, district, { address: guardian.email });
  await page.locator("#sign-in").click();
  await test.step("E2 E10: given name and family name, and the password of the letter", async () => {
    await way.sees("sign-in");
    await way.types("username", guardian.username);
    await way.presses("next");
    await way.sees("password");
    await way.types("password", guardian.provisional_password);
    await way.presses("sign-in");
  });
  await test.step("E4 E11: a password of one's own, and a child's birth date", async () => {
    await way.sees("new-password");
    await way.types("new_password", PASSWORD);
    await way.presses();
    await way.sees("child-birth-date");
    await way.types("birth_date", guardian.children[0].birth_date);
    await way.presses();
  });
  await test.step("E5 E6 E11: the address by which one gets back in", async () => {
    await way.sees("email");
    await way.types("email", guardian.email);
    await way.presses();
  });
  await test.step("E12 E13: the page that waits has no wrong button; a letter proves the address", async () => {
    await way.sees("check-mail");
    const letter = await letterTo(district, guardian.email);
    way.opens();
    await way.types("code", letter.code);
    await way.presses();
  });
  await test.step("E15 E16: on at once; the charter", async () => {
    await way.sees("charter");
    await way.ticks("accept");
    await way.presses();
  });
  await test.step("E17: preferences, with another address for news if one likes", async () => {
    await way.sees("preferences");
    await way.chooses("preferred_language", guardian.language);
    await way.presses();
    await way.sees("confirm");
    await way.presses();
    await way.sees("enrolled");
    await expect(page.locator("#username-given")).toHaveText(guardian.username);
  });
  await way.ends("guardian-provisional");
  await test.step("E10: an account for the whole time at school, with every child", async () => {
    await page.goto("/account/children");
    await look(page, "account-children");
    for (const child of guardian.children) await expect(page.locator("main")).toContainText(child.given_name);
    await openApp(page, district, guardian.family_name);
  });
});

test("system E: the hardened way asks the birth dates of all children", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed", ({ children }) => children.length === 2);
  const way = new Way(page, district, { address: guardian.email });
  await page.goto("/enroll/guardian-provisional-strong");
  await way.sees("sign-in");
  await way.types("username", guardian.username);
  await way.presses("next");
  await way.sees("password");
  await way.types("password", guardian.provisional_password);
  await way.presses("sign-in");
  await way.sees("new-password");
  await way.types("new_password", PASSWORD);
  await way.presses();
  await way.sees("child-birth-date");
  const boxes = page.locator("input[type=date]");
  const days = guardian.children.map((child) => child.birth_date);
  await expect(boxes).toHaveCount(days.length);
  for (const [number, day] of days.entries()) await way.types(await boxes.nth(number).getAttribute("id"), day);
  await way.presses();
  await way.sees("email");
  await way.types("email", guardian.email);
  await way.presses();
  await way.sees("check-mail");
  const letter = await letterTo(district, guardian.email);
  way.opens();
  await way.types("code", letter.code);
  await way.presses();
  await way.sees("charter");
  await way.ticks("accept");
  await way.presses();
  await way.sees("preferences");
  await way.presses();
  await way.sees("confirm");
  await way.presses();
  await way.sees("enrolled");
  await way.ends("guardian-provisional-strong");
});

test("system E: a pupil joins by the pupil's letter, without mail or telephone", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  const way = new Way(page, district);
  await page.goto("/sign-in");
  await way.sees("sign-in");
  await way.types("username", pupil.username);
  await way.presses("next");
  await way.sees("password");
  await way.types("password", pupil.provisional_password);
  await way.presses("sign-in");
  await way.sees("new-password");
  await way.types("new_password", PASSWORD);
  await way.presses();
  await test.step("E11: the pupil's own birth date", async () => {
    await way.sees("child-birth-date");
    await way.types("birth_date", pupil.birth_date);
    await way.presses();
  });
  await test.step("E16: the charter in a child's words", async () => {
    await way.sees("charter");
    await way.ticks("accept");
    await way.presses();
  });
  await way.sees("confirm");
  await way.presses();
  await way.sees("enrolled");
  await way.ends("student-provisional");
});

test("system E: nothing is skipped, a wrong address is put right, and an old letter opens nothing", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const source = await district.source(guardian);
  await test.step("E3: another letter from the school: the same name, another password; the one before is dead", async () => {
    const made = await district.run("provision", "--person", source);
    await page.goto("/sign-in");
    await signIn(page, guardian.username, guardian.provisional_password);
    await expect(page.locator("#password-error")).toBeVisible();
    expect(made.issued[0].username).toBe(guardian.username);
    await page.locator("#password").fill(made.issued[0].provisional_password);
    await page.locator("button#sign-in").click();
    await look(page, "new-password");
    guardian.provisional_password = made.issued[0].provisional_password;
  });
  await test.step("E4: the password of the letter is not chosen again, and no page is open before the end", async () => {
    await page.locator("#new_password").fill(guardian.provisional_password);
    await page.locator("button#continue").click();
    await expect(page.locator("#new_password-error")).toBeVisible();
    const tab = await page.context().newPage();
    await tab.goto("/account");
    await expect(tab.locator("main#page-sign-in")).toBeVisible();
    await tab.close();
    await choosePassword(page, PASSWORD);
  });
  await test.step("E11: a date that is no child's is refused", async () => {
    await look(page, "child-birth-date");
    await page.locator("#birth_date").fill("1999-01-01");
    await page.locator("button#continue").click();
    await expect(page.locator("#birth_date-error")).toBeVisible();
    await page.locator("#birth_date").fill(guardian.children[0].birth_date);
    await page.locator("button#continue").click();
  });
  await test.step("E12 E14: nothing came? The address is changed, or the letter sent again", async () => {
    await look(page, "email");
    await page.locator("#email").fill("faute@famille.example");
    await page.locator("button#continue").click();
    await look(page, "check-mail");
    await expect(page.locator("button#send-again")).toBeVisible();
    await page.locator("#change-address").click();
    await look(page, "email");
    await page.locator("#email").fill(guardian.email);
    await page.locator("button#continue").click();
    await look(page, "check-mail");
  });
  await test.step("E13: the link shows a button; a machine that opens it uses nothing up", async () => {
    const { link } = await letterTo(district, guardian.email);
    await page.goto(link);
    await look(page, "mail-link");
    await page.goto(link);
    await page.locator("button#continue").click();
  });
  await test.step("E16: nobody goes on without agreeing", async () => {
    await look(page, "charter");
    await page.locator("form").last().evaluate((form) => form.setAttribute("novalidate", ""));
    await page.locator("button#continue").click();
    await look(page, "charter");
    await page.locator("#accept").check();
    await page.locator("button#continue").click();
  });
  await test.step("E6 E15 E17: the address signs in as well as the name", async () => {
    await look(page, "preferences");
    await page.locator("button#continue").click();
    await look(page, "confirm");
    await page.locator("button#continue").click();
    await look(page, "enrolled");
    await signOut(page);
    await page.goto("/sign-in");
    await signIn(page, guardian.email, PASSWORD);
    await look(page, "home");
  });
});
