import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { discoverJwksUri, getJson } from "../../src/auth/jwt/jwks-discovery.ts";

const servers: Server[] = [];
afterEach(() => {
  vi.unstubAllGlobals();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const { signal } = new AbortController();

test("a redirection of an issuer is not followed, also to one that has keys", async () => {
  let asked = 0;
  const elsewhere = await serve((_request, response) => {
    asked += 1;
    response.end('{"keys":[]}');
  });
  const issuer = await serve((_request, response) => void response.writeHead(302, { location: elsewhere }).end());
  await expect(getJson(issuer, signal)).rejects.toThrow();
  expect(asked).toBe(0);
});

/** Metadata of `https://issuer.example`, whatever hosts there are. */
function publish(metadata: object): void {
  vi.stubGlobal("fetch", async () => Response.json(metadata));
}

test.each([
  [
    "over plain http, on a host that is there",
    { issuer: "https://issuer.example", jwks_uri: "http://issuer.example/keys" },
  ],
  ["with a user in the URL", { issuer: "https://issuer.example", jwks_uri: "https://me@issuer.example/keys" }],
  ["in another issuer's metadata", { issuer: "https://evil.example", jwks_uri: "https://issuer.example/keys" }],
  ["nowhere", { issuer: "https://issuer.example" }],
])("keys %s are not looked for", async (_where, metadata) => {
  publish(metadata);
  await expect(discoverJwksUri("https://issuer.example", signal)).rejects.toThrow("set its jwksUri");
});

test("keys over https are", async () => {
  publish({ issuer: "https://issuer.example", jwks_uri: "https://keys.example/keys" });
  expect(await discoverJwksUri("https://issuer.example", signal)).toBe("https://keys.example/keys");
});
