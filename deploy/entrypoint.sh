#!/bin/sh
# Runs one service on port 8080, or a `bangfu` command.
#   docker run IMAGE registry            docker run -e SERVICE=registry IMAGE            docker run IMAGE bangfu status
set -eu

if [ "${1:-}" = bangfu ]; then
    exec "$@"
fi
service=${1:-${SERVICE:-}}
case $service in
registry | matching | subsidy | notify) ;;
*)
    echo "no service \"$service\": the first argument or SERVICE is registry, matching, subsidy or notify" >&2
    exit 64
    ;;
esac
# exec: the service is process 1, so that it hears SIGTERM and finishes its batch.
exec uvicorn "services.$service.main:app" --host 0.0.0.0 --port 8080 --log-level warning --no-access-log
