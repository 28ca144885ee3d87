/**
 * Makes something once for each key, also for those who ask while it is made. What failed is made again for whoever asks next:
 * `dev` tries again, and what was missing may be there then.
 */
export function madeOnce<Value>(): (key: string, make: () => Promise<Value>) => Promise<Value> {
  const made = new Map<string, Promise<Value>>();
  return (key, make) => {
    const known = made.get(key);
    if (known) return known;
    const making = make();
    made.set(key, making);
    making.catch(() => made.delete(key));
    return making;
  };
}
