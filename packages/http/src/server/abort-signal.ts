/**
 * Aborts the signal of a request that the adapter made, if anybody has asked for it. The adapter does that itself when
 * the client goes away, and offers no other way: its method has a private symbol for a name.
 */
export function abortSignalOf(request: Request, reason: string): void {
  for (
    let link: object | null = request;
    link !== null;
    link = Object.getPrototypeOf(link) as object | null
  ) {
    for (const key of Object.getOwnPropertySymbols(link)) {
      if (key.description !== "abortRequest") continue;
      (request as unknown as Record<symbol, (reason: string) => void>)[key]?.(reason);
      return;
    }
  }
}
