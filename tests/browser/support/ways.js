// A family on its way in, and what that asks of it: the pages it is shown, the boxes on them, the mails it gets and the
// seconds of a practised hand. Nothing is counted by hand: the browser says which pages came, and the pages which boxes
// stand on them. What was counted is compared with the table of docs/enrollment.md.
import { expect, test } from "@playwright/test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { look } from "./checks.js";

/** Of a practised hand, in seconds: to read a page, to strike a key, to choose from a list or tick, to find and open a mail. */
const HAND = { page: 3, key: 0.2, choice: 2, mail: 15 };

export class Way {
  /** `address`: whose letters count; `invited`: also the one that was there before. */
  constructor(page, district, { address, invited } = {}) {
    Object.assign(this, { page, district, address, pages: 0, filled: 0, boxes: 0, opened: 0, seconds: 0, shown: 0 });
    this.before = new Set(address && !invited ? lettersTo(district, address) : []);
    // Every page of Préau that this tab is shown, whoever thinks of counting it.
    page.on("response", (response) => {
      const ours = new URL(response.url()).origin === new URL(district.issuer).origin;
      const html = (response.headers()["content-type"] ?? "").startsWith("text/html");
      if (ours && html && response.request().isNavigationRequest() && response.frame() === page.mainFrame()) this.shown += 1;
    });
  }

  /** The page of this name is shown, and is as it must be. */
  async sees(name) {
    await look(this.page, name);
    const boxes = await this.page.locator("main").evaluate(countBoxes);
    this.pages += 1;
    this.boxes += boxes;
    this.filled += boxes > 0 ? 1 : 0;
    this.seconds += HAND.page;
  }

  async types(id, text) {
    await this.page.locator(`#${id}`).fill(String(text));
    this.seconds += String(text).length * HAND.key;
  }

  async chooses(id, option) {
    await this.page.locator(`#${id}`).selectOption(option);
    this.seconds += HAND.choice;
  }

  async ticks(id) {
    await this.page.locator(`#${id}`).check();
    this.seconds += HAND.choice;
  }

  /** The page's button, or a link. */
  async presses(id = "continue") {
    await this.page.locator(`#${id}`).click();
  }

  /** A letter was found in the mailbox and opened. */
  opens() {
    this.opened += 1;
    this.seconds += HAND.mail;
  }

  /** What it asked, once one is in: said, and held against the table. */
  async ends(flow) {
    const row = written(flow);
    await expect.poll(() => this.#letters(), `the mails of ${flow} in docs/enrollment.md`).toBe(row.mails);
    const { pages, filled, boxes, opened } = this;
    const told = `${pages} pages, ${filled} of them with ${boxes} boxes, ${opened} of ${row.mails} mails opened`;
    test.info().annotations.push({ type: "counted", description: `${flow}: ${told}, ${Math.round(this.seconds)} s` });
    expect({ pages, filled, boxes, opened, mails: row.mails }, `${flow} in docs/enrollment.md`).toEqual(row);
    expect(this.shown, `the pages that ${flow} showed, and those that were looked at`).toBe(pages);
  }

  /** The letters that came on the way. */
  #letters() {
    return this.address ? lettersTo(this.district, this.address).filter((name) => !this.before.has(name)).length : 0;
  }
}

/** Boxes to fill, to choose in or to tick, as a reader sees them; radio buttons of one question are one. */
function countBoxes(main) {
  const seen = [...main.querySelectorAll("input, select, textarea")].filter(
    (box) => !["hidden", "submit"].includes(box.type) && !box.disabled && box.tabIndex !== -1 && box.checkVisibility(),
  );
  return new Set(seen.map((box) => (box.type === "radio" ? box.name : box.id))).size;
}

/** The files of the letters to an address. */
function lettersTo({ mail_dir }, address) {
  const to = new RegExp(`^To: .*${address.replace(/[.+]/g, "\\$&")}`, "im");
  let names = [];
  try {
    names = readdirSync(mail_dir).filter((name) => name.endsWith(".eml"));
  } catch {
    return []; // Before the first letter there is no folder.
  }
  return names.filter((name) => to.test(readFileSync(join(mail_dir, name), "utf8")));
}

/** The row of a flow: its name, pages, those with boxes, boxes, mails to open, mails in all, seconds, and what the guide had. */
function written(flow) {
  const docs = readFileSync(new URL("../../../docs/enrollment.md", import.meta.url), "utf8");
  const row = docs.split("\n").find((line) => line.startsWith(`| \`${flow}\` |`) && line.split("|").length === 10);
  const [pages, filled, boxes, opened, mails] = (row ?? "").split("|").slice(2).map(Number);
  return { pages, filled, boxes, opened, mails };
}
