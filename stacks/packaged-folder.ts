import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * A folder beside the sources in `stacks/`, whose files are deployed as they are. The compiler copies none of them into
 * `lib/`, so it is found from the root of the package.
 */
export function packagedFolder(name: "key-rotation" | "not-built" | "web-function"): string {
  const manifest = createRequire(import.meta.url).resolve("mcp-anycloud/package.json");
  return join(dirname(manifest), "stacks", name);
}
