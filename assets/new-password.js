// Says, while a new password is typed, what the page would say after it is sent: how long it is, and what everybody guesses first.
// All of it is looked at here: nothing that is typed goes anywhere before the button. The server alone decides.

const plain = (text) => text.normalize("NFKD").replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();

// Neighbours on the keyboards of both languages, and the orders that everybody knows.
const KEYS = ["azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
const ORDERS = ["abcdefghijklmnopqrstuvwxyz", "01234567890"];
const along = (text, rows) => rows.some((row) => row.includes(text) || [...row].reverse().join("").includes(text));

const habit = (text) => {
  const letters = plain(text);
  if (letters.length < 3) return undefined;
  if (/^(.{1,4})\1+$/u.test(letters)) return "repeat";
  if (along(letters, ORDERS)) return "sequence";
  if (along(letters, KEYS)) return "keys";
  return /^(\d{6}|\d{8}|(19|20)\d\d)$/.test(letters) ? "date" : undefined;
};

// As the server counts them: every character as if it were drawn by chance from the kinds that are there.
const KINDS = [[/[a-z]/, 26], [/[A-Z]/, 26], [/[0-9]/, 10], [/[^a-zA-Z0-9]/, 37]];
const holds = (text) => {
  const signs = KINDS.reduce((sum, [kind, count]) => sum + (kind.test(text) ? count : 0), 0);
  return Math.round([...text].length * Math.log2(Math.max(signs, 2)));
};

for (const said of document.querySelectorAll("[data-meter]")) {
  const field = document.getElementById(said.dataset.meter);
  const { least, bits, short, mixed, enough, more } = said.dataset;
  let waiting;
  const look = () => {
    const typed = field.value.normalize("NFKC");
    const had = [...typed].length;
    const easy = said.dataset[habit(field.value)];
    const oneWord = had < 16 && !/\s/.test(typed.trim());
    const long = oneWord ? more : enough;
    said.hidden = had === 0;
    said.textContent = had < Number(least) ? short.replace("{had}", had) : easy ?? (holds(typed) < Number(bits) ? mixed : long);
  };
  // Who listens to the page hears it once they stop typing.
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 400); });
}
