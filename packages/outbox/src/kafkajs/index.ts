export { type KafkajsPublisherOptions, kafkajsPublisher } from './publisher.ts';
export { type KafkajsSubscriberOptions, kafkajsSubscriber } from './subscriber.ts';
