import type { PromiseFaults } from "./planted-fault.ts";

const HIDDEN = "test/authorization/hidden-tools.test.ts";
const POLICIES = "test/authorization/policies.test.ts";
const SCOPES = "test/authorization/scopes.test.ts";
const AUDIT = "test/audit/audit.test.ts";
const AUDIT_ARGUMENTS = "test/audit/audit-arguments.test.ts";
const ENDPOINT_LOG = "test/http/endpoint.test.ts";
const INTERCEPTOR = "src/authorization/call-interceptor.ts";
const AUTHORIZE = "src/authorization/authorize.ts";

/** Faults in what callers may do, and in what is recorded of it. */
export const ACCESS_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "tools that a caller may not use",
    faults: [
      {
        file: "src/authorization/policy.ts",
        text: "return { allowed: allowed === true && !failed, policies,",
        replacement: "return { allowed: true, policies,",
        test: HIDDEN,
      },
      {
        file: "src/authorization/policy.ts",
        text: "return { allowed: false, policies: [], failed: true };",
        replacement: "return { allowed: true, policies: [] };",
        test: POLICIES,
      },
      {
        file: "src/authorization/cedar-policy.ts",
        text: "if (failing.length > 0)",
        replacement: "if (false)",
        test: POLICIES,
      },
      {
        file: "src/authorization/tool-list.ts",
        text: ".filter(({ name }) => isListed(name))",
        replacement: "",
        test: HIDDEN,
      },
      {
        file: "src/authorization/tool-list.ts",
        text: 'cacheScope: "private"',
        replacement: 'cacheScope: "public"',
        test: HIDDEN,
      },
      {
        file: INTERCEPTOR,
        text: "return call && !call.allowed ? unknownTool(server, call) : undefined;",
        replacement: "return undefined;",
        test: HIDDEN,
      },
      {
        file: INTERCEPTOR,
        text: "if (first && !isBatch && !first.allowed)",
        replacement: "if (false)",
        test: HIDDEN,
      },
      {
        file: "src/authorization/scope-check.ts",
        text: "required.filter((scope) => !held.includes(scope))",
        replacement: "required.filter((scope) => !held.includes(scope) && false)",
        test: SCOPES,
      },
      {
        file: AUTHORIZE,
        text: "...allowed.flatMap(({ tool }) => rules.get(tool)?.scopes ?? [])",
        replacement: "...calls.flatMap(({ tool }) => rules.get(tool)?.scopes ?? [])",
        test: SCOPES,
      },
    ],
  },
  {
    promise: "tokens, secrets or arguments in logs, errors and the audit log",
    faults: [
      {
        file: "src/audit/audited-arguments.ts",
        text: "named.map((name) => [name, REDACTED])",
        replacement: "named.map((name) => [name, (args as Record<string, unknown>)[name]])",
        test: AUDIT_ARGUMENTS,
      },
      {
        file: "src/http/request-log.ts",
        text: 'request.url.split("?", 1)[0] ?? ""',
        replacement: "request.url",
        test: ENDPOINT_LOG,
      },
      {
        file: "src/http/error-response.ts",
        text: '?? "Internal error"',
        replacement: "?? String(error)",
        test: ENDPOINT_LOG,
      },
    ],
  },
  {
    promise: "a call that nobody can account for",
    faults: [
      {
        file: "src/audit/call-audit.ts",
        text: "if (!audit || recorded.has(call)) return;",
        replacement: "if (!audit) return;",
        test: AUDIT,
      },
      {
        file: "src/audit/call-audit.ts",
        text: 'if (isError === true) return { outcome: "tool_error" };',
        replacement: "",
        test: AUDIT,
      },
      {
        file: INTERCEPTOR,
        text: "onClose: () => cancel(),",
        replacement: "onClose: () => {},",
        test: AUDIT,
      },
      {
        file: "src/pipeline/pipeline.ts",
        text: "if (audit) recordRefusal(audit, refused, response.status);",
        replacement: "",
        test: AUDIT,
      },
    ],
  },
];
