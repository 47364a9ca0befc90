// Says to an app that frames this page whether the browser's state is still the one that the app was told (OpenID Connect
// Session Management 1.0 section 4.2). It reads one cookie, sends nothing anywhere, and answers only whoever asked.
"use strict";

function browserState() {
  const found = /(?:^|; )__Host-state=([^;]*)/.exec(document.cookie);
  return found ? found[1] : "";
}

async function hash(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function answer(asked, origin) {
  const words = typeof asked === "string" ? asked.split(" ") : [];
  const [clientId, sessionState] = words;
  const salt = (sessionState ?? "").split(".")[1];
  if (words.length !== 2 || !clientId || !salt) return "error";
  const state = browserState();
  const now = `${await hash(`${clientId} ${origin} ${state} ${salt}`)}.${salt}`;
  return state && now === sessionState ? "unchanged" : "changed";
}

window.addEventListener("message", async (event) => {
  if (!event.source || event.origin === "null") return;
  event.source.postMessage(await answer(event.data, event.origin).catch(() => "error"), event.origin);
});
