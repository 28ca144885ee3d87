import type { AwsClient, AwsClientOptions } from "./aws-client.ts";

/** Loads the client with the first call. A client that could not be made is tried again with the next. */
export function createLazyAwsClient(options: AwsClientOptions): AwsClient {
  let client: Promise<AwsClient> | undefined;

  async function load(): Promise<AwsClient> {
    const { createAwsClient } = await import("./aws-client.ts");
    return createAwsClient(options);
  }

  return async (operation, input, callOptions) => {
    client ??= load();
    const call = await client.catch((error: unknown) => {
      client = undefined;
      throw error;
    });
    return call(operation, input, callOptions);
  };
}
