import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";

const START = fileURLToPath(new URL("../../stacks/web-function/start.mjs", import.meta.url));

/** A Web Function: the entry point, and the container's server, which here only prints where it would listen. */
const folder = mkdtempSync(join(tmpdir(), "mcp-anycloud-web-"));
cpSync(START, join(folder, "start.mjs"));
writeFileSync(join(folder, "server.mjs"), "console.log(process.env.PORT);\n");
afterAll(() => rmSync(folder, { recursive: true }));

const start = (address: string): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [join(folder, "start.mjs")], { env: { AWS_LAMBDA_HTTP_ENDPOINT: address } });

test.for(["127.0.0.1:9001", "[::1]:9001", "http://localhost:9001/"])(
  "a Web Function listens at %s",
  async (address) => {
    expect((await start(address)).stdout).toBe("9001\n");
  },
);

test.for(["", "localhost"])("a Web Function does not start at '%s'", async (address) => {
  await expect(start(address)).rejects.toThrow(`AWS_LAMBDA_HTTP_ENDPOINT is "${address}"`);
});
