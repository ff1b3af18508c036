#!/usr/bin/env bash
# Builds the program and tries it as a user would, without a screen: it must open its window with every room, draw its
# icons, train one epoch of digits and export the weights.
#
#     bash packaging/smoke.sh                 builds into a temporary folder (1.4 GB)
#     bash packaging/smoke.sh FOLDER          builds into FOLDER and keeps it
#     bash packaging/smoke.sh --built FOLDER  tries what build.sh has built in FOLDER
set -euo pipefail
HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
source "$HERE/environment.sh"

case ${1:-} in
    --built) [ -x "${2:-}/workbench/workbench" ] || fail "There is no program in ${2:-the folder that is to be named}." ;;
    -*) fail "Usage: bash packaging/smoke.sh [FOLDER | --built FOLDER]" ;;
esac
WORK=$(mktemp -d)
trap 'rm -rf -- "$WORK"' EXIT
if [ "${1:-}" = --built ]; then
    TARGET=$(cd -- "$2" && pwd -P)
else
    TARGET=${1:-$WORK/dist}
    bash "$HERE/build.sh" "$TARGET"
fi
PROGRAM=$TARGET/workbench/workbench

# The program must bring everything: no Python, no library path, folders of its own, and not this checkout.
try() {
    local title=$1 before
    shift
    before=$(date +%s.%N)
    (cd -- "$WORK" && env -i HOME="$WORK" PATH=/usr/bin:/bin LANG=C.UTF-8 QT_QPA_PLATFORM=offscreen OMP_WAIT_POLICY=PASSIVE \
        WORKBENCH_CACHE="$WORK/cache" WORKBENCH_CONFIG="$WORK/config" WORKBENCH_RUNS="$WORK/runs" "$PROGRAM" "$@") ||
        fail "FAILED: $title (exit status $?)"
    awk -v title="$title" -v from="$before" -v to="$(date +%s.%N)" \
        'BEGIN { printf "ok  %-44s %5.1f s\n", title, to - from }' >&2
}

try "says what it can do" --help >"$WORK/help.txt"
try "opens its window, every room" tour --out "$WORK/tour" --epochs 1
[ -n "$(find "$WORK/tour" -name '*.png' -size +5k)" ] || fail "FAILED: the window left no pictures"
try "opens one of torchvision's networks" describe resnet18 --json >"$WORK/resnet18.json"
try "trains one epoch of digits" train lenet5 --data digits --epochs 1 --out "$WORK/runs/digits"
try "exports the weights" export "$WORK/runs/digits" --to safetensors -o "$WORK/digits.safetensors"
[ -s "$WORK/digits.safetensors" ] || fail "FAILED: the export left no file"
say "The program works: $(du -sm -- "$TARGET/workbench" | cut -f1) MB, $(find "$TARGET/workbench" -type f | wc -l) files."
