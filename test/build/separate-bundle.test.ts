import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { build, type Plugin } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { addBundles, bundleSeparately, type SeparateBundle } from "../../cli/build/plugins/separate-bundle.ts";
import { createProject } from "../cli/project.ts";

const project = createProject({
  "server.js": 'import "./slow.js";\nimport("./late.js");',
  "slow.js": "",
  "late.js": 'import "./one.js";\nimport "./two.js";',
});
afterAll(() => project.remove());

/** Bundles late.js separately, whose bundle is over long before the build is. */
const separate: Plugin = {
  name: "separate",
  setup(main) {
    const bundles = new Map<string, SeparateBundle>();
    const ended = Promise.withResolvers<void>();
    const ends: Plugin = { name: "ends", setup: (late) => late.onEnd(() => ended.resolve()) };
    main.onResolve({ filter: /late\.js$/ }, ({ resolveDir }) => {
      bundles.set("late.cjs", bundleSeparately(main, join(resolveDir, "late.js"), [ends]));
      return { path: "./late.cjs", external: true };
    });
    main.onLoad({ filter: /slow\.js$/ }, async () => {
      await ended.promise;
      await wait(50);
      return { contents: "" };
    });
    addBundles(main, bundles);
  },
};

const bundled = () =>
  build({
    entryPoints: [join(project.folder, "server.js")],
    outfile: join(project.folder, "out/index.mjs"),
    format: "esm",
    bundle: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    plugins: [separate],
  });

test("a separate bundle that fails fails the build with its first finding, and is made again by the next build", async () => {
  const { errors } = await bundled().then(
    () => ({ errors: [] }),
    (failure) => failure as { errors: { text: string }[] },
  );
  expect(errors.map(({ text }) => text)).toEqual(['Could not resolve "./one.js"']);
  project.write("one.js", "");
  project.write("two.js", "");
  const { outputFiles } = await bundled();
  expect(outputFiles.map(({ path }) => path)).toContain(join(project.folder, "out/late.cjs"));
});
