/** Owns why a server could not start, in one sentence for whoever runs it. */
export class StartError extends Error {
  override readonly name = "StartError";
}
