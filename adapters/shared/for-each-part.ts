/** Operations at a time, so that one large value does not keep all connections busy, nor the link for a whole time-out. */
const AT_A_TIME = 6;

/** Runs a task for every part of a large value, some at a time; after the first failure no more are begun. */
export async function forEachPart(count: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count) }, worker));
  } catch (error) {
    next = count;
    throw error;
  }
}
