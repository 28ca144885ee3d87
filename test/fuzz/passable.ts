import type { Sample } from "./sample.ts";

const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const VALUE = /^(?! )[\t\x20-\x7e\x80-\xff]*(?<! )$/;
const TARGET = /^\/[\x21-\x7e]*$/;

/** Whether a platform's HTTP parser lets a request through to where an adapter gets it (RFC 9110 §5, RFC 9112 §3). */
export const passable = ({ method, target, headers }: Sample): boolean =>
  TOKEN.test(method) && TARGET.test(target) && headers.every(([name, value]) => TOKEN.test(name) && VALUE.test(value));
