import type { HttpResponse } from "./http-handler.ts";

/** Thrown on the way to a server that a request must not reach: `response` is the answer instead, and nothing failed. */
export class Rejection extends Error {
  override readonly name = "Rejection";
  readonly response: HttpResponse;

  constructor(response: HttpResponse) {
    super("The request was refused.");
    this.response = response;
  }
}
