import { channel } from 'node:diagnostics_channel';
import { metrics } from '@opentelemetry/api';
import { CHANNELS, INSTRUMENTATION, METRICS } from '../telemetry/names.ts';
import type { SlotOutcome } from './status.ts';

const looks = channel(CHANNELS.retention);

/** What retention reports about itself. */
export interface RetentionTelemetry {
  looked(slot: number, bytes: number, outcome: SlotOutcome): void;
}

export function createRetentionTelemetry(): RetentionTelemetry {
  const meter = metrics.getMeter(INSTRUMENTATION);
  const slotBytes = meter.createGauge(METRICS.slotBytes, { unit: 'By' });
  const outcomes = meter.createCounter(METRICS.slotLooks);
  return {
    looked(slot, bytes, outcome) {
      slotBytes.record(outcome === 'emptied' ? 0 : bytes, { slot });
      outcomes.add(1, { outcome });
      if (looks.hasSubscribers) {
        looks.publish({ slot, bytes, outcome });
      }
    },
  };
}
