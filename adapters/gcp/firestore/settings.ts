import { type Settings, textLike } from "../../../src/adapter.ts";

/** Settings for state that is kept in Google Cloud. */
export interface FirestoreConfig {
  /**
   * Full name of the Firestore database for sessions and shared state: `projects/<project>/databases/<database>`. Instead of
   * `MCP_ANYCLOUD_TABLE`.
   *
   * @default none
   */
  readonly firestoreDatabase?: string;
}

export const FIRESTORE_SETTINGS: Settings<FirestoreConfig> = {
  firestoreDatabase: {
    variable: "MCP_ANYCLOUD_FIRESTORE_DATABASE",
    type: textLike(
      /^projects\/[a-z][a-z\d.:-]{4,62}\/databases\/(\(default\)|[a-z][a-z\d-]{2,61}[a-z\d])$/,
      "be the full name of a Firestore database, such as projects/notes-123456/databases/mcp-state",
    ),
    insteadOf: ["MCP_ANYCLOUD_TABLE"],
    setByDeployment: true,
  },
};
