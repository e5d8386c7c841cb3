#!/bin/bash
# Makes the data folder the first time, then runs Postgres as the user postgres.
set -euo pipefail
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?POSTGRES_PASSWORD must be set}"
  install --directory --owner postgres --group postgres /var/lib/postgresql "$(dirname "$PGDATA")" "$PGDATA"
  read -ra arguments <<< "${POSTGRES_INITDB_ARGS:-}"
  password=$(as_postgres mktemp)
  printf '%s' "$POSTGRES_PASSWORD" > "$password"
  as_postgres initdb -D "$PGDATA" -U postgres -A scram-sha-256 --pwfile="$password" "${arguments[@]}"
  rm "$password"
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
fi
if [ "$1" = postgres ]; then
  shift
  exec setpriv --reuid=postgres --regid=postgres --clear-groups \
    postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
fi
exec "$@"
