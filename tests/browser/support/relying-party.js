// A relying party that shares no line with Préau: openid-client, and an address of its own that takes the answers.
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as client from "openid-client";

/** The options that hand over a file of client metadata. */
async function metadata(party, about) {
  const said = about(party.origin);
  if (Object.keys(said).length === 0) return [];
  const file = join(await mkdtemp(join(tmpdir(), "preau-app-")), "metadata.json");
  await writeFile(file, JSON.stringify(said));
  return ["--metadata", file];
}

export class RelyingParty {
  static register(district, ...options) {
    return RelyingParty.registerAs(district, () => ({}), ...options);
  }

  /** One that says more of itself than the command line has words for: `about` makes it of its origin. */
  static registerAs(district, about, ...options) {
    return RelyingParty.registerAt("127.0.0.1", district, about, ...options);
  }

  /** One of this host: on `localhost` another origin than Préau, and the same site, whose frames get cookies in every browser. */
  static async registerAt(host, district, about, ...options) {
    const party = new RelyingParty();
    party.answers = [];
    party.posts = [];
    party.server = createServer(async (request, response) => {
      if (request.method === "POST") party.posts.push({ path: request.url, body: new URLSearchParams(await text(request)) });
      else if (request.url !== "/favicon.ico") party.answers.push(new URL(request.url, party.origin));
      response.setHeader("content-type", "text/html").end("<!doctype html><title>app</title><p id=here>here");
    });
    await new Promise((resolve) => party.server.listen(0, "127.0.0.1", resolve));
    party.origin = `http://${host}:${party.server.address().port}`;
    party.redirect = `${party.origin}/callback`;
    party.after = `${party.origin}/after`;
    district.origins.add(party.origin);
    const words = ["client", "register", "--name", "Cahier", "--redirect-uri", party.redirect];
    const made = await district.run(...words, "--post-logout-redirect-uri", party.after, ...options, ...(await metadata(party, about)));
    const allow = { execute: [client.allowInsecureRequests] };
    party.config = await client.discovery(new URL(district.issuer), made.client_id, undefined, client.ClientSecretBasic(made.client_secret), allow);
    return party;
  }

  /** Begins a sign-in: where the browser goes, and what is kept to check the answer. */
  async begin(scope = "openid profile offline_access", more = {}) {
    const kept = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedNonce: client.randomNonce(), expectedState: client.randomState() };
    const url = client.buildAuthorizationUrl(this.config, {
      redirect_uri: this.redirect,
      scope,
      state: kept.expectedState,
      nonce: kept.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(kept.pkceCodeVerifier),
      code_challenge_method: "S256",
      ...more,
    });
    return { url: url.href, kept };
  }

  /** Changes the code for tokens, after every check that openid-client makes. */
  redeem(answer, kept) {
    return client.authorizationCodeGrant(this.config, answer, kept);
  }

  close() {
    return new Promise((resolve) => this.server.close(resolve));
  }
}
