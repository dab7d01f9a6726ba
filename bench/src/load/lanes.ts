/** Owns how much a load begins at a time while it gets ready: more would only fill the server's backlog. */
const AT_ONCE = 200;

/** @param costs how much each of them begins. */
export async function inLanes<Value>(
  count: number,
  work: (index: number) => Promise<Value>,
  costs = 1,
): Promise<Value[]> {
  const waiting = Array.from({ length: count }, (_, index) => index).values();
  const done: Value[] = [];
  const lane = async (): Promise<void> => {
    for (const index of waiting) done[index] = await work(index);
  };
  await Promise.all(Array.from({ length: Math.ceil(AT_ONCE / costs) }, lane));
  return done;
}
