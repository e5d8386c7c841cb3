import type { Request } from 'express';
import { ProblemError } from './problem-error.ts';

interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** Methods under which the app's routes know a path, upper case. */
function methodsOf(layers: readonly Layer[], path: string): string[] {
  const methods = new Set<string>();
  for (const layer of layers) {
    if (layer.route !== undefined && layer.match(path)) {
      for (const method of Object.keys(layer.route.methods)) {
        methods.add(method.toUpperCase());
      }
      if (layer.route.methods['get'] === true) {
        methods.add('HEAD');
      }
    }
  }
  return [...methods].sort();
}

/** Whether no route took the request. Express lends HEAD any route of the path, also one that only knows POST. */
export const isUnrouted = ({ route, method }: Request): boolean =>
  route === undefined || (method === 'HEAD' && route.methods.get !== true && route.methods.head !== true);

/** The problem of a request that no route took: 405 with `Allow` when its path has other methods, else 404. */
export function unroutedProblem(request: Request): ProblemError {
  const { stack } = request.app.router as unknown as { stack: readonly Layer[] };
  const methods = methodsOf(stack, request.path);
  return methods.length === 0
    ? new ProblemError({ status: 404, code: 'route_not_found', detail: `there is nothing at ${request.path}` })
    : new ProblemError({
        status: 405,
        code: 'method_not_allowed',
        detail: `${request.path} takes ${methods.join(', ')}`,
        headers: { allow: methods.join(', ') },
      });
}
