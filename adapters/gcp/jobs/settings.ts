import { type Settings, textLike } from "../../../src/adapter.ts";

/** Settings for the jobs of tasks on Google Cloud. Only a server with tasks takes them. */
export interface CloudTasksConfig {
  /**
   * Full name of the Cloud Tasks queue that brings tasks to their workers: `projects/P/locations/L/queues/Q`.
   *
   * @default none, and an instance works on the tasks whose calls it took
   */
  readonly cloudTasksQueue?: string;
  /** URL of this service without a path, to which Cloud Tasks sends the jobs, and the audience of its tokens. */
  readonly cloudTasksUrl?: string;
}

export const CLOUD_TASKS_SETTINGS: Settings<CloudTasksConfig> = {
  cloudTasksQueue: {
    variable: "MCP_ANYCLOUD_CLOUD_TASKS_QUEUE",
    // "projects.locations.queues", name: the characters of each part, and their number.
    type: textLike(
      /^projects\/[a-zA-Z\d.:-]+\/locations\/[a-z\d-]+\/queues\/[a-zA-Z\d-]{1,100}$/,
      "be the full name of a queue, such as projects/my-project/locations/europe-west1/queues/mcp-tasks",
    ),
    setByDeployment: true,
  },
  cloudTasksUrl: {
    variable: "MCP_ANYCLOUD_CLOUD_TASKS_URL",
    type: textLike(
      /^(https:\/\/[a-zA-Z\d.-]+(:\d{1,5})?|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?)$/,
      "be the https URL of the service without a path, such as https://mcp-123456789012.europe-west1.run.app",
      URL.canParse,
    ),
    setByDeployment: true,
  },
};
