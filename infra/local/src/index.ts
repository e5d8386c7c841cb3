export { isAlive, type ProcessIdentity } from './processes/process-identity.ts';
export { DOORS, type Door } from './stack/layout.ts';
export { checkoutPlaces } from './stack/places.ts';
export {
  type ClientCredentials,
  type ClientName,
  readStack,
  type StackFile,
  StackNotRunningError,
} from './stack/state/stack-file.ts';
export type { UnitStatus } from './supervisor/supervisor.ts';
