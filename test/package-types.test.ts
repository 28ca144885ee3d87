import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "./cli/project.ts";
import { type InstalledPackage, installPackage } from "./installed-package.ts";

const run = promisify(execFile);

const COMPILERS = ["typescript@5.9.3", "typescript@7.0.2"] as const;
/** `bundler` needs a module format that bundlers take. */
const RESOLUTIONS = [
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
] as const;

/** Each compiles the declarations of AWS's library, too. */
const SLOW = { timeout: 600_000 };

let project: InstalledPackage;
beforeAll(async () => {
  const compilers = COMPILERS.map((compiler, index) => `compiler-${index}@npm:${compiler}`);
  project = await installPackage([...compilers, "aws-cdk-lib", "constructs", "@types/node@24"]);
  mkdirSync(join(project.folder, "src"));
  copyFileSync(join(ROOT, "test/fixtures/public-api.ts"), join(project.folder, "src/public-api.ts"));
}, 600_000);
afterAll(() => project.remove());

async function compile(compiler: number, module: string, moduleResolution: string): Promise<string> {
  const compilerOptions = {
    ...{ target: "es2023", lib: ["es2023", "dom", "esnext.disposable"], types: ["node"], module, moduleResolution },
    // The declarations of the package are checked, too, as far as the fixture reaches them.
    ...{ strict: true, noEmit: true, skipLibCheck: false },
  };
  writeFileSync(join(project.folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  const tsc = join(project.folder, `node_modules/compiler-${compiler}/bin/tsc`);
  return run(process.execPath, [tsc, "-p", project.folder], { cwd: project.folder }).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }) => `${stdout}${stderr}`,
  );
}

test.each(
  COMPILERS.flatMap((name, compiler) =>
    RESOLUTIONS.map(([resolution, module]) => ({ name, compiler, resolution, module })),
  ),
)("the public types are right for $name with $resolution", SLOW, async ({ compiler, resolution, module }) => {
  expect(await compile(compiler, module, resolution)).toBe("");
});
