// The pages that `cargo test --lib gallery -- --ignored` wrote: served to the browser without a server.
import { readFileSync, readdirSync } from "node:fs";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = process.env.PREAU_GALLERY ?? fileURLToPath(new URL("../../../target/gallery", import.meta.url));
const KINDS = { css: "text/css", html: "text/html; charset=utf-8", js: "text/javascript", png: "image/png", svg: "image/svg+xml", woff2: "font/woff2" };

export const ORIGIN = "http://localhost";

/** The files' names: PAGE.LANGUAGE.STATE.html. */
export function names() {
  return readdirSync(FOLDER).filter((name) => name.endsWith(".html") && !name.startsWith("_")).sort();
}

export function source(name) {
  return readFileSync(join(FOLDER, name), "utf8");
}

/** From now on the page's requests are answered from the gallery, and all others fail. */
export async function openGallery(page) {
  await page.route("**/*", async (route) => {
    const url = new URL(route.request().url());
    // What goes on by itself stays, to be looked at.
    if (/\/(form-post|signed-out)\.[^/]*\.js$/.test(url.pathname)) return route.abort();
    const path = normalize(decodeURIComponent(url.pathname));
    try {
      if (url.origin !== ORIGIN) throw new Error(`a request to ${url.origin}`);
      const body = readFileSync(join(FOLDER, path));
      await route.fulfill({ body, contentType: KINDS[path.split(".").pop()] ?? "application/octet-stream" });
    } catch {
      await route.abort();
    }
  });
}
