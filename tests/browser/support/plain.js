// What is asked of every page, wherever it comes from.
import { expect } from "@playwright/test";
import axe from "axe-core";

/** No violation that axe can find, and nothing that scrolls sideways. */
export async function expectAccessible(page, where) {
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(tooWide, `${where} is wider than its window`).toBeLessThanOrEqual(0);
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  expect(told, `axe on ${where}`).toEqual([]);
}
