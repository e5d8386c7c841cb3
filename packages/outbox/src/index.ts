export { defineEvent, type EventData, type EventDefinition } from './event/index.ts';
