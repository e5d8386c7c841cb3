/**
 * `numerator / denominator`, rounded half up. Exact for any size; both must not be negative.
 *
 * @example
 * divideHalfUp(5n, 2n) // 3n
 */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}
