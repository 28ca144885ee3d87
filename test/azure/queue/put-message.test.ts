import { expect, test } from "vitest";
import { MAX_MESSAGE_BYTES, readPutMessage } from "../../../emulators/azure/queue/put-message.ts";

const headers = { "x-ms-version": "2021-12-02", "x-ms-date": "Mon, 30 Nov 2026 00:00:00 GMT" };
const xml = (text: string): string => `<QueueMessage><MessageText>${text}</MessageText></QueueMessage>`;

const put = (query: string, { body = xml("e30="), ...more }: Record<string, string | undefined> = {}) =>
  readPutMessage({ query: new URLSearchParams(query), headers: { ...headers, ...more }, body });

test("a message is visible when it says, within the seven days that the service has", () => {
  expect(put("")).toEqual({ text: "e30=", visibleInSeconds: 0 });
  expect(put("visibilitytimeout=604800&messagettl=-1")).toEqual({ text: "e30=", visibleInSeconds: 604_800 });
  expect(put("", { body: xml("A".repeat(MAX_MESSAGE_BYTES)) })).toMatchObject({ visibleInSeconds: 0 });
});

test.each<[why: string, code: string, query: string, more?: Record<string, string | undefined>]>([
  ["no version", "MissingRequiredHeader", "", { "x-ms-version": undefined }],
  ["a version without tokens", "InvalidHeaderValue", "", { "x-ms-version": "2015-02-21" }],
  ["no date", "AuthenticationFailed", "", { "x-ms-date": undefined }],
  ["a timeout that is no number", "InvalidQueryParameterValue", "visibilitytimeout=1.5"],
  ["a timeout of over seven days", "OutOfRangeQueryParameterValue", "visibilitytimeout=604801&messagettl=-1"],
  ["a timeout behind the default expiry", "OutOfRangeQueryParameterValue", "visibilitytimeout=604800"],
  ["a time to live of nothing", "InvalidQueryParameterValue", "messagettl=0"],
  ["a body that is no XML", "InvalidXmlDocument", "", { body: "e30=" }],
  ["a body of another element", "InvalidXmlDocument", "", { body: "<Message>e30=</Message>" }],
  ["a text of over 64 KiB", "RequestBodyTooLarge", "", { body: xml("A".repeat(MAX_MESSAGE_BYTES + 1)) }],
])("%s is refused", (_why, code, query, more) => {
  expect(put(query, more)).toMatchObject({ code });
});
