// Help from an adult: the session at the counter, with the office's screen and the counter's side by side; and the yes of a guardian or
// a teacher, with the same digits on both screens. On a small telephone, with and without JavaScript.
import { readFile } from "node:fs/promises";
import { expect, look as judge, test } from "../support/checks.js";
import { expectAccessible } from "../support/plain.js";
import { letterTo } from "../support/mail.js";
import { PASSWORD, claim } from "../support/pupil.js";
import { pupilAt, pupilOf } from "../support/roster.js";
import { scan } from "../support/camera.js";

const NEW = "un hibou lit sous la pluie";
const SETTINGS = [
  { locale: "fr-CA", javaScriptEnabled: false, colorScheme: "dark", viewport: { width: 320, height: 640 } },
  { locale: "en-CA", javaScriptEnabled: true, colorScheme: "light", viewport: { width: 320, height: 640 } },
];
const words = ({ locale, javaScriptEnabled }) => `${locale}${javaScriptEnabled ? "" : ", without JavaScript"}`;

/** A screen of somebody's own. */
async function screen(browser, district, settings) {
  const context = await browser.newContext({ ...settings, baseURL: district.issuer });
  return Object.assign(await context.newPage(), { settings });
}

/** The page of this name is shown, axe finds nothing, and it fits. */
async function look(page, name) {
  await expect(page.locator(`main#page-${name}`)).toBeVisible();
  await expectAccessible(page, name, page.settings);
}

async function signIn(page, { username, password }, to = "/sign-in") {
  await page.goto(to);
  await page.locator("#username").fill(username);
  await page.locator("button#next").click();
  await page.locator("#password").fill(password);
  await page.locator("button#sign-in").click();
}

/** Somebody with an account: a pupil of this kind, in a window that is closed again. */
async function withAccount(browser, district, pupil) {
  const page = await screen(browser, district, { locale: "fr-CA", viewport: { width: 1280, height: 900 } });
  const username = await claim(page, pupil);
  await page.context().close();
  return { ...pupil, username, password: PASSWORD };
}

for (const [index, settings] of SETTINGS.entries()) {
  test(`counter session: ${words(settings)}`, async ({ browser, district }) => {
    test.setTimeout(150_000);
    const secretary = district.people.filter((person) => person.kind === "secretary")[index];
    const pupil = await withAccount(browser, district, await pupilAt(district, secretary.school));
    const home = await screen(browser, district, settings);
    await signIn(home, pupil);
    await look(home, "home");

    const office = await screen(browser, district, settings);
    await signIn(office, secretary);
    await office.locator("a#counter").click();
    await look(office, "counter");
    await office.locator("a#open-counter").click();
    await look(office, "password");
    await office.locator("#password").fill(secretary.password);
    await office.locator("button#sign-in").click();
    await look(office, "counter-who");
    await office.locator("#who").fill(pupil.student_number);
    await office.locator("button#continue").click();
    await look(office, "counter-checks");
    await office.locator("input[name=whom]").first().check();
    await office.locator("button#continue").click();
    await look(office, "counter-checks");
    await expect(office.locator("#seen-photo-id-error")).toBeVisible();
    await office.locator("#seen-photo-id").check();
    await office.locator("#seen-roster-compared").check();
    await office.locator("#spoken").selectOption(settings.locale.slice(0, 2));
    await office.locator("button#continue").click();
    await look(office, "counter-session");
    const session = office.url();
    const code = (await office.locator("#counter-code").innerText()).trim();

    const counter = await screen(browser, district, settings);
    const address = await scan(office);
    expect(address.startsWith(`${district.issuer}/counter#c=`)).toBe(true);
    await counter.goto(settings.javaScriptEnabled ? address : "/counter");
    await look(counter, "counter-code");
    if (settings.javaScriptEnabled) expect(counter.url()).toBe(`${district.issuer}/counter`);
    else await counter.locator("#code").fill(code);
    await counter.locator("button#continue").click();
    await look(counter, "new-password");
    await expect(counter.locator("#closes")).toBeVisible();
    const inside = counter.url();
    await counter.locator("#new_password").fill("court");
    await counter.locator("button#continue").click();
    await look(counter, "new-password");
    await counter.locator("#new_password").fill(NEW);
    await counter.locator("button#continue").click();
    const asked = counter.locator("main#page-counter-address");
    await expect(asked.or(counter.locator("main#page-counter-sheet"))).toBeVisible();
    if (await asked.isVisible()) {
      await look(counter, "counter-address");
      await counter.locator("button#right").click();
    }
    await look(counter, "counter-sheet");
    await expect(counter.locator("#username-given")).toHaveText(pupil.username);
    await expect(counter.locator("main")).not.toContainText(NEW);
    await counter.locator("button#continue").click();
    await look(counter, "counter-end");

    // After the end nothing works any more: not Back, not the address, not the code, not the cookies.
    await counter.goBack();
    await expect(counter.locator("#username-given")).toHaveCount(0);
    await counter.goto(inside);
    await look(counter, "expired");
    await counter.goto("/account");
    await expect(counter.locator("main#page-sign-in")).toBeVisible();
    const left = (await counter.context().cookies()).map((cookie) => cookie.name);
    expect(left.filter((name) => /-(j-|sid|counter|lang|dev)/.test(name))).toEqual([]);
    await counter.goto("/counter");
    await counter.locator("#code").fill(code);
    await counter.locator("button#continue").click();
    await expect(counter.locator("#code-error")).toBeVisible();

    // Whoever was signed in is not, the office sees that it is done, and the new password opens the account.
    await home.goto("/");
    await expect(home.locator("main#page-welcome")).toBeVisible();
    await office.goto(session);
    await look(office, "counter-session");
    await expect(office.locator("#counter-code")).toHaveCount(0);
    await office.locator("a#sheet").click();
    await look(office, "counter-sheet");
    const [sheet] = await Promise.all([office.waitForEvent("download"), office.locator("a#sheet-pdf").click()]);
    expect(sheet.suggestedFilename()).toBe("sheet.pdf");
    expect((await readFile(await sheet.path())).subarray(0, 5).toString("latin1")).toBe("%PDF-");
    await signIn(home, { ...pupil, password: NEW });
    await look(home, "home");
    await Promise.all([home, office, counter].map((page) => page.context().close()));
  });

  test(`the office turns its own screen around, and stops a session: ${words(settings)}`, async ({ browser, district }) => {
    test.setTimeout(120_000);
    const secretary = district.people.filter((person) => person.kind === "secretary")[index];
    const pupil = await withAccount(browser, district, await pupilAt(district, secretary.school));
    const office = await screen(browser, district, settings);
    await signIn(office, secretary);
    const open = async () => {
      await office.goto("/office/open-counter");
      await office.locator("#password").fill(secretary.password);
      await office.locator("button#sign-in").click();
      await office.locator("#who").fill(pupil.username);
      await office.locator("button#continue").click();
      await office.locator("input[name=whom]").first().check();
      await office.locator("#seen-known-in-person").check();
      await office.locator("button#continue").click();
      await look(office, "counter-session");
    };
    await open();
    await office.locator("button#stop").click();
    await look(office, "counter-session");
    await expect(office.locator("#counter-code")).toHaveCount(0);
    await open();
    await office.goto("/counter");
    await look(office, "counter-code");
    await expect(office.locator("a#leave")).toBeVisible();
    await office.goBack();
    await office.locator("button#here").click();
    await look(office, "counter-code");
    await office.locator("button#continue").click();
    await look(office, "new-password");
    await office.goto("/office/counter");
    await expect(office.locator("main#page-sign-in")).toBeVisible();
    await office.context().close();
  });

  test(`approval by an adult with matching numbers: ${words(settings)}`, async ({ browser, district }) => {
    test.setTimeout(150_000);
    const guardian = district.people.filter((person) => person.kind === "guardian")[index];
    const teacher = district.people.filter((person) => person.kind === "teacher")[index];
    const ways = [
      [guardian, await withAccount(browser, district, guardian.children[0])],
      [teacher, await withAccount(browser, district, await pupilOf(district, teacher))],
    ];
    for (const [adult, pupil] of ways) {
      const child = await screen(browser, district, settings);
      await child.goto("/recover");
      await look(child, "recover");
      await child.locator("#username").fill(pupil.username);
      await child.locator("main button[type=submit]").click();
      await look(child, "recovery-way");
      await child.locator("button.way[value=approval]").click();
      await look(child, "waiting");
      const digits = (await child.locator("#matching-number").innerText()).trim();
      const number = (await child.locator("#case-number").innerText()).trim();

      const grown = await screen(browser, district, settings);
      await signIn(grown, adult, "/sign-in?return_to=%2Faccount%2Fapprovals");
      await look(grown, "account-approvals");
      const asking = grown.locator(`.card section:has(#yes-${number})`);
      await expect(asking).toContainText(pupil.family_name);
      await expect(asking.locator(`input[name=matching][value="${digits}"]`)).toBeVisible();
      await expect(asking.locator("input[name=matching]")).toHaveCount(3);
      await asking.locator(`input[name=matching][value="${digits}"]`).check();
      await asking.locator(`#yes-${number}`).click();
      await look(grown, "account-approvals");

      await child.locator("button#continue").click();
      await look(child, "new-password");
      await child.locator("#new_password").fill(NEW);
      const again = child.locator("#new_password_again");
      if (await again.count()) await again.fill(NEW);
      await child.locator("button#continue").click();
      await look(child, "home");
      await expect(grown.locator("main")).not.toContainText(NEW);
      await Promise.all([child, grown].map((page) => page.context().close()));
    }
  });
}

test("the family hears of a password that was chosen at the counter, and can shut the account", async ({ browser, page, district }) => {
  test.setTimeout(120_000);
  const secretary = district.people.find((person) => person.kind === "secretary");
  const guardian = district.people.find(
    (person) => person.kind === "guardian-unclaimed" && person.children.some((child) => child.school === secretary.school),
  );
  expect(guardian, "a family of this school is among the demo's people").toBeTruthy();
  const child = guardian.children.find(({ school }) => school === secretary.school);
  const pupil = await withAccount(browser, district, child);
  const settings = { locale: "fr-CA", viewport: { width: 1280, height: 900 } };
  const office = await screen(browser, district, settings);
  await signIn(office, secretary, "/sign-in?return_to=%2Foffice%2Fopen-counter");
  await office.locator("#password").fill(secretary.password);
  await office.locator("button#sign-in").click();
  await office.locator("#who").fill(pupil.username);
  await office.locator("button#continue").click();
  await office.locator("input[name=whom]").first().check();
  await office.locator("#seen-photo-id").check();
  await office.locator("button#continue").click();
  const code = await office.locator("#counter-code").innerText();
  await page.goto("/counter");
  await page.locator("#code").fill(code);
  await page.locator("button#continue").click();
  await page.locator("#new_password").fill(NEW);
  await page.locator("button#continue").click();
  const right = page.locator("button#right");
  const sheet = page.locator("main#page-counter-sheet");
  await expect(right.or(sheet)).toBeVisible();
  if (await right.isVisible()) await right.click();
  await judge(page, "counter-sheet");
  await page.locator("button#continue").click();
  await judge(page, "counter-end");
  const letter = await letterTo(district, guardian.email, /\/not-me\//);
  const link = letter.text.match(/https?:\/\/\S+\/not-me\/\S+/)[0];
  await page.goto(link);
  await judge(page, "not-me");
  await page.locator("button#continue").click();
  await signIn(page, { ...pupil, password: NEW });
  await expect(page.locator("#password-error")).toBeVisible();
});
