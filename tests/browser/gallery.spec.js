// Every page in every state and language, as the gallery test wrote them: axe in light and dark, a narrow window, and
// HTML that a validator accepts.
import { expect, test } from "@playwright/test";
import { HtmlValidate } from "html-validate";
import { readFileSync } from "node:fs";
import { expectAccessible } from "./support/plain.js";
import { ORIGIN, names, openGallery, source } from "./support/gallery.js";

const validator = new HtmlValidate(JSON.parse(readFileSync(new URL("./html-validate.json", import.meta.url), "utf8")));

for (const [name, states] of grouped(names())) {
  test(`the page ${name} is accessible in every state`, async ({ page }) => {
    await openGallery(page);
    for (const state of states) {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width: 320, height: 640 });
        await page.goto(`${ORIGIN}/${state}`);
        await expectAccessible(page, `${state}, ${colorScheme}`);
      }
    }
  });

  test(`the page ${name} is valid HTML`, async () => {
    for (const state of states) {
      const report = await validator.validateString(source(state));
      const told = report.results.flatMap((result) => result.messages).map((mistake) => `${mistake.ruleId}: ${mistake.message}`);
      expect(told, state).toEqual([]);
    }
  });
}

function nameOf(state) {
  return state.split(".")[0];
}

function grouped(states) {
  const groups = new Map();
  for (const state of states) groups.set(nameOf(state), [...(groups.get(nameOf(state)) ?? []), state]);
  return groups;
}
