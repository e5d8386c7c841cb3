import { expect, test } from '@jest/globals';
import { topSelfTimes } from './profile.ts';

const node = (id: number, functionName: string, url = '') => ({ id, callFrame: { functionName, url, lineNumber: 9 } });

test('self times are added up by function, without the time that was idle', () => {
  const profile = {
    nodes: [
      node(1, '(root)'),
      node(2, '(idle)'),
      node(3, 'encode', 'file:///app/node_modules/kafkajs/src/encoder.js'),
      node(4, 'take', 'file:///app/dist/outbound.js'),
      node(5, 'encode', 'file:///app/node_modules/kafkajs/src/encoder.js'),
    ],
    samples: [2, 3, 4, 5],
    timeDeltas: [1_000, 30, 40, 30],
  };
  expect(topSelfTimes(profile, 5)).toEqual([
    { name: 'encode kafkajs/src/encoder.js:10', percent: 60 },
    { name: 'take outbound.js:10', percent: 40 },
  ]);
  expect(topSelfTimes(profile, 1)).toHaveLength(1);
});
