export { type PlatformaticPublisherOptions, platformaticPublisher } from './publisher.ts';
export { type PlatformaticSubscriberOptions, platformaticSubscriber } from './subscriber.ts';
