import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

const BUILT = join(import.meta.dirname, '..', 'workflow-bundle.js');
const QUIET = new DefaultLogger('WARN');

let bundled: Promise<WorkflowBundleOption> | undefined;

/**
 * The workflow's code as a worker wants it: the bundle made by the build, beside this file in `dist`. From the sources
 * (tests) it is bundled on first use, which takes some seconds.
 */
export function workflowBundle(): Promise<WorkflowBundleOption> {
  bundled ??= existsSync(BUILT) ? Promise.resolve({ codePath: BUILT }) : bundleWorkflow();
  return bundled;
}

/** Bundles the workflow and its interceptors, by default from where this file is: the sources or `dist`. */
export function bundleWorkflow(folder = join(import.meta.dirname, '..')): Promise<{ readonly code: string }> {
  const module = (path: string): string =>
    join(folder, import.meta.filename.endsWith('.ts') ? `${path}.ts` : `${path}.js`);
  return bundleWorkflowCode({
    workflowsPath: module('workflow/index'),
    workflowInterceptorModules: [module('trace/workflow-trace')],
    logger: QUIET,
  });
}
