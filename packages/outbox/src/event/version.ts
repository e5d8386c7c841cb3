/**
 * What all versions of an event have in common: its type without the ending `.v2`, `.v3` … A type without such an ending is
 * the first version.
 */
export const versionless = (type: string): string => type.replace(/\.v[1-9]\d*$/, '');
