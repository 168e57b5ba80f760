// A provider of identities on loopback for the tests: whoever signs in is whom he says he is.
import Provider from "oidc-provider";

const [port, dashboard] = process.argv.slice(2);
const back = [`${dashboard}/oauth2callback`];
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: "dashboard",
      client_secret: "for tests only",
      redirect_uris: back,
      post_logout_redirect_uris: back,
    },
  ],
  claims: { openid: ["sub"], profile: ["name"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["for tests only"] },
  findAccount: (_, name) => ({ accountId: name, claims: () => ({ sub: name, name }) }),
});
provider.listen(Number(port), "127.0.0.1");
