import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';
import { FAILURE_CONVERTER } from '../codec/data-converter.ts';
import { keptBundle } from './kept-bundle.ts';

const QUIET = new DefaultLogger('WARN');

/** The kinds of bundles, and the files the build makes of them: failures in clear text, or as payloads for a codec. */
export const BUNDLES = { clear: 'workflow-bundle.js', encoded: 'workflow-bundle-encoded.js' } as const;
export type BundleKind = keyof typeof BUNDLES;

const bundled: Partial<Record<BundleKind, Promise<WorkflowBundleOption>>> = {};

/**
 * The workflow's code as a worker wants it: the bundle made by the build, beside this file in `dist`. From the sources
 * (tests) it is bundled when they have changed, which takes some seconds.
 */
export function workflowBundle(kind: BundleKind = 'clear'): Promise<WorkflowBundleOption> {
  const built = join(import.meta.dirname, '..', BUNDLES[kind]);
  bundled[kind] ??= existsSync(built)
    ? Promise.resolve({ codePath: built })
    : keptBundle(kind, () => bundleWorkflow({ kind }));
  return bundled[kind];
}

/**
 * Bundles the workflow and its interceptors, by default from where this file is: the sources or `dist`.
 *
 * What the workflow itself throws is made a failure inside the bundle, where a worker's data converter does not reach: what
 * is to be encrypted needs the failure converter in the bundle.
 */
export function bundleWorkflow({
  folder = join(import.meta.dirname, '..'),
  kind = 'clear',
}: {
  readonly folder?: string;
  readonly kind?: BundleKind;
} = {}): Promise<{ readonly code: string }> {
  const module = (path: string): string =>
    join(folder, import.meta.filename.endsWith('.ts') ? `${path}.ts` : `${path}.js`);
  return bundleWorkflowCode({
    workflowsPath: module('workflow/index'),
    workflowInterceptorModules: [module('trace/workflow-trace')],
    logger: QUIET,
    ...(kind === 'encoded' && { failureConverterPath: FAILURE_CONVERTER }),
  });
}
