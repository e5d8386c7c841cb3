import { startWorkers, type WorkerOptions } from './workers.ts';

// A process of its own with the three workers, so that a test can kill it. Its argument is the options as JSON.
await startWorkers(JSON.parse(process.argv[2] ?? '') as WorkerOptions);
console.log('running');
