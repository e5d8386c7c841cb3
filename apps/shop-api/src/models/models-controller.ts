import { Readable } from 'node:stream';
import { ModelRef } from '@bezel/contracts';
import { Caller, Consumes, found, Idempotency, InjectDatabase, type RoleName, Roles } from '@bezel/service';
import { Controller, Get, Header, Param, Post, Req, StreamableFile, type Type, UseInterceptors } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import { modelMissing } from './model-missing.ts';
import { storedModelBytes, storedModelPieces, storeModel } from './model-statements.ts';
import { ModelUpload } from './model-upload.ts';

/** Takes in models for orders that name them later. */
export function uploadsController(roles: readonly RoleName[]): Type {
  @Controller('v1/models')
  @Roles(...roles)
  class UploadsController {
    constructor(private readonly idempotency: Idempotency<ShopDatabase>) {}

    @Post()
    @Consumes('multipart/form-data')
    @UseInterceptors(ModelUpload)
    @ApiBody({
      schema: {
        type: 'object',
        required: ['model'],
        properties: { model: { type: 'string', format: 'binary', description: 'An STL file, 50 MB at most.' } },
      },
    })
    @ApiCreatedResponse({ standardSchema: ModelRef })
    upload(@Req() request: Request, @Caller() caller: Caller) {
      const { model } = request;
      if (model === undefined) throw modelMissing();
      return this.idempotency.run(
        request,
        async (trx) => ({
          status: 201,
          body: await storeModel(trx, caller, model),
          headers: { location: `/v1/models/${model.sha256}` },
        }),
        { fingerprint: { sha256: model.sha256, fileName: model.fileName } },
      );
    }
  }
  return UploadsController;
}

/** Hands the bytes of a model to pricing. */
@Controller('v1/models')
@Roles('service', 'admin')
export class StoredModelsController {
  constructor(@InjectDatabase() private readonly db: Kysely<ShopDatabase>) {}

  @Get(':sha256')
  @ApiOkResponse({ content: { 'model/stl': { schema: { type: 'string', format: 'binary' } } } })
  @Header('cache-control', 'private, max-age=31536000, immutable')
  async fetch(@Param('sha256', { schema: ModelRef.shape.sha256 }) sha256: string) {
    const length = found(await storedModelBytes(this.db, sha256), 'model', sha256);
    return new StreamableFile(Readable.from(storedModelPieces(this.db, sha256, length), { objectMode: false }), {
      type: 'model/stl',
      length,
    });
  }
}
