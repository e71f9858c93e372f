#!/bin/sh
# `expense-bot doctor` with what the units give the bot, which a shell has not: the settings and
# the secrets of /etc/expense-bot. As root, who alone can read them:
#
#   sudo sh deploy/systemd/doctor.sh [FOLDER]
#
# A secret is a file with the name of its variable in small letters. Lines that are in a drop-in of
# a unit alone are not seen.
set -eu
folder=${1:-/etc/expense-bot}
[ -r "$folder" ] && [ -x "$folder" ] || {
    echo "$folder can't be read: run this with sudo, or name the folder of settings and secrets." >&2
    exit 1
}
export XDG_DATA_HOME=/var/lib

if [ -e "$folder/settings" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
        name=${line%%=*} value=${line#*=}
        case $name in "$line" | '' | *[!A-Z0-9_]*) continue ;; esac
        # systemd takes one pair of quotes away.
        case $value in \"*\" | \'*\') value=${value#?} value=${value%?} ;; esac
        export "$name=$value"
    done <"$folder/settings"
fi
for file in "$folder"/*; do
    name=${file##*/}
    case $name in settings | *[!a-z0-9_]*) continue ;; esac
    export "$(printf %s "$name" | tr a-z A-Z)_FILE=$file"
done
exec "${EXPENSE_BOT:-expense-bot}" doctor
