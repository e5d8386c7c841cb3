import { log, ProblemError } from '@bezel/service';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import multer, { MulterError, type StorageEngine } from 'multer';
import { finalize, type Observable } from 'rxjs';
import { fileNameOf } from './file-name.ts';
import { type ReceivedModel, receiveModel } from './received-model.ts';
import { MAX_MODEL_BYTES } from './stl/index.ts';

declare module 'express' {
  interface Request {
    /** The model of a multipart request, once {@link ModelUpload} has taken it in. It is gone when the request ends. */
    model?: ReceivedModel;
  }
}

const limits = { fileSize: MAX_MODEL_BYTES, files: 1, fields: 10, fieldSize: 1_000, fieldNameSize: 100, parts: 11 };

/**
 * Takes in a multipart request with at most one file, in the field `model`. Its other fields are the request's body. A
 * request of another media type passes untouched. It runs after the guards: nobody uploads without a token.
 */
@Injectable()
export class ModelUpload implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const intake = new Intake();
    const takeIn = multer({ storage: intake, limits, defParamCharset: 'utf8' }).single('model');
    try {
      await new Promise<void>((resolve, reject) => {
        takeIn(request, http.getResponse<Response>(), (error: unknown) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      intake.end();
      throw uploadProblem(error);
    }
    if (intake.model !== undefined) request.model = intake.model;
    return next.handle().pipe(finalize(() => intake.end()));
  }
}

/** Where multer puts the file of one request. The model is disposed of when the request ends, or when it comes after that. */
class Intake implements StorageEngine {
  model: ReceivedModel | undefined;
  #ended = false;

  _handleFile: StorageEngine['_handleFile'] = (_request, file, done) => {
    receiveModel(file.stream, fileNameOf(file.originalname)).then((model) => {
      this.model = model;
      if (this.#ended) this.#dispose();
      done(null, {});
    }, done);
  };

  _removeFile: StorageEngine['_removeFile'] = (_request, _file, done) => done(null);

  end(): void {
    this.#ended = true;
    this.#dispose();
  }

  #dispose(): void {
    this.model?.[Symbol.asyncDispose]().then(undefined, (error: unknown) => {
      log.warn({ err: error }, 'the file of a received model did not close');
    });
  }
}

/** What multer and busboy complain of, as an answer. Faults of our own disk (they have an errno) stay faults of ours. */
function uploadProblem(error: unknown): unknown {
  if (error instanceof ProblemError) return error;
  if (error instanceof MulterError) {
    switch (error.code) {
      case 'LIMIT_FILE_SIZE':
        return new ProblemError({
          status: 413,
          code: 'model_too_large',
          detail: `a model may have ${MAX_MODEL_BYTES} bytes (50 MB) at most`,
        });
      case 'LIMIT_FILE_COUNT':
      case 'LIMIT_UNEXPECTED_FILE':
        return malformed('a request takes one file, in the field "model"');
      default:
        return malformed(`the form does not fit: ${error.message}`);
    }
  }
  if (error instanceof Error && !('errno' in error)) return malformed(error.message);
  return error;
}

const malformed = (detail: string): ProblemError =>
  new ProblemError({ status: 400, code: 'malformed_multipart', detail });
