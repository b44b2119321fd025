#!/bin/sh
# Founds the replica set of one, because transactions need a replica set; running it again changes nothing.
# It runs in the network of the mongod container (127.0.0.1): before there is a replica set and, one day, before there
# are users, MongoDB accepts this from its own machine only. The member's name is 127.0.0.1 too, so that it stays valid
# when the container is made anew; clients do not use it, because their URLs say directConnection=true.
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

mongosh --quiet --eval '
const NOT_YET_INITIALIZED = 94;
try {
  rs.status();
  print("the replica set is there");
} catch (error) {
  if (error.code !== NOT_YET_INITIALIZED) throw error;
  rs.initiate({ _id: "rs0", members: [{ _id: 0, host: "127.0.0.1:27017" }] });
  print("the replica set is founded");
}
for (let second = 0; !db.hello().isWritablePrimary; second++) {
  if (second >= 60) throw new Error("no primary was elected within 60 s: see the log of mongod");
  sleep(1000);
}
'
