import { fileURLToPath } from "node:url";
import type { Cloud } from "../../cli/clouds.ts";
import { startLocalTable } from "../../emulators/local-table.ts";
import { readConfig } from "../../src/adapter.ts";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { type Arm, httpArm, inProcessArm, readAll } from "../contract/arm.ts";
import server from "../fixtures/secured-server.ts";
import { type IngressOptions, startIngress } from "../support/ingresses.ts";
import type { SendAttack } from "./attack.ts";
import { modern } from "./messages.ts";

/** The secured server behind an ingress. */
export interface SecuredIngress {
  /** Absent in process. */
  readonly url?: string;
  readonly send: SendAttack;
  /** Everything that it wrote: lines of the log, of the audit log, of errors. */
  readonly output: readonly string[];
  close(): Promise<void>;
}

export interface Ingress {
  readonly name: string;
  readonly cloud: Cloud | undefined;
  readonly options?: Partial<IngressOptions>;
  /** Under which `www-authenticate` reaches the client. */
  readonly challengeHeader: string;
}

const RENAMED = "x-amzn-remapped-www-authenticate";
const KEPT = "www-authenticate";

export const INGRESSES: readonly Ingress[] = [
  { name: "API Gateway REST API", cloud: "aws", challengeHeader: RENAMED },
  { name: "Lambda Function URL", cloud: "aws", options: { ingress: "function-url" }, challengeHeader: RENAMED },
  { name: "Azure Functions", cloud: "azure", challengeHeader: KEPT },
  { name: "Cloud Run, container", cloud: "gcp", options: { form: "container" }, challengeHeader: KEPT },
  { name: "Cloud Run, functions-framework", cloud: "gcp", options: { form: "function" }, challengeHeader: KEPT },
];

export const IN_PROCESS: Ingress = { name: "the core in process", cloud: undefined, challengeHeader: KEPT };

const ENTRY = fileURLToPath(new URL("../fixtures/secured-server.ts", import.meta.url));
const STATE_KEYS = `a:${Buffer.alloc(32, 1).toString("base64")}`;

/** Builds the secured server for a cloud, and serves it with a table of its own. */
export async function startSecured(
  { cloud, options = {}, challengeHeader }: Ingress,
  settings: Readonly<Record<string, string>>,
): Promise<SecuredIngress> {
  const output: string[] = [];
  const environment = { MCP_ANYCLOUD_STATE_KEYS: STATE_KEYS, ...settings };
  if (!cloud) return { ...toIngress(inProcess(environment, output), challengeHeader), output };
  const table = await startLocalTable();
  try {
    const onOutput = (line: string): void => void output.push(line);
    const settled = { ...environment, ...table.environment };
    const ingress = await startIngress(cloud, { entry: ENTRY, ...options, environment: settled, onOutput });
    const close = async (): Promise<void> => {
      await ingress.close();
      await table.close();
    };
    const { url } = ingress;
    return { ...toIngress(httpArm({ url, close }), challengeHeader), url, output };
  } catch (error) {
    await table.close();
    throw error;
  }
}

function inProcess(environment: Readonly<Record<string, string>>, output: string[]): Arm {
  const write = (record: object): void => void output.push(JSON.stringify(record));
  const options = { ...readConfig(environment), store: createMemoryStore(), log: write };
  return inProcessArm(createMcpEndpoint({ ...server, audit: write }, options));
}

function toIngress(arm: Arm, challengeHeader: string): Pick<SecuredIngress, "send" | "close"> {
  return {
    close: () => arm.close(),
    async send(request) {
      const { method = "POST", url = "/mcp", headers = [], body } = withDefaults(request);
      const names = new Set(headers.map(([name]) => name));
      const mcp = { "content-type": "application/json", accept: "application/json" };
      const added = Object.entries(mcp).filter(([name]) => !names.has(name));
      const lines = [...headers, ...added].flat();
      const response = await arm.send({ method, url, headers: lines, ...(body && { body: Buffer.from(body) }) });
      const named = Object.entries(response.headers).map(([name, value]) => [
        name === challengeHeader ? "www-authenticate" : name,
        String(value),
      ]);
      return { status: response.status, headers: Object.fromEntries(named), body: String(await readAll(response)) };
    },
  };
}

function withDefaults(request: Parameters<SendAttack>[0]): Parameters<SendAttack>[0] {
  if (request.body !== undefined) return request;
  const call = modern({ name: "echo", arguments: { text: "in" } });
  return { ...call, ...request, headers: [...(call.headers ?? []), ...(request.headers ?? [])] };
}
