/** A moment, in milliseconds since 1970, as answers in JSON have it. */
export const instant = (at: number): string => new Date(at).toISOString();
