import { readSlices } from "../schemas/slice.ts";
import { type StubProvider, startStubProvider } from "./stub-provider.ts";

export interface ReattachedProviders {
  /** The value of `TF_REATTACH_PROVIDERS` that makes Terraform speak to the stubs and download nothing. */
  readonly variable: string;
  close(): void;
}

/** A stub of every provider that there is a slice of. */
export async function startStubProviders(): Promise<ReattachedProviders> {
  const stubs: StubProvider[] = [];
  const reattach: Record<string, object> = {};
  for (const slice of readSlices().values()) {
    const stub = await startStubProvider(slice);
    stubs.push(stub);
    reattach[slice.provider] = {
      Protocol: "grpc",
      ProtocolVersion: 6,
      Pid: process.pid,
      // Terraform leaves the process alone when it is done: it is this one.
      Test: true,
      Addr: { Network: "tcp", String: `127.0.0.1:${stub.port}` },
    };
  }
  return {
    variable: JSON.stringify(reattach),
    close() {
      for (const stub of stubs) stub.close();
    },
  };
}
