import type { Machine } from '../choosing/choice.ts';
import type { Progress } from '../progress.ts';

/** How long an image may take to arrive. */
const PULL_MS = 5 * 60_000;

/**
 * Gets the images onto an engine that answers: those it has are taken, the others are pulled, one after the other.
 * Answers with the engine as it turned out: able to provide them all, or not, with the reason. Throws the reason of
 * `signal` when that fires; the engine may then go on pulling.
 */
export async function provideImages(
  engine: Extract<Machine['engine'], { state: 'answers' }>,
  images: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<Machine['engine']> {
  const { getContainerRuntimeClient, ImageName } = await import('testcontainers');
  let doing = 'be used';
  try {
    const { image } = await getContainerRuntimeClient();
    for (const name of images) {
      const wanted = ImageName.fromString(name);
      doing = `pull ${name}`;
      if (!(await image.exists(wanted))) {
        await progress.step(`pulling ${name}`, () => within(PULL_MS, image.pull(wanted), signal));
      }
    }
    return engine;
  } catch (error) {
    signal.throwIfAborted();
    const why = `a Docker engine answers, but cannot ${doing}`;
    progress.say(`  · ${why}: ${(error as Error).message.split('\n')[0]?.trim()}`);
    return { state: 'cannot-pull', why };
  }
}

async function within<T>(ms: number, work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let end = (): void => {};
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no image within ${ms / 1_000} s`)), ms);
    end = () => reject(signal.reason as Error);
    signal.addEventListener('abort', end, { once: true });
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
