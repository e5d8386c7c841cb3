/** Tests use prepared transactions and many pools; they need what a crash of Postgres keeps, not what one of the machine does. */
export const POSTGRES_SETTINGS = {
  max_connections: '400',
  max_prepared_transactions: '20',
  shared_buffers: '256MB',
  fsync: 'off',
};
