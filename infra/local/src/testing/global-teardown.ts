/** Jest's global teardown: nothing to do while the servers belong to the caller. */
export default function globalTeardown(): void {}
