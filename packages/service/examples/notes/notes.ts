import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cloneDatabase, createIdentity } from '@bezel/local/testing';
import { Body, Controller, Get, HttpException, Module, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import {
  Caller,
  createHttpApp,
  type Database,
  decodeCursor,
  found,
  Idempotency,
  InjectDatabase,
  migrateDatabase,
  OrderId,
  openDatabase,
  ProblemError,
  Public,
  pageOf,
  pageQuery,
  Roles,
  withinTenant,
} from '../../src/index.ts';
import { startTracing } from '../../src/telemetry/index.ts';

/** The schema of a small app that uses every part of the package; the package's own tests run it. */
export interface NotesSchema {
  note: { id: string; tenant: string; text: string };
}

export const NewNote = z.object({ text: z.string().min(1).max(2_000), tags: z.array(z.string()).default([]) });
export const Note = z.object({ id: z.uuid(), tenant: z.string(), text: z.string() });
const Position = z.tuple([z.uuid()]);
const ErrorStatus = z.coerce.number().int().min(400).max(599);
const ListQuery = z.object({ ...pageQuery });

@Controller('v1/notes')
class NotesController {
  private readonly db: Kysely<NotesSchema>;
  private readonly idempotency: Idempotency<NotesSchema>;

  constructor(@InjectDatabase() db: Kysely<NotesSchema>, idempotency: Idempotency) {
    this.db = db;
    this.idempotency = idempotency;
  }

  @Get()
  @Roles('operator', 'admin')
  @ApiOkResponse({ standardSchema: z.object({ items: z.array(Note), nextCursor: z.string().nullable() }) })
  async list(@Query({ schema: ListQuery }) query: z.output<typeof ListQuery>, @Caller() caller: Caller) {
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, Position);
    const rows = await this.db
      .selectFrom('note')
      .selectAll()
      .where(withinTenant(caller, 'tenant'))
      .$if(after !== undefined, (list) => list.where('id', '>', String(after?.[0])))
      .orderBy('id')
      .limit(query.limit + 1)
      .execute();
    return pageOf(
      rows,
      query.limit,
      (row) => [row.id],
      (row) => row,
    );
  }

  @Get(':id')
  async one(@OrderId() id: string, @Caller() caller: Caller) {
    const row = await this.db
      .selectFrom('note')
      .selectAll()
      .where('id', '=', id)
      .where(withinTenant(caller, 'tenant'))
      .executeTakeFirst();
    return found(row, 'note', id);
  }

  @Post()
  add(@Req() request: Request, @Body({ schema: NewNote }) body: z.output<typeof NewNote>, @Caller() caller: Caller) {
    return this.idempotency.run(request, async (trx) => {
      const note = await insertNote(trx, caller, body.text);
      if (body.text === 'refuse') {
        throw new ProblemError({ status: 409, code: 'note_refused', detail: 'this note is refused after its insert' });
      }
      return { status: 201, body: note, headers: { location: `/v1/notes/${note.id}` } };
    });
  }

  @Post('strict')
  strict(@Req() request: Request, @Caller() caller: Caller) {
    return this.idempotency.run(
      request,
      async (trx) => ({ status: 201, body: await insertNote(trx, caller, 'strict') }),
      { required: true },
    );
  }

  @Post(':id/touch')
  touch(@Req() request: Request, @OrderId() id: string) {
    return this.idempotency.run(request, async () => ({ status: 200, body: { touched: id } }));
  }
}

@Public()
@Controller('v1/open')
class OpenController {
  private readonly db: Kysely<NotesSchema>;

  constructor(@InjectDatabase() db: Kysely<NotesSchema>) {
    this.db = db;
  }

  @Get('hello')
  hello() {
    return { hello: 'world' };
  }

  @Get('boom')
  boom() {
    throw new Error('secret detail of postgres://user:password@host');
  }

  @Get('teapot/:code')
  teapot(@Param('code', { schema: ErrorStatus }) code: number) {
    throw new HttpException('as told', code);
  }

  @Get('slow')
  async slow() {
    await this.db.selectFrom('note').selectAll().where('text', '=', 'x').execute();
    return {};
  }
}

@Module({ controllers: [NotesController, OpenController] })
export class NotesModule {}

const insertNote = (trx: Transaction<NotesSchema>, { tenant }: Caller, text: string) =>
  trx.insertInto('note').values({ id: randomUUID(), tenant, text }).returningAll().executeTakeFirstOrThrow();

const FOLDER = new URL('./migrations/', import.meta.url);

/** A migrated database of one test's own. */
export async function notesDatabase() {
  const files = ['../../migrations/0001_idempotency.sql', './migrations/0001_note.sql'];
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(await readFile(new URL(file, import.meta.url)));
  }
  return cloneDatabase(`service-notes ${hash.digest('hex')}`, (url) =>
    migrateDatabase({ url, app: { name: 'notes', folder: FOLDER } }),
  );
}

/** The notes app on real Postgres with an issuer of its own. */
export async function startNotes(options: { readonly databaseUrl?: string; readonly jwksUrl?: string } = {}) {
  startTracing({ service: 'notes' });
  const clone = await notesDatabase();
  const identity = await createIdentity();
  const database: Database<NotesSchema> = openDatabase({ url: options.databaseUrl ?? clone.url, name: 'notes' });
  const app = await createHttpApp({
    name: 'notes',
    title: 'Notes & <more>',
    database,
    identity: { ...identity, jwksUrl: options.jwksUrl ?? identity.jwksUrl },
    module: NotesModule,
    jsonLimit: 10_000,
  });
  return {
    app,
    http: app.getHttpServer(),
    database,
    databaseUrl: clone.url,
    identity,
    bearer: async (roles: string[], tenant = 'acme', sub = 'ann') =>
      `Bearer ${await identity.token({ sub, roles, tenant })}`,
    async [Symbol.asyncDispose]() {
      await app.close();
      await database.end();
      await identity[Symbol.asyncDispose]();
      await clone[Symbol.asyncDispose]();
    },
  };
}
