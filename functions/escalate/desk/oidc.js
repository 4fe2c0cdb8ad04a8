// Signs in where the company does: authorization code with PKCE. Tokens stay in the memory of this page.
import * as oauth from "./oauth4webapi.js";

const ASKED = "desk.sign-in"; // what has to outlive the way there and back
const EARLY = 60; // seconds before its end that a token is renewed

const page = () => `${location.origin}/desk`;

async function serverOf(issuer) {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url));
}

/** Go there. What is open is open again afterwards. */
export async function begin({ issuer, client }) {
  const server = await serverOf(issuer);
  const asked = { verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), hash: location.hash };
  sessionStorage.setItem(ASKED, JSON.stringify(asked));
  const there = new URL(server.authorization_endpoint);
  const query = {
    client_id: client,
    redirect_uri: page(),
    response_type: "code",
    scope: "openid",
    code_challenge: await oauth.calculatePKCECodeChallenge(asked.verifier),
    code_challenge_method: "S256",
    state: asked.state,
  };
  for (const [name, value] of Object.entries(query)) there.searchParams.set(name, value);
  location.assign(there);
}

/** Come back: the session, or null where nobody has been sent. */
export async function finish({ issuer, client: id }) {
  const asked = JSON.parse(sessionStorage.getItem(ASKED));
  const here = new URL(location.href);
  if (!asked || !here.searchParams.has("state")) return null;
  sessionStorage.removeItem(ASKED);
  history.replaceState(null, "", `/desk${asked.hash}`);
  const client = { client_id: id };
  const server = await serverOf(issuer);
  const answer = oauth.validateAuthResponse(server, client, here, asked.state);
  const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, page(), asked.verifier);
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, { requireIdToken: true });
  return new Session(server, client, tokens, oauth.getValidatedIdTokenClaims(tokens).sub);
}

/** Somebody who has signed in; `token` is the one of now. */
class Session {
  constructor(server, client, tokens, id) {
    this.server = server;
    this.client = client;
    this.id = id;
    this.#keep(tokens);
  }

  #keep({ access_token: token, refresh_token: refresh, expires_in: seconds }) {
    this.token = token;
    this.refresh = refresh ?? this.refresh;
    if (seconds && this.refresh) this.timer = setTimeout(() => this.renew(), Math.max(1, seconds - EARLY) * 1000);
  }

  /** Where that fails the token ends, and the service says so. */
  async renew() {
    try {
      const response = await oauth.refreshTokenGrantRequest(this.server, this.client, oauth.None(), this.refresh);
      this.#keep(await oauth.processRefreshTokenResponse(this.server, this.client, response));
    } catch (why) {
      if (!(why instanceof oauth.ResponseBodyError)) this.timer = setTimeout(() => this.renew(), 10_000); // no connection
    }
  }

  end() {
    clearTimeout(this.timer);
  }
}
