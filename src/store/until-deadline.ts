import { AnycloudError } from "../errors.ts";

/**
 * The answer of a store, or of whatever else may be slow, as long as its request has time. Throws `tooLate()` at the deadline,
 * STORE_UNAVAILABLE by default, so that a request is answered before its platform cuts it off.
 */
export async function untilDeadline<Answer>(
  asked: Promise<Answer>,
  deadline: AbortSignal | undefined,
  tooLate: () => Error = storeTooLate,
): Promise<Answer> {
  if (!deadline) return asked;
  let onDeadline = (): void => {};
  const late = new Promise<never>((_resolve, reject) => {
    onDeadline = () => reject(tooLate());
  });
  deadline.addEventListener("abort", onDeadline, { once: true });
  if (deadline.aborted) onDeadline();
  try {
    return await Promise.race([asked, late]);
  } finally {
    deadline.removeEventListener("abort", onDeadline);
  }
}

const storeTooLate = (): AnycloudError =>
  new AnycloudError("STORE_UNAVAILABLE", "The store did not answer before the time of the request was up.");
