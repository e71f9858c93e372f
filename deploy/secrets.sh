#!/bin/sh
# Makes the secrets that the compose files mount, those that are not there yet:
#
#   TELEGRAM_BOT_TOKEN=123456:ABC… sh deploy/secrets.sh [FOLDER]
#
# Only whoever owns the folder can look into it. The files themselves can be read by everybody,
# since each container has another user, who sees no file but its own.
set -eu
umask 022
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
# Writes a file unless it is there: what runs already knows the old secret.
make() { [ -e "$folder/$1" ] || printf '%s\n' "$2" >"$folder/$1"; }
of() { cat "$folder/$1"; }

if [ ! -e "$folder/telegram_bot_token" ]; then
    [ -n "${TELEGRAM_BOT_TOKEN:-}" ] || {
        echo "Set TELEGRAM_BOT_TOKEN to what BotFather gave you, this once." >&2
        exit 1
    }
    make telegram_bot_token "$TELEGRAM_BOT_TOKEN"
fi
# Empty: no model of Google's. Write the key into it, and set GEMINI_API_KEY_FILE in .env.
[ -e "$folder/gemini_api_key" ] || : >"$folder/gemini_api_key"

for name in webhook_secret postgres_password replication_password redis_password \
    rabbitmq_password grafana_password; do
    make "$name" "$(random)"
done

database() { printf 'postgres://expense:%s@%s:5432/expense' "$(of postgres_password)" "$1"; }
make database_url "$(database postgres)"
make database_replica_urls "$(database postgres-replica-1),$(database postgres-replica-2)"
make redis_url "redis+sentinel://:$(of redis_password)@sentinel-1:26379,sentinel-2:26379,sentinel-3:26379/expense"
make amqp_url "amqp://expense:$(of rabbitmq_password)@rabbitmq:5672/%2f"
# RabbitMQ reads no password from a file, but a whole configuration.
make rabbitmq_user.conf "default_user = expense
default_pass = $(of rabbitmq_password)"
