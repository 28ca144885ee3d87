import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Artefact } from "../cli/build/artefact/artefact.ts";
import { buildTarget } from "../cli/build/build-target.ts";
import { CLOUDS, type Cloud } from "../cli/clouds.ts";
import { createBundler } from "./bundled-server.ts";
import { createProject, greeter } from "./cli/project.ts";

const NOTEBOOK = fileURLToPath(new URL("../examples/notebook/server.ts", import.meta.url));

/** The store, the key ring and their settings, which the instances of every cloud use. */
const SHARED = "(client|dynamodb|secrets)/|settings[.]ts";

/** Code that belongs to one cloud. */
const OWN: Readonly<Record<Cloud, RegExp>> = {
  aws: new RegExp(`(^|/)adapters/aws/(?!${SHARED})|aws-lambda`),
  azure: /(^|\/)adapters\/azure\/|@azure\//,
  gcp: /(^|\/)adapters\/gcp\/|@google-cloud\//,
};

const AWS_PACKAGE = /node_modules\/(@aws-sdk|@smithy|@aws)\//;

const CORE = /(^|\/)src\/|node_modules\/(zod|@modelcontextprotocol)\//;

/** Most kilobytes of the notebook's index.mjs: its size in December 2026, and room for small changes. */
const BUDGET_KB: Readonly<Record<Cloud, number>> = { aws: 381.9, azure: 477.6, gcp: 398.6 };

/** Likewise of the client for AWS. */
const AWS_CLIENT_BUDGET_KB = 17.5;

const AWS_CLIENT = "aws-client.cjs";

/** Likewise of the clients for the clouds' own databases. */
const NATIVE_CLIENTS: Readonly<Record<Cloud, readonly string[]>> = {
  aws: [],
  azure: ["azure-table.cjs"],
  gcp: ["firestore.cjs"],
};

const NATIVE_CLIENT_BUDGET_KB = 10;

/** Likewise of Redis's client. */
const REDIS_BUDGET_KB = 100;

const REDIS = "redis.cjs";

/** Likewise of AWS's credential provider. */
const AWS_CREDENTIALS_BUDGET_KB = 318;

const AWS_CREDENTIALS = "aws-credentials.cjs";

/** Likewise of the verifier of tokens. */
const JWT_VERIFIER_BUDGET_KB = 26;

const JWT_VERIFIER = "jwt-verifier.cjs";

/** Parts of the toolkit that share modules with index.mjs, with one of their sources and their own budgets. */
const PARTS = [
  ["sdk-entry.mjs", /src\/protocol-2026\/sdk-handler\.ts$/, 17.3],
  ["sessions.mjs", /src\/protocol-2025\/sessions\/session-handler\.ts$/, 37.9],
] as const;

/** Modules of the SDK that re-export: index.mjs takes what others hold through them, and esbuild keeps a number. */
const RE_EXPORTS = /@modelcontextprotocol\/server\/dist\/(index|listenRouter-[^/]+)\.mjs$/;

/** Sources that the bundle shares with index.mjs: functions that keep no state. */
const STATELESS =
  /(^|\/)src\/(auth\/jwt\/(jwt-|jwks-)|auth\/(principal|sender-constraint)|config\/(secure-url|loopback))/;

const inputsOf = ({ files }: Artefact): string[] => [...new Set(files.flatMap(({ inputs }) => inputs))];

const project = createProject();
const bundler = createBundler();
afterEach(() => bundler.close());
afterAll(() => {
  bundler.remove();
  project.remove();
});

describe.each(CLOUDS)("the bundle for %s", (cloud) => {
  let artefact: Artefact;
  beforeAll(async () => {
    artefact = await buildTarget({ platform: cloud, entry: NOTEBOOK, outDir: join(project.folder, cloud) });
  });

  test("holds its own cloud's code and no other cloud's", () => {
    for (const other of CLOUDS) {
      const found = inputsOf(artefact).filter((input) => OWN[other].test(input));
      if (other === cloud) expect(found).not.toEqual([]);
      else expect(found).toEqual([]);
    }
  });

  test("holds nothing of the command line, the emulators or a test", () => {
    expect(inputsOf(artefact).filter((input) => /(^|\/)(cli|emulators|test)\//.test(input))).toEqual([]);
  });

  test("holds nothing of the sources that a gateway has, nor of the client that they use", () => {
    const found = inputsOf(artefact).filter((input) =>
      /(^|\/)src\/sources\/|@modelcontextprotocol\/client/.test(input),
    );
    expect(found).toEqual([]);
  });

  test.each([
    ["the client for AWS", /node_modules\/aws4\//, AWS_CLIENT],
    ["AWS's packages", AWS_PACKAGE, AWS_CREDENTIALS],
    ["the client for Redis", /node_modules\/@redis\//, REDIS],
  ])("keeps %s in a file of its own, without a second copy of the core", (_title, packages, file) => {
    const holding = artefact.files.filter(({ inputs }) => inputs.some((input) => packages.test(input)));
    expect(holding.map(({ name }) => name)).toEqual([file]);
    // A second copy of the core would throw errors that the first one does not know.
    expect(holding.flatMap(({ inputs }) => inputs).filter((input) => CORE.test(input))).toEqual([]);
  });

  test("keeps what verifies tokens in a file of its own, without a second copy of what throws or remembers", () => {
    const holding = artefact.files.filter(({ inputs }) => inputs.some((input) => /node_modules\/jose\//.test(input)));
    expect(holding.map(({ name }) => name)).toEqual([JWT_VERIFIER]);
    const own = holding.flatMap(({ inputs }) => inputs).filter((input) => CORE.test(input));
    expect(own.filter((input) => !STATELESS.test(input))).toEqual([]);
    expect(own).not.toEqual([]);
  });

  test.each(PARTS)(
    "keeps %s, which few requests need, in a file that has no module in common with index.mjs",
    (name, source) => {
      const inputs = artefact.files.find((file) => file.name === name)?.inputs ?? [];
      expect(inputs).toContainEqual(expect.stringMatching(source));
      const program = new Set(artefact.files[0]?.inputs);
      expect(inputs.filter((input) => program.has(input) && !RE_EXPORTS.test(input))).toEqual([]);
    },
  );

  test("stays within its budgets", () => {
    process.stdout.write(`${artefact.files.map(toLine).join("")}`);
    expect(artefact.files[0]?.name).toBe("index.mjs");
    expect(kilobytesOf("index.mjs")).toBeLessThan(BUDGET_KB[cloud]);
    expect(kilobytesOf(AWS_CLIENT)).toBeLessThan(AWS_CLIENT_BUDGET_KB);
    for (const client of NATIVE_CLIENTS[cloud]) expect(kilobytesOf(client)).toBeLessThan(NATIVE_CLIENT_BUDGET_KB);
    expect(kilobytesOf(AWS_CREDENTIALS)).toBeLessThan(AWS_CREDENTIALS_BUDGET_KB);
    expect(kilobytesOf(REDIS)).toBeLessThan(REDIS_BUDGET_KB);
    expect(kilobytesOf(JWT_VERIFIER)).toBeLessThan(JWT_VERIFIER_BUDGET_KB);
    for (const [name, , budgetKb] of PARTS) expect(kilobytesOf(name)).toBeLessThan(budgetKb);
  });

  const kilobytesOf = (name: string): number =>
    (artefact.files.find((file) => file.name === name)?.bytes ?? Number.POSITIVE_INFINITY) / 1000;

  const toLine = ({ name, bytes, gzipBytes }: Artefact["files"][number]): string =>
    `${cloud.padEnd(5)} ${name.padEnd(26)} ${(bytes / 1000).toFixed(1).padStart(6)} kB, gzip ${(gzipBytes / 1000).toFixed(1)} kB\n`;
});

describe("zod's locales", () => {
  test("are left out of a server that imports all of zod, and English messages still come", async () => {
    const { artefact, open } = await bundler.bundle("greeter", greeter("Hello"));
    const locales = inputsOf(artefact).filter((input) => input.includes("zod/v4/locales/"));
    expect(locales.map((input) => basename(input)).sort()).toEqual(["en.js", "index.js"]);
    expect(await bundler.call(await open(), { name: "A" })).toMatch(
      /too small: expected string to have >=2 characters/i,
    );
  });

  test("say how to get them, and come when they are imported by name", async () => {
    const handler = (expression: string, imports: string): string => `
      import { z } from "zod";
      ${imports}
      export default async () => {
        let body;
        try { z.config(${expression}); body = z.string().safeParse(1).error.issues[0].message; }
        catch (error) { body = error.message; }
        return { status: 200, headers: {}, body };
      };`;
    const unnamed = await bundler.bundle("unnamed", handler("z.locales.de()", ""), "handler");
    const answer = await fetch(await unnamed.open());
    expect(await answer.text()).toBe(`zod's locale de is not in this bundle: import it from "zod/v4/locales/de.js".`);
    const named = await bundler.bundle("named", handler("de()", 'import de from "zod/v4/locales/de.js";'), "handler");
    expect(await (await fetch(await named.open())).text()).toBe("Ungültige Eingabe: erwartet string, erhalten Zahl");
  });
});

test("server.mjs and index.mjs share one copy of everything", async () => {
  const { artefact } = await bundler.bundle("shared", greeter("Hello"));
  const size = (name: string): number => artefact.files.find((file) => file.name === name)?.bytes ?? 0;
  expect(size("server.mjs")).toBeLessThan(200);
});

test("the toolkit is in a bundle once, however many modules import it", async () => {
  const { artefact } = await bundler.bundle("once", greeter("Hello"));
  const errors = inputsOf(artefact).filter((input) => /\/?(src|lib\/src)\/errors\.[jt]s$/.test(input));
  expect(errors).toHaveLength(1);
});
