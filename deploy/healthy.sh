#!/bin/bash
# Whether the bot of this container does its work: asks /readyz, or what the argument names.
# The image has no other program that could ask.
set -u
address=${HTTP_ADDR:-127.0.0.1:8080}
exec 3<>"/dev/tcp/127.0.0.1/${address##*:}" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${1:-/readyz}" >&3
read -r -t 4 -u 3 _ status _ && [ "$status" = 200 ]
