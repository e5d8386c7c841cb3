export { type KafkajsSubscriberOptions, kafkajsSubscriber } from './subscriber.ts';
