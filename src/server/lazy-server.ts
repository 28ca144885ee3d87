import { AnycloudError } from "../errors.ts";
import { Rejection } from "../http/rejection.ts";
import { type ConnectableServer, isSdkV2Server, type SdkV2Server } from "./sdk-server.ts";

/** The server of one 2026-07-28 request, built when it is first needed. */
export class LazyServer {
  readonly #build: () => Promise<ConnectableServer>;
  #built: Promise<SdkV2Server> | undefined;
  #isSdkV1 = false;
  #rejection: Rejection | undefined;

  constructor(build: () => Promise<ConnectableServer>) {
    this.#build = build;
  }

  /**
   * Builds it at the first call. Rejects with what `build` throws, and with SERVER_INVALID for a server of SDK v1.
   */
  get(): Promise<SdkV2Server> {
    this.#built ??= this.#noteRejection(this.#buildSdkV2());
    return this.#built;
  }

  /** Whether the factory built a server of SDK v1, which speaks the 2025 protocols only. */
  get isSdkV1(): boolean {
    return this.#isSdkV1;
  }

  /** Why the request must not reach the server. The SDK's own entry turns such an error into a response of its own. */
  get rejection(): Rejection | undefined {
    return this.#rejection;
  }

  /** The same work, whose Rejection is found in `rejection` afterwards. */
  async watch<Result>(work: Promise<Result>): Promise<Result> {
    return this.#noteRejection(work);
  }

  async #noteRejection<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Rejection) this.#rejection = error;
      throw error;
    }
  }

  async #buildSdkV2(): Promise<SdkV2Server> {
    const server = await this.#build();
    if (isSdkV2Server(server)) return server;
    this.#isSdkV1 = true;
    throw new AnycloudError("SERVER_INVALID", "A server of SDK v1 speaks the 2025 protocols only.");
  }
}
