// A provider of identities on loopback for the tests: whoever signs in is whom he says he is.
import Provider from "oidc-provider";

// Li is in more groups than a cookie may tell; of Wang the ID token tells none; Qian is in none.
const many = Array.from({ length: 400 }, (_, n) => `CN=Department ${n},DC=quality,DC=example`);
const GROUPS = {
  li: () => ({ groups: [...many, "zhejiang-analysts"] }),
  wang: (use) => (use === "userinfo" ? { groups: ["all-analysts"] } : {}),
  zhao: () => ({ groups: ["viewers"] }),
};

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
  claims: { openid: ["sub"], profile: ["name", "groups"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["for tests only"] },
  findAccount: (_, name) => ({
    accountId: name,
    claims: (use) => ({ sub: name, name, ...GROUPS[name]?.(use) }),
  }),
});
provider.listen(Number(port), "127.0.0.1");
