// An academy: a foreign OpenID provider (oidc-provider), and a district of its own that trusts it.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Provider from "oidc-provider";

const program = process.env.PREAU_PROGRAM ?? new URL("../../../target/debug/preau", import.meta.url).pathname;
const SECRET = "a secret that both of them know";

/** A free port: the system's choice, given back at once. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The first pupil of a generated roster. */
function firstPupil(folder) {
  const [head, ...rows] = readFileSync(join(folder, "users.csv"), "utf8").trim().split(/\r?\n/).map((line) => line.split(","));
  const at = (name) => head.findIndex((cell) => cell.replace(/"/g, "") === name);
  const clean = (cell) => cell.replace(/"/g, "");
  const pupil = rows.find((row) => clean(row[at("role")] ?? "") === "student" || clean(row[0]).startsWith("student"));
  return { number: clean(pupil[at("identifier")]), given_name: clean(pupil[at("givenName")]) };
}

export async function startAcademy() {
  const folder = mkdtempSync(join(tmpdir(), "preau-academy-"));
  const run = (...words) => execFileSync(program, ["--config", join(folder, "preau.toml"), ...words], { cwd: folder, encoding: "utf8" });
  const port = await freePort();
  const issuer = `http://localhost:${port}`;

  // The academy knows a pupil by the number that the school gave.
  const academy = { issuer: `http://localhost:${await freePort()}`, pupil: "" };
  const provider = new Provider(academy.issuer, {
    clients: [{ client_id: "preau", client_secret: SECRET, redirect_uris: [`${issuer}/sign-in/callback`] }],
    claims: { openid: ["sub", "pupil"] },
    conformIdTokenClaims: false,
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, pupil: academy.pupil }) }),
    cookies: { keys: ["only for this test"] },
  });
  const listening = provider.listen(new URL(academy.issuer).port, "localhost");

  const settings = [
    `issuer = "${issuer}"`,
    `listen = "127.0.0.1:${port}"`,
    `data_dir = "./data"`,
    `[database]\nurl = "sqlite:./data/preau.db"`,
    `[mail]\nurl = "file:./data/mail"`,
    `[keys]\nmaster_key_file = "./keys/master.key"\nrsa_bits = 2048`,
    `[[sources]]\nname = "academy"\nissuer = "${academy.issuer}"\nclient_id = "preau"\nclient_secret = "${SECRET}"`,
    `claim = "pupil"\nnames = "student-number"\naudiences = ["student"]\nlabel = { fr = "Académie de Reims", en = "Academy of Reims" }`,
  ];
  writeFileSync(join(folder, "preau.toml"), settings.join("\n"));
  run("roster", "generate", "./roster", "--students", "30", "--seed", "5");
  run("database", "migrate");
  run("roster", "import", "./roster", "--approve");
  const pupil = firstPupil(join(folder, "roster"));

  const server = spawn(program, ["--config", join(folder, "preau.toml"), "serve"], { cwd: folder, stdio: "ignore" });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const alive = async () => (await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { host: `localhost:${port}` } }).catch(() => ({ ok: false }))).ok;
  for (let tries = 0; !(await alive()); tries += 1) {
    if (tries > 150) throw new Error("the district that trusts the academy does not come up");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const stop = async () => {
    server.kill("SIGTERM");
    await ended;
    listening.close();
    listening.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  };
  return { issuer, academy, pupil, origins: new Set([issuer, academy.issuer]), stop };
}
