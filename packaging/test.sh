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

# Everything that needs no window, in the order in which it is to run.
places_without_window() {
    local place order="tests/core tests/cli tests/packaging" files="" folders=""
    for place in tests/*; do
        case " $order tests/gui tests/benchmarks " in *" $place "*) continue ;; esac
        case $place in tests/test_*.py) files="$files $place" ;; *.py | *__pycache__) ;; *) folders="$folders $place" ;; esac
    done
    for place in $order $folders $files; do if [ -e "$place" ]; then printf '%s\n' "$place"; fi; done
}

# Runs pytest; that the arguments choose no test of this part (exit code 5) is no fault.
run_tests() {
    local verdict=0
    tool pytest "$@" || verdict=$?
    if [ "$verdict" -eq 5 ] && [ "$GIVEN" -gt 0 ]; then verdict=0; fi
    return "$verdict"
}

# The window has a process of its own, as in use: what other tests have loaded must not matter to it.
run_all_tests() {
    GIVEN=$#
    if names_tests "$@"; then
        stage "tests" run_tests "$@"
        return
    fi
    # shellcheck disable=SC2046  # paths of this repository, without spaces
    stage "tests" run_tests $(places_without_window) "$@"
    stage "tests of the window" run_tests tests/gui "$@"
}

prepare test
provide_qt_libraries
SECONDS=0
stage "style" tool ruff check --quiet .
stage "format" tool ruff format --check --quiet .
stage "types" tool mypy
stage "import contracts" import_contracts
run_all_tests "$@"
printf '\n%s' "$SUMMARY"
exit "$FAILED"
