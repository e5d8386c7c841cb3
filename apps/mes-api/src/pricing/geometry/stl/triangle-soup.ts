/**
 * What an STL file holds once read: `positions` has nine numbers a triangle (x, y, z of its three corners, in the
 * file's unit, read as millimetres), all finite. Normals are dropped: they repeat the winding, or contradict it.
 */
export interface TriangleSoup {
  readonly positions: Float32Array;
  readonly triangles: number;
}
