import type { PromiseFaults } from "./planted-fault.ts";

const ATTACKS = "test/security/attacks.test.ts";

/** Faults in what surrounds the check of tokens: metadata, paths, identities of platforms. */
export const IDENTITY_FAULTS: readonly PromiseFaults[] = [
  {
    promise: "a client that is led to a foreign authorization server",
    faults: [
      {
        file: "src/auth/challenge.ts",
        text: "resource_metadata: resourceMetadata",
        replacement: "resource_metadata: undefined",
        test: ATTACKS,
        title: "no token",
      },
      {
        file: "src/auth/protected-resource.ts",
        text: "authorization_servers: authorizationServers",
        replacement: 'authorization_servers: ["https://evil.example"]',
        test: "test/security/discovery.test.ts",
      },
    ],
  },
  {
    promise: "paths around authentication",
    faults: [
      {
        file: "src/pipeline/pipeline.ts",
        text: "if (path !== config.path)",
        replacement:
          "if (path !== config.path && path.endsWith(config.path)) return servePost(pipeline, { ...unauthenticated, caller: { ...ANYBODY, scopes: config.requiredScopes ?? [] }, principal: ANYBODY.principal });\n  if (path !== config.path)",
        test: ATTACKS,
        title: "path trick",
      },
    ],
  },
  {
    promise: "a forged `X-Forwarded-Client-Cert`",
    faults: [
      {
        file: "adapters/shared/mesh/forwarded-certificate.ts",
        text: 'if (separator === ",") element = new Map();',
        replacement: 'if (separator === ",") return element;',
        test: "test/auth/mesh-identity.test.ts",
      },
      {
        file: "adapters/shared/mesh/forwarded-certificate.ts",
        text: "if (whole === undefined) return undefined;",
        replacement: "if (whole === undefined) return element;",
        test: "test/auth/mesh-identity.test.ts",
      },
      {
        file: "adapters/shared/mesh/mesh-identity.ts",
        text: "if (!trustDomains.includes(trustDomain)) return undefined;",
        replacement: "if (!trustDomain) return undefined;",
        test: "test/auth/mesh-identity.test.ts",
      },
      {
        file: "adapters/shared/mesh/mesh-identity.ts",
        text: "ids.length > 0",
        replacement: "false",
        test: "test/auth/mesh-identity.test.ts",
      },
    ],
  },
  {
    promise: "forged Easy Auth, IAP and IAM headers",
    faults: [
      {
        file: "adapters/gcp/identity.ts",
        text: "signature === CHECKED",
        replacement: "signature",
        test: "test/auth/platform-identity.test.ts",
      },
      {
        file: "adapters/gcp/identity.ts",
        text: "readEnvironment(process.env).managed",
        replacement: "true",
        test: "test/auth/platform-identity.test.ts",
      },
      {
        file: "adapters/gcp/iap-identity.ts",
        text: 'if ("problem" in proof) return undefined;',
        replacement: 'if ("problem" in proof) return { issuer: "https://cloud.google.com/iap", subject: "anybody" };',
        test: "test/auth/platform-identity.test.ts",
      },
      {
        file: "adapters/azure/identity.ts",
        text: 'subject.includes(",")',
        replacement: "false",
        test: "test/auth/platform-identity.test.ts",
      },
      {
        file: "adapters/aws/identity.ts",
        text: "identity?.issuer === AWS_IAM ? identity : undefined",
        replacement: '(identity ?? { issuer: AWS_IAM, subject: String(_request.headers["x-user-arn"]) })',
        test: "test/auth/platform-identity.test.ts",
      },
    ],
  },
];
