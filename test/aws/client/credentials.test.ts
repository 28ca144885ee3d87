import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCredentialProvider } from "../../../adapters/aws/client/credentials.ts";
import { startStandIn } from "../../store/stand-in-server.ts";

const folder = mkdtempSync(join(tmpdir(), "credentials-"));
afterAll(() => rmSync(folder, { recursive: true }));

const VARIABLES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
];
beforeEach(() => {
  for (const variable of VARIABLES) vi.stubEnv(variable, undefined);
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
});
afterEach(() => vi.unstubAllEnvs());

const PROFILE = "[work]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = of the profile\n";

function useProfile(): void {
  const file = join(folder, "credentials");
  writeFileSync(file, PROFILE);
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", file);
  vi.stubEnv("AWS_PROFILE", "work");
}

test("keys in the environment go before all else, and are read each time", async () => {
  useProfile();
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIAENVIRONMENT");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "of the environment");
  vi.stubEnv("AWS_SESSION_TOKEN", "token");
  const credentials = createCredentialProvider();
  const expected = {
    accessKeyId: "ASIAENVIRONMENT",
    secretAccessKey: "of the environment",
    sessionToken: "token",
  };
  expect(await credentials()).toEqual(expected);
  vi.stubEnv("AWS_SESSION_TOKEN", "another");
  expect(await credentials()).toEqual({ ...expected, sessionToken: "another" });
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "");
  expect(await credentials()).toMatchObject({ accessKeyId: "AKIAPROFILE" });
});

test("without them, AWS's provider reads a profile", async () => {
  useProfile();
  const credentials = createCredentialProvider();
  expect(await credentials()).toMatchObject({ accessKeyId: "AKIAPROFILE", secretAccessKey: "of the profile" });
});

test("without them, AWS's provider asks the container, and again shortly before they expire", async () => {
  const authorizations: (string | undefined)[] = [];
  let lifetimeMs = 60_000;
  const container = await startStandIn(({ headers }) => {
    const nth = authorizations.push(headers.authorization);
    const Expiration = new Date(Date.now() + lifetimeMs).toISOString();
    const keys = { AccessKeyId: `ASIA${nth}`, SecretAccessKey: "of the container", Token: "token", Expiration };
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(keys) };
  });
  vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `http://${container.host}/v1/credentials`);
  vi.stubEnv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of this pod");
  const credentials = createCredentialProvider();
  const first = await credentials();
  expect(first).toMatchObject({ accessKeyId: "ASIA1", sessionToken: "token", expiration: expect.any(Date) });
  lifetimeMs = 3_600_000;
  await expect.poll(async () => (await credentials()).accessKeyId).toBe("ASIA2");
  for (let call = 0; call < 3; call++) expect(await credentials()).toMatchObject({ accessKeyId: "ASIA2" });
  expect(authorizations).toEqual(["of this pod", "of this pod"]);
  await container.close();
});

test("where there are none, that is not remembered", async () => {
  const credentials = createCredentialProvider();
  await expect(credentials()).rejects.toMatchObject({ name: "CredentialsProviderError" });
  useProfile();
  expect(await credentials()).toMatchObject({ accessKeyId: "AKIAPROFILE" });
});

test("a provider that takes too long is given up, and the next call waits for the same answer", async () => {
  const [config, runs] = [join(folder, "config"), join(folder, "runs")];
  const keys = { Version: 1, AccessKeyId: "ASIALATE", SecretAccessKey: "late" };
  writeFileSync(join(folder, "keys.json"), JSON.stringify(keys));
  const script = `echo run >> ${runs}; sleep 2; cat ${join(folder, "keys.json")}`;
  writeFileSync(config, `[default]\ncredential_process = sh -c '${script}'\n`);
  vi.stubEnv("AWS_CONFIG_FILE", config);
  const credentials = createCredentialProvider();
  await expect(credentials()).rejects.toMatchObject({ name: "CredentialsTimeoutError" });
  expect(await credentials()).toMatchObject({ accessKeyId: "ASIALATE" });
  expect(readFileSync(runs, "utf8")).toBe("run\n");
});
