#!/bin/sh
# Makes .venv what the pins say, and leaves it alone when it already is:  scripts/venv.sh run|dev
# "run" is requirements.txt; "dev" is requirements-dev.txt, which holds the same pins and more, so a dev .venv
# also runs the bot. docs/decisions/0003-pins-and-environments.md says why it is made this way.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
stamp=$venv/pins-installed
unset PYTHONHOME PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_REQUIRE_VIRTUALENV=0 PIP_USER=0

say() { echo "sitrep: $*" >&2; }
die() { say "$*"; exit 1; }

# The version and the true path: inside an active .venv the name "python3" is the one we may be about to remove.
identify() {
    "$1" -c 'import os, sys
if sys.version_info < (3, 11): sys.exit(1)
print("%d.%d.%d" % sys.version_info[:3], os.path.realpath(sys._base_executable))' 2>/dev/null
}

find_python() {
    names=${PYTHON:-python3.13 python3.12 python3.11 python3}
    for name in $names; do
        identify "$name" && return
    done
    die "no Python 3.11 or newer found as $names; install one, or name it: make PYTHON=/path/to/python3 ..."
}

pip_pin() { awk '/^pip==/ { on = 1 } on { print } on && !/\\$/ { exit }' requirements-dev.txt; }

has_pip() { "$venv/bin/python" -m pip --version >/dev/null 2>&1; }

# Debian without python3-venv has no ensurepip: then a pip from outside, then virtualenv.
make_venv() {
    rm -rf "$venv"
    "$python" -m venv "$venv" >/dev/null 2>&1 && has_pip && return
    if rm -rf "$venv" && "$python" -m venv --without-pip "$venv" >/dev/null 2>&1; then
        pip_pin >"$venv/pip.txt"
        for pip in "$python -m pip" "python3 -m pip" pip3 pip; do
            $pip --python "$venv/bin/python" install -q --require-hashes -r "$venv/pip.txt" >/dev/null 2>&1 || continue
            has_pip && return
        done
    fi
    for virtualenv in "$python -m virtualenv" virtualenv; do
        rm -rf "$venv"
        $virtualenv -q -p "$python" "$venv" >/dev/null 2>&1 && has_pip && return
    done
    rm -rf "$venv"
    die "$python can not make a virtual environment; on Debian and Ubuntu: apt install python${version%.*}-venv"
}

install() { "$venv/bin/python" -m pip install -q --require-hashes -r "$1"; }

line() { echo "$1 $found $PWD $(cksum <"$2")"; }

level=${1-}
found=$(find_python)
version=${found%% *}
python=${found#* }
run=$(line run requirements.txt)
dev=$(line dev requirements-dev.txt)
case $level in
    run) pins=requirements.txt made=$run ;;
    dev) pins=requirements-dev.txt made="$run
$dev" ;;
    *) die "use: scripts/venv.sh run|dev" ;;
esac

[ -f "$stamp" ] && grep -qxF "$(line "$level" "$pins")" "$stamp" && exit 0

# Only a .venv of the same Python, with nothing from older pins, is added to; any other is made afresh.
if [ "$(identify "$venv/bin/python")" = "$found" ] && has_pip &&
    ! { [ -f "$stamp" ] && grep -vxF -e "$run" -e "$dev" "$stamp" >/dev/null; }; then
    say "bringing $venv up to $pins ..."
else
    say "making $venv with Python $version ($python) from $pins ..."
    make_venv
fi
pip_pin >"$venv/pip.txt"
install "$venv/pip.txt"
install "$pins"
echo "$made" >"$stamp"
