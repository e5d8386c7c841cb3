import { createOutbox, type TransactionQuery } from '@bezel/outbox';
import { OrderPlaced } from './order-placed.ts';
import type { Prisma, PrismaClient } from './prisma/generated/client.ts'; // what `prisma generate` made of prisma/schema.prisma

const outbox = createOutbox({ source: '/bookshop' });

export async function placeOrder(prisma: PrismaClient, order: { id: string; totalMinor: string }): Promise<void> {
  await prisma.$transaction(async (tx) => {
    await tx.order.create({ data: order });
    await outbox.write(executorOver(tx), OrderPlaced, { orderId: order.id, totalMinor: order.totalMinor });
  });
}

export const executorOver = (tx: Prisma.TransactionClient): TransactionQuery => ({
  query: (sql, params) => tx.$executeRawUnsafe(sql, ...params),
});
