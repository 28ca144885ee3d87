import { AnycloudError } from "../errors.ts";

/**
 * The answer of a store, which may be slow, as long as its request has time. Throws STORE_UNAVAILABLE at the deadline, so that
 * a request is answered before its platform cuts it off.
 */
export async function untilDeadline<Answer>(
  asked: Promise<Answer>,
  deadline: AbortSignal | undefined,
): Promise<Answer> {
  if (!deadline) return asked;
  let onDeadline = (): void => {};
  const late = new Promise<never>((_resolve, reject) => {
    const message = "The store did not answer before the time of the request was up.";
    onDeadline = () => reject(new AnycloudError("STORE_UNAVAILABLE", message));
  });
  deadline.addEventListener("abort", onDeadline, { once: true });
  if (deadline.aborted) onDeadline();
  try {
    return await Promise.race([asked, late]);
  } finally {
    deadline.removeEventListener("abort", onDeadline);
  }
}
