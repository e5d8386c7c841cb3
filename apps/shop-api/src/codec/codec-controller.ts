import { PayloadDamagedError, PayloadKeyUnknownError } from '@bezel/order-workflow/codec';
import { ProblemError, Roles } from '@bezel/service';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { PayloadCodec } from '@temporalio/common';
import type { Request } from 'express';
import { auditCoded } from './audit.ts';
import { fromWire, toWire, WirePayloads } from './wire-payloads.ts';

/** Injects the codec with the keys. */
export const PAYLOAD_CODEC = Symbol('payload codec');

/**
 * Temporal's remote codec protocol: its web UI and its command line send payloads here and show what comes back. As many
 * come back as were sent, in their order. What was never encrypted comes back from `decode` as it was sent.
 */
@Controller()
export class CodecController {
  constructor(@Inject(PAYLOAD_CODEC) private readonly codec: PayloadCodec) {}

  /** For those who may read every order. */
  @Post('decode')
  @Roles('operator', 'admin')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: WirePayloads })
  async decode(@Req() request: Request, @Body({ schema: WirePayloads }) { payloads }: WirePayloads) {
    const given = payloads.map(fromWire);
    const clear = await this.codec.decode(given).catch(refuse);
    auditCoded(request, 'decode', clear);
    return { payloads: clear.map((each, index) => (each === given[index] ? payloads[index] : toWire(each))) };
  }

  /** For those who may speak to a workflow by hand: what they send is encrypted like the rest of the history. */
  @Post('encode')
  @Roles('admin')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: WirePayloads })
  async encode(@Req() request: Request, @Body({ schema: WirePayloads }) { payloads }: WirePayloads) {
    const given = payloads.map(fromWire);
    auditCoded(request, 'encode', given);
    return { payloads: (await this.codec.encode(given)).map(toWire) };
  }
}

/** The id of a key is whatever the sender wrote. */
const shown = (keyId: string): string => JSON.stringify(keyId.slice(0, 64));

function refuse(error: unknown): never {
  if (error instanceof PayloadKeyUnknownError) {
    throw new ProblemError({
      status: 422,
      code: 'payload_key_unknown',
      detail: `a payload was encrypted with the key ${shown(error.keyId)}, which is not among TEMPORAL_PAYLOAD_KEYS here`,
    });
  }
  if (error instanceof PayloadDamagedError) {
    throw new ProblemError({
      status: 422,
      code: 'payload_damaged',
      detail: `a payload said to be encrypted with the key ${shown(error.keyId)} cannot be read: it was changed since, or the key is another one under that id`,
    });
  }
  throw error;
}
