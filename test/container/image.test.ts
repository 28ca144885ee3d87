import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { createProject, greeter } from "../cli/project.ts";
import { runCli } from "../cli/run-cli.ts";
import { writeBaseImage } from "./base-image.ts";
import type { ImageReport, ImageRun } from "./run-image.ts";

const PROGRAM = fileURLToPath(new URL("./run-image.ts", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "image-"));
const project = createProject({ "src/server.ts": greeter("Hello") });
afterAll(() => {
  rmSync(work, { recursive: true });
  project.remove();
});

const missing = ["buildah", "unshare", "ip"].filter((name) => spawnSync(name, ["-V"]).error);
if (process.getuid?.() !== 0) missing.push("root");

test("a real builder makes the image, which serves without a network, root, or a file that it may write", async ({
  skip,
}) => {
  if (missing.length > 0)
    return skip(`no ${missing.join(", no ")}; buildah, util-linux and iproute2 are Debian's packages`);
  const { code, stdout } = await runCli(["build", "--target", "container"], { cwd: project.folder });
  expect(code).toBe(0);
  expect(stdout).toContain("docker build --tag <image> dist/container && docker push <image>");
  const context = join(work, "base");
  mkdirSync(context);
  writeBaseImage(context);
  buildah("build", "--tag", "localhost/node", context);
  const isBase = ["--pull-never", "--build-arg", "NODE_IMAGE=localhost/node"];
  buildah("build", ...isBase, "--tag", "localhost/server", join(project.folder, "dist/container"));
  const { OCIv1 } = JSON.parse(buildah("inspect", "--type", "image", "localhost/server"));
  const container = buildah("from", "--pull-never", "localhost/server");
  const image: ImageRun = { root: buildah("mount", container), config: OCIv1.config };

  const report = run(image);
  expect(report).toMatchObject({ user: "1000", health: { status: "ok" }, exitCode: 0, usesCompileCache: true });
  expect(report.smoke.failure).toBeUndefined();
  expect(report.smoke.steps.at(-1)?.outcome).toBe("Hello, Ada!");
  expect(report.written).toContain("Read-only file system");
});

/** Runs in a folder of its own and without a network, and gives what is printed. */
function buildah(...[verb = "", ...args]: string[]): string {
  const storage = ["--root", join(work, "root"), "--runroot", join(work, "run"), "--storage-driver", "vfs"];
  const isolation = verb === "build" ? ["--isolation", "chroot", "--layers=false"] : [];
  const command = ["--net", "buildah", ...storage, verb, ...isolation, ...args];
  return execFileSync("unshare", command, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

function run(image: ImageRun): ImageReport {
  const namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const command = [process.execPath, "--conditions=@mcp-anycloud/source", PROGRAM, JSON.stringify(image)];
  const stdio = ["ignore", "pipe", "inherit"] as const;
  const printed = execFileSync("unshare", [...namespaces, ...command], {
    encoding: "utf8",
    stdio: [...stdio],
    timeout: 60_000,
  });
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "") as ImageReport;
}
