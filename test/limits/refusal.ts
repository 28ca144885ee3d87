import type { HttpResponse } from "../../src/adapter.ts";
import { textOf } from "../support/messages.ts";

/** Status, code, message and id of a refusal, in this order. */
export async function refusalIn(response: HttpResponse): Promise<unknown[]> {
  const { error, id } = JSON.parse(await textOf(response));
  return [response.status, error?.code, error?.message, id];
}
