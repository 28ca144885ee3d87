import { fileURLToPath } from "node:url";
import { startLocalTable } from "../../emulators/local-table.ts";
import { type CallsReport, startCallers } from "./callers.ts";
import { REPLICAS, startReplicas } from "./replicas.ts";

export interface RestartReport extends CallsReport {
  /** How the instances that were replaced ended. */
  readonly ended: readonly string[];
}

const ENTRY = fileURLToPath(new URL("./servers/good.ts", import.meta.url));

/** Replaces each of three containers behind haproxy while clients with sessions call. */
export async function runRollingRestart(
  haproxy: string,
  { clients, rounds }: { clients: number; rounds: number },
): Promise<RestartReport> {
  await using resources = new AsyncDisposableStack();
  const table = await startLocalTable();
  resources.defer(() => table.close());
  const environment = { ...table.environment, MCP_ANYCLOUD_RATE_LIMITS: "session=1000000/300" };
  const replicas = resources.use(await startReplicas({ haproxy, entry: ENTRY, environment }));
  const callers = startCallers(replicas.port, { clients, inFlight: Math.min(clients, 8) });
  resources.defer(async () => void (await callers.stop()));
  await callers.after(clients);

  const ended: string[] = [];
  for (let turn = 0; turn < REPLICAS * rounds; turn++) {
    ended.push(await replicas.replaceOldest(() => callers.after(clients)));
  }
  await callers.after(clients);
  return { ...(await callers.stop()), ended };
}
