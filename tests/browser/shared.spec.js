// Devices that several children share: a tablet of the class, where a card and three pictures are enough; and one of a family,
// with three children. Once with all the browser has, once on a small screen without JavaScript.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApp } from "./support/app.js";
import { expect, look, test } from "./support/checks.js";
import { PASSWORD, claim, signIn, signOut } from "./support/pupil.js";
import { RelyingParty } from "./support/relying-party.js";

const BADGE = "urn:preau:acr:badge";
const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map((day) => `"${day}"`).join(", ");

test.use({
  settings: `\n[badges]\nenabled = true\nnetworks = ["127.0.0.0/8", "::1"]\ndays = [${days}]\nfrom = "00:00"\nuntil = "23:59"\n`,
});

/** A card on paper: where its square leads. */
async function print(district, pupil) {
  const folder = await mkdtemp(join(tmpdir(), "preau-cards-"));
  const [pdf, csv] = [join(folder, "cards.pdf"), join(folder, "cards.csv")];
  const told = await district.run("badge", "issue", "--student", await district.source(pupil), "--out", pdf, "--csv", csv);
  expect(told.badges).toBe(1);
  expect((await readFile(pdf)).subarray(0, 5).toString()).toBe("%PDF-");
  const link = (await readFile(csv, "utf8")).match(/https?:\/\/[^",\s]+/)[0];
  expect(link.startsWith(`${district.issuer}/badge/`)).toBe(true);
  return link;
}

async function tap(page, pictures) {
  for (const [at, picture] of pictures.entries()) {
    await look(page, "badge-secret");
    await expect(page.locator(".taps .tapped")).toHaveCount(at);
    await page.locator(`button.picture[value=${picture}]`).click();
  }
}

const MINE = ["sun", "cat", "boat"];

test("badge: a card, three pictures, an app; and one that is lost opens nothing", async ({ page, browser, district }) => {
  test.setTimeout(150_000);
  const office = district.people.find((person) => person.kind === "district-admin");
  const pupil = district.someone("student");
  const card = await print(district, pupil);

  // The child is on the way to an app, and holds the card in front of the camera.
  const party = await RelyingParty.register(district, "--first-party", "--scope", "openid profile");
  const first = await party.begin("openid profile");
  await page.goto(first.url);
  await look(page, "sign-in");
  await page.locator("a#card").click();
  await look(page, "badge");
  await page.goto(card);
  expect(page.url()).not.toContain(card.split("/").pop());
  await expect(page.locator("h1")).toContainText(pupil.given_name);
  await tap(page, MINE);
  await tap(page, MINE);
  await expect(page.locator("#here")).toBeVisible();
  const claims = (await party.redeem(party.answers.at(-1), first.kept)).claims();
  expect([claims.acr, claims.amr]).toEqual([BADGE, ["qr"]]);

  // The next day: three taps, and the app of the school.
  await signOut(page);
  await page.goto(card);
  await tap(page, ["cat", "sun", "boat"]);
  await expect(page.locator("#beside-card-error")).toBeVisible();
  await tap(page, MINE);
  await look(page, "home");
  await expect(page.locator("header .who")).toContainText(pupil.family_name);
  await openApp(page, district, pupil.family_name);
  const second = await party.begin("openid profile");
  await page.goto(second.url);
  await expect(page.locator("#here")).toBeVisible();
  expect((await party.redeem(party.answers.at(-1), second.kept)).claims().amr).toEqual(["qr", "pic"]);

  // An app that needs more asks for the password, and never gets the card.
  const strict = await RelyingParty.register(district, "--first-party", "--scope", "openid", "--require-acr", "urn:preau:acr:identified");
  const third = await strict.begin("openid");
  await page.goto(third.url);
  await look(page, "sign-in");
  await page.goto(card);
  await tap(page, MINE);
  await expect(page.locator("#here")).toBeVisible();
  expect(strict.answers.at(-1).searchParams.get("error")).toBe("unmet_authentication_requirements");

  // Nothing stays that opens anything.
  const before = await page.context().cookies();
  expect(before.filter((cookie) => cookie.value.includes(card.split("/").pop()))).toEqual([]);
  const [left] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/sign-out")),
    signOut(page),
  ]);
  expect((await left.allHeaders())["clear-site-data"]).toContain("storage");
  await page.context().addCookies(before.filter((cookie) => cookie.domain === "localhost"));
  await page.goto("/account");
  await look(page, "sign-in");

  // Lost: one click of the office.
  const context = await browser.newContext({ baseURL: district.issuer });
  const desk = await context.newPage();
  await desk.goto("/sign-in?return_to=%2Faccount%2Fbadges");
  await signIn(desk, office.username, office.password);
  await look(desk, "account-badges");
  await desk.locator("ul.doors a[href*='school=']", { hasText: pupil.school }).first().click();
  await look(desk, "account-badges");
  const row = desk.locator("ul.rows li", { hasText: `${pupil.given_name} ${pupil.family_name}` }).first();
  await row.locator("button[value=lost]").click();
  await expect(desk.locator("#done")).toContainText(pupil.given_name);
  await context.close();
  await page.goto(card);
  await look(page, "badge");
  await expect(page).toHaveURL(/card=over$/);
  await expect(page.locator("#secret-card")).toHaveCount(0);
  await party.close();
  await strict.close();
});

test("three brothers and sisters share a tablet: one tap to each, and the password each time", async ({ page, district }) => {
  test.setTimeout(150_000);
  const claimed = district.someone("student-unclaimed");
  const username = await claim(page, claimed);
  await signOut(page);
  const children = [{ ...claimed, username, password: PASSWORD }, district.someone("counsellor"), district.someone("secretary")];
  for (const [at, child] of children.entries()) {
    await page.goto("/sign-in");
    await signIn(page, child.username, child.password);
    await look(page, "home");
    await page.goto("/account/device");
    await look(page, "account-device");
    await page.locator(`input[name=animal][value=${["cat", "horse", "fish"][at]}]`).check();
    await page.locator("button#continue").click();
    await expect(page.locator("li.person")).toHaveCount(at + 1);
    await signOut(page);
  }
  for (const child of children) {
    await page.goto("/sign-in");
    await look(page, "sign-in");
    await expect(page.locator("button.person")).toHaveCount(3);
    await page.locator("button.person", { hasText: child.given_name }).first().click();
    await look(page, "password");
    await expect(page.locator("main")).not.toContainText(child.username);
    await page.locator("#password").fill(child.password);
    await page.locator("button#sign-in").click();
    await look(page, "home");
    await expect(page.locator("header .who")).toContainText(child.family_name);
    const before = await page.context().cookies();
    expect(before.filter((cookie) => cookie.name === "__Host-sid")).toMatchObject([{ expires: -1 }]);
    const [left] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/sign-out")),
      signOut(page),
    ]);
    expect((await left.allHeaders())["clear-site-data"]).toContain("storage");
    // What the browser kept, and what it had before, opens nothing.
    await page.goto("/account");
    await look(page, "sign-in");
    await page.context().addCookies(before.filter((cookie) => cookie.domain === "localhost"));
    await page.goto("/account");
    await look(page, "sign-in");
  }
});
