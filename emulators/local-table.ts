import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { AnycloudError } from "../src/adapter.ts";
import { startInstance } from "./instance.ts";
import type { LocalTableReport } from "./local-table-process.ts";

/** A DynamoDB table in the memory of a process on this machine; its contents end with that process. */
export interface LocalTable {
  /** Name of the emulated service, for people: "DynamoDB (dynalite)". */
  readonly imitates: string;
  /** URL of the service, on loopback, with the secret that keeps web pages out. */
  readonly url: string;
  /** Variables with which an instance of any cloud finds the table. Their credentials give no access to AWS. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(
  new URL(`./local-table-process.${import.meta.filename.endsWith(".ts") ? "ts" : "js"}`, import.meta.url),
);
const TABLE = "mcp-anycloud";

/**
 * Starts one table for the instances of all clouds, so that a session that was opened at one ingress continues at another.
 * It does not delete expired items: readers have to check `expiresAt` anyway, because DynamoDB deletes days late. Rejects
 * with INSTANCE_FAILED when it does not start.
 */
export async function startLocalTable(): Promise<LocalTable> {
  const lines: string[] = [];
  const instance = startInstance({
    command: [PROGRAM, TABLE],
    environment: {},
    onOutput: (line) => lines.push(line),
  });
  const failed = instance.exited.then((how) => {
    const said = lines.find((line) => /Error\b/.test(line)) ?? "nothing";
    throw new AnycloudError("INSTANCE_FAILED", `The local DynamoDB did not start (${how}), saying "${said}".`);
  });
  const ready = once(instance.process, "message").then(([report]) => report as LocalTableReport);
  const { port, path } = await Promise.race([ready, failed]);
  // The process ends some time after it was ready, and nobody waits for that.
  failed.catch(() => {});
  const url = `http://127.0.0.1:${port}${path}`;
  return {
    imitates: "DynamoDB (dynalite)",
    url,
    environment: {
      MCP_ANYCLOUD_TABLE: TABLE,
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "LOCAL",
      AWS_SECRET_ACCESS_KEY: "local",
    },
    close: () => instance.stop(),
  };
}
