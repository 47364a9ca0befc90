// What is asked of every page, wherever it comes from.
import { expect, test } from "@playwright/test";
import axe from "axe-core";

/** No violation that axe can find, and nothing that scrolls sideways. `use` is how the page's window was opened. */
export async function expectAccessible(page, where, use = test.info().project.use) {
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(tooWide, `${where} is wider than its window`).toBeLessThanOrEqual(0);
  const found = use.javaScriptEnabled === false ? await elsewhere(page, use) : await violations(page);
  const told = found.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  expect(told, `axe on ${where}`).toEqual([]);
}

async function violations(page) {
  await page.evaluate(axe.source);
  return (await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }))).violations;
}

/** axe waits for timers, which do not run where scripts are off: it looks at the same page in another window. */
async function elsewhere(page, { viewport, colorScheme, locale }) {
  const context = await page.context().browser().newContext({ viewport, colorScheme, locale, javaScriptEnabled: true });
  const copy = await context.newPage();
  const body = await page.content();
  await copy.route(page.url(), (route) => route.fulfill({ body, contentType: "text/html; charset=utf-8" }));
  await copy.goto(page.url());
  const found = await violations(copy);
  await context.close();
  return found;
}
