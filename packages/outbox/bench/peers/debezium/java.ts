import type { Installed } from '@bezel/local/bench';

/** Kafka Connect 4 needs it. */
const OLDEST = 17;
/** The newest that Kafka 4.3 and Debezium 3.6 were seen to run with: twice as fast as with 17. */
const BEST = 25;

/** The best Java for Debezium among those of the machine. Throws when none will do. */
export function preferredJava(javas: readonly Installed[]): Installed {
  const usable = javas
    .map((java) => ({ java, major: Number.parseInt(java.version, 10) }))
    .filter(({ major }) => major >= OLDEST)
    .sort((a, b) => rank(b.major) - rank(a.major));
  const [first] = usable;
  if (first === undefined) {
    const found = javas.map(({ version }) => version).join(', ') || 'none';
    throw new Error(
      `it needs Java ${OLDEST} or newer, best ${BEST}; found in JAVA_HOME, on the PATH or where Java usually is: ${found}`,
    );
  }
  return first.java;
}

/** Newer is better up to the best known; what is newer still comes after all of these. */
const rank = (major: number): number => (major <= BEST ? major : -major);
