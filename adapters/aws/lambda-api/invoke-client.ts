import {
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  LambdaClient,
  type LambdaClientConfig,
} from "@aws-sdk/client-lambda";

/** The one operation of Lambda's API that is used. This module loads AWS's client, so it is imported only on demand. */
export interface InvokeClient {
  /** Settles once Lambda lets the function run. Rejects with what AWS's client throws. */
  invoke(
    name: string,
    payload: string,
    abortSignal: AbortSignal,
  ): Promise<AsyncIterable<InvokeWithResponseStreamResponseEvent>>;
  close(): void;
}

export function createInvokeClient(config: LambdaClientConfig): InvokeClient {
  const client = new LambdaClient({
    // A request that is sent again may run twice, and some tool calls must not.
    maxAttempts: 1,
    ...config,
  });
  return {
    async invoke(name, payload, abortSignal) {
      // FunctionName takes a version or alias behind a colon, as in an ARN (Lambda API Reference, InvokeWithResponseStream).
      const command = new InvokeWithResponseStreamCommand({ FunctionName: name, Payload: Buffer.from(payload) });
      const { EventStream } = await client.send(command, { abortSignal });
      if (!EventStream) throw new Error("Lambda sent no event stream");
      return EventStream;
    },
    close: () => client.destroy(),
  };
}
