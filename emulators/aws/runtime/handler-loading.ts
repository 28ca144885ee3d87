import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isStreaming, type MarkedHandler } from "./runtime-globals.ts";

/** Loads the handler `module.export` from the function's folder. Fails with the errors of Lambda's Node.js 24 runtime. */
export async function loadHandler(taskRoot: string, handlerName: string): Promise<MarkedHandler> {
  const [moduleName = "", exportName = ""] = handlerName.split(".", 2);
  const file = [".js", ".mjs", ".cjs"].map((extension) => join(taskRoot, moduleName + extension)).find(existsSync);
  if (!file) throw named("Runtime.ImportModuleError", `Error: Cannot find module '${moduleName}'`);
  const module = await importModule(file);
  const handler = module[exportName] ?? module.default?.[exportName];
  if (handler === undefined) throw named("Runtime.HandlerNotFound", `${handlerName} is undefined or not exported`);
  if (typeof handler !== "function") throw named("Runtime.HandlerNotFound", `${handlerName} is not a function`);
  const marked = handler as MarkedHandler;
  if (marked.length >= 3 && !isStreaming(marked)) {
    const message = "AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.";
    throw named("Runtime.CallbackHandlerDeprecated", message);
  }
  return marked;
}

async function importModule(file: string): Promise<Record<string, unknown> & { default?: Record<string, unknown> }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw named("Runtime.UserCodeSyntaxError", String(error));
    throw error;
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
