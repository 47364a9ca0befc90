// The demonstration's letters: files in a folder, the newest last.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** The newest letter to an address whose text matches, and what it says: its text, its link and its code. */
export async function letterTo(district, address, wanted = /\/mail\//, after = new Set()) {
  for (let tries = 0; tries < 100; tries += 1) {
    const kept = existsSync(district.mail_dir) ? readdirSync(district.mail_dir) : [];
    const found = kept.filter((name) => name.endsWith(".eml")).sort().reverse();
    for (const name of found.filter((name) => !after.has(name))) {
      const raw = readFileSync(join(district.mail_dir, name), "utf8");
      if (!new RegExp(`^To: .*${address.replace(/[.+]/g, "\\$&")}`, "im").test(raw)) continue;
      const text = plainText(raw);
      if (wanted.test(text)) {
        return { name, text, link: text.match(/https?:\/\/\S+\/mail\/\S+/)?.[0], code: text.match(/^(\d{4} \d{4})\s*$/m)?.[1] };
      }
    }
    await pause(200);
  }
  throw new Error(`no such letter to ${address} in ${district.mail_dir}`);
}

/** The first part of the letter, decoded. */
function plainText(raw) {
  const [head, ...parts] = raw.split(/\r?\n--=_/);
  const part = parts[0] ?? head;
  const [headers, ...body] = part.split(/\r?\n\r?\n/);
  const text = body.join("\n\n");
  if (/base64/i.test(headers)) return Buffer.from(text, "base64").toString("utf8");
  if (!/quoted-printable/i.test(headers)) return text;
  const bytes = text.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
