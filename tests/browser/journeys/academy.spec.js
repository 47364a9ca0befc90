// E9: the chooser of identity source, with a foreign provider behind it that we did not write.
import { test as base, expect } from "@playwright/test";
import { startAcademy } from "../support/academy.js";

const test = base.extend({
  trusting: [async ({}, use) => {
    const trusting = await startAcademy();
    await use(trusting);
    await trusting.stop();
  }, { scope: "worker", timeout: 90_000 }],
});

/** The academy's own pages: its name and password, its consent; the second time it knows the browser. */
async function signInOverThere(page, trusting) {
  await page.waitForURL((url) => url.origin === trusting.academy.issuer);
  if (await page.locator("input[name=login]").count()) {
    await page.locator("input[name=login]").fill("zoe.tremblay");
    await page.locator("input[name=password]").fill("anything");
    await page.locator("button[type=submit]").click();
  }
  await page.locator("button[type=submit]").click();
  await page.waitForURL((url) => url.origin === trusting.issuer);
}

for (const [locale, javaScriptEnabled, academy, school] of [
  ["fr-CA", false, "Académie de Reims", "Où vous connectez-vous"],
  ["en-CA", true, "Academy of Reims", "Where do you sign in"],
]) {
  test(`E9: a pupil comes by the academy, ${locale}${javaScriptEnabled ? "" : ", without JavaScript"}`, async ({ browser, trusting }) => {
    trusting.academy.pupil = trusting.pupil.number;
    const context = await browser.newContext({ locale, javaScriptEnabled, baseURL: trusting.issuer, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    await page.goto("/sign-in?return_to=%2Faccount");
    await expect(page.locator("main#page-identity-source")).toContainText(school);
    await expect(page.locator("button.source")).toHaveCount(2);
    await page.locator("#remember").check();
    await page.locator("button.source", { hasText: academy }).click();
    await signInOverThere(page, trusting);

    // The first time the school opens an account; then one is where one was going.
    if (await page.locator("main#page-charter").count()) {
      await page.locator("#accept").check();
      await page.locator("#continue").click();
      await expect(page.locator("main#page-confirm")).toContainText(trusting.pupil.given_name);
      await page.locator("#continue").click();
      await page.locator("main#page-enrolled #continue").click();
    }
    await expect(page.locator("main#page-account")).toContainText(trusting.pupil.given_name);

    // What was remembered comes first the next time.
    await page.goto("/sign-out");
    await page.locator("button#sign-out").click();
    await page.goto("/sign-in");
    await expect(page.locator("button.source").first()).toContainText(academy);

    // Whoever has a password here goes on here.
    await page.locator("button.source").nth(1).click();
    await expect(page.locator("main#page-sign-in")).toBeVisible();
    await page.locator("a#other-source").click();
    await expect(page.locator("main#page-identity-source")).toBeVisible();
    await context.close();
  });
}

test("E9: whom the roster does not know stays out, with words", async ({ browser, trusting }) => {
  trusting.academy.pupil = "nobody's number";
  const context = await browser.newContext({ locale: "fr-CA", javaScriptEnabled: false, baseURL: trusting.issuer });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.locator("button.source", { hasText: "Académie de Reims" }).click();
  await signInOverThere(page, trusting);
  await expect(page.locator("#source-wrong")).toContainText("n’a pas de dossier");
  await page.goto("/account");
  await expect(page.locator("main#page-account")).toHaveCount(0);
  await context.close();
});
