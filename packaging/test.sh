#!/usr/bin/env bash
# Checks the whole project: style, types, import contracts, then the tests (core first, the window last).
#
#     bash packaging/test.sh                         everything
#     bash packaging/test.sh -k shapes -x            arguments go to pytest
#     bash packaging/test.sh tests/core/graph        only these tests (the other checks run all the same)
set -uo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/environment.sh"
cd -- "$ROOT" || exit 1

export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen} OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-PASSIVE}
SUMMARY="" FAILED=0

# Runs one check, keeps its time and whether it passed.
stage() {
    local title=$1 started=$SECONDS verdict=passed
    shift
    printf '\n=== %s\n' "$title"
    "$@" || { verdict=FAILED; FAILED=1; }
    SUMMARY="$SUMMARY$(printf '%-22s %-7s %4d s' "$title" "$verdict" $((SECONDS - started)))
"
}

tool() { "$PYTHON_IN_VENV" -m "$@"; }

import_contracts() {
    "$PYTHON_IN_VENV" -c 'from importlinter.cli import lint_imports_command as check; check()' --no-logo
}

# Qt needs its system libraries even without a screen: root on Debian gets them installed, others are told.
provide_qt_libraries() {
    look_for_qt_libraries
    if [ -z "$MISSING" ]; then return; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing the system libraries that Qt needs: $MISSING"
        # shellcheck disable=SC2046,SC2086  # lists of names without spaces
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(install_command $MISSING) -qq >/dev/null
        look_for_qt_libraries
    fi
    if [ -n "$MISSING" ]; then
        name_missing_libraries
        exit 1
    fi
}

# Whether the arguments already say which tests to run.
names_tests() {
    local argument
    for argument in "$@"; do
        case $argument in tests/*) [ -e "${argument%%::*}" ] && return 0 ;; esac
    done
    return 1
}

# The tests in the order in which they run: what needs no window first.
run_tests() {
    local place order="tests/core tests/cli tests/packaging" rest="" places=""
    for place in tests/*; do
        case " $order tests/gui tests/benchmarks " in *" $place "*) continue ;; esac
        case $place in tests/test_*.py) rest="$rest $place" ;; *.py | *__pycache__) ;; *) rest="$rest $place" ;; esac
    done
    for place in $order $rest tests/gui; do [ -e "$place" ] && places="$places $place"; done
    if names_tests "$@"; then places=""; fi
    # shellcheck disable=SC2086  # paths of this repository, without spaces
    tool pytest $places "$@"
}

prepare test
provide_qt_libraries
SECONDS=0
stage "style" tool ruff check --quiet .
stage "format" tool ruff format --check --quiet .
stage "types" tool mypy
stage "import contracts" import_contracts
printf '\n%s' "$SUMMARY"
FAULTS=$FAILED
stage "tests" run_tests "$@"
if [ "$FAULTS" -ne 0 ]; then printf '%s' "$SUMMARY" | grep FAILED; fi
exit "$FAILED"
