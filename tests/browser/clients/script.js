// A relying party in another language, in a process of its own: asked a line at a time (clients/party.py).
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const python = process.env.PREAU_PYTHON ?? "python3";

export class Script {
  constructor(file, about) {
    const path = new URL(file, import.meta.url).pathname;
    this.process = spawn(python, [path, JSON.stringify(about)], { stdio: ["pipe", "pipe", "pipe"] });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.said = "";
    this.process.stderr.on("data", (part) => (this.said = (this.said + part).slice(-4_000)));
  }

  /** Asks for one thing; what came of it. */
  async ask(what, more = {}) {
    this.process.stdin.write(`${JSON.stringify({ do: what, ...more })}\n`);
    const { value, done } = await this.lines.next();
    const told = done ? { failed: "it has ended" } : JSON.parse(value);
    if (told.failed) throw new Error(`${what}: ${told.failed}\n${this.said}`);
    return told;
  }

  close() {
    this.process.kill();
  }
}
