#!/bin/sh
# Run once by the image, in the new cluster: lets replicas in.
set -eu
password=$(cat "${SECRETS:-/run/secrets}/replication_password")
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set=password="$password" <<'SQL'
CREATE ROLE replicator WITH REPLICATION LOGIN PASSWORD :'password';
SQL
echo "host replication replicator all scram-sha-256" >>"$PGDATA/pg_hba.conf"
