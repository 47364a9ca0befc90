// Pictures of every page for docs/pages/: in both languages, on a phone and on a desktop. `cargo xtask screenshots`.
import { test } from "@playwright/test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ORIGIN, names, openGallery } from "./support/gallery.js";

const folder = process.env.PREAU_PICTURES;

for (const name of names().filter((name) => name.endsWith(".1.html"))) {
  test(`picture of ${name}`, async ({ page }) => {
    mkdirSync(folder, { recursive: true });
    await openGallery(page);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: width === 390 ? 780 : 800 });
      await page.goto(`${ORIGIN}/${name}`);
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(folder, name.replace(".1.html", `.${width}.png`)), fullPage: true, animations: "disabled" });
    }
  });
}
