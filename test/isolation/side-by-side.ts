import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { startLocalTable } from "../../emulators/local-table.ts";
import { createMcpEndpoint, createMemoryStore } from "../../src/index.ts";
import { type Arm, httpArm, inProcessArm } from "../contract/arm.ts";
import server from "../fixtures/marking-server.ts";
import type { Ingress } from "../security/secured-ingresses.ts";
import { startIngress } from "../support/ingresses.ts";
import { type Mode, openClient } from "./marking-clients.ts";

const ENTRY = fileURLToPath(new URL("../fixtures/marking-server.ts", import.meta.url));

/** Two callers call at the same time, again and again, and each finds nothing but its own. */
export async function callSideBySide(ingress: Ingress, mode: Mode, rounds: number): Promise<void> {
  const arm = await startMarking(ingress, mode);
  try {
    const ada = await openClient(arm, mode, "ada", { elicitation: { form: {} } });
    const bob = await openClient(arm, mode, "bob", { sampling: {} });
    for (let n = 0; n < rounds; n++) {
      await Promise.all([ada.mark(`ada-${n}`), bob.mark(`bob-${n}`)]);
      if (n % 10 === 9) await Promise.all([ada.list(`ada-list-${n}`), bob.list(`bob-list-${n}`)]);
    }
    expect.hasAssertions();
  } finally {
    await arm.close();
  }
}

/** The server in process, or built for a cloud; with a store of its own unless its clients have no sessions. */
async function startMarking({ cloud, options }: Ingress, mode: Mode): Promise<Arm> {
  const hasStore = mode !== "2025-11-25 without a session";
  if (!cloud) {
    const settings = { logLevel: "silent", audit: "off" } as const;
    return inProcessArm(createMcpEndpoint(server, { ...settings, ...(hasStore && { store: createMemoryStore() }) }));
  }
  const table = hasStore ? await startLocalTable() : undefined;
  try {
    const environment = { ...table?.environment, MCP_ANYCLOUD_AUDIT: "off" };
    const { url, close } = await startIngress(cloud, { ...options, entry: ENTRY, environment });
    return httpArm({
      url,
      async close() {
        await close();
        await table?.close();
      },
    });
  } catch (error) {
    await table?.close();
    throw error;
  }
}
