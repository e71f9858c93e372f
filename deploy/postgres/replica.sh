#!/bin/sh
# A streaming replica: copies the primary into an empty volume, then follows it. A replica that
# fell too far behind is made anew by removing its volume.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    # An interrupted copy is begun again; a whole one gets its name at the end.
    rm -rf "$PGDATA.new" "$PGDATA"
    PGPASSWORD=$(cat "${SECRETS:-/run/secrets}/replication_password") pg_basebackup \
        --host "$PRIMARY_HOST" --username replicator --pgdata "$PGDATA.new" \
        --wal-method=stream --checkpoint=fast --write-recovery-conf
    mv "$PGDATA.new" "$PGDATA"
fi
exec postgres "$@"
