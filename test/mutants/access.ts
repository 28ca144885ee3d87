import type { PromiseFaults } from "./planted-fault.ts";

const HIDDEN = "test/authorization/hidden-tools.test.ts";
const POLICIES = "test/authorization/policies.test.ts";
const SCOPES = "test/authorization/scopes.test.ts";
const AUDIT_ARGUMENTS = "test/audit/audit-arguments.test.ts";
const ENDPOINT_LOG = "test/http/endpoint.test.ts";
const PRIMITIVES = "test/authorization/primitives.test.ts";
const NOTICES = "test/isolation/change-notices.test.ts";
const INTERCEPTOR = "src/authorization/call-interceptor.ts";
const AUTHORIZE = "src/authorization/authorize.ts";

/** Faults in what callers may do, and in what is told of it. */
export const ACCESS_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "tools that a caller may not use",
    faults: [
      {
        file: "src/authorization/policy.ts",
        text: "return { allowed: allowed === true && !failed, policies: names,",
        replacement: "return { allowed: true, policies: names,",
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
        file: "src/authorization/list-filter.ts",
        text: ".filter((item) => isListed(primitive, String(item?.[key])))",
        replacement: "",
        test: HIDDEN,
      },
      {
        file: "src/authorization/list-filter.ts",
        text: 'cacheScope: "private"',
        replacement: 'cacheScope: "public"',
        test: HIDDEN,
      },
      {
        file: INTERCEPTOR,
        text: "&& !decision.passes",
        replacement: "&& decision.passes === undefined",
        test: HIDDEN,
      },
      {
        file: INTERCEPTOR,
        text: "if (first && !isBatch && !first.passes)",
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
        text: "...passing.flatMap(",
        replacement: "...decisions.flatMap(",
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
        text: 'request.url.split("?", 1)[0]?.slice(0, MAX_PATH_LENGTH) ?? ""',
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
    promise: "prompts, resources, templates and completions that a caller may not use",
    faults: [
      {
        file: "src/server/operation.ts",
        text: '{ action: "read", primitive: "resource", name: textOf(uri) }',
        replacement: "",
        test: PRIMITIVES,
      },
      {
        file: "src/server/list-kinds.ts",
        text: '["prompts/list", ',
        replacement: '["prompts/none", ',
        test: PRIMITIVES,
      },
      {
        file: "src/authorization/policy.ts",
        text: '? ["read", action] :',
        replacement: "? [action] :",
        test: PRIMITIVES,
      },
    ],
  },
  {
    promise: "changes of a resource told to callers who cannot read it",
    faults: [
      {
        file: "src/protocol-2026/readable-subscriptions.ts",
        text: "unreadable.add(uri);",
        replacement: "unreadable.delete(uri);",
        test: NOTICES,
      },
      {
        file: "src/protocol-2025/sessions/session-updates.ts",
        text: "if (refusal) return",
        replacement: "if (refusal === null) return",
        test: NOTICES,
      },
      {
        file: "src/services/change-events.ts",
        text: "audience?.includes(principal) ?? true",
        replacement: "audience?.includes(principal) !== null",
        test: NOTICES,
      },
      {
        file: "src/protocol-2025/streams/standalone-events.ts",
        text: "&& !mayHear(event.uri)",
        replacement: "&& mayHear(event.uri) === undefined",
        test: NOTICES,
      },
    ],
  },
];
