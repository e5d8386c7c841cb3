export type { Lane } from './broker/crossing.ts';
export type { Delivery } from './broker/group.ts';
export type { LandedMessage } from './broker/log.ts';
export { type PlayOptions, play } from './broker/play.ts';
export {
  type BrokerStep,
  type VirtualBroker,
  type VirtualBrokerOptions,
  virtualBroker,
} from './broker/virtual-broker.ts';
export {
  type CrashPlace,
  type CrashResult,
  type CrashScenario,
  type CrashTrial,
  crashMatrix,
} from './crash/crash-matrix.ts';
export type { Program } from './crash/program.ts';
export {
  armFailpointsFromEnvironment,
  CRASH_POINTS,
  declareFailpoints,
  enableFailpoint,
  FAILPOINTS,
  type Failpoint,
  type FailpointAction,
  FailpointHitError,
  FailpointRefusedError,
  type FailpointSubject,
  type FailpointSubjects,
  failpointsArmed,
  hitFailpoint,
} from './failpoints.ts';
export { checkHistory } from './history/check-history.ts';
export { type CommittedInOptions, type CommittedMessage, committedIn } from './history/committed-in.ts';
export {
  type ArrivedMessage,
  type CommittedTransaction,
  type HandledMessage,
  type History,
  type HistoryFault,
  oneAfterTheOther,
  type WrittenMessage,
} from './history/history.ts';
export { type WrittenEvent, type WrittenInOptions, writtenIn } from './written/written-in.ts';
