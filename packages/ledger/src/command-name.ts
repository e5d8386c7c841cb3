/** How people call `orderctl` in a checkout, in help and in advice. */
export const ORDERCTL = 'npm run orderctl --';
