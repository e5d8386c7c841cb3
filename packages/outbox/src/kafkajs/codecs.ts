/**
 * What to do about a batch that kafkajs cannot read: it brings gzip, and knows of the others no more than their names. The
 * batch fails the fetch of all partitions, since it does not get as far as saying which one it is of.
 */
export function explainCodec(error: Error): Error {
  const codec = /^(\w+) compression not implemented$/.exec(error.message)?.[1];
  if (codec === undefined) {
    return error;
  }
  const remedy = `register one in its CompressionCodecs, or read with @platformatic/kafka, which has it`;
  return new Error(`a message is compressed with ${codec}, for which kafkajs has no codec: ${remedy}`, {
    cause: error,
  });
}
