// System B, line by line: a guardian's account by what the school knows and by the mailbox on file (docs/systems.md).
import { openApp } from "../support/app.js";
import { expect, look, test } from "../support/checks.js";
import { facts, fromTheChildren, untilTheLetter } from "../support/guardian.js";
import { letterTo } from "../support/mail.js";
import { PASSWORD, choosePassword, fillRosterMatch, signIn, signOut } from "../support/pupil.js";
import { Way } from "../support/ways.js";

test.use({ system: "B" });

test("system B: a guardian opens the account by the mailbox and sees every child", { tag: "@way" }, async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const known = facts(guardian);
  await test.step("B3 B4 B17: making an account, signing in, getting back in, the school: all on one page", async () => {
    await page.goto("/sign-in");
    await look(page, "sign-in");
    await expect(page.locator("#recover")).toBeVisible();
    await expect(page.locator('footer a[href="/help"]')).toBeVisible();
    await page.locator("#enroll").click();
    await look(page, "enroll");
  });
  const way = new Way(page, district, { address: guardian.email });
  await page.locator("a.way").click();
  await test.step("B5 B6 B8 B9 B10: the address on file, the name, the youngest child, the house: one page, no window", async () => {
    await way.sees("roster-match");
    for (const fact of ["email", "family_name", "given_name", "birth_date", "civic_number"]) await way.types(fact, known[fact]);
    await way.chooses("school", { label: known.school });
    await way.presses();
  });
  await test.step("B11 B12: what happens now is said, whether anything matched or not", async () => {
    await way.sees("check-mail");
  });
  const letter = await letterTo(district, guardian.email);
  await test.step("B13: a letter; its link waits for a button, or its code is typed", async () => {
    way.opens();
    await way.types("code", letter.code);
    await way.presses();
  });
  await test.step("B31 B32: every child of this guardian, at once", async () => {
    await way.sees("children");
    await expect(page.locator("input[name=child]")).toHaveCount(guardian.children.length);
    await way.presses();
  });
  await test.step("B14: a password twice, and one question that is asked when it is forgotten", async () => {
    await way.sees("new-password");
    await way.types("new_password", PASSWORD);
    await way.types("new_password_again", PASSWORD);
    await way.presses();
    await way.sees("security-questions");
    await way.chooses("question_1", { index: 1 });
    await way.types("answer_1", "Tournesol");
    await way.presses();
  });
  await test.step("B18: the address is the name to sign in with", async () => {
    await way.sees("confirm");
    await way.presses();
    await way.sees("enrolled");
    await expect(page.locator("#username-given")).toHaveText(guardian.email.toLowerCase());
  });
  await way.ends("parent-portal");
  await test.step("B31 B33: the list of the children, and the apps", async () => {
    await page.goto("/account/children");
    await look(page, "account-children");
    for (const child of guardian.children) await expect(page.locator("main")).toContainText(child.given_name);
    await page.goto("/");
    await look(page, "home");
    await expect(page.locator("a.app")).toHaveCount(1);
    await openApp(page, district, guardian.family_name);
  });
});

test("system B: the hardened way takes any child and asks no question", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const way = new Way(page, district, { address: guardian.email });
  await page.goto("/enroll/parent-portal-strong");
  await way.sees("roster-match");
  for (const fact of ["email", "family_name", "given_name"]) await way.types(fact, guardian[fact]);
  await way.types("birth_date", guardian.children[0].birth_date);
  await way.presses();
  await way.sees("check-mail");
  const letter = await letterTo(district, guardian.email);
  way.opens();
  await way.types("code", letter.code);
  await way.presses();
  await way.sees("children");
  await way.presses();
  await way.sees("details");
  await way.presses();
  await way.sees("new-password");
  await way.types("new_password", PASSWORD);
  await way.presses();
  await way.sees("confirm");
  await way.presses();
  await way.sees("enrolled");
  await way.ends("parent-portal-strong");
});

test("system B: what does not fit is told to the mailbox and to the school, never to the page", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const known = facts(guardian);
  await test.step("B27: every box is asked for at its place, and nothing that was typed is lost", async () => {
    await page.goto("/enroll/parent-portal");
    await fillRosterMatch(page, { ...known, email: "pas une adresse" });
    await page.locator("#email").evaluate((box) => box.form.setAttribute("novalidate", ""));
    await page.locator("button#continue").click();
    await expect(page.locator("#email-error")).toBeVisible();
    await expect(page.locator("#family_name")).toHaveValue(guardian.family_name);
    await expect(page.locator("#civic_number")).toHaveValue(guardian.civic_number);
  });
  let unknown;
  await test.step("B28: an address that the school does not know shows the same page as one that it knows", async () => {
    await page.locator("#email").fill("personne@famille.example");
    await page.locator("button#continue").click();
    await look(page, "check-mail");
    unknown = await page.locator("h1").innerText();
  });
  await test.step("B6 B28: the address is corrected while one waits, in any case and with spaces", async () => {
    await page.locator("#change-address").click();
    await look(page, "roster-match");
    await page.locator("#email").fill(` ${guardian.email.toUpperCase()} `);
    await page.locator("#civic_number").fill("1");
    await page.locator("button#continue").click();
    await look(page, "check-mail");
    expect(await page.locator("h1").innerText()).toBe(unknown);
  });
  await test.step("B12 B29: a fact that differs is told to the mailbox on file, which opens nothing", async () => {
    const letter = await letterTo(district, guardian.email, /n’est pas encore créé|nothing was created|rien n’a été/i);
    expect(letter.link).toBeUndefined();
  });
  await test.step("B28 B29: and to the school, which fact it was", async () => {
    const cases = JSON.stringify(await district.run("claim", "list"));
    expect(cases).toContain(guardian.family_name);
  });
  await test.step("B7 B24 B25 B26: help is on every page, needs no account, and asks what the school needs", async () => {
    await page.locator('footer a[href="/help"]').click();
    await look(page, "help");
    for (const id of ["name", "email", "phone", "child_name", "child_grade", "school", "message"]) await expect(page.locator(`#${id}`)).toBeVisible();
    await page.locator("#name").fill(`${guardian.given_name} ${guardian.family_name}`);
    await page.locator("#child_name").fill(guardian.children[0].given_name);
    await page.locator("#school").selectOption({ label: guardian.school });
    await page.locator("#message").fill("Mon adresse a changé.");
    await page.locator("button#send").click();
    await look(page, "help-sent");
    expect(JSON.stringify(await district.run("claim", "list"))).toContain("Mon adresse a changé.");
  });
});

test("system B: getting back in, a password that the school gives, and one's own account", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const letter = await untilTheLetter(page, district, guardian);
  await test.step("B13: opening the link uses nothing up; the button does", async () => {
    await page.goto(letter.link);
    await look(page, "mail-link");
    await page.goto(letter.link);
    await look(page, "mail-link");
    await page.locator("button#continue").click();
  });
  await test.step("B31: a child is missing: one link, and then on", async () => {
    await look(page, "children");
    await expect(page.locator("a#child-missing")).toBeVisible();
  });
  const username = await fromTheChildren(page, guardian);
  await page.locator("#continue").click();
  await signOut(page);
  await test.step("B19 B20 B30: first the mailbox, then the question; nobody is shown a question for an address", async () => {
    await page.goto(`/recover?username=${encodeURIComponent(username)}`);
    await look(page, "recover");
    await page.locator("button#continue").click();
    await look(page, "recovery-way");
    await page.locator("button.way[value=mailed-link]").click();
    await look(page, "check-mail");
    await expect(page.locator("#answer_1")).toHaveCount(0);
  });
  await test.step("B21 B22: the letter has a link that works once, says when it was asked for, and can be answered", async () => {
    const proof = await letterTo(district, guardian.email, /\/mail\//, new Set([letter.name]));
    expect(proof.text).not.toContain(PASSWORD);
    await page.goto(proof.link);
    await page.locator("button#continue").click();
    await look(page, "recall-questions");
    await page.locator("#answer_1").fill("TOURNESOL ");
    await page.locator("button#continue").click();
    await choosePassword(page, "sept bateaux dans le brouillard");
    await look(page, "home");
  });
  await test.step("B16: another question and another password, in one's own account", async () => {
    await page.goto("/account");
    await look(page, "account");
    await expect(page.locator("#change-questions")).toBeVisible();
    await page.locator("#change-password").click();
    await page.locator("#password").fill("sept bateaux dans le brouillard");
    await page.locator("main form button[type=submit]").last().click();
    await choosePassword(page, "onze chaises au fond du jardin");
    await look(page, "account");
    await expect(page.locator("#done")).toBeVisible();
    await signOut(page);
  });
  await test.step("B21 B23: a password that was given is changed before anything else", async () => {
    const { temporary_password: password } = await district.run("account", "give-password", username);
    await page.goto("/sign-in");
    await signIn(page, username, password);
    await choosePassword(page, "deux ponts sur la rivière");
    await look(page, "home");
  });
});

test("system B: each school offers its own apps, and a person answers the telephone", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const schools = new Set(district.people.map((person) => person.school));
  const elsewhere = [...schools].find((school) => guardian.children.every((child) => child.school !== school));
  for (const [name, school] of [["Cantine", guardian.children[0].school], ["Autobus", elsewhere]]) {
    const where = ["--redirect-uri", `https://${name.toLowerCase()}.example/`, "--launch-url", `https://${name.toLowerCase()}.example/`];
    await district.run("client", "register", "--name", name, ...where, "--school", school);
  }
  await test.step("B15: the district's number at the foot of every page, to be dialled", async () => {
    await page.goto("/sign-in");
    await expect(page.locator('footer a[href^="tel:"]').first()).toBeVisible();
  });
  await untilTheLetter(page, district, guardian).then(({ code }) => page.locator("#code").fill(code));
  await page.locator("button#continue").click();
  await fromTheChildren(page, guardian);
  await test.step("B2 B33: the home page has the apps of the children's schools, and no others", async () => {
    await page.goto("/");
    await look(page, "home");
    await expect(page.locator("a.app", { hasText: "Cantine" })).toBeVisible();
    await expect(page.locator("a.app", { hasText: "Autobus" })).toHaveCount(0);
  });
  await test.step("B15: and the school's own, once one is signed in", async () => {
    expect(await page.locator('footer a[href^="tel:"]').count()).toBeGreaterThan(2);
  });
});
