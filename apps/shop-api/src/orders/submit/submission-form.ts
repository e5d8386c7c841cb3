import { FINISHES, METALS } from '@bezel/contracts';
import type { ApiBodyOptions } from '@nestjs/swagger';

/** How a submission is described in the API reference: the form. JSON with `modelSha256` instead of the file will do too. */
export const submissionForm: ApiBodyOptions = {
  description:
    'A form with the model as an STL file (50 MB at most), or JSON with `modelSha256` of a model you uploaded to /v1/models.',
  schema: {
    type: 'object',
    required: ['metal'],
    properties: {
      model: { type: 'string', format: 'binary', description: 'The STL file (form only).' },
      modelSha256: { type: 'string', pattern: '^[0-9a-f]{64}$', description: 'An uploaded model (JSON only).' },
      metal: { type: 'string', enum: [...METALS] },
      finish: { type: 'string', enum: [...FINISHES], default: 'polished' },
      stones: { type: 'integer', minimum: 0, maximum: 200, default: 0 },
    },
  },
};
