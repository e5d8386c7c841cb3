import { describe, expect, test } from '@jest/globals';
import { initProducerIdV4, Reader, ResponseError, Writer } from '@platformatic/kafka';
import { producerIdFrom } from './producer-id.ts';

const API_KEY = 22;

/** What @platformatic/kafka makes of a broker's answer with this code. */
function answerOf(code: number) {
  const bytes = Writer.create()
    .appendInt32(0)
    .appendInt16(code)
    .appendInt64(7n)
    .appendInt16(0)
    .appendTaggedFields().buffer;
  return initProducerIdV4.parseResponse(1, API_KEY, 4, Reader.from(bytes));
}

/** A broker that answers with these codes, one after the other, and then with the last. */
function broker(...codes: number[]) {
  let asked = 0;
  return {
    ask: async () => answerOf(codes[Math.min(asked++, codes.length - 1)] ?? 0),
    get asked() {
      return asked;
    },
  };
}

describe('a producer id', () => {
  test('is asked for again while the broker has none yet', async () => {
    const starting = broker(14, 14, 0);
    expect(await producerIdFrom(starting.ask, 0)).toMatchObject({ producerId: 7n });
    expect(starting.asked).toBe(3);
  });

  test('is not asked for again when the broker refuses', async () => {
    const refusing = broker(31, 0);
    await expect(producerIdFrom(refusing.ask, 0)).rejects.toBeInstanceOf(ResponseError);
    expect(refusing.asked).toBe(1);
  });

  test('is not asked for without end', async () => {
    await expect(producerIdFrom(broker(14).ask, 0)).rejects.toBeInstanceOf(ResponseError);
  });
});
