// Passkeys: the browser asks its owner, and what it answers goes into the page's form like anything that is typed. A page
// whose browser has none shows nothing of them.
const has = "PublicKeyCredential" in window && "credentials" in navigator;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// WebAuthn Level 3, section 5.1: what younger browsers can write down by themselves.
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
const written = ({ id, rawId, type, response }) => {
  const parts = PARTS.filter((name) => response[name]).map((name) => [name, text(response[name])]);
  return JSON.stringify({ id, rawId: text(rawId), type, response: Object.fromEntries(parts) });
};
const send = (form, credential) => {
  form.elements.passkey.value = written(credential);
  form.requestSubmit();
};
const show = (id, shown = true) => {
  const said = document.getElementById(id);
  if (said) said.hidden = !shown;
};

// A challenge is good for five minutes; a page may be open for longer.
const OLD = 4 * 60_000;

const button = document.getElementById("use-passkey");
if (button && has) {
  const { rp, more } = button.dataset;
  let { challenge } = button.dataset;
  let until = Date.now() + OLD;
  let waiting;

  const fresh = async () => {
    if (Date.now() < until) return challenge;
    const answer = await fetch(more, { cache: "no-store" });
    ({ challenge } = await answer.json());
    until = Date.now() + OLD;
    return challenge;
  };
  const ask = async (how) => {
    const publicKey = { challenge: bytes(await fresh()), rpId: rp, userVerification: "required", allowCredentials: [], timeout: 300_000 };
    send(button.form, await navigator.credentials.get({ publicKey, ...how }));
  };

  // The name field's own list shows the passkeys of this device: who picks one need not write anything. One that was refused
  // just now is not picked again by itself.
  const wait = async () => {
    const stop = new AbortController();
    waiting = { stop, over: ask({ mediation: "conditional", signal: stop.signal }).catch(() => {}) };
  };
  const leave = async () => {
    waiting?.stop.abort();
    await waiting?.over;
    waiting = undefined;
  };

  show("passkey");
  button.addEventListener("click", async () => {
    show("passkey-none", false);
    try {
      await leave();
      await ask();
    } catch {
      show("passkey-none");
    }
  });
  const listed = document.querySelector('input[autocomplete~="webauthn"]');
  if (listed && !document.getElementById("passkey-error") && (await window.PublicKeyCredential.isConditionalMediationAvailable?.())) {
    wait();
    setInterval(async () => { if (waiting) { await leave(); wait(); } }, OLD);
  }
}

const options = document.getElementById("passkey-options");
if (options && has) {
  const form = document.getElementById("new-passkey");
  show("passkey-needs", false);
  form.addEventListener("submit", async (event) => {
    // The second time it goes to the server.
    if (form.elements.passkey.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    show("passkey-none", false);
    show("passkey-have", false);
    try {
      const asked = JSON.parse(options.dataset.options);
      const publicKey = {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: asked.excludeCredentials.map((had) => ({ ...had, id: bytes(had.id) })),
      };
      send(form, await navigator.credentials.create({ publicKey }));
    } catch (error) {
      show(error.name === "InvalidStateError" ? "passkey-have" : "passkey-none");
    }
  }, { capture: true });
}
