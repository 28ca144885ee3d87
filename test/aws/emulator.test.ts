import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRunning } from "../support/programs.ts";
import { type Artefact, buildArtefact, writeArtefact } from "./artefact.ts";
import { emulate, RUNTIMES } from "./emulated.ts";
import { SAMPLE_HANDLER } from "./sample-handler.ts";

let artefact: Artefact;
beforeAll(async () => {
  artefact = await buildArtefact(SAMPLE_HANDLER);
});
afterAll(() => artefact?.remove());

describe.each(RUNTIMES)("on %s", (runtime) => {
  test("amnesia serves every request from a fresh process", async () => {
    await using aws = await emulate(artefact.folder, { runtime, amnesia: true });
    const pids = [await aws.text("/pid"), await aws.text("/pid"), await aws.text("/pid")];
    expect(new Set(pids).size).toBe(3);
    await expect.poll(() => pids.some(isRunning)).toBe(false);
  });

  test("three instances take turns", async () => {
    await using aws = await emulate(artefact.folder, { runtime, instances: 3 });
    const pids: string[] = [];
    for (let request = 0; request < 6; request++) pids.push(await aws.text("/pid"));
    expect(new Set(pids).size).toBe(3);
    // One that is not yet done with its last answer is passed over; nobody is asked twice in a row.
    expect(pids.filter((pid, request) => pid === pids[request - 1])).toEqual([]);
  });

  test("reload serves the new artefact, and requests in flight finish on the old one", async () => {
    const folder = await buildArtefact(SAMPLE_HANDLER);
    await using _removed = { [Symbol.asyncDispose]: folder.remove };
    await using aws = await emulate(folder.folder, { runtime });
    const barrier = randomUUID();
    const inFlight = aws.text(`/held?barrier=${barrier}`);
    const before = await aws.text("/pid");
    await folder.replace(`export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: {} });
      stream.write("new");
      stream.end();
    });`);
    await aws.reload();
    expect(await aws.text("/pid")).toBe("new");
    aws.open(barrier);
    expect(await inFlight).toMatch(/^\d+$/);
    await expect.poll(() => isRunning(before)).toBe(false);
  });

  test("close leaves no process behind, whatever it was doing", async () => {
    const aws = await emulate(artefact.folder, { runtime, instances: 2 });
    const pids = [await aws.text("/pid"), await aws.text("/pid")];
    const hanging = aws.text("/hang").catch(() => "cut off");
    const stream = await fetch(`${aws.url}/stream?barrier=never`);
    pids.push(
      Buffer.from((await stream.body?.getReader().read())?.value ?? [])
        .toString()
        .replace(";", ""),
    );
    await aws[Symbol.asyncDispose]();
    expect(pids.map(isRunning)).toEqual([false, false, false]);
    expect(await hanging).toBe("cut off");
  });

  test.each([
    ["export const other = 1;", /Runtime\.HandlerNotFound: index\.handler is undefined or not exported/],
    ['throw new Error("no\\n database");', /The function did not start: Error: no database/],
    ["export const handler = {", /Runtime\.UserCodeSyntaxError/],
    ["export const handler = async (event, context, callback) => {};", /Runtime\.CallbackHandlerDeprecated/],
    ["process.exit(3);", /exit code 3/],
  ])("a function that cannot start says why: %s", async (source, reason) => {
    const broken = await writeArtefact(source);
    await using _removed = { [Symbol.asyncDispose]: broken.remove };
    const failure = await emulate(broken.folder, { runtime }).catch((error) => error);
    expect(failure).toMatchObject({ name: "AnycloudError", code: "INSTANCE_FAILED" });
    expect(failure.message).toMatch(reason);
    expect(failure.message).not.toContain("\n");
  });

  test("a function that stops starting is a 502, until it starts again", async () => {
    const folder = await writeArtefact(WORKING);
    await using _removed = { [Symbol.asyncDispose]: folder.remove };
    await using aws = await emulate(folder.folder, { runtime });
    await folder.replace('throw new Error("no database");');
    await expect(aws.reload()).rejects.toMatchObject({ code: "INSTANCE_FAILED" });
    expect(await aws.answer("/")).toEqual([502, '{"message":"Internal server error"}']);
    expect(aws.output.join("\n")).toContain("no database");
    await folder.replace(WORKING);
    expect(await aws.answer("/")).toEqual([200, "works"]);
  });

  test("the function's time limit kills the process", async () => {
    await using aws = await emulate(artefact.folder, { runtime, timeoutSeconds: 100, timeScale: 0.02 });
    const pid = await aws.text("/pid");
    expect(await aws.answer("/hang")).toEqual([502, '{"message":"Internal server error"}']);
    await expect.poll(() => isRunning(pid)).toBe(false);
    expect(aws.output.join("\n")).toContain("Task timed out after 2.00 seconds");
    const stream = await fetch(`${aws.url}/stream?barrier=never`);
    await expect(stream.text()).rejects.toThrow(/terminated/);
  });

  test("the deadline leaves time to answer", async () => {
    await using aws = await emulate(artefact.folder, {
      runtime,
      timeoutSeconds: 900,
      timeScale: 0.005,
      ingress: "function-url",
    });
    expect(await aws.answer("/deadline")).toEqual([200, "in time"]);
  });

  test("the function sees Lambda's environment and nothing of this process's", async () => {
    process.env.ONLY_HERE = "leaked";
    await using aws = await emulate(artefact.folder, { runtime, environment: { TABLE: "t", AWS_REGION: "eu-west-1" } });
    delete process.env.ONLY_HERE;
    const environment = JSON.parse(await aws.text("/environment"));
    expect(environment).toMatchObject({ TABLE: "t", AWS_REGION: "eu-west-1", LAMBDA_TASK_ROOT: artefact.folder });
    expect(environment).toMatchObject({ AWS_LAMBDA_FUNCTION_VERSION: "$LATEST", _HANDLER: "index.handler" });
    expect(environment).not.toHaveProperty("ONLY_HERE");
  });
});

const WORKING = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: {} });
  stream.write("works");
  stream.end();
});`;

describe("options that cannot be emulated are refused with the reason", () => {
  test.each([
    [{ stage: "no/stage" }, "CONFIG_INVALID"],
    [{ stage: "prod", ingress: "function-url" }, "CONFIG_INVALID"],
    [{ timeoutSeconds: 901 }, "CONFIG_INVALID"],
    [{ artefact: "/nowhere" }, "ARTEFACT_INVALID"],
  ] as const)("%j", async (options, code) => {
    await expect(emulate(artefact.folder, options)).rejects.toMatchObject({ code });
  });
});
