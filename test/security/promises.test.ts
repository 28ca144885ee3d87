import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CATALOG } from "../mutants/catalog.ts";
import { withFault } from "../mutants/planted-fault.ts";
import { runFaults } from "../mutants/run-faults.ts";

/** Parts of the texts of faults that tests had not noticed once. */
const SAMPLE = [
  'redirect: "error"',
  "isSecureUrl(jwksUri)",
  "({ sessionId, name }: Mailbox)",
  '"access-control-allow-origin": origin,',
  "const capabilities = meta",
];

const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("SECURITY.md", root), "utf8");

interface PromiseRow {
  readonly tests: readonly string[];
  /** Files with the faults that are planted against it. */
  readonly faults: readonly string[];
}

/** The rows of the table, by the threat. */
const PROMISES: ReadonlyMap<string, PromiseRow> = new Map(
  [...text.matchAll(/^\| (.+?) \| .+ \| (.*`.*) \|(.*) \|$/gm)].map(([, threat = "", tests = "", faults = ""]) => {
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path.replace(/^S\//, "test/security/"));
    return [threat, { tests: paths, faults: [...faults.matchAll(/\((.+?)\)/g)].map(([, path = ""]) => path) }];
  }),
);

test("every promise of SECURITY.md names tests that are there", () => {
  expect(PROMISES.size).toBeGreaterThan(15);
  const paths = [...PROMISES.values()].flatMap(({ tests }) => tests);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

describe("the faults that are planted", () => {
  /** Tables of attacks are run by this file. */
  const ATTACKS = "test/security/attacks.test.ts";
  const tables = new Set(
    [...PROMISES.values()].flatMap(({ tests }) => tests.filter((path) => path.endsWith("-attacks.ts"))),
  );
  const textOf = (test: string): string =>
    [test, ...(test === ATTACKS ? tables : [])].map((path) => readFileSync(new URL(path, root), "utf8")).join("\n");
  const isNamed = ({ tests }: PromiseRow, test: string): boolean =>
    tests.includes(test) || (test === ATTACKS && tests.some((path) => path.endsWith("-attacks.ts")));

  test.each(CATALOG.map(({ promise, faults }) => [promise, faults] as const))(
    "against %s: the row names their file and their tests, and the texts of faults and titles are there",
    (promise, faults) => {
      const row = PROMISES.get(promise);
      if (!row) throw new Error("SECURITY.md has no such row.");
      expect(row.faults).toHaveLength(1);
      const source = readFileSync(new URL(row.faults[0] ?? "", root), "utf8");
      expect(source).toContain(JSON.stringify(promise));
      expect(faults.filter(({ test }) => !isNamed(row, test)).map(({ test }) => test)).toEqual([]);
      for (const fault of faults) {
        withFault(readFileSync(new URL(fault.file, root), "utf8"), fault);
        expect(textOf(fault.test)).toContain(fault.title ?? "");
      }
    },
  );

  test("are there for every promise but that of malformed requests, which is held by chance itself", () => {
    const without = [...PROMISES.keys()].filter((threat) => !CATALOG.some(({ promise }) => promise === threat));
    expect(without).toEqual(["malformed HTTP and JSON-RPC of any kind"]);
    expect(CATALOG.flatMap(({ faults }) => faults).length).toBeGreaterThanOrEqual(60);
  });

  test("are told from a text that is no longer there, or is there twice", () => {
    const fault = { file: "a.ts", text: "old", replacement: "new", test: "a.test.ts" };
    expect(withFault("an old text", fault)).toBe("an new text");
    for (const source of ["a text", "old and old"]) {
      expect(() => withFault(source, fault)).toThrow(/times in a\.ts, not once: correct the fault/);
    }
  });

  // The whole catalog takes minutes: npm run mutants.
  test("are noticed, such as one of each kind", { timeout: 300_000 }, async () => {
    const sample = SAMPLE.map((text) =>
      CATALOG.flatMap(({ faults }) => faults).find((fault) => fault.text.includes(text)),
    );
    const outcomes = await runFaults(sample.filter((fault) => fault !== undefined));
    expect(outcomes.map(({ problem }) => problem)).toEqual(SAMPLE.map(() => undefined));
  });

  test("and a fault that changes nothing is not taken for one that was noticed", { timeout: 300_000 }, async () => {
    const file = "src/auth/jwt/jwks-discovery.ts";
    const test = "test/auth/key-discovery.test.ts";
    const [outcome] = await runFaults([
      { file, text: "let cause: unknown;", replacement: "let cause: unknown ;", test },
    ]);
    expect(outcome?.problem).toBe(`${test} does not notice it`);
  });
});

test("every link of SECURITY.md leads somewhere", () => {
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#([\w-]+))?\)/g)];
  expect(links.length).toBeGreaterThan(2);
  for (const [, path = "", anchor] of links) {
    const page = readFileSync(new URL(path, root), "utf8");
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    if (anchor !== undefined) expect(headings).toContain(anchor);
  }
});
