// System D, line by line: guardians whom the school invites by mail (docs/systems.md).
import { openApp } from "../support/app.js";
import { expect, look, test } from "../support/checks.js";
import { letterTo } from "../support/mail.js";
import { PASSWORD, choosePassword, signIn, signOut } from "../support/pupil.js";
import { Way } from "../support/ways.js";

test.use({ system: "D" });

const INVITATION = /guardian-invitation#c=/;

/** The code that an invitation prints for another device, and its link. */
function opened({ text }) {
  return { code: text.match(/\b[B-Z]{4}(-[B-Z]{4}){3}\b/)[0], link: text.match(/https?:\/\/\S+#c=\S+/)[0] };
}

test("system D: a guardian joins by the code of one mail", { tag: "@way" }, async ({ page, context, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const invitation = await letterTo(district, guardian.email, INVITATION);
  await test.step("D2 D3: the mail names the district, the child and the school", async () => {
    expect(invitation.text).toContain("Deux-Rives");
    expect(invitation.text).toContain(guardian.children[0].given_name);
    expect(invitation.text).not.toMatch(/Aspen|ne pas répondre/i);
  });
  await test.step("D1 D19: the guide on the page, with a text for each drawing", async () => {
    await page.goto("/help/guide?for=guardian");
    await look(page, "guide");
    await expect(page.locator('a.start[href="/enroll/guardian-invitation"]')).toBeVisible();
    expect(await page.locator("figure.drawing").count()).toBe(await page.locator("figure.drawing figcaption:not(:empty)").count());
  });
  const way = new Way(page, district, { address: guardian.email, invited: true });
  way.opens();
  await test.step("D5 D6 D7: the link, the code of the mail and the family name; no kind of account to choose", async () => {
    await page.goto(opened(invitation).link.split("#")[0]);
    await way.sees("code");
    await way.types("code", opened(invitation).code);
    await way.types("family_name", guardian.family_name.toUpperCase());
    await way.presses();
  });
  await test.step("D11: what the school holds, to be looked at; what is wrong is told to the school", async () => {
    await way.sees("details");
    await expect(page.locator("main")).toContainText(guardian.email);
    await expect(page.locator("a#report-change")).toBeVisible();
    await way.presses();
  });
  await test.step("D13: the password, in the same journey", async () => {
    await way.sees("new-password");
    await way.types("new_password", PASSWORD);
    await way.presses();
  });
  await test.step("D15: the language and the way dates are written, apart", async () => {
    await way.sees("preferences");
    await way.chooses("preferred_language", guardian.language);
    await way.chooses("date_format", { index: 1 });
    await way.presses();
  });
  await test.step("D8 D9 D10 D12 D18: one page after the other and no window; no second mail to open", async () => {
    await way.sees("confirm");
    await way.presses();
    await way.sees("enrolled");
    expect(context.pages()).toHaveLength(1);
  });
  await way.ends("guardian-invitation");
  await test.step("D13 D14: signed in at once, nothing waits for anybody", async () => {
    await page.goto("/account/children");
    await look(page, "account-children");
    for (const child of guardian.children) await expect(page.locator("main")).toContainText(child.given_name);
    await openApp(page, district, guardian.family_name);
  });
});

test("system D: the hardened way is one mail and two pages, in under two minutes", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const invitation = await letterTo(district, guardian.email, INVITATION);
  const way = new Way(page, district, { address: guardian.email, invited: true });
  way.opens();
  await page.goto("/enroll/guardian-invitation-strong");
  await way.sees("code");
  await way.types("code", opened(invitation).code);
  await way.types("family_name", guardian.family_name);
  await way.presses();
  await way.sees("new-password");
  await way.types("new_password", PASSWORD);
  await way.presses();
  await way.sees("enrolled");
  await way.ends("guardian-invitation-strong");
  expect({ filled: way.filled, opened: way.opened }, "D18").toEqual({ filled: 2, opened: 1 });
  expect(way.seconds, "D18").toBeLessThan(120);
});

test("system D: the link of the mail carries its code, and every page speaks both languages", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const { link } = opened(await letterTo(district, guardian.email, INVITATION));
  await test.step("D5: behind the #, where no server and no log sees it", async () => {
    await page.goto(link);
    await look(page, "code");
    await expect(page.locator("#code")).not.toHaveValue("");
    expect(page.url()).not.toContain("#");
  });
  await test.step("D15: another language before anybody signed in", async () => {
    await page.locator("#language").selectOption("en");
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await page.locator("#language").selectOption("fr");
    await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  });
  await test.step("D7: a wrong name, one answer for code and name; the code lives on", async () => {
    const { code } = opened(await letterTo(district, guardian.email, INVITATION));
    await page.locator("#code").fill(code);
    await page.locator("#family_name").fill("Personne");
    await page.locator("button#continue").click();
    await expect(page.locator("#code-error")).toBeVisible();
    await page.locator("#code").fill(code);
    await page.locator("#family_name").fill(` ${guardian.family_name.toLowerCase()} `);
    await page.locator("button#continue").click();
    await look(page, "details");
  });
  await test.step("D4: on the screen of a telephone as well", async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await look(page, "details");
  });
});

test("system D: whoever did not get the mail asks for it again", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  const first = await letterTo(district, guardian.email, INVITATION);
  await test.step("D17: one link on the page of the code, and the same words for every address", async () => {
    await page.goto("/enroll/guardian-invitation");
    await page.locator('a[href="/enroll/invitation-again"]').click();
    await look(page, "invitation-again");
    await page.locator("#email").fill("personne@famille.example");
    await page.locator("button#continue").click();
    await look(page, "invitation-sent");
    const words = await page.locator("main").innerText();
    await page.goto("/enroll/invitation-again");
    await page.locator("#email").fill(guardian.email);
    await page.locator("button#continue").click();
    await look(page, "invitation-sent");
    expect(await page.locator("main").innerText()).toBe(words);
  });
  const second = opened(await letterTo(district, guardian.email, INVITATION, new Set([first.name])));
  await test.step("D9 D17: the code before is dead, the new one opens", async () => {
    await page.locator("#continue").click();
    await look(page, "code");
    for (const [code, next] of [[opened(first).code, "code"], [second.code, "details"]]) {
      await page.locator("#code").fill(code);
      await page.locator("#family_name").fill(guardian.family_name);
      await page.locator("button#continue").click();
      await look(page, next);
    }
    await page.locator("button#continue").click();
    await choosePassword(page, PASSWORD);
    await look(page, "preferences");
    await page.locator("button#continue").click();
    await look(page, "confirm");
    await page.locator("button#continue").click();
    await look(page, "enrolled");
  });
  await test.step("D13: signing in with the address", async () => {
    await signOut(page);
    await page.goto("/sign-in");
    await signIn(page, guardian.email, PASSWORD);
    await look(page, "home");
  });
});
