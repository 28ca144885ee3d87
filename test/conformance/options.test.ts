import { expect, test } from "vitest";
import { AMNESIA, inTurn } from "./mode.ts";
import { readOptions } from "./options.ts";

test("without options, every ingress, both revisions and both modes are tested", () => {
  expect(readOptions([])).toEqual({
    ingresses: ["aws", "azure", "gcp"],
    revisions: ["2025-11-25", "2026-07-28"],
    modes: [inTurn(3), AMNESIA],
    store: "dynamodb",
  });
});

test("options choose", () => {
  const line = "--ingress gcp --ingress aws --revision 2026-07-28 --instances 5 --amnesia --store native";
  expect(readOptions(line.split(" "))).toEqual({
    ingresses: ["gcp", "aws"],
    revisions: ["2026-07-28"],
    modes: [inTurn(5), AMNESIA],
    store: "native",
  });
  expect(readOptions(["--instances", "2"])).toMatchObject({ modes: [inTurn(2)] });
  expect(readOptions(["--amnesia"])).toMatchObject({ modes: [AMNESIA] });
  expect(readOptions(["--url", "http://127.0.0.1:1/mcp"])).toMatchObject({ url: "http://127.0.0.1:1/mcp" });
  expect(readOptions(["--balancer", "--store", "redis"])).toMatchObject({ balancer: true, store: "redis" });
  expect(readOptions(["--help"])).toBeUndefined();
});

test.each([
  ["--fornt aws", "Unknown option '--fornt'"],
  ["aws", "Unexpected argument 'aws'"],
  ["--ingress ibm", '--ingress must be aws or azure or gcp, not "ibm"'],
  ["--revision latest", '--revision must be 2025-11-25 or 2026-07-28, not "latest"'],
  ["--store mysql", '--store must be dynamodb or native or redis, not "mysql"'],
  ["--instances 0", '--instances must be a number from 1 to 99, not "0"'],
  ["--url here", '--url must be a URL such as http://127.0.0.1:8000/mcp, not "here"'],
  ["--url http://127.0.0.1:1/mcp --amnesia", "--amnesia concerns the emulated ingresses"],
  ["--balancer --ingress gcp", "--ingress concerns the emulated ingresses and cannot be combined with --balancer"],
])("%s is refused in one sentence", (line, sentence) => {
  expect(() => readOptions(line.split(" "))).toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringMatching(/^[^.]*(\d\.[^.]*)*\.$/) }),
  );
  expect(() => readOptions(line.split(" "))).toThrow(sentence);
});
