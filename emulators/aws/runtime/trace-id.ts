/** A new X-Ray trace header value that is not sampled ("AWS X-Ray concepts", tracing header). */
export function traceId(at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000).toString(16);
  return `Root=1-${seconds}-${crypto.randomUUID().replaceAll("-", "").slice(0, 24)};Sampled=0`;
}
