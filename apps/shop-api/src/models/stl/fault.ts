/** Why a file is refused at the door. `code` is stable; `detail` is for the person who sent the file. */
export interface StlFault {
  readonly code: 'model_empty' | 'model_not_stl' | 'model_truncated' | 'model_coordinates_invalid';
  readonly detail: string;
}

export const noTriangles: StlFault = { code: 'model_empty', detail: 'The model has no triangles.' };
