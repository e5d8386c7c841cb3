/** What stands at the head of a generated file. `from`: what to change instead, within `packages/order-workflow/src`. */
export const generatedFrom = (from: string): string =>
  `Generated from packages/order-workflow/src/${from} by \`npm run generate\`. Do not edit.`;

/** The head of what is written from the stage contract. */
export const GENERATED_BY = generatedFrom('lifecycle/stages.ts');
