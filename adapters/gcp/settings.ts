import { type Settings, wholeNumber } from "../../src/adapter.ts";

/** Settings of a container. */
export interface ContainerConfig {
  /**
   * Time that the platform gives a container between SIGTERM and SIGKILL. Requests have 3 seconds less to finish; those that
   * have not are told so.
   */
  readonly shutdownSeconds: number;
}

export const CONTAINER_SETTINGS: Settings<ContainerConfig> = {
  shutdownSeconds: {
    variable: "MCP_ANYCLOUD_SHUTDOWN_SECONDS",
    type: wholeNumber(5, 3600, "seconds"),
    // Cloud Run's ("Container runtime contract", instance shutdown), and what `docker stop` waits.
    default: 10,
    setByDeployment: true,
  },
};
