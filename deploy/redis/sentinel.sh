#!/bin/sh
# A Sentinel: three of them agree on which Redis is the primary.
set -eu
password=$(cat "${SECRETS:-/run/secrets}/redis_password")
cat >/tmp/sentinel.conf <<CONF
port 26379
protected-mode no
dir /tmp
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $(hostname)
sentinel monitor expense redis-1 6379 2
sentinel auth-pass expense $password
sentinel down-after-milliseconds expense 3000
sentinel failover-timeout expense 10000
sentinel parallel-syncs expense 1
CONF
exec redis-server /tmp/sentinel.conf --sentinel
