import { setTimeout as delay } from 'node:timers/promises';
/**
 * Polls until `condition` answers something other than false, null or undefined, and returns it. Fails after
 * `deadlineMs` with `what` in the message. Use it instead of a sleep.
 */
export async function waitFor(what, condition, { deadlineMs = 20_000, everyMs = 20 } = {}) {
    const deadline = performance.now() + deadlineMs;
    let last;
    for (;;) {
        try {
            const value = await condition();
            if (value !== false && value !== null && value !== undefined) {
                return value;
            }
            last = value;
        }
        catch (error) {
            last = error;
        }
        if (performance.now() > deadline) {
            throw new Error(`waited ${deadlineMs} ms for ${what}; last answer: ${String(last)}`);
        }
        await delay(everyMs);
    }
}
//# sourceMappingURL=wait-for.js.map