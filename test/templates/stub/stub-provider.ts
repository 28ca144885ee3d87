import { fileURLToPath } from "node:url";
import {
  type GrpcObject,
  type handleUnaryCall,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { ProviderSlice } from "../schemas/slice.ts";
import { type StubRequest, stubAnswers } from "./stub-answers.ts";

export interface StubProvider {
  readonly port: number;
  close(): void;
}

/**
 * A provider that knows its schema and has no cloud behind it: it plans what is configured and invents the rest.
 * It speaks version 6 of Terraform's plugin protocol on loopback, to the Terraform that is told of it by
 * `TF_REATTACH_PROVIDERS`.
 */
export async function startStubProvider(slice: ProviderSlice): Promise<StubProvider> {
  const server = new Server({ "grpc.max_send_message_length": -1, "grpc.max_receive_message_length": -1 });
  const handlers = Object.entries(stubAnswers(slice)).map(
    ([name, answer]): [string, handleUnaryCall<StubRequest, object>] => [
      name,
      ({ request }, reply) => {
        try {
          reply(null, answer(request));
        } catch (error) {
          reply({
            code: status.INTERNAL,
            details: error instanceof Error ? (error.stack ?? error.message) : String(error),
          });
        }
      },
    ],
  );
  server.addService(providerService(), Object.fromEntries(handlers));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { port, close: () => server.forceShutdown() };
}

function providerService(): ServiceClientConstructor["service"] {
  const file = fileURLToPath(new URL("tfplugin6.proto", import.meta.url));
  const definition = loadPackageDefinition(loadSync(file, { keepCase: true, enums: String, longs: Number }));
  return ((definition.tfplugin6 as GrpcObject).Provider as ServiceClientConstructor).service;
}
