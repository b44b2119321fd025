#!/bin/sh
# mongod behind a key: whoever has no user may do nothing. The image's own entrypoint gives the file to its user.
set -eu
umask 077
printf '%s' "$BANGFU_MONGO_KEY" > /data/configdb/cluster.key
unset BANGFU_MONGO_KEY
exec docker-entrypoint.sh mongod --keyFile /data/configdb/cluster.key --setParameter enableLocalhostAuthBypass=false "$@"
