import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf, buildArtefact, send, startService, temporaryFolder } from "./service.ts";

const folder = temporaryFolder();
beforeAll(() => buildArtefact(folder.path));
afterAll(() => folder[Symbol.dispose]());

describe("the functions-framework answers before the adapter", () => {
  test.each([
    ["JSON it cannot parse", { path: "/x", body: "{bad", headers: ["content-type", "application/json"] }, 400],
    [
      "a charset it does not know",
      { path: "/x", body: "{}", headers: ["content-type", "application/json; charset=x"] },
      415,
    ],
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
