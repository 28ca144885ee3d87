import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf, buildArtefact, echo, send, startService, temporaryFolder } from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

describe("the functions-framework answers before the adapter", () => {
  test.each([
    ["a broken escape", { path: "/%zz", body: "", headers: [] }, 400],
    ["an icon nobody has", { path: "/favicon.ico", body: "", headers: [] }, 404],
  ])("%s, and shows nothing of its insides", async (_, { path, body, headers }, status) => {
    await using service = await startService(folder.path, { form: "function" });
    const response = await send(service.port, { method: "POST", path, headers, body: Buffer.from(body) });
    const text = (await bodyOf(response)).toString();
    expect(response.statusCode).toBe(status);
    expect(text).not.toMatch(/node_modules|at .*:\d/);
    expect(text).not.toContain("jsonrpc");
  });
});

describe("the functions-framework leaves bodies to the function", () => {
  test.each([
    ["invalid JSON", "{bad", ["content-type", "application/json"]],
    ["an unknown charset", "{}", ["content-type", "application/json; charset=x"]],
    ["a body that is not compressed as it says", "{}", ["content-encoding", "gzip"]],
  ])("%s arrives as it is, and none of it is printed", async (_, body, headers) => {
    await using service = await startService(folder.path, { form: "function" });
    const arrived = await echo(service.port, { method: "POST", path: "/x", headers, body: Buffer.from(body) });
    expect(Buffer.from(arrived.body, "base64").toString()).toBe(body);
    expect(service.output.join("\n")).not.toContain("bad");
  });
});
