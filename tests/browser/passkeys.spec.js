// Passkeys, as Chromium makes and shows them, by its own virtual authenticator: nothing of ours signs anything here.
import { openApp } from "./support/app.js";
import { expect, look, test as base } from "./support/checks.js";
import { signIn, signOut } from "./support/pupil.js";
import { RelyingParty } from "./support/relying-party.js";

const test = base.extend({
  party: [
    async ({ district }, use) => {
      const party = await RelyingParty.register(district, "--grant-type", "authorization_code", "--scope", "openid profile");
      await use(party);
      await party.close();
    },
    { scope: "worker" },
  ],
  pupil: async ({ district }, use) => use(district.people.find((person) => person.kind === "student")),
  // A device that keeps passkeys and knows its owner. Its owner touches it only when a test says so.
  device: async ({ context, page }, use) => {
    const session = await context.newCDPSession(page);
    await session.send("WebAuthn.enable");
    const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options: { ...options, automaticPresenceSimulation: false } });
    await use({
      touched: (enabled) => session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled }),
      knowsOwner: (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
      passkeys: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    });
  },
});

/** To the list of passkeys, through the password. */
async function openList(page, password) {
  await page.goto("/account");
  await page.locator("a#passkeys").click();
  await look(page, "password");
  await page.locator("#password").fill(password);
  await page.locator("button#sign-in").click();
  await look(page, "account-passkeys");
}

/** The one of this name, in the list. */
const row = (page, name) => page.locator(".rows li").filter({ has: page.locator("strong", { hasText: name }) });

/** Signed in by the password, with a passkey of this name on the device. */
async function addPasskey(page, device, pupil, name) {
  await page.goto("/sign-in");
  await signIn(page, pupil.username, pupil.password);
  await look(page, "home");
  await openList(page, pupil.password);
  await expect(page.locator("#passkey-needs")).toBeHidden();
  await device.touched(true);
  await page.locator("#name").fill(name);
  await page.locator("button#add-passkey").click();
  await expect(page.locator("#done")).toBeVisible();
  await device.touched(false);
  await look(page, "account-passkeys");
  await expect(row(page, name)).toHaveCount(1);
  const [kept] = await device.passkeys();
  expect(kept).toMatchObject({ isResidentCredential: true, rpId: "localhost" });
}

/** A finger on the device, and the button of a page. What was asked for before the finger came is not answered by it. */
async function showPasskey(page, device) {
  await expect(page.locator("button#use-passkey")).toBeVisible();
  await device.touched(true);
  await page.locator("button#use-passkey").click();
}

test("a passkey is added, signs in without a name, and opens nothing once it is taken away", async ({ page, device, district, pupil }) => {
  await addPasskey(page, device, pupil, "Tablette");
  await signOut(page);

  await page.goto("/sign-in");
  await look(page, "sign-in");
  await showPasskey(page, device);
  await look(page, "home");
  await device.touched(false);
  await openApp(page, district, pupil.family_name);
  expect((await device.passkeys())[0].signCount).toBeGreaterThan(1);

  await openList(page, pupil.password);
  await row(page, "Tablette").locator("summary").click();
  await look(page, "account-passkeys");
  await row(page, "Tablette").locator("input[id^=name-]").fill("Ma liseuse");
  await row(page, "Tablette").locator("button[id^=rename-]").click();
  await expect(row(page, "Ma liseuse")).toHaveCount(1);
  await row(page, "Ma liseuse").locator("summary").click();
  await row(page, "Ma liseuse").locator("button[id^=remove-]").click();
  await expect(row(page, "Ma liseuse")).toHaveCount(0);
  await expect(page.locator("#done")).toBeVisible();
  await signOut(page);

  // The device has its half still.
  await page.goto("/sign-in");
  await showPasskey(page, device);
  await expect(page.locator("#passkey-error")).toBeVisible();
  await device.touched(false);
  await look(page, "sign-in");
  await signIn(page, pupil.username, pupil.password);
  await look(page, "home");
});

test("whoever picks a passkey in the name field's list writes nothing", async ({ page, device, pupil }) => {
  await addPasskey(page, device, pupil, "Ordinateur");
  await signOut(page);
  // The virtual authenticator picks it at once.
  await device.touched(true);
  await page.goto("/sign-in");
  await look(page, "home");
});

test("an app hears of two factors", async ({ page, device, pupil, party }) => {
  await addPasskey(page, device, pupil, "Téléphone");
  await signOut(page);
  const { url, kept } = await party.begin("openid profile", { acr_values: "urn:preau:acr:two-factor" });
  await page.goto(url);
  await look(page, "sign-in");
  await showPasskey(page, device);
  const allow = page.locator("button#allow");
  await expect(allow.or(page.locator("#here"))).toBeVisible();
  if (await allow.isVisible()) await allow.click();
  await expect(page.locator("#here")).toBeVisible();
  const tokens = await party.redeem(party.answers.at(-1), kept);
  expect(tokens.claims()).toMatchObject({ acr: "urn:preau:acr:two-factor", amr: ["pop", "user", "mfa"] });
});

test("a device that does not know its owner opens nothing, and the password does", async ({ page, device, pupil }) => {
  await addPasskey(page, device, pupil, "Portable");
  await signOut(page);
  await device.knowsOwner(false);
  await page.goto("/sign-in");
  await showPasskey(page, device);
  await expect(page.locator("#passkey-none")).toBeVisible();
  await device.touched(false);
  await look(page, "sign-in");
  await signIn(page, pupil.username, pupil.password);
  await look(page, "home");
});

test("at the password's page a passkey does as well", async ({ page, device, pupil }) => {
  await addPasskey(page, device, pupil, "Clé");
  await page.goto("/account/password");
  await look(page, "password");
  await showPasskey(page, device);
  await look(page, "new-password");
});
