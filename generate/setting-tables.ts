import { platformIdentities as aws } from "../adapters/aws/identity.ts";
import { AWS_SETTINGS } from "../adapters/aws/settings.ts";
import { platformIdentities as azure } from "../adapters/azure/identity.ts";
import { STORAGE_QUEUE_SETTINGS } from "../adapters/azure/jobs/settings.ts";
import { KEY_VAULT_SETTINGS } from "../adapters/azure/key-vault/settings.ts";
import { STORAGE_TABLE_SETTINGS } from "../adapters/azure/table-storage/settings.ts";
import { FIRESTORE_SETTINGS } from "../adapters/gcp/firestore/settings.ts";
import { containerIdentities as container } from "../adapters/gcp/identity.ts";
import { CLOUD_TASKS_SETTINGS } from "../adapters/gcp/jobs/settings.ts";
import { SECRET_MANAGER_SETTINGS } from "../adapters/gcp/secret-manager/settings.ts";
import { CONTAINER_SETTINGS } from "../adapters/gcp/settings.ts";
import { REDIS_SETTINGS } from "../adapters/redis/settings.ts";
import { AUTH_SETTINGS } from "../src/config/auth-settings.ts";
import { AUTHORIZATION_SETTINGS } from "../src/config/authorization-settings.ts";
import { ENDPOINT_SETTINGS } from "../src/config/endpoint-settings.ts";
import { KEY_SETTINGS } from "../src/config/key-settings.ts";
import { LIMIT_SETTINGS } from "../src/config/limit-settings.ts";
import { SESSION_SETTINGS } from "../src/config/session-settings.ts";
import type { Setting } from "../src/config/setting.ts";
import { TELEMETRY_SETTINGS } from "../src/config/telemetry-settings.ts";

/** A table of settings, and the file in which the doc comments of its fields are. */
export interface SettingTable {
  /** Heading in docs/settings.md. */
  readonly title: string;
  readonly file: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

/** All tables, in the order of docs/settings.md. */
export const SETTING_TABLES: readonly SettingTable[] = [
  { title: "The endpoint", file: "src/config/endpoint-settings.ts", settings: ENDPOINT_SETTINGS },
  { title: "Who may call", file: "src/config/auth-settings.ts", settings: AUTH_SETTINGS },
  { title: "Limits", file: "src/config/limit-settings.ts", settings: LIMIT_SETTINGS },
  { title: "Tool calls", file: "src/config/authorization-settings.ts", settings: AUTHORIZATION_SETTINGS },
  { title: "Sessions and streams", file: "src/config/session-settings.ts", settings: SESSION_SETTINGS },
  { title: "Keys", file: "src/config/key-settings.ts", settings: KEY_SETTINGS },
  { title: "Telemetry", file: "src/config/telemetry-settings.ts", settings: TELEMETRY_SETTINGS },
  { title: "Containers", file: "adapters/gcp/settings.ts", settings: CONTAINER_SETTINGS },
  { title: "State in AWS", file: "adapters/aws/settings.ts", settings: AWS_SETTINGS },
  {
    title: "State in Azure",
    file: "adapters/azure/table-storage/settings.ts",
    settings: STORAGE_TABLE_SETTINGS,
  },
  { title: "State in Google Cloud", file: "adapters/gcp/firestore/settings.ts", settings: FIRESTORE_SETTINGS },
  { title: "Keys in Azure", file: "adapters/azure/key-vault/settings.ts", settings: KEY_VAULT_SETTINGS },
  { title: "Keys in Google Cloud", file: "adapters/gcp/secret-manager/settings.ts", settings: SECRET_MANAGER_SETTINGS },
  { title: "State in Redis", file: "adapters/redis/settings.ts", settings: REDIS_SETTINGS },
  {
    title: "Jobs of tasks in Azure",
    file: "adapters/azure/jobs/settings.ts",
    settings: STORAGE_QUEUE_SETTINGS,
  },
  {
    title: "Jobs of tasks in Google Cloud",
    file: "adapters/gcp/jobs/settings.ts",
    settings: CLOUD_TASKS_SETTINGS,
  },
];

/** Words that adapters add to a setting of the core, by its field. */
export const ADAPTER_WORDS: Readonly<Record<string, readonly string[]>> = {
  platformIdentity: [...aws, ...azure, ...container].map(({ kind }) => kind),
};
