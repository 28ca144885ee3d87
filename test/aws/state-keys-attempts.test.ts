import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openConfiguredStateKeys } from "../../adapters/aws/secrets/state-keys.ts";
import { SECRET } from "./state-keys-stand-in.ts";

const RING = `first:${randomBytes(32).toString("base64")}`;

type Fault = "reset" | readonly [status: number, code: string, message?: string];

let server: Server;
let faults: Fault[];
let agents: string[];

beforeEach(async () => {
  [faults, agents] = [[], []];
  server = createServer((request, response) => {
    agents.push(String(request.headers["user-agent"]));
    const fault = faults.shift();
    if (fault === "reset") request.socket.resetAndDestroy();
    else if (fault) answer(response, fault[0], { __type: fault[1], message: fault[2] ?? "planned" });
    else answer(response, 200, { SecretString: RING });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", `http://127.0.0.1:${port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "LOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const read = async (): Promise<unknown> =>
  openConfiguredStateKeys({ stateKeysSecret: SECRET, awsTokenAudience: "" })?.().catch((error) => error);

test.each<[title: string, Fault]>([
  ["a connection that breaks", "reset"],
  ["a service that fails", [500, "InternalServiceError"]],
  ["a service that is busy", [400, "ThrottlingException"]],
])("a secret is read again after %s, up to three times in all", async (_title, fault) => {
  faults = [fault, fault];
  expect(await read()).toMatchObject([{ id: "first" }]);
  expect(agents).toEqual(Array(3).fill("mcp-anycloud"));
  faults = [fault, fault, fault];
  expect(await read()).toMatchObject({ code: "STORE_UNAVAILABLE" });
  expect(agents).toHaveLength(6);
});

test("a secret is read again by Secrets Manager's clock", async () => {
  const clock = Date.now() - 1_200_000;
  server.prependListener("request", (_request, response) => response.setHeader("date", new Date(clock).toUTCString()));
  faults = [[400, "InvalidSignatureException"]];
  expect(await read()).toMatchObject([{ id: "first" }]);
  expect(agents).toHaveLength(2);
});

test("a new secret that has no value before its first rotation is waited for", async () => {
  const message = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";
  faults = [[400, "ResourceNotFoundException", message]];
  expect(await read()).toMatchObject({ code: "STORE_UNAVAILABLE", message: /check that it has a value/ });
});

test("a refusal is not argued with", async () => {
  faults = [[400, "AccessDeniedException"]];
  expect(await read()).toMatchObject({ code: "STORE_MISCONFIGURED", cause: { name: "AccessDeniedException" } });
  expect(agents).toHaveLength(1);
});

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}
