export { type PlatformaticSubscriberOptions, platformaticSubscriber } from './subscriber.ts';
