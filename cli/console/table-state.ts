import { scanTable, type TableAddress, type TableItem } from "../../emulators/local-table-client.ts";

/** The contents of the local table, as the page shows them. */
export interface TableState {
  /** False where there is no table of dev's own to read. */
  readonly isLocal: boolean;
  /** Numbers of items, by the first word of their partition: `session`, `stream`, `task`. */
  readonly kinds: ReadonlyArray<{ readonly kind: string; readonly count: number }>;
  readonly sessions: readonly ShownSession[];
  /** Whether there are more items than were read. */
  readonly isPartial: boolean;
}

interface ShownSession {
  /** The beginning of its id. */
  readonly session: string;
  readonly client: string;
  readonly protocolVersion: string;
  /** Unix time in seconds. */
  readonly activeUntil: number;
}

const MOST_ITEMS = 5_000;
const MOST_SESSIONS = 200;

/** Reads the items of the local table that have not expired. */
export async function readTableState(table: TableAddress | undefined): Promise<TableState> {
  if (!table) return { isLocal: false, kinds: [], sessions: [], isPartial: false };
  const now = Date.now() / 1000;
  const counts = new Map<string, number>();
  const sessions: ShownSession[] = [];
  let items = 0;
  for await (const item of scanTable(table)) {
    if (++items > MOST_ITEMS) break;
    if (Number(item.expiresAt?.N) <= now) continue;
    const [root = "", kind = "", id = ""] = (item.pk?.S ?? "").split("/");
    const shown = root === "item" ? kind : root;
    counts.set(shown, (counts.get(shown) ?? 0) + 1);
    if (shown === "session" && item.sk?.S === "record" && sessions.length < MOST_SESSIONS) {
      const session = toSession(id, item);
      if (session) sessions.push(session);
    }
  }
  const kinds = [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => a.kind.localeCompare(b.kind));
  return { isLocal: true, kinds, sessions, isPartial: items > MOST_ITEMS };
}

function toSession(id: string, item: TableItem): ShownSession | undefined {
  try {
    const { initialize, protocolVersion, activeUntil } = JSON.parse(item.value?.S ?? "");
    const { name = "", version = "" } = initialize?.clientInfo ?? {};
    const client = `${name} ${version}`.trim().slice(0, 100);
    return { session: id.slice(0, 8), client, protocolVersion: String(protocolVersion), activeUntil };
  } catch {
    // A record that another version of the toolkit wrote.
    return undefined;
  }
}
