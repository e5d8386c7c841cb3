export type { StlFault } from './fault.ts';
export { MAX_MODEL_BYTES, StlCheck } from './stl-check.ts';
