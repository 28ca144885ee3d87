import { type Settings, textLike } from "../../../src/adapter.ts";

/** Settings for the jobs of tasks on Azure. Only a server with tasks takes them. */
export interface StorageQueueConfig {
  /**
   * Name of the queue that brings tasks to their workers, in the storage account of the function app. The host makes its
   * poison queue beside it.
   *
   * @default none, and an instance works on the tasks whose calls it took
   */
  readonly storageQueue?: string;
}

export const STORAGE_QUEUE_SETTINGS: Settings<StorageQueueConfig> = {
  storageQueue: {
    variable: "MCP_ANYCLOUD_STORAGE_QUEUE",
    // "Naming queues and metadata": 63 characters at most, of which `-poison` takes seven.
    type: textLike(
      /^[a-z\d](-?[a-z\d]){2,27}$/,
      "be the name of a queue: 3 to 28 lower-case letters and digits, with single hyphens between them",
    ),
    setByDeployment: true,
  },
};
