export {
  armFailpointsFromEnvironment,
  enableFailpoint,
  FAILPOINTS,
  type Failpoint,
  type FailpointAction,
  FailpointHitError,
  FailpointRefusedError,
} from './failpoints.ts';
