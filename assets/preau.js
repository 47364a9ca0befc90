// Small comforts. Every page is whole without them.

// Show a password, and hide it again before it is sent.
for (const button of document.querySelectorAll("button[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  button.addEventListener("click", () => { show(field.type === "password"); field.focus(); });
  field.form?.addEventListener("submit", () => show(false));
}

// Say so when Caps Lock is on while a password is typed.
for (const hint of document.querySelectorAll("[data-caps]")) {
  const field = document.getElementById(hint.dataset.caps);
  const look = (event) => { hint.hidden = !event.getModifierState?.("CapsLock"); };
  field.addEventListener("keydown", look);
  field.addEventListener("keyup", look);
  field.addEventListener("blur", () => { hint.hidden = true; });
}

// A network that goes away is told from a server that does not answer (A12). Only its going says something: some machines
// think that they have none and reach us all the same.
const lost = document.getElementById("no-network");
if (lost) for (const event of ["offline", "online"]) addEventListener(event, () => { lost.hidden = event === "online"; });

// Another language at once, without the button.
const language = document.getElementById("language");
language?.addEventListener("change", () => language.form.requestSubmit());

// One form, one answer: a second click while the first is on its way does nothing.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
    setTimeout(() => again(form), 10_000);
  });
}
const again = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
};
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(again);
});

// What was wrong comes first; a link in it leads into its field. Such a page is the answer to a form, which a browser asks
// about before it shows it again: in its history stands the page that can simply be fetched, so that Back and reload
// lead to a page and not to a warning (A43).
const wrong = document.getElementById("error-summary");
wrong?.focus();
if (wrong && language) {
  const here = new URL(language.form.action);
  for (const kept of language.form.querySelectorAll("input[type=hidden]")) here.searchParams.set(kept.name, kept.value);
  history.replaceState(history.state, "", here);
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The page that waits goes on by itself.
for (const link of document.querySelectorAll("a[data-after]")) {
  setTimeout(() => link.click(), Number(link.dataset.after) * 1000);
}

// The square of a letter and the link of a mail hold the code behind a #, which no server is told and no log keeps. It
// goes into its field, and leaves the address at once.
for (const said of document.querySelectorAll("[data-code]")) {
  const field = document.getElementById(said.dataset.code);
  const held = location.hash.match(/^#c=([A-Za-z0-9_-]{16,64})$/)?.[1];
  if (!held) continue;
  field.value = held;
  said.hidden = false;
  history.replaceState(history.state, "", location.pathname + location.search);
}

// Whoever comes back from the letter's link, in another tab, finds this page where the journey stands by now.
for (const link of document.querySelectorAll("a[data-back]")) {
  addEventListener("focus", () => {
    if (!document.getElementById("code")?.value) location.replace(link.href);
  });
}
