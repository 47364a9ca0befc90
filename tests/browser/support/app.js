// The sample app, a relying party like any other.
import { expect } from "@playwright/test";

/** Into the app, for somebody who is signed in; it shows whom it got. */
export async function openApp(page, district, familyName) {
  await page.goto(district.app_url);
  await page.locator("a#app-sign-in").click();
  const allow = page.locator("button#allow");
  const inside = page.locator("#signed-in-as");
  await expect(allow.or(inside)).toBeVisible();
  if (await allow.isVisible()) await allow.click();
  await expect(inside).toContainText(familyName);
}
