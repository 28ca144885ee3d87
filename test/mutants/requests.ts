import type { PromiseFaults } from "./planted-fault.ts";

const HOST_AND_ORIGIN = "test/http/host-and-origin.test.ts";
const DIFFERENTIAL = "test/protocol-2026/differential.test.ts";
const HOSTS = "src/pipeline/host-validation.ts";
const PRIVATE = "test/emulators/private-service.test.ts";
const SERVICE = "emulators/private-service.ts";

/** Faults in what is let in, and how much of it. */
export const REQUEST_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "headers that contradict the body",
    faults: [
      {
        file: "src/pipeline/classify.ts",
        text: 'if (headers["mcp-method"] !== method) return false;',
        replacement: "",
        test: DIFFERENTIAL,
      },
      {
        file: "src/pipeline/classify.ts",
        text: 'headers["mcp-name"] === name && ',
        replacement: "",
        test: DIFFERENTIAL,
      },
    ],
  },
  {
    promise: "web pages of other origins",
    faults: [
      {
        file: HOSTS,
        text: " || isAllowedOrigin(origin, allowed, isLoopback))",
        replacement: " || !isAllowedOrigin(origin, allowed, isLoopback))",
        test: HOST_AND_ORIGIN,
      },
      {
        file: HOSTS,
        text: " && isLoopbackName(url.hostname);",
        replacement: ";",
        test: HOST_AND_ORIGIN,
      },
      {
        file: "src/pipeline/cors.ts",
        text: '"access-control-allow-origin": origin,',
        replacement: '"access-control-allow-origin": origin, "access-control-allow-credentials": "true",',
        test: HOST_AND_ORIGIN,
      },
      {
        file: "src/pipeline/cors.ts",
        text: '      vary: "origin",\n',
        replacement: "",
        test: HOST_AND_ORIGIN,
      },
    ],
  },
  {
    promise: "DNS rebinding",
    faults: [
      {
        file: HOSTS,
        text: "if (isLoopback && !isLoopbackName(name))",
        replacement: "if (false)",
        test: HOST_AND_ORIGIN,
      },
      {
        file: HOSTS,
        text: 'return isAllowed ? undefined : "This host is not served here.";',
        replacement: "return undefined;",
        test: HOST_AND_ORIGIN,
      },
      {
        file: HOSTS,
        text: "if (last?.host === host) return last.name;",
        replacement: "if (last) return last.name;",
        test: HOST_AND_ORIGIN,
      },
    ],
  },
  {
    promise: "web pages that reach what `dev` runs: the local table, the Runtime API, the Invoke API",
    faults: [
      { file: SERVICE, text: "headers.origin !== undefined || ", replacement: "", test: PRIVATE, title: "table" },
      {
        file: SERVICE,
        text: ' || headers["sec-fetch-site"] !== undefined;',
        replacement: ";",
        test: PRIVATE,
        title: "table",
      },
      {
        file: SERVICE,
        text: "headers.host === ",
        replacement: "String(headers.host) >= ",
        test: PRIVATE,
        title: "table",
      },
      { file: SERVICE, text: " && url.startsWith(path);", replacement: ";", test: PRIVATE, title: "table" },
      { file: SERVICE, text: " || !/^(\\/(?![\\\\/])|$)/.test(rest)", replacement: "", test: PRIVATE, title: "table" },
      {
        file: "emulators/aws/emulator.ts",
        text: "await openPrivateService((incoming, outgoing)",
        replacement: "await openIngress(0, (incoming, outgoing)",
        test: PRIVATE,
        title: "Invoke API",
      },
      {
        file: SERVICE,
        text: 'return openIngress(0, privateListener(listener, ""), address);',
        replacement: 'return openIngress(0, privateListener(listener, ""), address.slice(0, 4) + "0.0.1");',
        test: PRIVATE,
        title: "takes none",
      },
    ],
  },
  {
    promise: "forged `X-Forwarded-*`",
    faults: [
      {
        file: "adapters/gcp/connection/client-address.ts",
        text: "entries.slice(-trustedProxies)",
        replacement: "entries.slice(0, trustedProxies)",
        test: "test/gcp/client-address.test.ts",
        title: "from the end",
      },
      {
        file: "adapters/gcp/connection/client-address.ts",
        text: "addresses.length === trustedProxies ? addresses : []",
        replacement: "addresses",
        test: "test/gcp/client-address.test.ts",
        title: "connection",
      },
    ],
  },
];
