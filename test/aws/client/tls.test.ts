import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../support/programs.ts";

const STORE = new URL("../../../adapters/aws/dynamodb/dynamodb-store.ts", import.meta.url).href;

const PROGRAM = `
  const { createDynamodbStore } = await import(${JSON.stringify(STORE)});
  const found = await createDynamodbStore({ table: "t" })
    .get({ partition: "p", sort: "s" })
    .catch(({ code, cause }) => ({ code, because: cause.code }));
  console.log(JSON.stringify(found));
  process.exit();
`;

describe("an endpoint over TLS, as AWS's are", () => {
  const openssl = findProgram("openssl");
  if (!openssl) {
    test("is asked", ({ skip }) => skip("openssl, which makes the certificate, is not installed"));
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const agents: string[] = [];
  let server: Server;

  beforeAll(async () => {
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key, "-out", cert];
    execFileSync(openssl, ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...names, ...files], {
      stdio: "ignore",
    });
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      agents.push(String(request.headers["user-agent"]));
      const Item = { value: { S: "over TLS" }, expiresAt: { N: "9999999999" }, version: { N: "1" } };
      response.setHeader("content-type", "application/x-amz-json-1.0").end(JSON.stringify({ Item }));
    });
    // On the address that "localhost" resolves to, be it of IPv4 or IPv6.
    server.listen(0, "localhost");
    await once(server, "listening");
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  async function ask(environment: Readonly<Record<string, string>>): Promise<unknown> {
    const args = ["--conditions=@mcp-anycloud/source", "--input-type=module", "-e", PROGRAM];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env: {
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "LOCAL",
        AWS_SECRET_ACCESS_KEY: "local",
        AWS_ENDPOINT_URL_DYNAMODB: `https://localhost:${(server.address() as AddressInfo).port}`,
        ...environment,
      },
    });
    return JSON.parse(stdout);
  }

  test("is asked", async () => {
    expect(await ask({ NODE_EXTRA_CA_CERTS: cert })).toMatchObject({ value: "over TLS" });
    expect(agents).toEqual(["mcp-anycloud"]);
  });

  test("gets no request when no authority has signed its certificate", async () => {
    agents.length = 0;
    expect(await ask({})).toEqual({ code: "STORE_UNAVAILABLE", because: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(agents).toEqual([]);
  });
});
