// The peer of `cargo xtask bench tokens`: node oidc-provider with the same apps and the same rules as Préau has in that
// measure, and everything in memory. What it promises is therefore less: nothing is on a disk when it answers.
//
//     node peer.mjs PORT

import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const issuer = `http://localhost:${port}`;

// The adapter that it ships forgets all but a thousand entries, and walks through everything that one grant ever gave
// out whenever it gives more; this one does neither, and keeps the memory of a long run within bounds: what was asked for longest
// ago goes first, so that nobody's session does.
const MOST = 50_000;
const kept = new Map();
const uids = new Map();

class Memory {
  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload) {
    this.keep(id, payload);
    if (payload.uid) uids.set(payload.uid, id);
    if (kept.size > MOST) kept.delete(kept.keys().next().value);
  }

  async find(id) {
    const payload = kept.get(this.key(id));
    if (payload) this.keep(id, payload);
    return payload;
  }

  keep(id, payload) {
    kept.delete(this.key(id));
    kept.set(this.key(id), payload);
  }

  async findByUid(uid) {
    return this.find(uids.get(uid));
  }

  async consume(id) {
    kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    kept.delete(this.key(id));
  }

  async revokeByGrantId(grant) {
    for (const [key, payload] of kept) if (payload.grantId === grant) kept.delete(key);
  }
}

const key = (alg, type, options) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg });
const RESOURCES = { rs256: 'urn:rs256', es256: 'urn:es256', jwt: 'urn:es256' };
const SCOPE = 'openid profile offline_access';
const base = { client_secret: 'a-secret-of-as-many-characters-as-ours-has', token_endpoint_auth_method: 'client_secret_basic' };
const own = { ...base, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: 'reports' };
const people = {
  ...base,
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: ['http://127.0.0.1:9/callback'],
  id_token_signed_response_alg: 'ES256',
  scope: SCOPE,
};

const provider = new Provider(issuer, {
  adapter: Memory,
  clients: [
    { ...own, client_id: 'rs256' },
    { ...own, client_id: 'es256' },
    { ...own, client_id: 'opaque' },
    { ...people, client_id: 'jwt' },
    { ...people, client_id: 'dull' },
  ],
  jwks: { keys: [key('RS256', 'rsa', { modulusLength: 2048 }), key('ES256', 'ec', { namedCurve: 'P-256' })] },
  cookies: { keys: ['a key that signs the cookies of a measure'] },
  scopes: ['openid', 'profile', 'offline_access', 'reports'],
  claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name', 'preferred_username', 'locale'] },
  routes: { authorization: '/authorize', token: '/token', userinfo: '/userinfo', introspection: '/introspect', jwks: '/jwks' },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, client) => RESOURCES[client.clientId],
      useGrantedResource: () => true,
      getResourceServerInfo: (_, uri) => ({
        scope: 'reports profile',
        audience: uri,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: uri === 'urn:rs256' ? 'RS256' : 'ES256' } },
      }),
    },
  },
  ttl: { AccessToken: 900, ClientCredentials: 900, AuthorizationCode: 60, IdToken: 900, RefreshToken: 86_400, Session: 86_400, Grant: 86_400 },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: () => false,
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: 'Léa Tremblay', given_name: 'Léa', family_name: 'Tremblay', preferred_username: sub, locale: 'fr' }),
  }),
  // Nobody is asked for consent, as with a first party of ours.
  async loadExistingGrant({ oidc }) {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope(SCOPE);
    grant.addResourceScope('urn:es256', 'profile');
    await grant.save();
    return grant;
  },
});

provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next();
  // Whoever comes is signed in, by no proof at all: the measure begins where that is done.
  await provider.interactionFinished(context.req, context.res, { login: { accountId: `pupil-${context.path.slice(-8)}` } });
  context.respond = false;
  return undefined;
});

provider.on('server_error', (_, error) => console.error(error));
provider.listen(port, '127.0.0.1');
