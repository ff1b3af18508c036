#!/usr/bin/env bash
# Builds the program that needs no Python: a folder dist/workbench with the executable `workbench` in it.
#
#     bash packaging/build.sh            into dist/ (about 1.4 GB; two to three minutes)
#     bash packaging/build.sh FOLDER     into another folder
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/environment.sh"

case ${1:-} in -*) fail "Usage: bash packaging/build.sh [FOLDER]" ;; esac
TARGET=${1:-$ROOT/dist}
mkdir -p -- "$TARGET"
TARGET=$(cd -- "$TARGET" && pwd -P)

if [ "$(uname -s)" = Linux ]; then
    for program in gcc readelf; do
        command -v "$program" >/dev/null 2>&1 || fail "The build needs $program (Debian and Ubuntu: sudo apt-get install gcc binutils)."
    done
fi
prepare freeze
say "Building the program in $TARGET/workbench (two to three minutes)"
SECONDS=0
if ! "$PYTHON_IN_VENV" -m PyInstaller --noconfirm --log-level WARN --distpath "$TARGET" \
    --workpath "$TARGET/build" "$ROOT/packaging/workbench.spec" >"$TARGET/build.log" 2>&1; then
    tail -n 20 "$TARGET/build.log" >&2
    fail "The build failed; all that was said is in $TARGET/build.log"
fi
rm -rf -- "$TARGET/build"
say "Built in $(elapsed): $(du -sm -- "$TARGET/workbench" | cut -f1) MB in $TARGET/workbench. Start it with $TARGET/workbench/workbench"
