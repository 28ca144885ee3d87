import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { identityToken as azureIdentityToken } from "../../adapters/azure/identity-token.ts";
import { identityToken as googleIdentityToken } from "../../adapters/gcp/identity-token.ts";
import type { ErrorCode } from "../../src/adapter.ts";
import { azureIdentityEndpoint, entraTokenEndpoint, googleMetadataServer } from "./identity-endpoints.ts";
import { type StandIn, type StandInAnswer, type StandInRequest, startStandIn } from "./stand-in-server.ts";

let standIn: StandIn | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await standIn?.close();
  standIn = undefined;
});

const unavailable = (message: RegExp, code: ErrorCode = "STORE_UNAVAILABLE"): object => ({
  code,
  message: expect.stringMatching(message),
});

/** Refuses so many requests first. */
async function start(answer: (request: StandInRequest) => StandInAnswer, busy = 0, status = 503): Promise<string> {
  let left = busy;
  standIn = await startStandIn((request) => (left-- > 0 ? { status, body: "busy" } : answer(request)));
  return standIn.host;
}

describe("Azure", () => {
  const endpoint = azureIdentityEndpoint(
    "the-secret",
    ({ audience, clientId }) => `for ${audience} by ${clientId ?? "the system"}`,
  );

  test("the managed identity's token is for the audience, and never an old one", async () => {
    vi.stubEnv("IDENTITY_ENDPOINT", `http://${await start(endpoint)}/msi/token`);
    vi.stubEnv("IDENTITY_HEADER", "the-secret");
    expect(await azureIdentityToken("api://aws & more")).toBe("for api://aws & more by the system");
    vi.stubEnv("AZURE_CLIENT_ID", "user-assigned");
    expect(await azureIdentityToken("api://aws")).toBe("for api://aws by user-assigned");
  });

  test("an endpoint that is busy is asked again", async () => {
    vi.stubEnv("IDENTITY_ENDPOINT", `http://${await start(endpoint, 2, 429)}/msi/token`);
    vi.stubEnv("IDENTITY_HEADER", "the-secret");
    expect(await azureIdentityToken("api://aws")).toBe("for api://aws by the system");
  });

  test("a refused request is not sent again, and the message holds no secret", async () => {
    let asked = 0;
    const host = await start((request) => {
      asked++;
      return endpoint(request);
    });
    vi.stubEnv("IDENTITY_ENDPOINT", `http://${host}/msi/token`);
    vi.stubEnv("IDENTITY_HEADER", "the-wrong-one");
    const failure = await azureIdentityToken("api://aws").catch((error: unknown) => error);
    expect(failure).toMatchObject(unavailable(/status 401/, "STORE_MISCONFIGURED"));
    expect(String(failure)).not.toContain("the-wrong-one");
    expect(asked).toBe(1);
  });

  test("an answer without a token is said to be one", async () => {
    vi.stubEnv("IDENTITY_ENDPOINT", `http://${await start(() => ({ status: 200, body: "<html>" }))}/msi/token`);
    vi.stubEnv("IDENTITY_HEADER", "the-secret");
    await expect(azureIdentityToken("api://aws")).rejects.toMatchObject(unavailable(/without an access token/));
  });

  test("elsewhere there is none", async () => {
    vi.stubEnv("IDENTITY_ENDPOINT", undefined);
    await expect(azureIdentityToken("api://aws")).rejects.toMatchObject(
      unavailable(/no managed identity/, "STORE_MISCONFIGURED"),
    );
  });
});

describe("AKS", () => {
  const endpoint = entraTokenEndpoint("the-tenant", ({ audience, clientId, assertion }) =>
    assertion === "of the account" ? `for ${audience} by ${clientId}` : undefined,
  );
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "workload-identity-"));
    vi.stubEnv("IDENTITY_ENDPOINT", undefined);
    vi.stubEnv("AZURE_FEDERATED_TOKEN_FILE", join(folder, "token"));
    vi.stubEnv("AZURE_TENANT_ID", "the-tenant");
    vi.stubEnv("AZURE_CLIENT_ID", "the-identity");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const mount = (token: string): void => writeFileSync(join(folder, "token"), token);

  test("a pod's token is exchanged for one of its identity, each time with the one that is mounted", async () => {
    vi.stubEnv("AZURE_AUTHORITY_HOST", `http://${await start(endpoint, 2)}/`);
    mount("an old one");
    await expect(azureIdentityToken("api://aws")).rejects.toMatchObject(
      unavailable(/^Microsoft Entra answered with status 401/, "STORE_MISCONFIGURED"),
    );
    mount("of the account\n");
    expect(await azureIdentityToken("api://aws")).toBe("for api://aws by the-identity");
    expect(await azureIdentityToken("https://storage.azure.com/")).toBe(
      "for https://storage.azure.com by the-identity",
    );
  });

  test("what the pod lacks is said in a sentence", async () => {
    const lacking = (message: RegExp): object => unavailable(message, "STORE_MISCONFIGURED");
    await expect(azureIdentityToken("api://aws")).rejects.toMatchObject(
      lacking(/label azure\.workload\.identity\/use/),
    );
    mount("of the account");
    vi.stubEnv("AZURE_CLIENT_ID", undefined);
    await expect(azureIdentityToken("api://aws")).rejects.toMatchObject(
      lacking(/annotation azure\.workload\.identity\/client-id/),
    );
  });
});

describe("Google", () => {
  const server = googleMetadataServer(({ audience, format }) => `for ${audience}, ${format}`);

  test("the service account's token is for the audience", async () => {
    vi.stubEnv("GCE_METADATA_HOST", await start(server, 1));
    expect(await googleIdentityToken("sts.amazonaws.com")).toBe("for sts.amazonaws.com, full");
  });

  test("a server that stays busy, refuses or is not there is a failure", async () => {
    vi.stubEnv("GCE_METADATA_HOST", await start(server, 3));
    await expect(googleIdentityToken("sts.amazonaws.com")).rejects.toMatchObject(unavailable(/status 503/));
    await expect(googleIdentityToken("")).rejects.toMatchObject(unavailable(/status 400/, "STORE_MISCONFIGURED"));
    await standIn?.close();
    await expect(googleIdentityToken("sts.amazonaws.com")).rejects.toMatchObject(unavailable(/did not answer/));
  });
});
