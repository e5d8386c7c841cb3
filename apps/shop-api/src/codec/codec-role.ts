import { payloadCodec } from '@bezel/order-workflow/codec';
import { type HttpRoleOptions, httpRole, type Role } from '@bezel/service';
import { type DynamicModule, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { InFlightLimit } from '../doors/in-flight-limit.ts';
import { auditRefusals } from './audit.ts';
import { CodecController, PAYLOAD_CODEC } from './codec-controller.ts';
import type { CodecConfig } from './config.ts';
import { allowOrigins } from './origin.ts';

/** Two payloads of the largest size that Temporal takes (2 MB each), in base64. */
const LARGEST_BODY = 6_000_000;
/** A page of the web UI sends a request for each payload, six at a time. */
const MOST_IN_FLIGHT = 50;

function codecModule({ origins, payloadKeys }: CodecConfig['codec']): DynamicModule {
  @Module({})
  class CodecModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(auditRefusals, allowOrigins(origins)).forRoutes('{*all}');
    }
  }
  return {
    module: CodecModule,
    controllers: [CodecController],
    providers: [
      { provide: PAYLOAD_CODEC, useValue: payloadCodec(payloadKeys) },
      { provide: APP_INTERCEPTOR, useValue: new InFlightLimit(MOST_IN_FLIGHT) },
    ],
  };
}

/** What the codec server listens with. */
export const codecDoor = ({ identity, codec }: CodecConfig): HttpRoleOptions => ({
  name: 'shop-codec',
  title: 'Codec server',
  identity,
  host: codec.host,
  port: codec.port,
  tls: codec.tls,
  jsonLimit: LARGEST_BODY,
  reference: false,
  module: codecModule(codec),
});

/** The role `codec`: shows what Temporal keeps of orders to those who may read every order. It needs the issuer's keys alone. */
export const codecRole = (config: CodecConfig): Role => httpRole(codecDoor(config));
