// The link of a letter (row R04): its token leaves the address at the first step and is in no entry of the history after it, and no
// other host hears where somebody came from, whichever way they leave.
import { createServer } from "node:http";
import { expect, look, test } from "../support/checks.js";
import { facts, fromTheChildren, untilTheLetter } from "../support/guardian.js";
import { letterTo } from "../support/mail.js";
import { choosePassword } from "../support/pupil.js";

/** Another host, which keeps every request that it gets, and shows from where a browser says that it came. */
async function trap(district) {
  const heard = [];
  const server = createServer((request, response) => {
    heard.push({ url: request.url, referer: request.headers.referer ?? null, all: JSON.stringify([request.url, request.headers]) });
    const page = "<!doctype html><title>trap</title><p id=here></p><script>here.textContent = document.referrer || 'nobody'</script>";
    response.setHeader("content-type", "text/html").end(page);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  district.origins.add(origin);
  const pages = () => heard.filter(({ url }) => url !== "/favicon.ico");
  return { origin, heard, pages, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** The addresses of this tab's history, as the browser keeps them. */
async function history(page) {
  const tools = await page.context().newCDPSession(page);
  const { entries, currentIndex } = await tools.send("Page.getNavigationHistory");
  await tools.detach();
  expect(currentIndex).toBeGreaterThanOrEqual(0);
  return entries.map(({ url }) => url);
}

/** The token is nowhere: not in the address, not in the history, not in what the page says or leads to. */
async function isGone(page, token) {
  expect(page.url()).not.toContain(token);
  expect((await history(page)).join("\n")).not.toContain(token);
  expect(await page.content()).not.toContain(token);
  const seen = await page.evaluate(() => [document.referrer, ...performance.getEntries().map(({ name }) => name)].join("\n"));
  expect(seen).not.toContain(token);
}

/** Out of the page to another host, by itself and by a link. */
async function leave(page, other) {
  const from = page.url();
  const known = other.pages().length;
  await page.evaluate((to) => void (location.href = to), `${other.origin}/by-itself`);
  await expect(page.locator("#here")).toHaveText("nobody");
  await page.goBack();
  expect(page.url()).toBe(from);
  await page.evaluate((to) => {
    const link = document.createElement("a");
    Object.assign(link, { href: to, id: "out", textContent: "out" });
    document.querySelector("main").prepend(link);
  }, `${other.origin}/by-a-link`);
  await page.locator("a#out").click();
  await expect(page.locator("#here")).toHaveText("nobody");
  await page.goBack();
  expect(page.url()).toBe(from);
  expect(other.pages().slice(known).map(({ url, referer }) => [url, referer])).toEqual([["/by-itself", null], ["/by-a-link", null]]);
}

test("r04_the_link_of_a_recovery_leaves_no_token_behind_and_no_host_hears_of_it", async ({ page, context, district }) => {
  const other = await trap(district);
  const app = await district.run("client", "register", "--name", "Piège", "--redirect-uri", `${other.origin}/callback`, "--first-party");
  const guardian = district.someone("guardian");
  // Towards an app, so that the journey ends at the other host.
  const asked = new URL("/authorize", district.issuer);
  const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  asked.search = new URLSearchParams({
    client_id: app.client_id,
    response_type: "code",
    redirect_uri: `${other.origin}/callback`,
    scope: "openid",
    state: "st",
    nonce: "n",
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  await page.goto(asked.href);
  await look(page, "sign-in");
  await page.locator("#username").fill(guardian.username);
  await page.locator("button#next").click();
  await page.locator("a#recover").click();
  await look(page, "recover");
  await page.locator("button#continue").click();
  await page.locator("button.way[value=mailed-link]").click();
  await look(page, "check-mail");
  const { link } = await letterTo(district, guardian.email);
  const token = link.split("/").pop();
  expect(token.length).toBeGreaterThan(20);

  const opened = await context.newPage();
  await opened.goto(link);
  await look(opened, "mail-link");
  await isGone(opened, token);
  await leave(opened, other);
  await isGone(opened, token);
  await opened.locator("button#continue").click();
  const questions = opened.locator("main#page-recall-questions");
  await expect(questions.or(opened.locator("main#page-new-password"))).toBeVisible();
  if (await questions.isVisible()) {
    for (const [index, recalled] of (guardian.security_answers ?? []).entries()) {
      const field = opened.locator(`#answer_${index + 1}`);
      if (await field.count()) await field.fill(recalled.answer);
    }
    await opened.locator("button#continue").click();
  }
  await isGone(opened, token);
  await leave(opened, other);
  await choosePassword(opened, "sept bateaux dans le brouillard");
  await expect(opened.locator("#here")).toHaveText("nobody");
  expect(new URL(opened.url()).pathname).toBe("/callback");
  await isGone(opened, token);
  // Back through everything that the tab keeps: the token is on no page of it.
  for (let left = (await history(opened)).length; left > 1; left -= 1) {
    await opened.goBack();
    await isGone(opened, token);
  }
  for (const { referer } of other.pages()) expect(referer).toBeNull();
  for (const { all } of other.heard) expect(all).not.toContain(token);
  await other.close();
});
