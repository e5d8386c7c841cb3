import { monitorEventLoopDelay } from 'node:perf_hooks';
import { metrics } from '@opentelemetry/api';

/** Registers gauges of the process: memory, processor time and how long the event loop was blocked. */
export function watchProcess(): void {
  const meter = metrics.getMeter('@bezel/service');
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  meter
    .createObservableGauge('process.memory.resident', { unit: 'By', description: 'Resident set size.' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableGauge('process.heap.used', { unit: 'By', description: 'V8 heap in use.' })
    .addCallback((result) => result.observe(process.memoryUsage().heapUsed));
  meter
    .createObservableCounter('process.cpu.time', { unit: 's', description: 'Processor time, user and system.' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
  meter
    .createObservableGauge('process.event_loop.delay.p99', {
      unit: 's',
      description: 'p99 of the event loop delay since the last scrape.',
    })
    .addCallback((result) => {
      result.observe(loop.count === 0 ? 0 : loop.percentile(99) / 1e9);
      loop.reset();
    });
}
