// Relying parties that others wrote, unchanged: discovery, sign-in, ID token, UserInfo, refresh and sign-out, each by the library's own
// means. openid-client has a file of its own (protocol.spec.js).
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { expect, test as base } from "../support/checks.js";
import { signIn } from "../support/pupil.js";
import { Script } from "./script.js";

const test = base.extend({
  pupil: async ({ district }, use) => use(district.people.find((person) => person.kind === "student")),
  // The app's own address: it takes the answers, and serves what `pages` holds.
  app: async ({ district }, use) => {
    const app = { answers: [], pages: {} };
    const server = createServer((request, response) => {
      const url = new URL(request.url, app.origin);
      if (url.pathname !== "/favicon.ico") app.answers.push(url);
      const [type, body] = app.pages[url.pathname] ?? ["text/html", "<!doctype html><title>app</title><p id=here>here"];
      response.setHeader("content-type", type).end(body);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    app.origin = `http://127.0.0.1:${server.address().port}`;
    district.origins.add(app.origin);
    await use(app);
    await new Promise((resolve) => server.close(resolve));
  },
});

test.use({ settings: '\n[registration]\nmode = "open"\nprofile = "openid"\n' });

/** From the app's address to its callback, by the pages of ours that lie between. */
async function walk(page, url, pupil) {
  await page.goto(url);
  await signIn(page, pupil.username, pupil.password);
  await page.locator("button#allow").click();
  await expect(page.locator("#here")).toBeVisible();
}

async function signOut(page) {
  const ask = page.locator("button#sign-out");
  await expect(ask.or(page.locator("#here"))).toBeVisible();
  if (await ask.isVisible()) await ask.click();
  await expect(page.locator("#here")).toBeVisible();
}

test("Authlib signs somebody in, refreshes, and signs them out", async ({ page, district, app, pupil }) => {
  const [redirect_uri, after] = [`${app.origin}/callback`, `${app.origin}/after`];
  const words = ["client", "register", "--name", "Cahier", "--redirect-uri", redirect_uri, "--post-logout-redirect-uri", after];
  const { client_id, client_secret } = await district.run(...words);
  const party = new Script("with_authlib.py", { issuer: district.issuer, client_id, client_secret, redirect_uri, after });
  try {
    await walk(page, (await party.ask("begin")).url, pupil);
    const answer = app.answers.at(-1).searchParams;
    const told = await party.ask("callback", { code: answer.get("code"), state: answer.get("state") });
    expect(told).toMatchObject({ family_name: pupil.family_name, acr: expect.stringMatching(/^urn:preau:acr:/) });
    expect(await party.ask("refresh")).toEqual({ sub: told.sub, rotated: true });
    await page.goto((await party.ask("logout")).url);
    await signOut(page);
    expect(app.answers.at(-1).href).toBe(`${after}?state=bye`);
  } finally {
    party.close();
  }
});

test("oic registers itself, signs somebody in without PKCE, refreshes, and signs them out", async ({ page, district, app, pupil }) => {
  const [redirect_uri, after] = [`${app.origin}/callback`, `${app.origin}/after`];
  const party = new Script("with_oic.py", { issuer: district.issuer, redirect_uri, after });
  try {
    await walk(page, (await party.ask("begin")).url, pupil);
    const told = await party.ask("callback", { url: app.answers.at(-1).href });
    expect(told).toMatchObject({ family_name: pupil.family_name, acr: expect.stringMatching(/^urn:preau:acr:/) });
    expect(await party.ask("refresh")).toEqual({ sub: told.sub, rotated: true });
    await page.goto((await party.ask("logout")).url);
    await signOut(page);
    expect(app.answers.at(-1).href).toBe(`${after}?state=bye`);
  } finally {
    party.close();
  }
});

test("oidc-client-ts signs somebody in from a page alone, refreshes, and signs them out", async ({ page, district, app, pupil }) => {
  const library = new URL("../node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js", import.meta.url);
  app.pages["/oidc.js"] = ["text/javascript", await readFile(library)];
  for (const path of ["/", "/callback", "/after"]) {
    app.pages[path] = ["text/html", "<!doctype html><title>app</title><p id=here>here<script src=/oidc.js></script><script src=/app.js></script>"];
  }
  const [redirect_uri, after] = [`${app.origin}/callback`, `${app.origin}/after`];
  const words = ["client", "register", "--name", "Cahier", "--public", "--redirect-uri", redirect_uri, "--post-logout-redirect-uri", after];
  const { client_id } = await district.run(...words);
  const settings = {
    authority: district.issuer,
    client_id,
    redirect_uri,
    post_logout_redirect_uri: after,
    scope: "openid profile offline_access",
    prompt: "consent",
    loadUserInfo: true,
    automaticSilentRenew: false,
  };
  app.pages["/app.js"] = ["text/javascript", `window.app = new oidc.UserManager(${JSON.stringify(settings)});`];
  await page.goto(app.origin);
  await page.evaluate(() => void window.app.signinRedirect());
  await signIn(page, pupil.username, pupil.password);
  await page.locator("button#allow").click();
  await expect(page.locator("#here")).toBeVisible();
  const signedIn = await page.evaluate(async () => {
    const { profile, refresh_token } = await window.app.signinRedirectCallback();
    return { profile, refresh_token };
  });
  expect(signedIn.profile).toMatchObject({ family_name: pupil.family_name, iss: district.issuer });
  const refreshed = await page.evaluate(async () => {
    const { profile, refresh_token } = await window.app.signinSilent();
    return { profile, refresh_token };
  });
  expect(refreshed.profile.sub).toBe(signedIn.profile.sub);
  expect(refreshed.refresh_token).not.toBe(signedIn.refresh_token);
  await page.evaluate(() => void window.app.signoutRedirect({ state: "bye" }));
  await signOut(page);
  expect(app.answers.filter((url) => url.pathname === "/after").at(-1).search).toContain("state=");
});
