// System C, line by line: guardians join with the code of a letter (docs/systems.md).
import { openApp } from "../support/app.js";
import { expect, look, test } from "../support/checks.js";
import { letterTo } from "../support/mail.js";
import { PASSWORD, choosePassword, signIn, signOut } from "../support/pupil.js";
import { Way } from "../support/ways.js";

test.use({ system: "C" });

/** The page of the code, with this one typed. */
async function show(page, code) {
  await page.goto("/enroll/guardian-code");
  await look(page, "code");
  await page.locator("#code").fill(code);
  await page.locator("button#continue").click();
}

/** From the page of the child to the account. */
async function toTheEnd(page) {
  await look(page, "code-child");
  await page.locator("button#continue").click();
  await choosePassword(page, PASSWORD);
  await look(page, "confirm");
  await page.locator("button#continue").click();
  await look(page, "enrolled");
}

/** A code without a name for this pupil, as the office hands it out. */
async function codeFor(district, pupil) {
  const made = await district.run("code", "issue", "--student", await district.source(pupil), "--count", "1");
  return made.issued[0].code;
}

test("system C: a guardian joins with the code of a letter and adds a second child", { tag: "@way" }, async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  await test.step("C1 C2: « I have a letter with a code » is the first choice", async () => {
    await page.goto("/enroll");
    await look(page, "enroll");
    await expect(page.locator("a.way")).toHaveCount(1);
  });
  const way = new Way(page, district, { address: guardian.email });
  await page.locator("a.way").click();
  await test.step("C3 C4: the code first, in any case", async () => {
    await way.sees("code");
    await way.types("code", guardian.code.toLowerCase());
    await way.presses();
  });
  await test.step("C12: whose parent; every child that the school knows, by one code", async () => {
    await way.sees("code-child");
    for (const child of guardian.children) await expect(page.locator("main")).toContainText(child.given_name);
    await way.presses();
  });
  await test.step("C3: a password, a last look, and in", async () => {
    await way.sees("new-password");
    await way.types("new_password", PASSWORD);
    await way.presses();
    await way.sees("confirm");
    await way.presses();
    await way.sees("enrolled");
  });
  await way.ends("guardian-code");
  const other = district.someone("student-unclaimed");
  await test.step("C13 C14: « add a child » and another code; the child is there at once", async () => {
    const code = await codeFor(district, other);
    await page.goto("/account/children");
    await page.locator("#add-child").click();
    await look(page, "code");
    await page.locator("#code").fill(code);
    await page.locator("button#continue").click();
    await look(page, "code-child");
    await page.locator("button#continue").click();
    await page.goto("/account/children");
    await look(page, "account-children");
    for (const child of [...guardian.children, other]) await expect(page.locator("main")).toContainText(child.given_name);
  });
  await test.step("C20: forgotten: the mailed link, and no member of staff who knows a password", async () => {
    await signOut(page);
    await page.goto(`/recover?username=${encodeURIComponent(guardian.email)}`);
    await page.locator("button#continue").click();
    await page.locator("button.way[value=mailed-link]").click();
    const { link } = await letterTo(district, guardian.email, /\/mail\//);
    await page.goto(link);
    await page.locator("button#continue").click();
    await choosePassword(page, "sept bateaux dans le brouillard");
    await look(page, "home");
    await openApp(page, district, guardian.family_name);
  });
});

test("system C: the hardened way asks the family name of whom the letter is for", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const way = new Way(page, district, { address: guardian.email });
  await page.goto("/enroll/guardian-code-strong");
  await way.sees("code");
  await way.types("code", guardian.code);
  await way.types("family_name", guardian.family_name);
  await way.presses();
  await way.sees("code-child");
  await way.presses();
  await way.sees("new-password");
  await way.types("new_password", PASSWORD);
  await way.presses();
  await way.sees("confirm");
  await way.presses();
  await way.sees("enrolled");
  await way.ends("guardian-code-strong");
});

test("system C: a code without a name asks who holds it", async ({ page, district }) => {
  const pupil = district.someone("student-unclaimed");
  const code = await codeFor(district, pupil);
  await test.step("C3 C4 C6: name, address and password; the holder becomes this child's guardian", async () => {
    await show(page, code);
    await look(page, "code-child");
    await expect(page.locator("main")).toContainText(pupil.given_name);
    await page.locator("button#continue").click();
    await look(page, "about-you");
    await page.locator("#given_name").fill("Camille");
    await page.locator("#family_name").fill("Desrosiers");
    await page.locator("#email").fill("camille.desrosiers@famille.example");
    await page.locator("button#continue").click();
    await choosePassword(page, PASSWORD);
    await look(page, "confirm");
    await page.locator("button#continue").click();
    await look(page, "enrolled");
    await page.goto("/account/children");
    await expect(page.locator("main")).toContainText(pupil.given_name);
  });
  await test.step("C15 C16 C19: one use; the office sees who used it, and not the code", async () => {
    const listed = JSON.stringify(await district.run("code", "list"));
    expect(listed).toContain("camille.desrosiers@famille.example");
    expect(listed).not.toContain(code);
    await signOut(page);
    await show(page, code);
    await look(page, "code");
    await expect(page.locator("#code-error")).toBeVisible();
  });
});

test("system C: codes that open nothing, and codes that are taken back", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  await test.step("C4: a slip is found in its group and costs nothing", async () => {
    const slip = guardian.code.startsWith("B") ? "C" : "B";
    await show(page, slip + guardian.code.slice(1));
    await expect(page.locator("#code-error")).toContainText("1");
  });
  await test.step("C15 C27: a code that nobody has, and what to do", async () => {
    await page.locator("#code").fill("BBBB-BBBB-BBBB-BBBB");
    await page.locator("button#continue").click();
    await expect(page.locator("#code-error")).toBeVisible();
    await expect(page.locator('main a[href="/help"]')).toBeVisible();
  });
  await test.step("C18: the office takes the code of a lost letter back, and it opens nothing", async () => {
    const listed = await district.run("code", "list");
    const lost = listed.find((one) => one.guardian === `${guardian.given_name} ${guardian.family_name}` && one.state === "unused");
    await district.run("code", "revoke", lost.id, "--reason", "lost");
    await page.locator("#code").fill(guardian.code);
    await page.locator("button#continue").click();
    await look(page, "code");
    await expect(page.locator("#code-error")).toBeVisible();
  });
  await test.step("C9: another letter brings another code", async () => {
    const made = await district.run("code", "issue", "--guardian", await district.source(guardian));
    await page.locator("#code").fill(made.issued[0].code);
    await page.locator("button#continue").click();
    await toTheEnd(page);
  });
  await test.step("C12 C20: whoever has an account signs in with the address", async () => {
    await signOut(page);
    await page.goto("/sign-in");
    await signIn(page, guardian.email, PASSWORD);
    await look(page, "home");
  });
});
