// What must hold whatever a test does (security.md, standing checks C2, C4, C7): watched from the first request to the
// last. `look` is asked on every page: axe, and nothing that scrolls sideways.
import { test as base, expect } from "@playwright/test";
import { startDistrict } from "./district.js";
import { expectAccessible } from "./plain.js";

const PAGE_HEADERS = {
  "cache-control": /no-store/,
  "content-security-policy": /default-src 'none'.*frame-ancestors 'none'.*base-uri 'none'/,
  "referrer-policy": /^no-referrer$/,
  "strict-transport-security": /max-age=/,
  "x-content-type-options": /^nosniff$/,
};

export const test = base.extend({
  // The district of which guide (docs/systems.md), where a test says so: `test.use({ system: "A" })`.
  system: [undefined, { option: true, scope: "worker" }],
  // What stands in the settings file beyond the demo's own.
  settings: ["", { option: true, scope: "worker" }],
  district: [
    async ({ system, settings }, use) => {
      const district = await startDistrict(system, settings);
      await use(district);
      await district.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  // Ours, and the sample app's, and nobody else's.
  baseURL: async ({ district }, use) => use(district.issuer),
  watched: [
    async ({ context, district }, use) => {
      const wrong = [];
      const pending = [];
      context.on("request", (request) => {
        const url = new URL(request.url());
        if (!["data:", "blob:"].includes(url.protocol) && !district.origins.has(url.origin)) wrong.push(`a request to ${url.origin}`);
      });
      context.on("response", (response) => pending.push(judge(response, district, wrong)));
      context.on("weberror", (error) => wrong.push(`a script failed: ${error.error()}`));
      context.on("console", (line) => {
        if (line.type() === "error" && !/status of 4\d\d/.test(line.text())) wrong.push(`the console says: ${line.text()}`);
      });
      await use(wrong);
      await Promise.allSettled(pending);
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

async function judge(response, district, wrong) {
  const url = new URL(response.url());
  const what = `${response.request().method()} ${url.pathname}`;
  if (response.status() >= 500) wrong.push(`${what} answered ${response.status()}`);
  if (url.origin !== new URL(district.issuer).origin) return;
  const headers = await response.headersArray().catch(() => []);
  const value = (name) => headers.filter((header) => header.name.toLowerCase() === name).map((header) => header.value);
  if (value("content-type").some((kind) => kind.startsWith("text/html"))) {
    for (const [name, wanted] of Object.entries(PAGE_HEADERS)) {
      // The one page that any app may frame: it shows nothing and takes nothing.
      if (url.pathname === "/check-session" && name === "content-security-policy") continue;
      if (!value(name).some((text) => wanted.test(text))) wrong.push(`${what}: ${name} is ${value(name)}`);
    }
  }
  for (const cookie of value("set-cookie").flatMap((lines) => lines.split("\n"))) {
    const told = cookie.toLowerCase();
    // The one cookie that the script of that page reads. It opens nothing.
    if (/^__host-state=[\w-]*; (max-age=0; )?(samesite=none; secure; path=\/|samesite=none; secure; path=\/; max-age=0)$/.test(told)) continue;
    const kept = told.startsWith("__host-") && ["secure", "httponly", "path=/", "samesite="].every((part) => told.includes(part));
    if (!kept || told.includes("domain=") || told.includes("samesite=none") || cookie.length >= 4096) {
      wrong.push(`${what} sets ${cookie.split("=")[0]} with ${told.split(";").slice(1).join(";")}`);
    }
  }
}

/** The page of this name is shown, is accessible and fits its window. */
export async function look(page, name) {
  await expect(page.locator(`main#page-${name}`)).toBeVisible();
  await expectAccessible(page, name);
}
