import { type Settings, textLike } from "../../../src/adapter.ts";

/** Settings for state that is kept in Azure. */
export interface StorageTableConfig {
  /**
   * Name of a table for sessions and shared state, in the storage account of the function app. Instead of
   * `MCP_ANYCLOUD_TABLE`.
   *
   * @default none
   */
  readonly storageTable?: string;
}

export const STORAGE_TABLE_SETTINGS: Settings<StorageTableConfig> = {
  storageTable: {
    variable: "MCP_ANYCLOUD_STORAGE_TABLE",
    // "Understanding the Table service data model", Table names.
    type: textLike(/^[A-Za-z][A-Za-z\d]{2,62}$/, "be the name of a table: 3 to 63 letters and digits, a letter first"),
    insteadOf: ["MCP_ANYCLOUD_TABLE"],
    setByDeployment: true,
  },
};
