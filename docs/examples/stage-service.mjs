// A service of the district behind the stage `http` (docs/enrollment.md): asks families for the number of the bus pass.
// Needs Node 20 and nothing else:  node stage-service.mjs http://localhost:8080 9000
import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";

const [issuer, port] = [process.argv[2], Number(process.argv[3] ?? 9000)];
const address = `http://127.0.0.1:${port}/check`;
const passes = { "0123456": "B-77" }; // student number: bus pass

/** The claims of a question, if Préau signed it, for us, and just now. */
async function question(token) {
  const [header, claims, signature] = token.split(".");
  const read = (part) => JSON.parse(Buffer.from(part, "base64url"));
  const { kid, alg, typ } = read(header);
  const discovery = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const { keys } = await (await fetch(discovery.jwks_uri)).json();
  const key = keys.find((key) => key.kid === kid);
  const signed = key && alg === "ES256" && typ === "preau-stage+jwt" && verify("sha256", Buffer.from(`${header}.${claims}`),
    { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  const said = read(claims);
  if (!signed || said.iss !== issuer || said.aud !== address || said.exp < Date.now() / 1000) throw new Error("not a question of ours");
  return said;
}

function answer({ person, answers }) {
  const pass = passes[person.student_number];
  if (!pass) return { answer: "advance" }; // takes no bus
  if (answers.bus_pass === pass) return { answer: "advance", facts: { bus_pass: pass } };
  return {
    answer: "ask",
    text: { fr: "Votre enfant prend le bus. Écrivez le numéro de sa carte.", en: "Your child takes the bus. Write the number of the pass." },
    fields: [{ name: "bus_pass", label: { fr: "Numéro de la carte", en: "Number of the pass" } }],
  };
}

createServer(async (request, response) => {
  const body = (await request.toArray()).map(String).join("");
  try {
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer(await question(body))));
  } catch (error) {
    response.writeHead(400).end(String(error.message));
  }
}).listen(port, "127.0.0.1", () => console.log(`asks at ${address}`));
