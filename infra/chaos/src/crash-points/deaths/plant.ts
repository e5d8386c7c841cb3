import { declareFailpoints, enableFailpoint } from '@bezel/outbox/testing';
import { ARMING_VARIABLE, type Arming, armedCells, deathsIn, writeDown } from './armed.ts';
import { Recogniser } from './recognise.ts';
import { UPSET_AT, upsetIn } from './upset.ts';

// Loaded by app processes before anything else (node --import): arms every failpoint at which this process is to die. The
// death is written down first; then the failpoint kills the process with SIGKILL, and nothing of it runs any more. What goes
// wrong otherwise does so where it does not die.

const arming = JSON.parse(process.env[ARMING_VARIABLE] ?? '') as Arming;
const { folder, role } = arming;
const cells = armedCells(arming);
const recogniser = new Recogniser(cells);
const upset = upsetIn(folder);

const points = [...new Set([...UPSET_AT, ...cells.flatMap(({ after, failpoint }) => [...after, failpoint])])];
declareFailpoints(Object.fromEntries(points.map((point) => [point, point])));
for (const point of points) {
  enableFailpoint(point, (about) => {
    const found = recogniser.at(point, upset.named(point, about), () => deathsIn(folder));
    if (found === undefined) return upset.happen(point, about);
    const { cell, orderId } = found;
    const death = { cell: cell.id, role, pid: process.pid, orderId, at: Date.now() };
    return writeDown(folder, `${role}-${cells.indexOf(cell)}`, death) ? 'kill' : upset.happen(point, about);
  });
}
