// A guardian opens the account by what the school knows and by the mailbox on file, and gets back in by it.
import { expect, look, test } from "../support/checks.js";
import { facts, fromTheChildren, untilTheLetter } from "../support/guardian.js";
import { letterTo } from "../support/mail.js";
import { choosePassword, fillRosterMatch, signIn } from "../support/pupil.js";

test("the link goes on where it began, and on another device there and nowhere else", async ({ page, browser, context, district, baseURL }) => {
  const here = district.someone("guardian-unclaimed");
  const first = await untilTheLetter(page, district, here);
  const tab = await context.newPage();
  await tab.goto(first.link);
  await look(tab, "mail-link");
  expect(tab.url()).not.toContain(first.link.split("/").pop());
  await tab.locator("button#continue").click();
  await look(tab, "children");
  await page.locator("#refresh").click();
  await look(page, "children");

  const there = district.someone("guardian-unclaimed");
  const second = await untilTheLetter(page, district, there);
  const phone = await browser.newContext({ baseURL, viewport: { width: 320, height: 640 } });
  const elsewhere = await phone.newPage();
  await elsewhere.goto(second.link);
  await elsewhere.locator("button#continue").click();
  await fromTheChildren(elsewhere, there);
  await page.locator("#refresh").click();
  await expect(page.locator("main#page-children")).toHaveCount(0);
  await phone.close();
});

test("a wrong fact shows the same page, and the address can be changed while waiting", async ({ page, district }) => {
  const guardian = district.someone("guardian-unclaimed");
  await page.goto("/enroll/parent-portal");
  await fillRosterMatch(page, { ...facts(guardian), email: "personne@famille.example" });
  await page.locator("button#continue").click();
  await look(page, "check-mail");
  await page.locator("a#change-address").click();
  await look(page, "roster-match");
  await expect(page.locator("#family_name")).toHaveValue(guardian.family_name);
  await page.locator("#email").fill(guardian.email);
  await page.locator("button#continue").click();
  await look(page, "check-mail");
  const { link } = await letterTo(district, guardian.email);
  await page.goto(link);
  await page.locator("button#continue").click();
  await look(page, "children");
  await page.locator("a#child-missing").click();
  await look(page, "help");
  await page.locator("#name").fill("Un parent");
  await page.locator("#child_name").fill("Max Roy");
  await page.locator("#message").fill("Il manque Max.");
  await page.locator("button#send").click();
  await look(page, "help-sent");
  await page.locator("a#go-on").click();
  await look(page, "children");
});

test("a forgotten password comes back by a letter", async ({ page, district }) => {
  const guardian = district.someone("guardian");
  await page.goto("/sign-in");
  await page.goto(`/recover?username=${encodeURIComponent(guardian.username)}`);
  await look(page, "recover");
  await page.locator("button#continue").click();
  await look(page, "recovery-way");
  await page.locator("button.way[value=mailed-link]").click();
  await look(page, "check-mail");
  const { link } = await letterTo(district, guardian.email);
  await page.goto(link);
  await page.locator("button#continue").click();
  const questions = page.locator("main#page-recall-questions");
  await expect(questions.or(page.locator("main#page-new-password"))).toBeVisible();
  if (await questions.isVisible()) {
    for (const [index, recalled] of (guardian.security_answers ?? []).entries()) {
      const field = page.locator(`#answer_${index + 1}`);
      if (await field.count()) await field.fill(recalled.answer);
    }
    await page.locator("button#continue").click();
  }
  await choosePassword(page, "sept bateaux dans le brouillard");
  await look(page, "home");
  await page.context().clearCookies();
  await page.goto("/sign-in");
  await signIn(page, guardian.username, "sept bateaux dans le brouillard");
  await look(page, "home");
});
