// OpenID Connect as a stranger's library sees it: every answer of ours is checked by openid-client.
import * as client from "openid-client";
import { expect, look, test as base } from "./support/checks.js";
import { signIn } from "./support/pupil.js";
import { RelyingParty } from "./support/relying-party.js";

const test = base.extend({
  party: [
    async ({ district }, use) => {
      const options = ["--grant-type", "authorization_code", "refresh_token", "client_credentials", "--scope", "openid profile offline_access"];
      const party = await RelyingParty.register(district, ...options);
      await use(party);
      await party.close();
    },
    { scope: "worker" },
  ],
  pupil: async ({ district }, use) => use(district.people.find((person) => person.kind === "student")),
});

/** Through the browser to a code. */
async function walk(page, party, pupil, scope, more) {
  const { url, kept } = await party.begin(scope, more);
  await page.goto(url);
  await signIn(page, pupil.username, pupil.password);
  const allow = page.locator("button#allow");
  await expect(allow.or(page.locator("#here"))).toBeVisible();
  if (await allow.isVisible()) {
    await look(page, "consent");
    await allow.click();
  }
  await expect(page.locator("#here")).toBeVisible();
  return { answer: party.answers.at(-1), kept };
}

test("code and PKCE end in an ID token and claims that openid-client accepts", async ({ page, party, pupil }) => {
  const { answer, kept } = await walk(page, party, pupil);
  const tokens = await party.redeem(answer, kept);
  const claims = tokens.claims();
  expect(claims.acr).toMatch(/^urn:preau:acr:/);
  expect(claims.amr).toContain("pwd");
  const told = await client.fetchUserInfo(party.config, tokens.access_token, claims.sub);
  expect(told.family_name).toBe(pupil.family_name);
});

test("p04 a second use of the code fails and revokes what the first one bought", async ({ page, party, pupil }) => {
  const { answer, kept } = await walk(page, party, pupil);
  const tokens = await party.redeem(answer, kept);
  await expect(party.redeem(answer, kept)).rejects.toMatchObject({ error: "invalid_grant" });
  await expect(client.fetchUserInfo(party.config, tokens.access_token, tokens.claims().sub)).rejects.toThrow();
  await expect(client.refreshTokenGrant(party.config, tokens.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
});

test("p16 an old refresh token fails and revokes its whole family", async ({ page, party, pupil }) => {
  const { answer, kept } = await walk(page, party, pupil, undefined, { prompt: "consent" });
  const first = await party.redeem(answer, kept);
  const second = await client.refreshTokenGrant(party.config, first.refresh_token);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  await expect(client.refreshTokenGrant(party.config, first.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
  await expect(client.refreshTokenGrant(party.config, second.refresh_token)).rejects.toMatchObject({ error: "invalid_grant" });
});

test("an app signs its person out and gets the browser back", async ({ page, party, pupil }) => {
  const { answer, kept } = await walk(page, party, pupil);
  const tokens = await party.redeem(answer, kept);
  const url = client.buildEndSessionUrl(party.config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: party.after, state: "s" });
  await page.goto(url.href);
  const ask = page.locator("button#sign-out");
  await expect(ask.or(page.locator("#here"))).toBeVisible();
  if (await ask.isVisible()) await ask.click();
  await expect(page.locator("#here")).toBeVisible();
  expect(party.answers.at(-1).href).toBe(`${party.after}?state=s`);
  const { url: again } = await party.begin("openid", { prompt: "none" });
  await page.goto(again);
  expect(party.answers.at(-1).searchParams.get("error")).toBe("login_required");
});

test("an app speaks for itself by its credentials", async ({ party }) => {
  const tokens = await client.clientCredentialsGrant(party.config);
  expect(tokens.access_token).toBeTruthy();
  expect(tokens.refresh_token).toBeUndefined();
  expect(tokens.id_token).toBeUndefined();
});

test("p01 a redirect address that is not registered gets a page and no redirect", async ({ page, party }) => {
  const heard = party.answers.length;
  const { url } = await party.begin("openid", { redirect_uri: `${party.origin}/other` });
  await page.goto(url);
  await look(page, "error");
  await expect(page.locator("#error-detail")).toContainText("redirect_uri");
  expect(party.answers.length).toBe(heard);
});
