/** A call of a tool, and what its answer has in it. `{given}` in an argument is the folder that the server is given. */
export type Call = readonly [tool: string, args: Readonly<Record<string, unknown>>, answer: RegExp];

/** Calls of the tools of the reference server; `environment` is what is in the environment that it tells. */
export const everythingCalls = (environment: RegExp): readonly Call[] => [
  ["echo", { message: "hello" }, /Echo: hello/],
  ["get-annotated-message", { messageType: "error" }, /"priority":1/],
  ["get-env", {}, environment],
  ["get-resource-links", { count: 2 }, /"type":"resource_link"/],
  ["get-resource-reference", { resourceType: "Blob", resourceId: 7 }, /dynamic\/blob\/7/],
  ["get-structured-content", { location: "Chicago" }, /"structuredContent":\{"temperature"/],
  ["get-sum", { a: 2, b: 3 }, /is 5\./],
  ["get-tiny-image", {}, /"type":"image"/],
  ["gzip-file-as-resource", { name: "a.gz", data: "data:,hello", outputType: "resource" }, /"blob":"H4sI/],
  ["toggle-simulated-logging", {}, /Started simulated, random-leveled logging/],
  ["toggle-subscriber-updates", {}, /Started simulated resource updated/],
  ["trigger-long-running-operation", { duration: 0.1, steps: 2 }, /operation completed/],
  ["get-roots-list", {}, /file:\/\/\/home\/ada/],
  ["trigger-elicitation-request", {}, /Name: Ada/],
  ["trigger-url-elicitation", { url: "https://pay.example/1" }, /accept/],
  ["trigger-sampling-request", { prompt: "Is it so?" }, /Quite so\./],
];

const thought = { thought: "So", nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 3 };
export const SEQUENTIAL_THINKING: readonly Call[] = [["sequentialthinking", thought, /thoughtHistoryLength\W+1/]];
