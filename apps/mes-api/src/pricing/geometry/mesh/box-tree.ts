const FAN_OUT = 8;
/** Numbers a box: least x, y, z, then greatest x, y, z. */
const BOX = 6;

/**
 * A packed tree of axis-aligned boxes, built once: boxes are sorted along a space-filling (Morton) curve and every
 * eight neighbours share a parent box. All in typed arrays, about 40 bytes a box.
 */
export class BoxTree {
  /** All levels, leaves first: six numbers a box. */
  readonly #boxes: Float32Array;
  /** Leaf position → index in the caller's list. */
  readonly #order: Uint32Array;
  /** Where each level begins, in boxes; the last entry is the end of the root's level. */
  readonly #levels: readonly number[];

  /** @param boxes six numbers a box: least x, y, z, greatest x, y, z. */
  constructor(boxes: Float32Array) {
    const count = boxes.length / BOX;
    const levels = [0, count];
    for (let width = count; width > 1; ) {
      width = Math.ceil(width / FAN_OUT);
      levels.push((levels.at(-1) as number) + width);
    }
    this.#levels = levels;
    this.#order = mortonOrder(boxes);
    this.#boxes = new Float32Array((levels.at(-1) as number) * BOX);
    for (let leaf = 0; leaf < count; leaf++) {
      const from = (this.#order[leaf] as number) * BOX;
      this.#boxes.set(boxes.subarray(from, from + BOX), leaf * BOX);
    }
    for (let level = 1; level < levels.length - 1; level++) {
      this.#fill(level);
    }
  }

  /** Calls `visit` once for each pair of boxes that overlap or touch, until it answers false. */
  forEachOverlap(visit: (first: number, second: number) => boolean): void {
    const levels = this.#levels;
    const top = levels.length - 2;
    const leaves = levels[1] as number;
    /** How many leaves lie under a node of each level. */
    const spans = levels.map((_, level) => FAN_OUT ** level);
    const stack: number[] = [];
    for (let leaf = 0; leaf < leaves - 1; leaf++) {
      stack.push(top, 0);
      while (stack.length > 0) {
        const node = stack.pop() as number;
        const level = stack.pop() as number;
        if (level === 0) {
          if (!visit(this.#order[leaf] as number, this.#order[node] as number)) {
            return;
          }
          continue;
        }
        const below = levels[level - 1] as number;
        const end = Math.min((levels[level] as number) - below, (node + 1) * FAN_OUT);
        const span = spans[level - 1] as number;
        // Only leaves behind this one: each pair is seen once.
        const begin = Math.max(node * FAN_OUT, Math.floor((leaf + 1) / span));
        for (let child = begin; child < end; child++) {
          if (this.#overlap(leaf, below + child)) {
            stack.push(level - 1, child);
          }
        }
      }
    }
  }

  #fill(level: number): void {
    const below = this.#levels[level - 1] as number;
    const here = this.#levels[level] as number;
    const parents = (this.#levels[level + 1] as number) - here;
    for (let parent = 0; parent < parents; parent++) {
      const to = (here + parent) * BOX;
      const end = Math.min(here, below + (parent + 1) * FAN_OUT);
      this.#boxes.fill(Number.POSITIVE_INFINITY, to, to + 3);
      this.#boxes.fill(Number.NEGATIVE_INFINITY, to + 3, to + BOX);
      for (let child = below + parent * FAN_OUT; child < end; child++) {
        for (let axis = 0; axis < 3; axis++) {
          const [least, greatest] = [child * BOX + axis, child * BOX + axis + 3];
          this.#boxes[to + axis] = Math.min(this.#boxes[to + axis] as number, this.#boxes[least] as number);
          this.#boxes[to + axis + 3] = Math.max(this.#boxes[to + axis + 3] as number, this.#boxes[greatest] as number);
        }
      }
    }
  }

  #overlap(first: number, second: number): boolean {
    const boxes = this.#boxes;
    const a = first * BOX;
    const b = second * BOX;
    return (
      (boxes[a] as number) <= (boxes[b + 3] as number) &&
      (boxes[b] as number) <= (boxes[a + 3] as number) &&
      (boxes[a + 1] as number) <= (boxes[b + 4] as number) &&
      (boxes[b + 1] as number) <= (boxes[a + 4] as number) &&
      (boxes[a + 2] as number) <= (boxes[b + 5] as number) &&
      (boxes[b + 2] as number) <= (boxes[a + 5] as number)
    );
  }
}

/** Indices of the boxes in the order of a Morton curve through their centres, 10 bits an axis. */
function mortonOrder(boxes: Float32Array): Uint32Array {
  const count = boxes.length / BOX;
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const greatest = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < boxes.length; at++) {
    const axis = at % 3;
    least[axis] = Math.min(least[axis] as number, boxes[at] as number);
    greatest[axis] = Math.max(greatest[axis] as number, boxes[at] as number);
  }
  const codes = new Float64Array(count);
  for (let box = 0; box < count; box++) {
    let code = 0;
    for (let axis = 0; axis < 3; axis++) {
      const centre = ((boxes[box * BOX + axis] as number) + (boxes[box * BOX + axis + 3] as number)) / 2;
      const extent = (greatest[axis] as number) - (least[axis] as number);
      const cell = extent === 0 ? 0 : Math.min(1023, Math.floor(((centre - (least[axis] as number)) / extent) * 1024));
      code |= spread(cell) << axis;
    }
    // Code and index in one number below 2^53, so that a plain numeric sort orders both.
    codes[box] = code * 2 ** 23 + box;
  }
  codes.sort();
  return Uint32Array.from(codes, (code) => code % 2 ** 23);
}

/** Puts two zero bits behind each of the ten lowest bits. */
function spread(bits: number): number {
  let wide = bits & 0x3ff;
  wide = (wide | (wide << 16)) & 0x030000ff;
  wide = (wide | (wide << 8)) & 0x0300f00f;
  wide = (wide | (wide << 4)) & 0x030c30c3;
  return (wide | (wide << 2)) & 0x09249249;
}
