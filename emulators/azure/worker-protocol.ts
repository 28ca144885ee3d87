/** Messages between host and worker; over gRPC on Azure (FunctionRpc.proto), over IPC here. */

/** A value of a message; exactly one property is set. */
export interface TypedData {
  readonly string?: string;
  readonly json?: string;
  readonly bytes?: Uint8Array;
  readonly http?: RpcHttp;
}

export interface RpcHttp {
  readonly method?: string;
  readonly url?: string;
  readonly nullableHeaders?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableParams?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableQuery?: Readonly<Record<string, { readonly value: string }>>;
  readonly body?: TypedData | null;
  readonly statusCode?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly { readonly name: string; readonly value: string }[];
}

/** One binding of a function, as `app.http()` declared it. */
interface Binding {
  readonly type: string;
  readonly direction: string;
  readonly route?: string;
  readonly methods?: readonly string[];
  readonly authLevel?: string;
  readonly queueName?: string;
  readonly connection?: string;
}

export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, Binding>>;
}

export interface InvocationRequest {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly { readonly name: string; readonly data: TypedData }[];
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
  readonly traceContext: { readonly traceParent: string; readonly traceState: string };
}

/** How an invocation ended: `error` is the error of the function or of the library around it. */
export interface InvocationResult {
  readonly invocationId: string;
  readonly error?: string;
  readonly returnValue?: TypedData | null;
}

export type HostMessage = { readonly type: "invoke"; readonly request: InvocationRequest };

export type WorkerMessage =
  | {
      readonly type: "ready";
      readonly capabilities: Readonly<Record<string, string>>;
      readonly functions: readonly FunctionMetadata[];
    }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "log"; readonly level: string; readonly category: string; readonly message: string }
  | { readonly type: "result"; readonly result: InvocationResult };
