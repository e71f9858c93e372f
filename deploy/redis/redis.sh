#!/bin/sh
# A Redis server of what may be lost: nothing is written to a disk, and nothing is thrown out
# before its time. The bot is told when it is full. With PRIMARY it follows that one.
set -eu
password=$(cat "${SECRETS:-/run/secrets}/redis_password")
cat >/tmp/redis.conf <<CONF
port 6379
protected-mode no
save ""
appendonly no
dir /tmp
maxmemory 384mb
maxmemory-policy noeviction
requirepass $password
masterauth $password
replica-announce-ip $(hostname)
CONF
[ -z "${PRIMARY:-}" ] || echo "replicaof $PRIMARY 6379" >>/tmp/redis.conf
exec redis-server /tmp/redis.conf
