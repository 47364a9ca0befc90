// A parent in a district that asks for a code by mail at the door: in with it, without JavaScript too, and then away with everything
// that is held about them, as PDF and as JSON.
import { readFile } from "node:fs/promises";
import { expect, look as judge, test } from "../support/checks.js";
import { letterTo } from "../support/mail.js";

test.use({ settings: '\n[assurance]\nguardian = "mailed-code"\n[policy]\nchild_data_until_age = 18\n' });

const CODE = /^\d{4} \d{4}\s*$/m;

for (const [locale, javaScriptEnabled] of [
  ["fr-CA", false],
  ["en-CA", true],
]) {
  const how = `${locale}${javaScriptEnabled ? "" : ", without JavaScript"}`;

  test(`a code by mail opens the door, and what is held is taken along: ${how}`, async ({ browser, district }) => {
    const parent = district.someone("guardian");
    const context = await browser.newContext({ locale, javaScriptEnabled, baseURL: district.issuer, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    // axe is a script: where there are none, the page is looked at by its name alone.
    const look = (name) => (javaScriptEnabled ? judge(page, name) : expect(page.locator(`main#page-${name}`)).toBeVisible());

    await page.goto("/sign-in?return_to=%2Faccount");
    await page.locator("#username").fill(parent.username);
    await page.locator("button#next").click();
    await page.locator("#password").fill(parent.password);
    await page.locator("button#sign-in").click();
    await look("second-factor");
    await expect(page.locator("#weaker")).toBeVisible();
    const first = await letterTo(district, parent.email, CODE);
    expect(first.link).toBeUndefined();
    await page.locator("#code").fill("00000000");
    await page.locator("button#continue").click();
    await look("second-factor");
    await expect(page.locator("#code-error")).toBeVisible();
    await page.locator("button#send-again").click();
    await look("second-factor");
    const second = await letterTo(district, parent.email, CODE, new Set([first.name]));
    await page.locator("#code").fill(second.code);
    await page.locator("button#continue").click();
    await look("account");

    await page.locator("a#data").click();
    await look("account-data");
    await expect(page.locator("main details").first()).toBeVisible();
    const take = async (button) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator(`button#${button}`).click()]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^data-\\d{4}-\\d{2}-\\d{2}\\.${button}$`));
      return readFile(await download.path());
    };
    const json = JSON.parse((await take("json")).toString("utf8"));
    expect(json.format).toBe("preau-data-1");
    expect(json.data.account[0].username).toBe(parent.username);
    expect(json.data.sessions[0].amr).toBe("pwd mca");
    expect(JSON.stringify(json)).not.toContain("argon2");
    const pdf = await take("pdf");
    expect(pdf.subarray(0, 5).toString("latin1")).toBe("%PDF-");
    expect(pdf.includes("/StructTreeRoot")).toBe(true);
    await letterTo(district, parent.email, /\/recover/, new Set([first.name, second.name]));

    // And with what is held about a child, which the whole family hears of.
    await page.goto("/account/children");
    await look("account-children");
    await page.locator("a.data-of").first().click();
    await look("account-data");
    const child = JSON.parse((await take("json")).toString("utf8"));
    expect(child.person).not.toBe(json.person);
    expect((await take("pdf")).subarray(0, 5).toString("latin1")).toBe("%PDF-");
    await letterTo(district, parent.email, /adulte responsable a pris|a guardian took/);
    await context.close();
  });
}
