/** Configuration of the emulated function. */
export interface FunctionSettings {
  /** Folder with `index.mjs`. */
  readonly artefact: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly memoryMiB: number;
  /** Time limit of one invocation, scaled. */
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** A published version. Default `$LATEST`. */
  readonly version?: string | undefined;
}

export const FUNCTION_NAME = "mcp-anycloud";

export const FUNCTION_ARN: string = `arn:aws:lambda:us-east-1:123456789012:function:${FUNCTION_NAME}`;

/** The variables that Lambda sets (Lambda Developer Guide, "Defined runtime environment variables"), and the function's own. */
export function toEnvironment(settings: FunctionSettings, runtimeApi: string): Record<string, string> {
  return {
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    // Lambda always sets credentials. These give no access.
    AWS_ACCESS_KEY_ID: "EMULATED",
    AWS_SECRET_ACCESS_KEY: "emulated",
    AWS_SESSION_TOKEN: "emulated",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    ...settings.environment,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMiB),
    AWS_LAMBDA_FUNCTION_NAME: FUNCTION_NAME,
    AWS_LAMBDA_FUNCTION_VERSION: settings.version ?? "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${FUNCTION_NAME}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "emulated",
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    LAMBDA_TASK_ROOT: settings.artefact,
    _HANDLER: settings.handler,
  };
}
