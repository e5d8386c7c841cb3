import { z } from 'zod';

/** Turns a zod schema into JSON Schema 2020-12, which is what OpenAPI 3.1 speaks; anything else is left to Nest. */
export function jsonSchemaOf(
  schema: unknown,
  { schemaType }: { schemaType: 'input' | 'output' },
): { schema: unknown } | undefined {
  if (!(schema instanceof z.ZodType)) {
    return undefined;
  }
  const { $schema: _, ...converted } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: schemaType,
    unrepresentable: 'any',
    reused: 'inline',
  });
  return { schema: converted };
}
