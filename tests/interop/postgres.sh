#!/usr/bin/env bash
# Runs a command with a Postgres that exists only meanwhile:
#
#   bash tests/interop/postgres.sh cargo test -p upvest-tests --test outbox
#
# The command finds its address in UPVEST_TEST_POSTGRES, and in UPVEST_RESTART_POSTGRES a command that
# restarts it as a crash would.
set -euo pipefail

bin=$(dirname "$(command -v initdb || ls -1 /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

# Postgres refuses to run as root.
as_postgres() { "$@"; }
if [[ $EUID == 0 ]]; then
    chown postgres "$work"
    as_postgres() { (cd "$work" && runuser -u postgres -- "$@"); }
fi

finish() {
    as_postgres "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT

as_postgres "$bin/initdb" -D "$work/data" -U upvest --auth=trust -E UTF8 --no-sync >/dev/null
options="-p $port -k $work -c listen_addresses=127.0.0.1 -c max_connections=200"
as_postgres "$bin/pg_ctl" -D "$work/data" -o "$options" -l "$work/log" -w start >/dev/null

cat >"$work/restart" <<RESTART
#!/usr/bin/env bash
cd "$work" && exec $([[ $EUID == 0 ]] && echo 'runuser -u postgres --') "$bin/pg_ctl" -D "$work/data" \\
    -o "$options" -l "$work/log" -m immediate -w restart >/dev/null
RESTART
chmod +x "$work/restart"

export UPVEST_TEST_POSTGRES="postgres://upvest@127.0.0.1:$port/postgres"
export UPVEST_RESTART_POSTGRES="$work/restart"
"$@"
