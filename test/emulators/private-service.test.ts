import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAwsEmulator } from "../../emulators/aws/emulator.ts";
import { openRuntimeApi } from "../../emulators/aws/runtime/runtime-api.ts";
import { openStorageAccount } from "../../emulators/azure/queue/storage-account.ts";
import { openGoogleApis } from "../../emulators/gcp/cloud-tasks/google-apis.ts";
import { startLocalTable } from "../../emulators/local-table.ts";
import { writeArtefact } from "../aws/artefact.ts";
import { ECHOES } from "../aws/invoke-functions.ts";

interface Service {
  readonly url: string;
  /** A request that the service answers, whatever it says. */
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  close(): Promise<unknown>;
}

/** Opens each of the services that emulated instances use. */
const SERVICES: Readonly<Record<string, () => Promise<Service>>> = {
  "the local table": async () => {
    const { url, close } = await startLocalTable();
    const target = "DynamoDB_20120810.ListTables";
    return { url, close, method: "POST", path: "/", headers: { "x-amz-target": target } };
  },
  "the Runtime API, for a runtime that takes a path": () => runtimeApi(true),
  "the Runtime API, for a runtime that takes none": () => runtimeApi(false),
  "the Invoke API": async () => {
    const artefact = await writeArtefact(ECHOES);
    const emulator = await startAwsEmulator({ artefact: artefact.folder, port: 0, runtime: "built-in" });
    const path = "/2021-11-15/functions/mcp-anycloud/response-streaming-invocations";
    const authorization = "AWS4-HMAC-SHA256 Credential=EMULATED/20261101/us-east-1/lambda/aws4_request";
    const close = (): Promise<unknown> => Promise.all([emulator.close(), artefact.remove()]);
    return { url: emulator.lambdaUrl, close, method: "POST", path, headers: { authorization } };
  },
  "the storage account": async () => {
    const { environment, close } = await openStorageAccount(() => {});
    return { url: environment.AzureWebJobsStorage__queueServiceUri ?? "", close, method: "GET", path: "/msi/token" };
  },
  "Google's metadata server": async () => {
    const { environment, close } = await openGoogleApis({ timeScale: 1, log: () => {} });
    const { GCE_METADATA_HOST } = environment("http://127.0.0.1");
    const path = "/computeMetadata/v1/instance/service-accounts/default/email";
    return { url: `http://${GCE_METADATA_HOST}`, close, method: "GET", path, headers: { "metadata-flavor": "Google" } };
  },
};

async function runtimeApi(takesPath: boolean): Promise<Service> {
  const { address, end } = await openRuntimeApi({ takesPath });
  const close = (): Promise<void> => end({ errorType: "Over", errorMessage: "over" });
  return { url: `http://${address}`, method: "GET", path: "/2018-06-01/runtime/unknown", close };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

async function send(url: string, { method, headers = {} }: Pick<Service, "method" | "headers">): Promise<Answer> {
  const call = request(url, { method, headers, agent: false });
  call.end();
  const [response] = await once(call, "response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

describe.each(Object.entries(SERVICES))("%s", (_name, open) => {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });
  afterAll(() => service.close());

  const ask = (headers: Readonly<Record<string, string>> = {}, path = service.path): Promise<Answer> =>
    send(service.url + path, { ...service, headers: { ...service.headers, ...headers } });
  const refused = { status: 403, body: "" };

  test("answers those who were told its URL", async () => {
    expect((await ask()).status).not.toBe(403);
  });

  test.each(["//", "/%5C", "/\\", "//evil.example/"])("survives the path %s", async (path) => {
    await ask({}, path);
    expect((await ask()).status).not.toBe(403);
  });

  test("does not answer a page of another origin, and gives no page leave to read", async () => {
    for (const origin of ["https://evil.example", "null", new URL(service.url).origin]) {
      const answer = await ask({ origin });
      expect(answer).toMatchObject(refused);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    const preflight = { origin: "https://evil.example", "access-control-request-method": "POST" };
    expect(await send(service.url + service.path, { method: "OPTIONS", headers: preflight })).toMatchObject(refused);
  });

  test("does not answer an image or a script of a page, which have no origin", async () => {
    expect(await ask({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).toMatchObject(refused);
  });

  test("does not answer by another name, which a page has pointed here", async () => {
    const { port } = new URL(service.url);
    for (const host of [
      `evil.example:${port}`,
      "evil.example",
      `localhost:${port}`,
      `127.0.0.1.evil.example:${port}`,
    ]) {
      expect(await ask({ host })).toMatchObject(refused);
    }
  });

  test("does not answer without its secret", async () => {
    const { port, pathname, hostname } = new URL(service.url);
    if (pathname === "/") {
      // The secret is the address: nobody listens on the usual one.
      expect(hostname).toMatch(/^127\.(?!0\.0\.1$)/);
      await expect(send(`http://127.0.0.1:${port}${service.path}`, service)).rejects.toThrow("ECONNREFUSED");
      return;
    }
    const guess = `/${crypto.randomUUID()}`;
    for (const path of ["", guess, `${pathname}0`, pathname.slice(0, -1)]) {
      expect(await send(`http://127.0.0.1:${port}${path}${service.path}`, service)).toMatchObject(refused);
    }
  });
});
