export { type Closable, createLifeCycle, type LifeCycle, type LifeState } from './life-cycle.ts';
export { openManagement } from './management.ts';
export type { NamedRole, Role } from './role.ts';
export { type ServiceConfig, type ServiceOptions, startService } from './start-service.ts';
