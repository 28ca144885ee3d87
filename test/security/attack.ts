import type { AttackTarget } from "./attack-target.ts";

/** One HTTP request as a client may send it. */
export interface AttackRequest {
  /** Default POST. */
  readonly method?: string;
  /** Path and query, sent unchanged. Default: the path of the endpoint. */
  readonly url?: string;
  /** Lines; the same name may come twice. What MCP needs is added, and a `host` unless there is one. */
  readonly headers?: ReadonlyArray<readonly [name: string, value: string]>;
  /** Default: a call of a tool that every server under attack has, with the headers of its revision. */
  readonly body?: string;
}

/** The outcome that an attack must have. */
export interface AttackOutcome {
  /** One of these statuses, because ingresses may refuse before the endpoint does. */
  readonly status: readonly number[];
  /** Where the status is the first one: headers that must be so. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** Nowhere in the answer. */
  readonly never?: RegExp;
  /** In the body, where the status is the first one. */
  readonly body?: RegExp;
}

/** A row of the attack table. */
export interface Attack {
  readonly name: string;
  /** `send` is for what must have happened before. */
  request(target: AttackTarget, send: SendAttack): AttackRequest | Promise<AttackRequest>;
  expected(target: AttackTarget): AttackOutcome;
}

/** Sends a request to the endpoint under attack. */
export type SendAttack = (request: AttackRequest) => Promise<AttackAnswer>;

/** A whole answer, wherever it came from. */
export interface AttackAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Matches a token. No answer may repeat one. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\./;

/** Says what is wrong with an answer; empty when the attack failed as it must. */
export function verdictOn(answer: AttackAnswer, outcome: AttackOutcome): readonly string[] {
  const problems: string[] = [];
  const { status, headers, body } = answer;
  if (!outcome.status.includes(status)) problems.push(`status ${status} instead of ${outcome.status.join(" or ")}`);
  const everything = `${JSON.stringify(headers)}\n${body}`;
  for (const never of [TOKEN, outcome.never]) {
    if (never?.test(everything)) problems.push(`${never} is in the answer: ${everything}`);
  }
  if (status !== outcome.status[0]) return problems;
  for (const [name, pattern] of Object.entries(outcome.headers ?? {})) {
    if (!pattern.test(headers[name] ?? "")) problems.push(`${name} is ${headers[name]}, not ${pattern}`);
  }
  if (outcome.body && !outcome.body.test(body)) problems.push(`the body is ${body}, not ${outcome.body}`);
  return problems;
}

/** The refusal of a client without a valid token: the challenge names the configured metadata. */
export function unauthorized({ publicUrl }: AttackTarget, error?: string): AttackOutcome {
  const { origin, pathname } = new URL(publicUrl);
  const metadata = `resource_metadata="${origin}/.well-known/oauth-protected-resource${pathname}"`;
  const begin = error ? `error="${error}", ` : 'scope="';
  return {
    status: [401],
    headers: { "www-authenticate": new RegExp(`^Bearer ${literal(begin)}.*${literal(metadata)}$`) },
    never: /evil/,
  };
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
