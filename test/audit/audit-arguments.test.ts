import fc from "fast-check";
import { expect, test } from "vitest";
import { auditedArguments } from "../../src/audit/audited-arguments.ts";
import { MODERN } from "../security/routes.ts";

/** Every value has it, and no name. */
const CANARY = "c4n4ry";
const canary = fc.string().map((text) => `${text}${CANARY}`);
const value = fc.letrec((tie) => ({
  value: fc.oneof(canary, fc.array(tie("value")), fc.dictionary(canary, tie("value"))),
})).value;
const name = fc
  .oneof(fc.string(), fc.constantFrom("note", "__proto__", "constructor", "toString"))
  .filter((text) => !text.includes(CANARY));
const args = fc.dictionary(name, value, { noNullPrototype: false });

test("no value of an argument is recorded unless its name is declared", () => {
  fc.assert(
    fc.property(args, fc.array(name), (given, fields) => {
      const undeclared = Object.fromEntries(Object.entries(given).filter(([key]) => !fields.includes(key)));
      expect(JSON.stringify(auditedArguments(undeclared, fields)) ?? "").not.toContain(CANARY);
      const declared = fields.filter((field) => Object.hasOwn(given, field));
      const recorded = auditedArguments(given, fields) ?? {};
      for (const key of Object.keys(recorded))
        if (!declared.includes(key)) expect(recorded[key]).toMatch(/redacted\]$/);
      for (const key of declared) {
        const json = JSON.stringify(given[key]);
        expect(recorded[key]).toEqual(json.length <= 1000 ? given[key] : `[${json.length} characters]`);
      }
    }),
  );
});

test("nor through an endpoint, whatever becomes of the call", async () => {
  const guarded = MODERN.open({ tools: { read: { auditFields: ["note"] } } });
  await fc.assert(
    fc.asyncProperty(args, fc.constantFrom("read", "write", "fail", "nothing"), async (given, tool) => {
      const { note: _, ...undeclared } = given;
      await guarded.call({ sub: "ada" }, tool, undeclared);
      expect(guarded.records.at(-1)).toMatchObject({ tool });
      expect(JSON.stringify(guarded.records.at(-1))).not.toContain(CANARY);
    }),
    { numRuns: 50 },
  );
});

test.each(["text", 7, null, ["a"], undefined, {}])("%j has no arguments to record", (given) => {
  expect(auditedArguments(given, ["0", "length"])).toBeUndefined();
});

test("a record stays small, however much is sent", () => {
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`name_${index}`, "x".repeat(100)]));
  const recorded = auditedArguments({ ...many, "not a name": 1, note: "y".repeat(100_000) }, ["note"]);
  expect(recorded).toMatchObject({ note: "[100002 characters]", "…": "[4969 redacted]" });
  expect(JSON.stringify(recorded).length).toBeLessThan(2000);
});
