import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { AnycloudError } from "../../src/adapter.ts";
import type { Emulator, EmulatorOptions } from "../emulator.ts";
import { closeIngress, openIngress } from "../ingress.ts";
import { openPrivateService } from "../private-service.ts";
import { createFunctionUrl } from "./ingress/function-url.ts";
import { createRestApi } from "./ingress/rest-api.ts";
import { proxyForAll, type RestApiDefinition } from "./ingress/rest-definition.ts";
import { BUFFERED_LIMIT_MS, STREAM_LIMIT_MS } from "./ingress/rest-rules.ts";
import { createInvokeApi } from "./lambda-api/invoke-api.ts";
import { builtInRuntime, findAwsRuntime, type LambdaRuntimeProgram } from "./runtime/find-runtime.ts";
import { createLambdaFunction, type LambdaFunction } from "./runtime/lambda-function.ts";
import { MAX_TIMEOUT_SECONDS, UNRESERVED_CONCURRENCY } from "./runtime/lambda-limits.ts";

export interface AwsEmulatorOptions extends EmulatorOptions {
  /** Default `rest-api`, Regional. */
  readonly ingress?: "rest-api" | "function-url";
  /** True for response streaming and `index.handler`, false for whole responses and `index.bufferedHandler`. Default true. */
  readonly streaming?: boolean;
  /** Stage with which the REST API's paths begin: `prod`. Default none, as behind a custom domain. */
  readonly stage?: string;
  /** Routes and their integrations, as in a template. Default: every path and method goes to the function. */
  readonly restApi?: RestApiDefinition;
  /** Default `index.handler`; `index.bufferedHandler` without `streaming`. */
  readonly handler?: string;
  /** Memory that the function is told it has, in MiB; it is not enforced. Default 512. */
  readonly memoryMiB?: number;
  /** The function's time limit, 1 to 900. Default 900; 29 behind a REST API that buffers. */
  readonly timeoutSeconds?: number;
  /** The version that the function is told it is. Default `$LATEST`. */
  readonly version?: string;
  /** Number of concurrent invocations before Lambda throttles. Default 100, the least that unreserved functions have. */
  readonly concurrency?: number;
  /** The runtime. Default `aws-lambda-ric`, AWS's own, where it is installed. */
  readonly runtime?: "aws-lambda-ric" | "built-in";
}

export interface AwsEmulator extends Emulator {
  /**
   * URL of Lambda's API, which invokes the function without an ingress: a value for `AWS_ENDPOINT_URL_LAMBDA`. The
   * function's name there is `mcp-anycloud`, and it has the alias `live`.
   */
  readonly lambdaUrl: string;
}

/**
 * Emulates API Gateway or a Function URL in front of Lambda, which runs `index.mjs` of the artefact. Throws
 * ARTEFACT_INVALID, CONFIG_INVALID, PORT_IN_USE, or INSTANCE_FAILED when the function does not start.
 */
export async function startAwsEmulator(options: AwsEmulatorOptions): Promise<AwsEmulator> {
  const { ingress = "rest-api", streaming = true, stage, port, timeScale = 1, onOutput = () => {} } = options;
  check(options);
  const runtime = chooseRuntime(options.runtime);
  const api = await openPrivateService((incoming, outgoing) => invokeApi(incoming, outgoing));
  const environment = { AWS_ENDPOINT_URL_LAMBDA: api.url, ...options.environment };
  const lambda = startFunction({ ...options, environment }, runtime, onOutput);
  const invokeApi = createInvokeApi(lambda, { timeScale, log: onOutput });
  const listener =
    ingress === "rest-api"
      ? createRestApi({ lambda, stage, definition: restApiOf(options), timeScale, log: onOutput })
      : createFunctionUrl({ lambda, streaming, log: onOutput });
  try {
    await lambda.warm();
    const { server, url } = await openIngress(port, listener);
    const gateway = ingress === "rest-api" ? "API Gateway REST API" : "Lambda Function URL";
    return {
      url: stage === undefined ? url : `${url}/${stage}`,
      imitates: `${gateway} (${streaming ? "streaming" : "buffered"}) and Lambda (${runtime.name})`,
      lambdaUrl: api.url,
      reload: () => lambda.replace(),
      async close() {
        await Promise.all([closeIngress(server), closeIngress(api.server)]);
        await lambda.close();
      },
    };
  } catch (error) {
    await closeIngress(api.server);
    await lambda.close();
    throw error;
  }
}

function restApiOf({ restApi, streaming = true }: AwsEmulatorOptions): RestApiDefinition {
  return restApi ?? proxyForAll(streaming, streaming ? STREAM_LIMIT_MS : BUFFERED_LIMIT_MS);
}

function startFunction(
  options: AwsEmulatorOptions,
  runtime: LambdaRuntimeProgram,
  onOutput: (line: string) => void,
): LambdaFunction {
  const { ingress = "rest-api", streaming = true, timeScale = 1 } = options;
  const buffersAtGateway = ingress === "rest-api" && !streaming;
  const { timeoutSeconds = buffersAtGateway ? 29 : MAX_TIMEOUT_SECONDS } = options;
  return createLambdaFunction({
    settings: {
      artefact: resolve(options.artefact),
      handler: options.handler ?? (streaming ? "index.handler" : "index.bufferedHandler"),
      memoryMiB: options.memoryMiB ?? 512,
      timeoutMs: timeoutSeconds * 1_000 * timeScale,
      environment: options.environment ?? {},
      version: options.version,
    },
    runtime,
    instances: options.instances ?? 1,
    amnesia: options.amnesia ?? false,
    concurrency: options.concurrency ?? UNRESERVED_CONCURRENCY,
    onOutput,
  });
}

function check({ artefact, ingress = "rest-api", stage, timeoutSeconds = 1 }: AwsEmulatorOptions): void {
  if (!existsSync(join(artefact, "index.mjs"))) {
    throw new AnycloudError(
      "ARTEFACT_INVALID",
      `There is no index.mjs in ${artefact}: build the server for aws first.`,
    );
  }
  // "Stage names can only contain alphanumeric characters, hyphens, and underscores. Maximum length is 128 characters."
  if (stage !== undefined && (ingress !== "rest-api" || !/^[\w-]{1,128}$/.test(stage))) {
    const message = `"${stage}" cannot be the stage: only a REST API has one, named with 1 to 128 letters, digits, - and _.`;
    throw new AnycloudError("CONFIG_INVALID", message);
  }
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= MAX_TIMEOUT_SECONDS)) {
    const message = `A Lambda function's time limit is 1 to ${MAX_TIMEOUT_SECONDS} seconds, not ${timeoutSeconds}.`;
    throw new AnycloudError("CONFIG_INVALID", message);
  }
}

function chooseRuntime(wanted: AwsEmulatorOptions["runtime"]): LambdaRuntimeProgram {
  if (wanted === "built-in") return builtInRuntime();
  const found = findAwsRuntime();
  if (found) return found;
  if (wanted === undefined) return builtInRuntime();
  throw new AnycloudError(
    "CONFIG_INVALID",
    "aws-lambda-ric is not installed: run `npm run install:lambda-runtime` first.",
  );
}
