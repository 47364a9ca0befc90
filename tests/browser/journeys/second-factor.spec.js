// The second lock, as a teacher meets it: an app that is not ours reads our picture and makes the codes, and openid-client asks a
// session to rise. Each way is walked on a small telephone without JavaScript too.
import * as OTPAuth from "otpauth";
import { expect, look as judge, test } from "../support/checks.js";
import { signIn as signInAsAny } from "../support/pupil.js";
import { RelyingParty } from "../support/relying-party.js";
import { scan } from "../support/camera.js";

const TWO_FACTOR = "urn:preau:acr:two-factor";

/** axe is a script: where there are none, the page is looked at by its name alone. */
async function look(page, name) {
  if (scripted.get(page.context())) await judge(page, name);
  else await expect(page.locator(`main#page-${name}`)).toBeVisible();
}
const scripted = new WeakMap();

async function signIn(page, username, password) {
  await look(page, "sign-in");
  await page.locator("#username").fill(username);
  await page.locator("button#next").click();
  await look(page, "password");
  await page.locator("#password").fill(password);
  await page.locator("button#sign-in").click();
}

async function signOut(page) {
  await page.goto("/sign-out");
  await look(page, "sign-out");
  await page.locator("button#sign-out").click();
  await look(page, "signed-out");
}

/** The app's code now, or some steps away from now. */
const code = (app, steps = 0) => app.generate({ timestamp: Date.now() + steps * 30_000 });

async function show(page, typed) {
  await look(page, "second-factor");
  await page.locator("#code").fill(typed);
  await page.locator("button#continue").click();
}

async function comeIn(page, teacher, typed) {
  await page.goto("/sign-in");
  await signIn(page, teacher.username, teacher.password);
  await show(page, typed);
}

for (const [index, locale, javaScriptEnabled] of [
  [0, "fr-CA", false],
  [1, "en-CA", true],
]) {
  const how = `${locale}${javaScriptEnabled ? "" : ", without JavaScript"}`;

  test(`an app is set up, asked for, stood in for by the sheet, and lets a session rise: ${how}`, async ({ browser, district }) => {
    test.setTimeout(120_000);
    const teacher = district.people.filter((person) => person.kind === "teacher")[index];
    const open = async () => {
      const context = await browser.newContext({ locale, javaScriptEnabled, baseURL: district.issuer, viewport: { width: 320, height: 640 } });
      scripted.set(context, javaScriptEnabled);
      return context.newPage();
    };

    // Somewhere else the teacher is signed in already, by the password alone.
    const elsewhere = await open();
    await elsewhere.goto("/sign-in");
    await signIn(elsewhere, teacher.username, teacher.password);
    await look(elsewhere, "home");

    const page = await open();
    await page.goto("/sign-in?return_to=%2Faccount%2Fcodes");
    await signIn(page, teacher.username, teacher.password);
    await look(page, "account-codes");
    await page.locator("a#add-authenticator").click();
    await look(page, "password");
    await page.locator("#password").fill(teacher.password);
    await page.locator("button#sign-in").click();
    await look(page, "authenticator");

    const seen = await scan(page);
    expect(await page.locator("a#app-link").getAttribute("href")).toBe(seen);
    const app = OTPAuth.URI.parse(seen);
    expect(app.secret.base32).toBe((await page.locator("#secret").innerText()).replaceAll(" ", ""));
    expect(app.label).toBe(teacher.username);
    await page.locator("#code").fill(code(app, 20));
    await page.locator("button#continue").click();
    await look(page, "authenticator");
    await expect(page.locator("#code-error")).toContainText(/\b(9|10)\b/);
    await page.locator("#code").fill(code(app, -1));
    await page.locator("#name").fill("Mon téléphone");
    await page.locator("button#continue").click();
    await look(page, "recovery-codes");
    const sheet = await page.locator("#recovery-codes li").allInnerTexts();
    expect(new Set(sheet).size).toBe(10);
    await page.locator("button#continue").click();
    await look(page, "account-codes");
    await expect(page.locator("#authenticators")).toContainText("Mon téléphone");

    // The app's code, once.
    await signOut(page);
    await comeIn(page, teacher, code(app));
    await look(page, "home");
    const other = await open();
    await comeIn(other, teacher, code(app, -1));
    await look(other, "second-factor");
    await expect(other.locator("#code-error")).toBeVisible();

    // One of the sheet, once.
    await show(other, sheet[2].toLowerCase().replaceAll("-", " "));
    await look(other, "home");
    await signOut(other);
    await comeIn(other, teacher, sheet[2]);
    await look(other, "second-factor");
    await expect(other.locator("#code-error")).toBeVisible();

    // An app of the school wants more than the password of this morning: the code is asked, and nothing else.
    const party = await RelyingParty.register(district, "--first-party", "--scope", "openid profile");
    const weak = await party.begin("openid profile");
    await elsewhere.goto(weak.url);
    await expect(elsewhere.locator("#here")).toBeVisible();
    const before = (await party.redeem(party.answers.at(-1), weak.kept)).claims();
    expect([before.acr === TWO_FACTOR, before.amr]).toEqual([false, ["pwd"]]);
    const strong = await party.begin("openid profile", { acr_values: TWO_FACTOR });
    await elsewhere.goto(strong.url);
    await show(elsewhere, code(app, 1));
    await expect(elsewhere.locator("#here")).toBeVisible();
    const after = (await party.redeem(party.answers.at(-1), strong.kept)).claims();
    expect([after.acr, after.amr, after.sid]).toEqual([TWO_FACTOR, ["pwd", "otp", "mfa"], before.sid]);
    await party.close();
    await Promise.all([elsewhere, page, other].map((opened) => opened.context().close()));
  });
}

test("a child is not asked for what a child cannot have: the app hears why", async ({ page, district }) => {
  const pupil = district.people.find((person) => person.kind === "student");
  const party = await RelyingParty.register(district, "--first-party", "--require-acr", TWO_FACTOR);
  const { url } = await party.begin("openid");
  await page.goto(url);
  await signInAsAny(page, pupil.username, pupil.password);
  await expect(page.locator("#here")).toBeVisible();
  expect(party.answers.at(-1).searchParams.get("error")).toBe("unmet_authentication_requirements");
  await party.close();
});
