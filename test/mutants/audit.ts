import type { PromiseFaults } from "./planted-fault.ts";

const AUDIT = "test/audit/audit.test.ts";
const REFUSALS = "test/audit/refusals.test.ts";
const CHAIN = "test/audit/chain.test.ts";
const OPERATIONS = "src/audit/operation-audit.ts";
const REFUSAL = "src/audit/refusal.ts";
const VERIFY = "src/audit/verify-log.ts";

/** Faults in what is recorded. */
export const AUDIT_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "a use that nobody can account for",
    faults: [
      {
        file: OPERATIONS,
        text: "if (!audit || recorded.has(operation)) return;",
        replacement: "if (!audit) return;",
        test: AUDIT,
      },
      {
        file: "src/http/record/record-answer.ts",
        text: "if (isError !== true)",
        replacement: "if (isError !== null)",
        test: AUDIT,
      },
      {
        file: "src/authorization/call-interceptor.ts",
        text: "onClose: () => cancel(),",
        replacement: "onClose: () => {},",
        test: AUDIT,
      },
      {
        file: OPERATIONS,
        text: 'read: "resource_read"',
        replacement: 'read: "tool_call"',
        test: "test/authorization/primitives.test.ts",
      },
    ],
  },
  {
    promise: "a refusal that nobody can account for",
    faults: [
      { file: REFUSAL, text: "if (status < 400 ||", replacement: "if (status < 404 ||", test: REFUSALS },
      { file: REFUSAL, text: "|| hasRecord(request)) return", replacement: ") return", test: REFUSALS },
      {
        file: "src/pipeline/pipeline.ts",
        text: 'return audit ? recordRefusal(audit, counted, "message", response) : response;',
        replacement: "return response;",
        test: REFUSALS,
      },
    ],
  },
  {
    promise: "an audit record that is changed, removed between others, or printed by a tool",
    faults: [
      { file: "src/audit/audit-chain.ts", text: "previous = mac;", replacement: "", test: CHAIN },
      {
        file: VERIFY,
        text: "before.sequence + 1 < sequence",
        replacement: "before.sequence + 1 < 0",
        test: CHAIN,
        title: "removed record",
      },
      { file: VERIFY, text: "=== mac;", replacement: "!== undefined;", test: CHAIN, title: "another outcome" },
    ],
  },
];
