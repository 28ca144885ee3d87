import type { TableAddress } from "../../emulators/local-table-client.ts";
import type { Cloud } from "../clouds.ts";
import type { Activity } from "../dev/activity.ts";
import type { ClientConfiguration } from "../dev/client-configurations.ts";

/** An ingress as the page shows it. */
interface ShownIngress {
  readonly cloud: Cloud;
  /** URL of the MCP endpoint behind it. */
  readonly url: string;
  readonly imitates: string;
  readonly configurations: readonly ClientConfiguration[];
}

export interface ConsoleOptions {
  /** 0 takes any free port; another one that is taken gives way to a free one. */
  readonly port: number;
  readonly activity: Activity;
  readonly ingresses: readonly ShownIngress[];
  /** The server's module, for people. */
  readonly entry: string;
  /** The local table; undefined where there is none. */
  readonly table: TableAddress | undefined;
}
