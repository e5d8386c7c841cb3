export { expiredAnswers } from './expired-answers.ts';
export { type Answer, Idempotency, type IdempotencyOptions, KEY_LIFETIME_HOURS } from './idempotency.ts';
