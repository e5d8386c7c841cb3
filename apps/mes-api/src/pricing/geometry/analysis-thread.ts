// The entry of a worker thread. Everything it imports is TypeScript that Node can run by stripping types alone, so that
// tests start threads from the sources.
import type { MessagePort } from 'node:worker_threads';
import type { ModelGeometry } from '@bezel/order-workflow';
import { analyseModel } from './analyse-model.ts';
import { forgetManifold, loadManifold } from './mesh/manifold.ts';
import { ModelRejected } from './model-rejected.ts';

export interface AnalysisTask {
  readonly file: Uint8Array;
  /** Takes each phase as it begins. */
  readonly phases: MessagePort;
  /** Set to 1 when the thread is ready and turns to the file: what goes wrong from then on is the file's doing. */
  readonly begun: Int32Array<SharedArrayBuffer>;
}

/** What a model turned out to be: measured, or not to be made, with the reason for the customer. */
export type ModelAnalysis = { readonly geometry: ModelGeometry } | { readonly rejected: string };

export default async function analyse({ file, phases, begun }: AnalysisTask): Promise<ModelAnalysis> {
  try {
    await loadManifold();
    Atomics.store(begun, 0, 1);
    return { geometry: await analyseModel(file, (phase) => phases.postMessage(phase)) };
  } catch (error) {
    // A rejection is an answer and crosses the thread as a value; a fault crosses as an error.
    if (error instanceof ModelRejected) {
      return { rejected: error.message };
    }
    forgetManifold();
    throw error;
  } finally {
    phases.close();
  }
}
