/**
 * Polls until `condition` answers something other than false, null or undefined, and returns it. Fails after
 * `deadlineMs` with `what` in the message. Use it instead of a sleep.
 */
export declare function waitFor<T>(what: string, condition: () => Promise<T> | T, { deadlineMs, everyMs }?: {
    deadlineMs?: number;
    everyMs?: number;
}): Promise<Exclude<T, false | null | undefined>>;
//# sourceMappingURL=wait-for.d.ts.map