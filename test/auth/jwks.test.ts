import { afterEach, describe, expect, test, vi } from "vitest";
import { type Checking, startChecking } from "../security/checking-instance.ts";
import { type LocalIssuer, startLocalIssuer } from "../security/local-issuer.ts";

const open: LocalIssuer[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const issuer of open.splice(0)) await issuer.close();
});

async function start(...options: Parameters<typeof startChecking>): Promise<Checking> {
  const checking = await startChecking(...options);
  open.push(checking.issuer);
  return checking;
}

const accepted = { subject: "ada" };
const unknownKey = { problem: "The token is signed with a key that its issuer does not have." };
const unavailable = expect.objectContaining({ code: "ISSUER_UNAVAILABLE" });

describe("the keys of an issuer", () => {
  test("are asked for once for many tokens, also when those come together", async () => {
    const { issuer, check } = await start();
    await Promise.all(Array.from({ length: 20 }, () => check()));
    expect(await check()).toMatchObject(accepted);
    expect(issuer.asked).toEqual({ jwks: 1, metadata: 1 });
  });

  test.each(["RS256", "PS256", "ES256", "EdDSA"] as const)("may be for %s", async (algorithm) => {
    const { check } = await start({ algorithm });
    expect(await check()).toMatchObject(accepted);
  });

  test("are found by RFC 8414, too, with the path behind the well-known name", async () => {
    const { check } = await start({ isOAuthOnly: true, path: "/tenant/x" });
    expect(await check()).toMatchObject(accepted);
  });

  test("are not looked for where they are configured", async () => {
    const issuer = await startLocalIssuer({ issuer: "https://issuer.example" });
    open.push(issuer);
    const { check } = await start({ issuer: "https://issuer.example" }, { jwksUri: issuer.jwksUri });
    // That issuer's own keys are others: what is asked is where the configuration says.
    expect(await check()).toEqual(unknownKey);
    expect(issuer.asked).toEqual({ jwks: 1, metadata: 0 });
  });

  test("count in their issuer's algorithms alone", async () => {
    const { check } = await start({ algorithm: "ES256" }, { algorithms: ["RS256"] });
    expect(await check()).toEqual({ problem: "The token is signed in a way that is not accepted." });
  });

  test.each([
    ["names another issuer", { issuer: "https://evil.example" }],
    ["names no keys", { jwks_uri: undefined }],
    ["names keys on plain http", { jwks_uri: "http://issuer.example/keys" }],
    ["names keys in a file", { jwks_uri: "file:///etc/passwd" }],
  ])("are not taken from metadata that %s", async (_what, metadata) => {
    const { check, issuer } = await start({ metadata });
    await expect(check()).rejects.toEqual(unavailable);
    expect(issuer.asked.jwks).toBe(0);
  });
});

describe("a new key", () => {
  test("is accepted as soon as the cool-down is over, and the former one no longer", async () => {
    const { issuer, check, token, pass, instance } = await start();
    expect(await check()).toMatchObject(accepted);
    const former = await token();
    await issuer.rotate();
    expect(await check()).toEqual(unknownKey);
    pass(31);
    expect(await check()).toMatchObject(accepted);
    expect(await instance()(former)).toEqual(unknownKey);
    expect(issuer.asked.jwks).toBe(3);
  });

  test("that nobody has is asked for once in a cool-down, however often it comes", async () => {
    const { issuer, check, pass } = await start();
    for (let round = 1; round <= 3; round += 1) {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        expect(await check({ kid: `k${attempt}` })).toEqual(unknownKey);
        pass(2);
      }
      expect(issuer.asked.jwks).toBe(round);
      pass(11);
    }
  });

  test("is found on its own after ten minutes", async () => {
    const { issuer, check, token, pass } = await start();
    await check();
    const former = await token();
    await issuer.rotate();
    pass(601);
    expect(await check()).toMatchObject(accepted);
    expect(issuer.asked.jwks).toBe(2);
    expect(former).toBeTruthy();
  });
});

test("a withdrawn key counts until the keys are read again, and no longer", async () => {
  const { issuer, token, pass, instance } = await start();
  const check = instance();
  expect(await check(await token())).toMatchObject(accepted);
  const [soon, late] = [await token(), await token()];
  await issuer.rotate();
  pass(599);
  expect(await check(soon)).toMatchObject(accepted);
  pass(2);
  expect(await check(late)).toEqual(unknownKey);
});

describe.each(["breaks", "errs", "hangs"] as const)("an issuer that %s", (mood) => {
  /** The time-out itself, at once: nobody learns more from five seconds. */
  const hurry = (): void => {
    if (mood !== "hangs") return;
    vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
      expect(ms).toBeLessThanOrEqual(5_000);
      return AbortSignal.abort(new DOMException("The operation timed out.", "TimeoutError"));
    });
  };

  test("lets nobody in, is asked again only after a while, and is forgiven", async () => {
    const { issuer, check, pass } = await start({}, {});
    issuer.become(mood);
    hurry();
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(check()).rejects.toEqual(unavailable);
    const asked = issuer.asked.metadata;
    expect(asked).toBeLessThanOrEqual(2);
    pass(6);
    await expect(check()).rejects.toEqual(unavailable);
    vi.restoreAllMocks();
    issuer.become("up");
    await expect(check()).rejects.toEqual(unavailable);
    pass(6);
    expect(await check()).toMatchObject(accepted);
  });

  test("is asked again though the clock was set back meanwhile", async () => {
    const { issuer, check, pass } = await start();
    issuer.become(mood);
    hurry();
    await expect(check()).rejects.toEqual(unavailable);
    vi.restoreAllMocks();
    issuer.become("up");
    pass(-600);
    expect(await check()).toMatchObject(accepted);
  });

  test("is done without for an hour where its keys are known, and not for unknown ones", async () => {
    const { issuer, check, pass } = await start();
    expect(await check()).toMatchObject(accepted);
    issuer.become(mood);
    hurry();
    pass(3500);
    expect(await check()).toMatchObject(accepted);
    await expect(check({ kid: "new" })).rejects.toEqual(unavailable);
    pass(200);
    await expect(check()).rejects.toEqual(unavailable);
  });
});
