export { defineEvent, type EventData, type EventDefinition } from './define-event.ts';
