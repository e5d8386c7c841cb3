export { Consumes } from './consumes.ts';
export { createHttpApp, type HttpAppOptions } from './create-http-app.ts';
export { type Listener, listen } from './listener.ts';
export { OrderId } from './order-id.ts';
