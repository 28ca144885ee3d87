import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AwsClient, createAwsClient } from "../../../adapters/aws/client/aws-client.ts";
import { createDynamodbStore } from "../../../adapters/aws/dynamodb/dynamodb-store.ts";
import { standInCredentials } from "../../store/engines.ts";
import { type StandIn, type StandInAnswer, startStandIn } from "../../store/stand-in-server.ts";

standInCredentials();

const MINUTE = 60_000;

/** The time by which a request was signed, in milliseconds. */
function signedAt(date: unknown): number {
  const [, ...parts] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(String(date))?.map(Number) ?? [];
  const [year = 0, month = 0, ...rest] = parts;
  return Date.UTC(year, month - 1, ...rest);
}

let standIn: StandIn;
let signed: number[];
let answer: (signedAt: number) => StandInAnswer;
beforeEach(async () => {
  signed = [];
  standIn = await startStandIn(({ headers }) => {
    const at = signedAt(headers["x-amz-date"]);
    signed.push(at);
    return answer(at);
  });
});
afterEach(() => standIn.close());

describe("requests are signed", () => {
  const NOW = Date.UTC(2026, 10, 30, 12);
  let call: AwsClient;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    call = createAwsClient({ service: "dynamodb", region: "us-east-1", endpoint: `http://${standIn.host}` });
  });
  afterEach(() => void vi.useRealTimers());

  const { signal } = new AbortController();
  async function callWhen(headers: Record<string, string>): Promise<void> {
    answer = () => ({ status: 200, headers, body: "{}" });
    await call("GetItem", {}, { signal });
  }
  const at = (ms: number): string => new Date(ms).toUTCString();

  test("by this machine's clock, and then by the one of the answers", async () => {
    await callWhen({ date: at(NOW - 10 * MINUTE) });
    vi.setSystemTime(NOW + MINUTE);
    await callWhen({ date: at(NOW + MINUTE) });
    await callWhen({});
    expect(signed).toEqual([NOW, NOW - 9 * MINUTE, NOW + MINUTE]);
  });

  test.each([
    ["that tells nonsense", { date: "yesterday" }],
    ["that comes from a cache", { date: at(0), age: "7" }],
  ])("without regard to an answer %s", async (_title, headers) => {
    await callWhen(headers);
    await callWhen(headers);
    expect(signed).toEqual([NOW, NOW]);
  });

  test("without regard to an answer that waited while the instance was frozen", async () => {
    answer = () => {
      vi.setSystemTime(NOW + 2 * MINUTE);
      return { status: 200, headers: { date: at(0) }, body: "{}" };
    };
    await call("GetItem", {}, { signal });
    await callWhen({});
    expect(signed).toEqual([NOW, NOW + 2 * MINUTE]);
  });
});

test.each([-20 * MINUTE, 20 * MINUTE])(
  "a request that is refused because of the clock is sent again by the right one (%i ms)",
  async (ahead) => {
    const refused: boolean[] = [];
    const now = (): number => Date.now() + ahead;
    answer = (at) => {
      const isLate = Math.abs(at - now()) > 5 * MINUTE;
      refused.push(isLate);
      return {
        status: isLate ? 400 : 200,
        headers: { "content-type": "application/x-amz-json-1.0", date: new Date(now()).toUTCString() },
        body: isLate ? '{"__type":"com.amazon.coral.service#InvalidSignatureException"}' : "{}",
      };
    };
    const store = createDynamodbStore({ table: "t", endpoint: `http://${standIn.host}` });
    for (let i = 0; i < 2; i++) expect(await store.get({ partition: "p", sort: "s" })).toBeUndefined();
    expect(refused).toEqual([true, false, false]);
  },
);
