import { expect, test } from '@jest/globals';
import { countOf, readWrites, writesBetween } from './writes.ts';

const at = (updates: number) => `# TYPE persistence_requests counter
persistence_requests{namespace="bezel",operation="UpdateWorkflowExecution",service_name="history"} ${updates}
persistence_requests{namespace="bezel",operation="CreateTasks",service_name="matching"} 2
persistence_requests{namespace="bezel",operation="GetWorkflowExecution",service_name="history"} ${updates * 9}
persistence_requests{namespace="system",operation="UpdateShard",service_name="history"} ${updates}
persistence_latency_count{namespace="bezel",operation="UpdateWorkflowExecution",service_name="history"} 70
visibility_persistence_requests{operation="UpsertWorkflowExecution",service_name="history"} ${updates / 2}
visibility_persistence_requests{operation="CountWorkflowExecutions",service_name="frontend"} 1
`;

test('writes of one namespace are counted by operation, reads and other namespaces are not', () => {
  const { main, visibility } = readWrites(at(40), 'bezel');
  expect([...main]).toEqual([
    ['UpdateWorkflowExecution', 40],
    ['CreateTasks', 2],
  ]);
  expect([...visibility]).toEqual([['UpsertWorkflowExecution', 20]]);
});

test('between two looks only what was written then counts', () => {
  const { main, visibility } = writesBetween(readWrites(at(40), 'bezel'), readWrites(at(1e3), 'bezel'));
  expect([...main]).toEqual([['UpdateWorkflowExecution', 960]]);
  expect(countOf(visibility)).toBe(480);
});
