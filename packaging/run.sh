#!/usr/bin/env bash
# Starts CNN Workbench from a checkout: installs what is missing into .venv, then opens the window.
#
#     bash packaging/run.sh                     the window; without a screen: train the built-in demonstration
#     bash packaging/run.sh train lenet5 ...    any verb of the command line (see: bash packaging/run.sh --help)
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/environment.sh"

workbench() { "$PYTHON_IN_VENV" -P -m workbench "$@"; }

has_screen() {
    [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]
}

opens_window() {
    case ${1:-} in "" | open) return 0 ;; *) return 1 ;; esac
}

check_qt() {
    look_for_qt_libraries
    if [ -n "$MISSING" ]; then
        name_missing_libraries
        exit 1
    fi
}

# What the window would be used for first, without one.
demonstrate() {
    local run
    run=$ROOT/runs/demo-$(date +%Y%m%d-%H%M%S)
    say "There is no screen here, so the built-in demonstration trains instead (about a minute)."
    workbench train cifar10cnn --data shapes --epochs 5 --out "$run"
    workbench evaluate "$run"
    workbench inspect "$run" --show maps -o "$run/pictures"
    workbench inspect "$run" --show filters -o "$run/pictures"
    workbench export "$run" --to safetensors -o "$run/export/weights.safetensors"
    say "The run is in $run: pictures of what its layers see in pictures/, the trained weights in export/."
    say "Everything the window does is also a command: bash packaging/run.sh --help"
}

prepare ""
if [ $# -eq 0 ] && ! has_screen; then
    demonstrate
    exit
fi
if opens_window "$@"; then check_qt; fi
exec "$PYTHON_IN_VENV" -P -m workbench "$@"
