import { AUTH_SETTINGS, type AuthConfig } from "./auth-settings.ts";
import { AUTHORIZATION_SETTINGS, type AuthorizationConfig } from "./authorization-settings.ts";
import { ENDPOINT_SETTINGS, type EndpointConfig } from "./endpoint-settings.ts";
import { KEY_SETTINGS, type KeyConfig } from "./key-settings.ts";
import { LIMIT_SETTINGS, type LimitConfig } from "./limit-settings.ts";
import { SESSION_SETTINGS, type SessionConfig } from "./session-settings.ts";
import type { Settings } from "./setting.ts";
import { TELEMETRY_SETTINGS, type TelemetryConfig } from "./telemetry-settings.ts";

/** How the endpoint behaves. Every field has a variable of the environment, which `readConfig` reads. */
export interface Config
  extends EndpointConfig,
    AuthConfig,
    AuthorizationConfig,
    LimitConfig,
    SessionConfig,
    KeyConfig,
    TelemetryConfig {}

/** The settings that the core reads. Settings of one platform are in `settings.ts` of its adapter. */
export const CONFIG_SETTINGS: Settings<Config> = {
  ...ENDPOINT_SETTINGS,
  ...AUTH_SETTINGS,
  ...AUTHORIZATION_SETTINGS,
  ...LIMIT_SETTINGS,
  ...SESSION_SETTINGS,
  ...KEY_SETTINGS,
  ...TELEMETRY_SETTINGS,
};
