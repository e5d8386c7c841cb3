/** What measurements have in common: alternating rounds, programs in processes of their own, and how results are written down. */
export { type Child, type SpawnOptions, startProcess } from './processes/child.ts';
export { latestProfile, topSelfTimes } from './processes/profile.ts';
export { type Methods, serve, type Usage, usage } from './processes/serve.ts';
export { figureRow, number } from './results/figure-row.ts';
export type { Finding, Table, Target } from './results/finding.ts';
export { type Provenance, type ProvenanceOptions, provenanceOf } from './results/provenance.ts';
export { record } from './results/results-file.ts';
export { sectionBody, verdictOf } from './results/section.ts';
export { alternate, type Better, type Figure, figure, median, percentile, round } from './rounds.ts';
