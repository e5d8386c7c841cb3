import { connectToTemporal } from './connect-to-temporal.ts';

const CONNECTED_WITHIN_MS = 5_000;
const ALREADY_EXISTS = 6;
/** Closed workflows can be looked at for so long. (The development server makes its namespace itself, with one day.) */
const RETENTION_SECONDS = 30 * 24 * 3_600;

/** Registers a namespace; one that is there already is what was wanted. */
export async function provideNamespace(address: string, namespace: string): Promise<void> {
  const connection = await connectToTemporal(address, CONNECTED_WITHIN_MS);
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      // Encoded from a plain number all the same; the generated type only knows the 64-bit class.
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never },
    });
  } catch (error) {
    if ((error as { code?: number }).code !== ALREADY_EXISTS) {
      throw error;
    }
  } finally {
    await connection.close();
  }
}
