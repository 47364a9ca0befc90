// What is asked of every page, wherever it comes from.
import { expect, test } from "@playwright/test";
import axe from "axe-core";

/** No violation that axe can find, and nothing that scrolls sideways. */
export async function expectAccessible(page, where) {
  const scripts = test.info().project.use.javaScriptEnabled !== false;
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(tooWide, `${where} is wider than its window`).toBeLessThanOrEqual(0);
  // axe waits for timers, which do not run where scripts are off: they are on while it looks, and the page's own have
  // had their chance.
  const browser = await page.context().newCDPSession(page);
  await browser.send("Emulation.setScriptExecutionDisabled", { value: false });
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  if (!scripts) await browser.send("Emulation.setScriptExecutionDisabled", { value: true });
  await browser.detach();
  const told = found.violations.map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  expect(told, `axe on ${where}`).toEqual([]);
}
