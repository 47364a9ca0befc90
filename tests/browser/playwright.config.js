// How the browser tests run: Debian's Chromium, one district a worker, nothing fetched from anywhere.
import { defineConfig } from "@playwright/test";

const phone = { viewport: { width: 320, height: 640 }, hasTouch: true };
const desktop = { viewport: { width: 1280, height: 900 } };
const french = { locale: "fr-CA" };
const english = { locale: "en-CA" };
const bare = { javaScriptEnabled: false };

export default defineConfig({
  testDir: ".",
  outputDir: `${process.env.PREAU_TEST_OUTPUT ?? "../../target/browser"}/results`,
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: false,
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["./support/report.js"]],
  use: {
    actionTimeout: 15_000,
    timezoneId: "America/Toronto",
    contextOptions: { reducedMotion: "reduce" },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.PREAU_CHROMIUM ?? "/usr/bin/chromium",
      // A name that is not this machine's is found nowhere: a third-party request fails even where there is a network.
      args: [
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        "--no-proxy-server",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "french-phone", testMatch: "first-day.spec.js", use: { ...french, ...phone, colorScheme: "dark" } },
    { name: "english-desktop", testMatch: "first-day.spec.js", use: { ...english, ...desktop, colorScheme: "light" } },
    { name: "french-bare", testMatch: "first-day.spec.js", use: { ...french, ...desktop, ...bare, colorScheme: "light" } },
    { name: "english-bare", testMatch: "first-day.spec.js", use: { ...english, ...phone, ...bare, colorScheme: "dark" } },
    // The five systems: every line in one setting; each one's way in, and what follows it, in the setting that is least like it.
    { name: "systems", testMatch: "systems/*.spec.js", use: { ...french, ...desktop } },
    { name: "systems-bare", testMatch: "systems/*.spec.js", grep: /@way/, use: { ...english, ...phone, ...bare, colorScheme: "dark" } },
    { name: "journeys", testMatch: "journeys/*.spec.js", use: { ...french, ...desktop } },
    { name: "passkeys", testMatch: "passkeys.spec.js", use: { ...english, ...desktop, colorScheme: "light" } },
    { name: "passkeys-phone", testMatch: "passkeys.spec.js", use: { ...french, ...phone, colorScheme: "dark" } },
    { name: "shared", testMatch: "shared.spec.js", use: { ...english, ...desktop, colorScheme: "light" } },
    { name: "shared-bare", testMatch: "shared.spec.js", use: { ...french, ...phone, ...bare, colorScheme: "dark" } },
    { name: "protocol", testMatch: ["protocol.spec.js", "logout.spec.js"], use: { ...english, ...desktop } },
    { name: "clients", testMatch: "clients/*.spec.js", use: { ...english, ...desktop } },
    { name: "gallery", testMatch: "gallery.spec.js", use: { ...desktop } },
    ...(process.env.PREAU_PICTURES ? [{ name: "pictures", testMatch: "pictures.js", use: { ...desktop, colorScheme: "light" } }] : []),
  ],
});
