/** Clients that behave like people, for other commands that need some: npm run chaos. */
export { type OrderPlan, planOrder, stepsOf } from '../plan/order-plan.ts';
export { type Random, randomOf } from '../plan/random.ts';
export { Courier } from './courier.ts';
export { cancelAsCustomer, fileNameOf, orderAsCustomer } from './customer.ts';
export { type Answer, type Call, DoorShutError, HttpClient, type HttpClientOptions } from './http-client.ts';
export { type Model, sampleModels } from './models.ts';
export { workAsOperator } from './operator.ts';
export { Records, type Submission } from './records.ts';
export { signInAs } from './sign-in.ts';
export { Tally } from './tally.ts';
