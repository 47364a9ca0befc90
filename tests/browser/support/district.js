// A demo district of its own for each worker: `preau demo --json` on free ports, in a folder that goes when it ends.
import { execFile, spawn } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const program = process.env.PREAU_PROGRAM ?? new URL("../../../target/debug/preau", import.meta.url).pathname;

/** `settings` is what stands in the district's settings file beyond the demo's own: it is started once more to read it. */
export async function startDistrict(system, settings = "") {
  const folder = await mkdtemp(join(tmpdir(), "preau-browser-"));
  let demo = await begin(folder, system);
  if (settings) {
    await demo.end();
    await appendFile(demo.told.config, settings);
    demo = await begin(folder, system);
  }
  const stop = async () => {
    await demo.end();
    await rm(folder, { recursive: true, force: true });
  };
  return new District(demo.told, stop, demo.log);
}

/** The demo in a folder, once it is up. */
async function begin(folder, system) {
  const options = ["demo", "--json", "--listen", "127.0.0.1:0", "--data", folder, "--students", "200", ...(system ? ["--system", system] : [])];
  const server = spawn(program, options, { stdio: ["ignore", "pipe", "pipe"], cwd: folder });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  let said = "";
  server.stderr.on("data", (part) => (said = (said + part).slice(-20_000)));
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).once("line", (line) => resolve(JSON.parse(line)));
    ended.then((code) => reject(new Error(`preau demo ended with ${code}:\n${said}`)));
    setTimeout(() => reject(new Error(`preau demo said nothing for a minute:\n${said}`)), 60_000).unref();
  });
  const end = async () => {
    server.kill("SIGTERM");
    await ended;
  };
  try {
    return { told: await ready, end, log: () => said };
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
}

class District {
  #given = new Set();

  constructor(told, stop, log) {
    Object.assign(this, told);
    this.stop = stop;
    this.log = log;
    this.origins = new Set([told.issuer, told.app_url, told.mail_url].map((url) => new URL(url).origin));
  }

  /** Another subcommand on this district's database; what it answers. */
  async run(...words) {
    const { stdout } = await promisify(execFile)(program, ["--config", this.config, ...words, "--json"]);
    return JSON.parse(stdout);
  }

  /** By what id the school's files name a person: what commands of the office take. */
  async source({ given_name, family_name, student_number, email }) {
    const users = (await readFile(join(dirname(this.config), "roster/users.csv"), "utf8")).split("\n");
    const marks = [student_number ?? email, given_name, family_name];
    return users.find((line) => marks.every((mark) => line.includes(mark))).split(",")[0];
  }

  /** The next person of a kind whom no test of this worker has had; of those who fit, where it matters. */
  someone(kind, fits = () => true) {
    const found = this.people.find((person) => person.kind === kind && !this.#given.has(person) && fits(person));
    if (!found) throw new Error(`the district has no other ${kind} who fits`);
    this.#given.add(found);
    return found;
  }
}
