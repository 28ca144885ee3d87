import { AWS_SETTINGS, type AwsConfig } from "../adapters/aws/settings.ts";
import { STORAGE_QUEUE_SETTINGS, type StorageQueueConfig } from "../adapters/azure/jobs/settings.ts";
import { KEY_VAULT_SETTINGS, type KeyVaultConfig } from "../adapters/azure/key-vault/settings.ts";
import { STORAGE_TABLE_SETTINGS, type StorageTableConfig } from "../adapters/azure/table-storage/settings.ts";
import { FIRESTORE_SETTINGS, type FirestoreConfig } from "../adapters/gcp/firestore/settings.ts";
import { CLOUD_TASKS_SETTINGS, type CloudTasksConfig } from "../adapters/gcp/jobs/settings.ts";
import { SECRET_MANAGER_SETTINGS, type SecretManagerConfig } from "../adapters/gcp/secret-manager/settings.ts";
import { CONTAINER_SETTINGS, type ContainerConfig } from "../adapters/gcp/settings.ts";
import { REDIS_SETTINGS, type RedisConfig } from "../adapters/redis/settings.ts";
import type { Settings } from "../src/adapter.ts";

/** The settings of all adapters, for commands that read an environment before they know what the server has. */
export const ADAPTER_SETTINGS: Settings<
  AwsConfig &
    StorageTableConfig &
    FirestoreConfig &
    KeyVaultConfig &
    SecretManagerConfig &
    StorageQueueConfig &
    CloudTasksConfig &
    ContainerConfig &
    RedisConfig
> = {
  ...AWS_SETTINGS,
  ...STORAGE_TABLE_SETTINGS,
  ...FIRESTORE_SETTINGS,
  ...KEY_VAULT_SETTINGS,
  ...SECRET_MANAGER_SETTINGS,
  ...STORAGE_QUEUE_SETTINGS,
  ...CLOUD_TASKS_SETTINGS,
  ...CONTAINER_SETTINGS,
  ...REDIS_SETTINGS,
};
