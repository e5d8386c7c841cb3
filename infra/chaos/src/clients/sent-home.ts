import { DoorShutError } from '@bezel/demo/clients';

/** Waits for a client's work. Being sent home in the middle of a request, or leaving, is no error. */
export async function sentHome(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DoorShutError)) throw error;
  }
}
