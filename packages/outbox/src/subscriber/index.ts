export {
  type FetchedMessage,
  type FetchedRange,
  type OffsetRange,
  partitionName,
  type SubscribeRequest,
  type Subscriber,
  type SubscriberListener,
  type Subscription,
  type TopicPartition,
} from './subscriber.ts';
