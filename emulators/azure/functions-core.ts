import Module from "node:module";
import type { FunctionMetadata, InvocationRequest, TypedData } from "./worker-protocol.ts";

/** The members of a programming model that the worker calls (azure-functions-nodejs-worker, types-core/index.d.ts). */
interface ProgrammingModel {
  getInvocationModel(context: CoreInvocationContext): InvocationModel | Promise<InvocationModel>;
  getCapabilities?(defaults: Record<string, string>): Record<string, string> | Promise<Record<string, string>>;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: TypedData | null }>;
}

export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly request: InvocationRequest;
  readonly metadata: FunctionMetadata;
  state?: string | undefined;
  log(level: string, category: string, message: string): void;
}

type FunctionCallback = (...inputs: unknown[]) => unknown;
type HookCallback = (context: object) => unknown;

/** Everything that a function app has registered with the worker. */
export interface AppState {
  model?: ProgrammingModel;
  readonly functions: Map<string, { readonly metadata: FunctionMetadata; readonly callback: FunctionCallback }>;
  /** True when the host has read the functions: from then on, `registerFunction` throws. */
  locked: boolean;
  runHooks(name: string, context: object): Promise<void>;
}

/**
 * Installs the module `@azure/functions-core`, which the Node.js worker supplies to `require` and no package holds
 * (azure-functions-nodejs-worker, setupCoreModule.ts, registerFunction.ts, registerHook.ts).
 */
export function installFunctionsCore(log: CoreInvocationContext["log"]): AppState {
  const hooks = new Map<string, HookCallback[]>();
  const state: AppState = {
    functions: new Map(),
    locked: false,
    async runHooks(name, context) {
      for (const hook of hooks.get(name) ?? []) await hook(context);
    },
  };
  const core = {
    version: "3.13.0",
    hostVersion: "4.1048.0",
    Disposable,
    log,
    getProgrammingModel: () => state.model,
    setProgrammingModel: (model: ProgrammingModel) => {
      state.model = model;
    },
    registerHook(name: string, callback: HookCallback) {
      hooks.set(name, [...(hooks.get(name) ?? []), callback]);
      return new Disposable(() => hooks.set(name, hooks.get(name)?.filter((other) => other !== callback) ?? []));
    },
    registerFunction: (metadata: FunctionMetadata, callback: FunctionCallback) => register(state, metadata, callback),
  };
  // Every `require` calls the one of this prototype, including those of `createRequire` in an ES module.
  const prototype = Module.prototype as unknown as { require(this: unknown, id: string): unknown };
  const { require } = prototype;
  prototype.require = function (id) {
    return id === "@azure/functions-core" ? core : require.call(this, id);
  };
  return state;
}

function register(state: AppState, metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
  if (state.locked) throw new Error("A function can only be registered during app startup.");
  const functionId = metadata.functionId ?? metadata.name;
  if (state.functions.has(functionId)) {
    throw new Error(`A function with id "${functionId}" has already been registered.`);
  }
  state.functions.set(functionId, { metadata: { ...metadata, functionId }, callback });
  return new Disposable(() => {
    if (state.locked) throw new Error("A function can only be disposed during app startup.");
    state.functions.delete(functionId);
  });
}

class Disposable {
  #dispose: (() => void) | undefined;

  static from(...members: { dispose(): void }[]): Disposable {
    return new Disposable(() => {
      for (const member of members) member.dispose();
    });
  }

  constructor(dispose: () => void) {
    this.#dispose = dispose;
  }

  dispose(): void {
    this.#dispose?.();
    this.#dispose = undefined;
  }
}
