/** What stands at the head of every generated file. */
export const GENERATED_BY =
  'Generated from packages/order-workflow/src/lifecycle/stages.ts by `npm run generate`. Do not edit.';
