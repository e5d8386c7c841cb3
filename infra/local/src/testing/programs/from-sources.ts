/** How Node runs a program of this repository from its sources, decorators included, whatever this process was started with. */
export const FROM_SOURCES = {
  nodeOptions: [
    '--conditions=@bezel/source',
    `--import=${new URL('with-decorators.ts', import.meta.url)}`,
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning', // kafkajs schedules what is past
  ],
  env: { NODE_OPTIONS: '' },
};
