# SPDX-License-Identifier: MIT
# What the *-up scripts share; sourced, not run. Each of them keeps this contract:
#
#   NAME-up DIR   starts one server on 127.0.0.1 with its state under DIR, waits until it answers in its own
#                 protocol, prints KEY=VALUE lines (kept in DIR/env as well, no value needs quotes), and leaves
#                 its process in DIR/pid and its output in DIR/log
#   down DIR...   stops what DIR/pid names and waits for its end; DIR stays, and NAME-up DIR starts it again
#
# SERVER_PORT asks for one port instead of a free one. Nothing is downloaded here: ./install does that.

set -eu
umask 077
prefix=${DAGD_SERVERS:-${XDG_CACHE_HOME:-$HOME/.cache}/dagd-test-servers}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
me=$(basename -- "$0")

die() {
	echo "$me: $*" >&2
	exit 1
}

need() {
	[ -x "$1" ] || die "$1 is not there; ./dev setup installs it"
}

# "PID START" of a process, the start time in clock ticks: a pid alone may have been given to a stranger since.
process_identity() {
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	# shellcheck disable=SC2086
	set -- "$1" ${stat##*) }
	[ "$2" != Z ] && echo "$1 ${21}"
}

alive() { # DIR
	[ -s "$1/pid" ] && read -r pid start <"$1/pid" && [ "$(process_identity "$pid")" = "$pid $start" ]
}

server_open() { # DIR
	[ $# -eq 1 ] && [ -n "$1" ] || die "usage: $me DIR"
	mkdir -p -- "$1"
	dir=$(CDPATH= cd -- "$1" && pwd)
	! alive "$dir" || die "$dir: its server is running already; stop it with $here/down $dir"
	rm -f -- "$dir/pid" "$dir/env"
}

port_take() {
	port=${SERVER_PORT:-$(python3 -c 'import socket
print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')}
}

secret() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# In a session of its own, so that no terminal's and no test runner's signal reaches it.
launch() { # COMMAND...
	setsid "$@" </dev/null >>"$dir/log" 2>&1 &
	pid=$!
	process_remember "$pid"
}

process_remember() { # PID
	process_identity "$1" >"$dir/pid" || :
}

answers() { # KIND [PATH]: waits until the server answers; 1 when it ended or took too long
	python3 "$here/ready.py" "$pid" "$1" "$port" ${2+"$2"} && return
	"$here/down" "$dir"
	return 1
}

give_up() {
	[ ! -s "$dir/log" ] || tail -n 20 "$dir/log" >&2
	die "the server did not start (its output is in $dir/log)"
}

# Another process may take the free port before the server does: three tries.
start_on_free_port() { # FUNCTION that launches on $port and returns 0 once the server answers
	for _ in 1 2 3; do
		port_take
		! "$1" || return 0
	done
	give_up
}

say() { printf '%s\n' "$@" | tee -a "$dir/env"; }
