/**
 * Attributes whose values Terraform hides, and refuses where they would be seen, such as in `for_each`. The generated
 * packages do not tell; found as `Sensitive: true` in the sources of hashicorp/terraform-provider-{azurerm,google}, and
 * in the documentation of -random. Of AWS's types the templates use none.
 */
export const SENSITIVE_ATTRIBUTES: readonly string[] = [
  "azurerm_log_analytics_workspace.primary_shared_key",
  "azurerm_log_analytics_workspace.secondary_shared_key",
  "azurerm_storage_account.primary_access_key",
  "azurerm_storage_account.primary_blob_connection_string",
  "azurerm_storage_account.primary_connection_string",
  "azurerm_storage_account.secondary_access_key",
  "azurerm_storage_account.secondary_blob_connection_string",
  "azurerm_storage_account.secondary_connection_string",
  "google_secret_manager_secret_version.secret_data",
  "random_bytes.base64",
  "random_bytes.hex",
];
