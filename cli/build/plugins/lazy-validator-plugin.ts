import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { OnResolveArgs, Plugin, PluginBuild } from "esbuild";
import { addBundles, bundleSeparately, type SeparateBundle } from "./separate-bundle.ts";

/** Bundles beside index.mjs that hold a JSON Schema validator: those of SDK v2 and SDK v1. */
export const VALIDATOR_BUNDLES = ["json-schema-validator.cjs", "json-schema-validator-v1.cjs"] as const;

type ValidatorBundle = (typeof VALIDATOR_BUNDLES)[number];

const NAMESPACE = "lazy-validator";
/** Marks look-ups of our own, so that they are not taken up a second time. */
const OWN = Symbol("own look-up");

/**
 * Puts the SDKs' JSON Schema validator (ajv) into a file of its own that is loaded when something is first validated.
 * Every server constructs a validator, but only those that elicit input, or take schemas as plain JSON, ever use it.
 * CPU time to import the notebook's index.mjs, median of 61: 121 ms with ajv in it; 117 with ajv in it behind a function
 * that nobody calls, for its 150 KB must still be parsed; 107 with ajv in the other file, as without any ajv.
 */
export function lazyValidator(): Plugin {
  return {
    name: NAMESPACE,
    setup(build) {
      const bundles = new Map<ValidatorBundle, SeparateBundle>();
      const intercept = (bundle: ValidatorBundle) => async (args: OnResolveArgs) => {
        const path = await validatorModule(build, args);
        if (path === undefined) return undefined;
        bundles.set(bundle, bundleSeparately(build, path));
        return { path, namespace: NAMESPACE, pluginData: bundle };
      };
      // SDK v2: the module that differs by platform.
      build.onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, intercept("json-schema-validator.cjs"));
      // SDK v1: imported so by the server's module and the client's; users import it by its public name.
      build.onResolve({ filter: /^\.\.\/validation\/ajv-provider\.js$/ }, intercept("json-schema-validator-v1.cjs"));
      build.onResolve({ filter: /^\./, namespace: NAMESPACE }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path, pluginData }) => {
        const validator = classIn(await readFile(path, "utf8")) ?? "";
        return { contents: standIn(validator, pluginData), resolveDir: dirname(path) };
      });
      addBundles(build, bundles);
    },
  };
}

/** Where an SDK's validator lies; undefined for imports of something else of the same name. */
async function validatorModule(build: PluginBuild, args: OnResolveArgs): Promise<string | undefined> {
  if (args.pluginData === OWN || args.kind !== "import-statement") return undefined;
  const { kind, importer, resolveDir } = args;
  const { path, errors } = await build.resolve(args.path, { kind, importer, resolveDir, pluginData: OWN });
  return errors.length === 0 && classIn(await readFile(path, "utf8")) !== undefined ? path : undefined;
}

/** The class that a validator's module exports; undefined where it exports what this knows nothing of. */
function classIn(source: string): string | undefined {
  const listed = [...source.matchAll(/export\s*\{([^}]*)\}/g)].flatMap(([, names = ""]) => names.split(","));
  const declared = [...source.matchAll(/export\s+(?:class|const|function)\s+(\w+)/g)].map(([, name = ""]) => name);
  const renamed = listed.map((name) => /(\w+)\s*$/.exec(name)?.[1] ?? "");
  const names = [...renamed, ...declared];
  const [validator, ...rest] = names.filter((name) => name !== "" && name !== "process");
  return validator?.endsWith("JsonSchemaValidator") && rest.length === 0 ? validator : undefined;
}

/** A module like a validator's, but for when it is loaded. `getValidator` is synchronous, and so is `require`. */
function standIn(validator: string, bundle: ValidatorBundle): string {
  return `
export { default as process } from "node:process";
export class ${validator} {
  #arguments;
  #validator;
  constructor(...args) {
    this.#arguments = args;
  }
  getValidator(schema) {
    this.#validator ??= new (require("./${bundle}").${validator})(...this.#arguments);
    return this.#validator.getValidator(schema);
  }
}
`;
}
