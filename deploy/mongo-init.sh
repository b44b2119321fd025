#!/bin/sh
# Founds the replica set, because transactions need one, and makes roles and users; running it again puts right what
# differs. It runs in the network of the mongod container: the member's name is 127.0.0.1, so that it stays valid when
# the container is made anew; clients do not use it, because their URLs say directConnection=true.
set -eu

attempt=1
until mongosh --quiet --eval 'db.adminCommand("ping").ok' >/dev/null 2>&1; do
    if [ "$attempt" -ge 60 ]; then
        echo "mongod does not answer on 127.0.0.1:27017: see its log" >&2
        exit 1
    fi
    attempt=$((attempt + 1))
    sleep 1
done

exec mongosh --quiet --file /deploy/mongo-init.js
