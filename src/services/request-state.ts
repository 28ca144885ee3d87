import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { CLOCK_SKEW_MS } from "../clock.ts";
import { keysOf, type StateKeySource } from "../config/key-ring.ts";
import { AnycloudError } from "../errors.ts";
import { isConflict } from "../store/store.ts";
import { bindingOf } from "./call-binding.ts";
import { type CallerScope, expiresIn } from "./caller-scope.ts";
import { keyIdOf, seal, unseal } from "./seal.ts";

/**
 * Keeps what a call has to remember while its client asks the user, sealed, with the client. It opens once, on any
 * instance, for the same caller, method and arguments. Hand it to the server, `new McpServer(info, { requestState })`;
 * a tool returns `inputRequired({ requestState: await requestState.mint(payload), … })` and, called again, reads the payload
 * with `context.mcpReq.requestState()`. It is the same for clients of the 2025 protocols with a session.
 */
export interface RequestState {
  /**
   * Seals a JSON value. Throws CONFIG_INVALID without keys or where the server was not given `verify`, STORE_MISSING
   * without a store, STORE_UNAVAILABLE when the keys cannot be had.
   */
  mint(payload: unknown, options?: MintOptions): Promise<string>;
  /**
   * Opens it, for the SDK. Throws what the SDK tells the client: invalid params, for the reason `invalid_request_state`.
   * A state is used up before the tool runs, so a client whose call fails after that begins anew.
   */
  readonly verify: (state: string) => Promise<unknown>;
}

interface MintOptions {
  /** Seconds for which the client may take its time. Default 600. */
  readonly ttlSeconds?: number;
}

export interface RequestStateOptions {
  /** Asked only when a state is sealed or opened. */
  readonly keys: StateKeySource | undefined;
  /** Whether there is a store that all instances share. */
  readonly durable: boolean;
  /** The JSON-RPC request being served, or the batch of them. */
  readonly message: unknown;
}

interface Sealed {
  readonly payload?: unknown;
  /** Unix time in seconds. */
  readonly expiresAt: number;
}

const TTL_SECONDS = 600;

/** Seals for one call of one caller. */
export function createRequestState(
  { store, principal, now }: CallerScope,
  { keys = [], durable, message }: RequestStateOptions,
): RequestState {
  // A state that the SDK is not told to verify reaches the tool as the client sent it, forged or not.
  let isVerified = false;
  return {
    async mint(payload, { ttlSeconds = TTL_SECONDS } = {}) {
      const [key] = await keysOf(keys);
      if (!key) throw new AnycloudError("CONFIG_INVALID", KEYS_MISSING);
      // Here and not in `verify`, where the SDK would turn it into the client's mistake.
      if (!durable) throw new AnycloudError("STORE_MISSING", STORE_MISSING);
      if (!isVerified) throw new AnycloudError("CONFIG_INVALID", NOT_VERIFIED);
      const sealed: Sealed = { payload, expiresAt: expiresIn(ttlSeconds, now) };
      return seal(JSON.stringify(sealed), bindingOf(principal, message), key);
    },

    get verify() {
      isVerified = true;
      return verify;
    },
  };

  async function verify(state: string): Promise<unknown> {
    const keyId = keyIdOf(state);
    const unsealed = keyId && unseal(state, bindingOf(principal, message), await keysOf(keys, keyId));
    if (!unsealed) throw refusal("it was not sealed here for this caller and this call");
    const { payload, expiresAt }: Sealed = JSON.parse(unsealed.text);
    if (expiresAt <= now() / 1000) throw refusal("it has expired");
    // Longer than any instance takes the state for valid, whose clock may be behind that of the store.
    const keptUntil = expiresAt + CLOCK_SKEW_MS / 1000;
    const mark = { partition: `used-state/${unsealed.sealId}`, sort: "used", value: "", expiresAt: keptUntil };
    try {
      await store.put(mark, "absent");
    } catch (error) {
      throw isConflict(error) ? refusal("it has been used") : error;
    }
    return payload;
  }
}

const NOT_VERIFIED =
  "requestState is not verified by this server: build it with new McpServer(info, { requestState }), or what comes back could be forged.";

const KEYS_MISSING =
  "requestState cannot be sealed: set MCP_ANYCLOUD_STATE_KEYS to id:key, the key 32 random bytes in base64, the same for all instances, or MCP_ANYCLOUD_STATE_KEYS_SECRET to a secret that holds it.";

const STORE_MISSING =
  "requestState cannot be used once only without a store that all instances share: set MCP_ANYCLOUD_TABLE, or give the endpoint a store.";

/** In the SDK's words for the client. The reason gets no further than the server's `onerror`. */
const refusal = (reason: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, `Invalid or expired requestState: ${reason}`, {
    reason: "invalid_request_state",
  });
