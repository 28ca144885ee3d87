import type { ServerEvent } from "@modelcontextprotocol/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { endAfter, subscribe } from "../../src/protocol-2026/listen.ts";
import type { ChangeEvents, FollowOptions } from "../../src/services/change-events.ts";

const tools: ServerEvent = { kind: "tools_list_changed" };
const prompts: ServerEvent = { kind: "prompts_list_changed" };

describe("the events of a subscription", () => {
  /** Change events that the test publishes itself. */
  async function start() {
    let options: FollowOptions | undefined;
    const changeEvents: ChangeEvents = {
      async publish() {},
      async publishShared() {},
      async follow(given) {
        options = given;
        return 0;
      },
    };
    const listening = await subscribe(changeEvents, "anonymous");
    const tell = (event: ServerEvent): void => options?.onEntry({ number: 1, events: [event] });
    return { listening, tell, signal: options?.signal };
  }

  test("include what happened since it began, in order", async () => {
    const { listening, tell } = await start();
    tell(tools);
    const heard: ServerEvent[] = [];
    listening.bus.subscribe((event) => heard.push(event));
    tell(prompts);
    expect(heard).toEqual([tools, prompts]);
  });

  test("ends when the SDK lets go, or when its answer opened no subscription", async () => {
    const one = await start();
    const letGo = one.listening.bus.subscribe(() => {});
    one.listening.sdkResponded();
    expect(one.signal?.aborted).toBe(false);
    letGo();
    expect(one.signal?.aborted).toBe(true);
    const other = await start();
    other.listening.sdkResponded();
    expect(other.signal?.aborted).toBe(true);
  });
});

describe("the end of a subscription", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("is not called for when it was over before, and nothing waits for it any more", () => {
    const end = vi.fn();
    const [over, deadline] = [new AbortController(), new AbortController()];
    endAfter(end, { seconds: 60, deadline: deadline.signal, ended: over.signal });
    expect(vi.getTimerCount()).toBe(1);
    over.abort();
    expect(vi.getTimerCount()).toBe(0);
    deadline.abort();
    endAfter(end, { seconds: 60, deadline: deadline.signal, ended: AbortSignal.abort() });
    expect(vi.getTimerCount()).toBe(0);
    expect(end).not.toHaveBeenCalled();
  });
});
