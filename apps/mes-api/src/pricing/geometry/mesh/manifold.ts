import createModule, { type Manifold, type ManifoldToplevel } from 'manifold-3d/manifold';
import type { IndexedMesh } from './weld.ts';

export type { Manifold };

let loading: Promise<ManifoldToplevel> | undefined;

/** The mesh library, compiled once a thread. */
export async function loadManifold(): Promise<Kernel> {
  loading ??= createModule().then((module) => {
    module.setup();
    return module;
  });
  return new Kernel(await loading);
}

/** Drops the compiled library: after a fault inside it, its memory cannot be trusted with the next model. */
export function forgetManifold(): void {
  loading = undefined;
}

/**
 * The few operations of manifold-3d that pricing uses. Its bodies live in WebAssembly memory, which no garbage
 * collector sees: every body made here is freed by {@link Kernel.dispose}.
 */
export class Kernel implements Disposable {
  readonly #module: ManifoldToplevel;
  readonly #made: Manifold[] = [];

  constructor(module: ManifoldToplevel) {
    this.#module = module;
  }

  /**
   * The body a mesh encloses; undefined when it is not closed and consistently wound. With `closeGapsMm`, rims of holes
   * no farther apart than that are joined first.
   */
  bodyOf(mesh: IndexedMesh, closeGapsMm?: number): Manifold | undefined {
    const input = new this.#module.Mesh({
      numProp: 3,
      vertProperties: mesh.positions,
      triVerts: mesh.corners,
      ...(closeGapsMm !== undefined && { tolerance: closeGapsMm }),
    });
    if (closeGapsMm !== undefined) {
      input.merge();
    }
    try {
      return this.#keep(new this.#module.Manifold(input));
    } catch (error) {
      if (isNotManifold(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** The connected surfaces of a body; an inverted one has a negative volume. */
  shellsOf(body: Manifold): Manifold[] {
    return body.decompose().map((shell) => this.#keep(shell));
  }

  meshOf(body: Manifold): IndexedMesh {
    const mesh = body.getMesh();
    return { positions: mesh.vertProperties, corners: mesh.triVerts };
  }

  union(bodies: readonly Manifold[]): Manifold {
    return this.#keep(this.#module.Manifold.union(bodies));
  }

  without(body: Manifold, holes: readonly Manifold[]): Manifold {
    return this.#keep(this.#module.Manifold.difference([body, ...holes]));
  }

  common(one: Manifold, other: Manifold): Manifold {
    return this.#keep(one.intersect(other));
  }

  [Symbol.dispose](): void {
    for (const body of this.#made.splice(0)) {
      body.delete();
    }
  }

  #keep(body: Manifold): Manifold {
    this.#made.push(body);
    return body;
  }
}

const isNotManifold = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'NotManifold';
