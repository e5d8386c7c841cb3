import { ProblemError } from '@bezel/service';
import { type CanActivate, type ExecutionContext, Inject, Injectable, type RawBodyRequest } from '@nestjs/common';
import type { Request } from 'express';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** Injection token of the verifier made from the courier's secret. */
export const COURIER_WEBHOOK: unique symbol = Symbol('bezel.courier-webhook');

const LONGEST_ID = 255;

/** The courier's own id of an event; only on routes behind {@link SignatureGuard}. */
export const webhookIdOf = (request: Request): string => String(request.headers['webhook-id']);

/** Lets in only requests whose bytes are signed with the courier's secret, at most five minutes ago (Standard Webhooks). */
@Injectable()
export class SignatureGuard implements CanActivate {
  constructor(@Inject(COURIER_WEBHOOK) private readonly webhook: Webhook) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers, rawBody } = context.switchToHttp().getRequest<RawBodyRequest<Request>>();
    const signed = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name] ?? '')]),
    );
    try {
      this.webhook.verify(rawBody ?? '', signed, { jsonParse: false });
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      throw new ProblemError({
        status: 401,
        code: 'signature_invalid',
        detail: `the signature does not hold: ${error.message}`,
        headers: { 'www-authenticate': 'Signature realm="bezel"' },
      });
    }
    if (String(headers['webhook-id']).length > LONGEST_ID) {
      const detail = `webhook-id has more than ${LONGEST_ID} characters`;
      throw new ProblemError({ status: 400, code: 'invalid_request', detail });
    }
    return true;
  }
}
