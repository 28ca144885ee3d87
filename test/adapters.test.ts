import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe } from "vitest";
import type { Cloud } from "../cli/clouds.ts";
import { catchErrors } from "../src/adapter.ts";
import { adapterContract } from "./contract/adapter.ts";
import { httpArm, inProcessArm, type Traits } from "./contract/arm.ts";
import handler from "./contract/handler.ts";
import { type IngressOptions, startIngress } from "./support/ingresses.ts";

const HANDLER = fileURLToPath(new URL("./contract/handler.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "adapter-contract-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PLAIN: Traits = {
  canStream: true,
  exactPath: true,
  exactQuery: true,
  tellsDisconnect: true,
  challengeHeader: "www-authenticate",
  maxRequestBytes: Number.POSITIVE_INFINITY,
  methods: ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
};

describe("in process", () => {
  const notes = join(folder, "in-process");
  process.env.CONTRACT_NOTES = notes;
  adapterContract(async () => inProcessArm(catchErrors(handler)), PLAIN, notes);
});

/** An event is JSON of at most 6 MB, and a binary body in it base64 (Lambda quotas, invocation payload). */
const LAMBDA: Traits = {
  ...PLAIN,
  tellsDisconnect: false,
  challengeHeader: "x-amzn-remapped-www-authenticate",
  maxRequestBytes: 4_500_000,
};
const REST: Traits = { ...LAMBDA, exactQuery: false };
const AZURE: Traits = { ...PLAIN, exactPath: false, tellsDisconnect: false };

const ARMS: ReadonlyArray<[name: string, Cloud, Traits, Partial<IngressOptions>]> = [
  ["API Gateway REST API, streamed", "aws", REST, {}],
  ["API Gateway REST API, streamed, on the built-in runtime client", "aws", REST, { runtime: "built-in" }],
  ["API Gateway REST API, buffered", "aws", { ...REST, canStream: false }, { streaming: false }],
  ["Lambda Function URL, streamed", "aws", LAMBDA, { ingress: "function-url" }],
  [
    "Lambda Function URL, buffered",
    "aws",
    { ...LAMBDA, canStream: false },
    { ingress: "function-url", streaming: false },
  ],
  ["Azure Functions", "azure", AZURE, {}],
  ["Cloud Run, container", "gcp", PLAIN, { form: "container" }],
  ["Cloud Run, functions-framework", "gcp", PLAIN, { form: "function" }],
];

describe.each(ARMS)("%s", (name, cloud, traits, options) => {
  const notes = join(folder, name.replaceAll(/\W+/g, "-"));
  const environment = { CONTRACT_NOTES: notes };
  const start = () => startIngress(cloud, { entry: HANDLER, kind: "handler", environment, ...options });
  adapterContract(async () => httpArm(await start()), traits, notes);
});
