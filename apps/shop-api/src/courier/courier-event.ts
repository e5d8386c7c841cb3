import { Instant } from '@bezel/contracts';
import { z } from 'zod';

/** What a courier tells: the parcel of an order, by its id or its number, was handed over. */
export const CourierEvent = z.object({
  type: z.literal('parcel.delivered'),
  data: z
    .object({
      orderId: z.uuid().optional(),
      orderNumber: z
        .string()
        .min(1)
        .max(40)
        .regex(/^[\x21-\x7e]+$/)
        .optional(),
      at: Instant.refine((at) => !at.startsWith('0000'), 'there is no year 0'),
    })
    .refine((data) => (data.orderId === undefined) !== (data.orderNumber === undefined), {
      message: 'expected either orderId or orderNumber',
    }),
});
export type CourierEvent = z.output<typeof CourierEvent>;

/** What the courier is answered, the first time and whenever the same event comes again. */
export const CourierReceipt = z.object({ webhookId: z.string(), orderId: z.uuid(), recorded: z.literal(true) });
export type CourierReceipt = z.output<typeof CourierReceipt>;
