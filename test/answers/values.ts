/** Values that a handler may return, throw or send: what JSON holds, and what it does not. */
export const VALUE_NAMES = [
  "text",
  "number",
  "null",
  "undefined",
  "nothing",
  "list",
  "a BigInt",
  "a BigInt in an object",
  "a cycle",
  "a getter that throws",
  "a getter that throws when it is read again",
  "a getter that throws when it is read for the third time",
  "a getter that throws null",
  "a toJSON that throws",
  "a toJSON of nothing",
  "a toJSON of a BigInt",
  "a function",
  "a symbol",
  "a date that is none",
  "an object without a prototype",
  "a proxy that refuses",
  "a revoked proxy",
  "deep nesting",
  "a lone surrogate",
  "an error",
  "an error whose code is none",
  "an error with data that is no JSON",
  "an error whose message throws",
  "an error whose message is no text",
  "a text over the limit",
] as const;

/** Takes seconds, so it is for the long form. */
export const HUGE = "a text of 50 MB";

export type ValueName = (typeof VALUE_NAMES)[number] | typeof HUGE;

const VALUES: Readonly<Record<ValueName, () => unknown>> = {
  text: () => "text",
  number: () => 7,
  null: () => null,
  undefined: () => undefined,
  nothing: () => ({}),
  list: () => [1, "two", null],
  "a BigInt": () => 10n,
  "a BigInt in an object": () => ({ n: 10n }),
  "a cycle": () => {
    const value: Record<string, unknown> = {};
    value.self = value;
    return value;
  },
  "a getter that throws": () => ({
    get field() {
      throw new Error("read");
    },
  }),
  "a getter that throws when it is read again": () => throwingFrom(2),
  "a getter that throws when it is read for the third time": () => throwingFrom(3),
  "a getter that throws null": () => ({
    get field() {
      throw null;
    },
  }),
  "a toJSON that throws": () => ({
    toJSON() {
      throw new Error("toJSON");
    },
  }),
  "a toJSON of nothing": () => ({ toJSON: () => undefined }),
  "a toJSON of a BigInt": () => ({ toJSON: () => 1n }),
  "a function": () => () => 1,
  "a symbol": () => Symbol("value"),
  "a date that is none": () => new Date(Number.NaN),
  "an object without a prototype": () => Object.create(null),
  "a proxy that refuses": () =>
    new Proxy(
      {},
      {
        get() {
          throw new Error("get");
        },
        ownKeys() {
          throw new Error("ownKeys");
        },
      },
    ),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  "deep nesting": () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 20_000; depth++) value = [value];
    return value;
  },
  "a lone surrogate": () => "\ud800",
  "an error": () => new Error("no"),
  "an error whose code is none": () => Object.assign(new Error("no"), { code: "ENOENT" }),
  "an error with data that is no JSON": () => Object.assign(new Error("no"), { code: -32_000, data: 1n }),
  "an error whose message throws": () =>
    Object.defineProperty(new Error("no"), "message", {
      get() {
        throw null;
      },
    }),
  "an error whose message is no text": () => Object.assign(new Error("no"), { message: 1n }),
  "a text over the limit": () => "x".repeat(300_000),
  [HUGE]: () => "x".repeat(50_000_000),
};

/** A new value of this name. */
export const createValue = (name: ValueName): unknown => VALUES[name]();

/** An object whose field can be read `reads - 1` times. */
function throwingFrom(reads: number): object {
  let count = 0;
  return {
    get field() {
      count++;
      if (count >= reads) throw new Error(`read ${count} times`);
      return 1;
    },
  };
}
