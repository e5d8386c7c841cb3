import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as nestjs from '../nestjs/errors.ts';
import * as testing from '../testing/failpoints.ts';
import * as errors from './index.ts';

type ErrorClass = new (message: string, options: ErrorOptions) => errors.OutboxError;

const { OutboxError, ...CORE } = errors;
const { FailpointHitError, FailpointRefusedError } = testing;
const CLASSES: readonly ErrorClass[] = Object.values({ ...CORE, ...nestjs, FailpointHitError, FailpointRefusedError });
const made = CLASSES.map((ErrorClass) => new ErrorClass('what happened', { cause: 'a reason' }));

const SOURCES = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, SOURCES), 'utf8');

test('every error class there is can be imported', () => {
  const paths = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const declared = paths.flatMap((path) => [...read(path).matchAll(/^export class (\w+) extends OutboxError/gm)]);
  expect(declared.length).toBeGreaterThan(30);
  expect(made.map(({ name }) => name).toSorted()).toEqual(declared.map(([, name]) => name).toSorted());
});

describe('every error', () => {
  test.each(made)('$name is an OutboxError, named after its class, with its message and its cause', (error) => {
    expect(error).toBeInstanceOf(OutboxError);
    expect(error.name).toBe(error.constructor.name);
    expect(error).toMatchObject({ message: 'what happened', cause: 'a reason' });
    expect(error.code).toBe(
      error.name
        .replace(/Error$/, '')
        .replaceAll(/(?<=.)[A-Z]/g, (capital) => `_${capital}`)
        .toUpperCase(),
    );
  });

  test('has a code of its own', () => {
    expect(new Set(made.map(({ code }) => code)).size).toBe(made.length);
  });
});

test('docs/errors.md has each with its code, its class and whether it is retryable, and none besides', () => {
  const listed = [...read('../docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\| `(\w+)` +\| (yes|no) /gm)];
  expect(listed.map(([, code, name, retryable]) => `${code} ${name} ${retryable}`).toSorted()).toEqual(
    made.map(({ code, name, retryable }) => `${code} ${name} ${retryable ? 'yes' : 'no'}`).toSorted(),
  );
});
