/**
 * What the broker is told beyond where it listens and keeps its data, the same for one on this machine and one in a
 * container. A development broker is alone: one replica of everything, few partitions of its own topics, so that they
 * are there at once, and no wait for more members of a group. Topics are made by those who own them.
 *
 * One that was killed may not register again before its own session is over: nine seconds by default, in which it answers
 * nobody. Much less, and on a machine that has too much to do it is taken for dead while it lives.
 */
export const KAFKA_SETTINGS: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'false',
  'num.partitions': '12',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '12',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'broker.heartbeat.interval.ms': '1000',
  'broker.session.timeout.ms': '6000',
};

/** The settings as the environment variables by which the official image takes them: `KAFKA_NUM_PARTITIONS`. */
export const kafkaVariables = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(KAFKA_SETTINGS).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, value]),
  );
