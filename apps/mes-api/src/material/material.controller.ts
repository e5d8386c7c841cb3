import { METALS } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { Caller, Idempotency, InjectDatabase, Roles } from '@bezel/service';
import { Body, Controller, Get, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { MesDatabase } from '../database/mes-database.ts';
import { receiveMaterial } from './stock.ts';

const Metal = z.enum(METALS);
/** Masses are whole mg, as decimal strings: a year's gold in mg stays below 2^53, the next unit might not. */
const Mass = z.string().regex(/^-?\d+$/);
const StockResource = z.object({ metal: Metal, onHandMg: Mass, reservedMg: Mass, freeMg: Mass });
const StockList = z.object({ items: z.array(StockResource) });
const NewDelivery = z.strictObject({ massMg: z.number().int().positive().max(1_000_000_000) });
const Delivery = z.object({ id: z.uuid(), metal: Metal, massMg: z.number().int() });

/** The metal in the house. What is free is negative when more is reserved than there is. */
@Controller('v1/material')
export class MaterialController {
  constructor(
    @InjectDatabase() private readonly db: Kysely<MesDatabase>,
    @Inject(Idempotency) private readonly idempotency: Idempotency<MesDatabase>,
  ) {}

  @Get()
  @Roles('operator', 'admin')
  @ApiOperation({ summary: 'The stock of each metal' })
  @ApiOkResponse({ standardSchema: StockList })
  async list(): Promise<z.infer<typeof StockList>> {
    const rows = await this.db.selectFrom('material_stock').selectAll().orderBy('metal').execute();
    return {
      items: rows.map((row) => ({
        metal: row.metal,
        onHandMg: row.on_hand_mg,
        reservedMg: row.reserved_mg,
        freeMg: (BigInt(row.on_hand_mg) - BigInt(row.reserved_mg)).toString(),
      })),
    };
  }

  @Post(':metal/deliveries')
  @Roles('admin')
  @ApiOperation({ summary: 'Book metal that came in' })
  @ApiCreatedResponse({ standardSchema: Delivery })
  receive(
    @Req() request: Request,
    @Param('metal', { schema: Metal }) metal: z.infer<typeof Metal>,
    @Body({ schema: NewDelivery }) { massMg }: z.infer<typeof NewDelivery>,
    @Caller() caller: Caller,
  ) {
    return this.idempotency.run(request, async (trx) => {
      const delivery = { id: uuidv7(), metal, massMg };
      await receiveMaterial(trx, { ...delivery, bookedBy: caller.sub });
      return { status: 201, body: delivery };
    });
  }
}
