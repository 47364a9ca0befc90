// The end of a session as an app sees it: from our server, from a frame of the signed-out page, and from a page that it frames.
import * as client from "openid-client";
import { expect, test as base } from "./support/checks.js";
import { signIn } from "./support/pupil.js";
import { RelyingParty } from "./support/relying-party.js";

const about = (origin) => ({
  backchannel_logout_uri: `${origin}/back`,
  backchannel_logout_session_required: true,
  frontchannel_logout_uri: `${origin}/front`,
  frontchannel_logout_session_required: true,
});

const test = base.extend({
  party: [
    async ({ district }, use) => {
      const party = await RelyingParty.registerAs(district, about, "--scope", "openid profile", "--first-party");
      await use(party);
      await party.close();
    },
    { scope: "worker" },
  ],
  pupil: async ({ district }, use) => use(district.people.find((person) => person.kind === "student")),
});

/** Through the browser into the app. */
async function walk(page, party, pupil) {
  const { url, kept } = await party.begin("openid profile");
  await page.goto(url);
  await signIn(page, pupil.username, pupil.password);
  await expect(page.locator("#here")).toBeVisible();
  const answer = party.answers.at(-1);
  return { answer, tokens: await party.redeem(answer, kept) };
}

/** What the framed page of Préau says to a page of the app. */
async function ask(page, party, message) {
  await page.goto(`${party.origin}/page`);
  const src = party.config.serverMetadata().check_session_iframe;
  return page.evaluate(
    async ({ src, message }) => {
      const frame = document.createElement("iframe");
      frame.src = src;
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
      document.body.append(frame);
      await loaded;
      const said = new Promise((resolve) => window.addEventListener("message", (event) => resolve(event.data), { once: true }));
      frame.contentWindow.postMessage(message, new URL(src).origin);
      return said;
    },
    { src, message },
  );
}

test("p28 the app's server and the app's frame hear of the sign-out before the browser is back", async ({ page, party, pupil, district }) => {
  const { tokens } = await walk(page, party, pupil);
  const { sid } = tokens.claims();
  const url = client.buildEndSessionUrl(party.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: party.after, state: "s" });
  await page.goto(url.href);
  await expect(page.locator("#here")).toBeVisible();
  expect(page.url()).toBe(`${party.after}?state=s`);
  const front = party.answers.find((seen) => seen.pathname === "/front");
  expect([front.searchParams.get("iss"), front.searchParams.get("sid")]).toEqual([new URL(district.issuer).origin, sid]);
  const back = party.posts.find((seen) => seen.path === "/back");
  const [, claims] = back.body.get("logout_token").split(".");
  expect(JSON.parse(Buffer.from(claims, "base64url")).sid).toBe(sid);
});

test("an app that nobody sends anywhere is told on the signed-out page", async ({ page, party, pupil, district }) => {
  await walk(page, party, pupil);
  const before = party.answers.length;
  await page.goto(`${district.issuer}/sign-out`);
  await page.locator("button#sign-out").click();
  await expect(page.locator("main#page-signed-out")).toBeVisible();
  await expect(page.locator("main")).toContainText("Cahier");
  await expect(page.locator("header")).not.toContainText(pupil.given_name);
  await expect.poll(() => party.answers.slice(before).map((seen) => seen.pathname)).toContain("/front");
});

// Of the same site, as a district's apps often are: browsers keep cookies from frames of others.
test("a page of the app sees that the session changed", async ({ page, pupil, district }) => {
  const party = await RelyingParty.registerAt("localhost", district, () => ({}), "--scope", "openid profile", "--first-party");
  const { answer } = await walk(page, party, pupil);
  const state = answer.searchParams.get("session_state");
  const { client_id } = party.config.clientMetadata();
  expect(await ask(page, party, `${client_id} ${state}`)).toBe("unchanged");
  expect(await ask(page, party, `other ${state}`)).toBe("changed");
  expect(await ask(page, party, "nonsense")).toBe("error");
  await page.goto(`${district.issuer}/sign-out`);
  await page.locator("button#sign-out").click();
  await expect(page.locator("main#page-signed-out")).toBeVisible();
  expect(await ask(page, party, `${client_id} ${state}`)).toBe("changed");
  await party.close();
});

test("p32 Back shows nothing of whoever has left, and the browser has kept nothing", async ({ page, pupil, district }) => {
  await page.goto(`${district.issuer}/sign-in`);
  await signIn(page, pupil.username, pupil.password);
  for (const path of ["/", "/account", "/account/sessions"]) {
    await page.goto(district.issuer + path);
    await expect(page.locator("header")).toContainText(pupil.given_name);
  }
  await page.evaluate(() => localStorage.setItem("left", "behind"));
  await page.goto(`${district.issuer}/sign-out`);
  await page.locator("button#sign-out").click();
  await expect(page.locator("main#page-signed-out")).toBeVisible();
  expect(await page.evaluate(async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length])).toEqual([0, 0, 0]);
  expect((await page.context().cookies()).map((cookie) => cookie.name)).not.toContain("__Host-sid");
  for (let step = 0; step < 4; step += 1) {
    await page.goBack();
    await expect(page.locator("main")).toBeVisible();
    await expect(page.locator("body")).not.toContainText(pupil.given_name);
  }
});
