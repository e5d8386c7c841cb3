export type {
  FetchedMessage,
  FetchedRange,
  OffsetRange,
  SubscribeRequest,
  Subscriber,
  SubscriberListener,
  Subscription,
  TopicPartition,
} from './subscriber.ts';
