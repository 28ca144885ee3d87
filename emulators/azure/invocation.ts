import type { AppState, CoreInvocationContext } from "./functions-core.ts";
import type { InvocationRequest, InvocationResult } from "./worker-protocol.ts";

/**
 * Runs one invocation as the Node.js worker does: arguments, `preInvocation` hooks, function, `postInvocation` hooks,
 * response (azure-functions-nodejs-worker, InvocationHandler.ts). Never rejects. There is no way to cancel one:
 * setupEventStream.ts lists `invocationCancel` under "Not yet implemented".
 */
export async function runInvocation(
  app: AppState,
  request: InvocationRequest,
  log: CoreInvocationContext["log"],
): Promise<InvocationResult> {
  const { invocationId } = request;
  try {
    const found = app.functions.get(request.functionId);
    if (!found || !app.model) throw new Error(`Function code for '${request.functionId}' is not loaded.`);
    const core: CoreInvocationContext = { invocationId, request, metadata: found.metadata, log };
    const model = await app.model.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    const shared = { hookData: {}, appHookData: {}, invocationContext: context };

    const before = { ...shared, functionCallback: found.callback, inputs };
    core.state = "preInvocationHooks";
    await app.runHooks("preInvocation", before);

    const after: { result: unknown; error: unknown } = {
      ...shared,
      ...{ inputs: before.inputs },
      result: null,
      error: null,
    };
    core.state = "invocation";
    try {
      after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
    } catch (error) {
      after.error = error;
    }
    core.state = "postInvocationHooks";
    await app.runHooks("postInvocation", after);
    core.state = undefined;
    if (after.error !== null && after.error !== undefined) throw after.error;

    const { returnValue } = await model.getResponse(context, after.result);
    return { invocationId, returnValue: returnValue ?? null };
  } catch (error) {
    return { invocationId, error: (error instanceof Error && error.stack) || String(error) };
  }
}
