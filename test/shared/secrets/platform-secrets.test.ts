import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openKeyVaultKeys } from "../../../adapters/azure/key-vault/key-vault.ts";
import { openSecretManagerKeys } from "../../../adapters/gcp/secret-manager/secret-manager.ts";
import { checkState } from "../../../adapters/shared/check-state.ts";
import { secretOverHttps } from "../../../adapters/shared/secrets/secret-over-https.ts";
import type { LoadStateKeys } from "../../../src/adapter.ts";
import { keyIdOf, seal, unseal } from "../../../src/services/seal.ts";
import { azureIdentityEndpoint, googleMetadataServer, type IdentityEndpoint } from "../../store/identity-endpoints.ts";
import { type StandIn, startStandIn } from "../../store/stand-in-server.ts";
import { type IsToken, type SecretStandIn, startKeyVault, startSecretManager } from "./secret-stand-ins.ts";

const MINUTE = 60_000;
const HEADER = "the header of this instance";
const VAULTS = "https://vault.azure.net";

const keyText = (id: string): string => `${id}:${randomBytes(32).toString("base64")}`;
const [FIRST, SECOND, THIRD] = [keyText("first"), keyText("second"), keyText("third")];

interface Cloud {
  readonly start: (isToken: IsToken) => Promise<SecretStandIn>;
  readonly token: string;
  readonly identity: (onToken: (audience: string) => string) => IdentityEndpoint;
  /** Tells an instance where its platform and the service are. */
  readonly variables: (platform: string, service: string) => Record<string, string>;
  readonly open: (secret: string | undefined) => LoadStateKeys | undefined;
}

const CLOUDS: Readonly<Record<string, Cloud>> = {
  "Key Vault": {
    start: startKeyVault,
    token: `token-for:${VAULTS}`,
    identity: (onToken) =>
      azureIdentityEndpoint(HEADER, ({ audience, clientId }) =>
        audience === VAULTS && clientId === "ours" ? onToken(audience) : undefined,
      ),
    variables: (platform) => ({
      IDENTITY_ENDPOINT: `http://${platform}/msi/token`,
      IDENTITY_HEADER: HEADER,
      AZURE_CLIENT_ID: "ours",
    }),
    open: (keyVaultSecret) => openKeyVaultKeys({ ...(keyVaultSecret && { keyVaultSecret }) }),
  },
  "Secret Manager": {
    start: startSecretManager,
    token: "token-for:google",
    identity: (onToken) =>
      googleMetadataServer(
        () => "an identity token",
        () => onToken("google"),
      ),
    variables: (platform, service) => ({
      GCE_METADATA_HOST: platform,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: service,
    }),
    open: (secretManagerSecret) => openSecretManagerKeys({ ...(secretManagerSecret && { secretManagerSecret }) }),
  },
};

describe.each(Object.entries(CLOUDS))("the key ring in %s", (service, cloud) => {
  let secrets: SecretStandIn;
  let platform: StandIn;
  let issued: number;
  beforeEach(async () => {
    issued = 0;
    secrets = await cloud.start((token) => token === cloud.token);
    platform = await startStandIn(
      cloud.identity((audience) => {
        issued += 1;
        return `token-for:${audience}`;
      }),
    );
    for (const [name, value] of Object.entries(cloud.variables(platform.host, secrets.url))) vi.stubEnv(name, value);
    secrets.versions.push({ text: `${FIRST}\n`, enabled: true });
  });
  afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await Promise.all([secrets.close(), platform.close()]);
  });
  const open = (secret = secrets.secret): LoadStateKeys => cloud.open(secret) ?? expect.unreachable();
  const read = (): Promise<unknown> => open()().catch((error: unknown) => error);

  test("is read when a key is first needed, once for all who ask meanwhile, with one token for many readings", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const keys = open();
    expect(secrets.asked).toEqual([]);
    const [ring, ...others] = await Promise.all([keys(), keys("first"), keys()]);
    expect(ring).toEqual([{ id: "first", secret: Buffer.from(FIRST.split(":")[1] ?? "", "base64") }]);
    expect(others).toEqual([ring, ring]);
    vi.setSystemTime(Date.now() + 5 * MINUTE);
    await keys();
    expect([secrets.asked.length, issued]).toEqual([2, 1]);
  });

  test("rotates by new versions: what is sealed opens before and after, and not once its key is gone", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const instance = open();
    const [former = expect.unreachable()] = await instance();
    const sealed = seal("before", "binding", former);
    secrets.versions.push({ text: `${SECOND},${FIRST}`, enabled: true });
    // One that has just started seals with the new key, and others open that at once.
    const [fresh = expect.unreachable()] = await open()();
    expect(fresh.id).toBe("second");
    const young = seal("after", "binding", fresh);
    expect(unseal(young, "binding", await instance(keyIdOf(young)))?.text).toBe("after");
    expect(unseal(sealed, "binding", await open()())?.text).toBe("before");
    secrets.versions.push({ text: `${THIRD},${SECOND}`, enabled: true });
    vi.setSystemTime(Date.now() + 5 * MINUTE - 1);
    expect((await instance()).map(({ id }) => id)).toEqual(["second", "first"]);
    vi.setSystemTime(Date.now() + 1);
    const ring = await instance();
    expect(ring.map(({ id }) => id)).toEqual(["third", "second"]);
    expect(unseal(sealed, "binding", ring)).toBeUndefined();
  });

  test("goes on for an hour while the service is away, and no longer", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const keys = open();
    const ring = await keys();
    secrets.lets = false;
    vi.setSystemTime(Date.now() + 60 * MINUTE - 1);
    expect(await keys()).toBe(ring);
    vi.setSystemTime(Date.now() + MINUTE);
    await expect(keys()).rejects.toMatchObject({ code: "STORE_MISCONFIGURED" });
  });

  test.each([429, 500, 503])("is asked for again after %i, up to three times in all", async (status) => {
    const fault = { status, body: "busy" };
    secrets.faults.push(fault, fault);
    expect(await read()).toMatchObject([{ id: "first" }]);
    expect(secrets.asked).toHaveLength(3);
    secrets.faults.push(fault, fault, fault);
    expect(await read()).toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringMatching(`^${service} could not read the secret .*: check the network`),
      cause: { status },
    });
    expect(secrets.asked).toHaveLength(6);
  });

  test.each<[string, () => void, RegExp]>([
    [
      "the identity may not read it",
      () => Object.assign(secrets, { lets: false }),
      /may not read the secret .* give it/,
    ],
    ["there is no version of it", () => secrets.versions.splice(0), /does not have the secret .*create/],
    [
      "its newest version is disabled",
      () => secrets.versions.push({ text: SECOND, enabled: false }),
      /newest version of the secret .* is disabled/,
    ],
    [
      "the token is not believed",
      () => secrets.faults.push({ status: 401, body: "{}" }),
      /does not accept the token of this instance/,
    ],
  ])("says what to do, and does not ask again, where %s", async (_what, plan, sentence) => {
    plan();
    const failure = await read();
    expect(failure).toMatchObject({ code: "STORE_MISCONFIGURED", message: expect.stringMatching(sentence) });
    expect(String(failure)).toContain(secrets.secret);
    expect(secrets.asked).toHaveLength(1);
    const told = vi.spyOn(console, "error").mockImplementation(() => {});
    plan();
    await checkState({ stateKeys: open() });
    expect(told.mock.calls).toEqual([[expect.stringMatching(sentence)]]);
  });

  test("is not repeated where it is something else, or is hidden in an answer that is not JSON", async () => {
    secrets.versions.push({ text: "swordfish", enabled: true });
    const text = await read();
    secrets.faults.push({ status: 200, body: 'swordfish"' });
    const torn = await read();
    for (const failure of [text, torn]) {
      expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE", message: expect.stringMatching(/is no key ring/) });
      expect(String(failure)).not.toContain("swordfish");
    }
  });

  test("cannot be read where nobody answers, or the platform gives no token", async () => {
    const keys = open();
    await secrets.close();
    await expect(keys()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", cause: { code: "ECONNREFUSED" } });
    await platform.close();
    await expect(open()()).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringMatching(/identity endpoint|metadata server/),
    });
  });

  test("is none where none is configured", () => {
    expect(cloud.open(undefined)).toBeUndefined();
  });
});

test("Key Vault takes tokens of its own cloud, and needs an identity", async () => {
  const keyVaultSecret = "https://notes.vault.azure.cn/secrets/state-keys";
  expect(() => openKeyVaultKeys({ keyVaultSecret }, {})).toThrow(/has none \(IDENTITY_ENDPOINT is not set\)/);
  const audiences: string[] = [];
  const identity = await startStandIn(
    azureIdentityEndpoint(HEADER, ({ audience }) => void audiences.push(audience) as undefined),
  );
  vi.stubEnv("IDENTITY_ENDPOINT", `http://${identity.host}/msi/token`);
  vi.stubEnv("IDENTITY_HEADER", HEADER);
  await expect(openKeyVaultKeys({ keyVaultSecret })?.()).rejects.toMatchObject({ code: "STORE_MISCONFIGURED" });
  expect(audiences).toEqual(["https://vault.azure.cn"]);
  vi.unstubAllEnvs();
  await identity.close();
});

test("a host that nobody has is a mistake, where the service says so", () => {
  const { toFailure } = secretOverHttps({
    name: "s",
    url: new URL("https://gone.example"),
    accessToken: async () => "",
    textOf: () => undefined,
    reasonOf: () => ({}),
    misconfigured: { ENOTFOUND: "There is no vault." },
    otherwise: "Something else.",
  });
  const failure = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  expect(toFailure(failure)).toMatchObject({ code: "STORE_MISCONFIGURED", message: "There is no vault." });
});
