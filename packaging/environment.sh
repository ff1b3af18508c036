# Shared by run.sh, test.sh and build.sh: finds a Python, keeps .venv, installs the project into it, looks for the
# libraries Qt needs. Written for the bash 3.2 of macOS as well. WORKBENCH_VENV names another place for .venv,
# PYTHON another interpreter.

set -o pipefail
ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=${WORKBENCH_VENV:-$ROOT/.venv}
PYTHON_IN_VENV=$VENV/bin/python
NEEDED_GB=8

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

# Prints why this interpreter cannot be used, or nothing if it can.
python_fault() {
    "$1" -c '
import sys
version = ".".join(map(str, sys.version_info[:2]))
if sys.version_info < (3, 11):
    sys.exit(print(f"it is version {version}"))
try:
    import ensurepip, venv
except ImportError:
    print(f"its venv module is missing (on Debian and Ubuntu: sudo apt-get install python{version}-venv)")
' 2>/dev/null || echo "it does not start"
}

# Sets FOUND_PYTHON to the first interpreter that can be used; explains itself and ends if there is none.
find_python() {
    local candidate fault seen=""
    for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3 python; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        fault=$(python_fault "$candidate")
        if [ -z "$fault" ]; then
            FOUND_PYTHON=$candidate
            return
        fi
        seen="$seen
    $candidate: $fault"
    done
    fail "CNN Workbench needs Python 3.11 or newer with its venv module. ${seen:+Found but not usable:$seen
}Install one (Debian and Ubuntu: sudo apt-get install python3 python3-venv; elsewhere: https://www.python.org/downloads/) or name yours: PYTHON=/path/to/python3 bash packaging/run.sh"
}

# What an installation depends on: the place, the interpreter, the dependencies, and which extra is asked for.
fingerprint() {
    printf '%s\n%s\n%s\n' "$ROOT" "$("$PYTHON_IN_VENV" -c 'import sys; print(sys.version)' 2>/dev/null)" "$1"
    cat -- "$ROOT/pyproject.toml"
}

stamp_of() { printf '%s/installed%s' "$VENV" "${1:+-$1}"; }

# Whether the installation with this extra ("" for none) was finished and nothing it depends on has changed.
is_installed() {
    local stamp
    stamp=$(stamp_of "$1")
    [ -x "$PYTHON_IN_VENV" ] && [ -f "$stamp" ] && fingerprint "$1" | cmp -s - "$stamp"
}

# Makes .venv if it is missing or was left half made.
make_venv() {
    if "$PYTHON_IN_VENV" -m pip --version >/dev/null 2>&1; then return; fi
    find_python
    say "Making a Python environment in $VENV ($("$FOUND_PYTHON" --version 2>&1))"
    "$FOUND_PYTHON" -m venv --clear "$VENV" || fail "Could not make $VENV. Is the disk full or the folder read-only?"
}

warn_of_size() {
    local free
    free=$(df -Pk "$ROOT" | awk 'NR == 2 { print int($4 / 1048576) }')
    say "Installing CNN Workbench and what it needs: once, several minutes. On Linux PyTorch brings its CUDA libraries:"
    say "about 3 GB to download, 6 GB on the disk."
    if [ "${free:-$NEEDED_GB}" -lt "$NEEDED_GB" ]; then
        say "Only $free GB are free in $ROOT; that may not be enough."
    fi
}

# Passes on what is worth knowing of pip's talk: large downloads, and that unpacking has begun.
tell_progress() {
    local line
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$1"
        case $line in
            *Downloading*" GB)" | *Downloading*[0-9][0-9]" MB)" | *Downloading*[0-9][0-9].[0-9]" MB)")
                line=${line##*/}
                line=${line##*Downloading }
                line=${line%)}
                say "    $(elapsed)  downloading ${line%%-*} (${line##* (})" ;;
            "Installing collected packages"*) say "    $(elapsed)  unpacking" ;;
        esac
    done
}

elapsed() { printf '%2d:%02d' $((SECONDS / 60)) $((SECONDS % 60)); }

# Installs the project, editable, with an extra ("" for none). The stamp is written last: an interrupted
# installation leaves none, and the next start goes on where it stopped.
install_project() {
    local extra=$1 log=$VENV/install.log
    SECONDS=0
    "$PYTHON_IN_VENV" -c 'import torch' >/dev/null 2>&1 || warn_of_size
    rm -f -- "$(stamp_of "$extra")" "$VENV/qt-libraries-found"
    : >"$log"
    if ! "$PYTHON_IN_VENV" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        --editable "$ROOT${extra:+[$extra]}" 2>&1 | tell_progress "$log"; then
        say "The installation failed:"
        grep -i '^ *error' "$log" >&2 || tail -n 5 "$log" >&2
        fail "All that pip said is in $log. Check the network connection and the free space, then start this again."
    fi
    fingerprint "$extra" >"$(stamp_of "$extra")"
    say "Installed in $(elapsed)."
}

# Brings .venv up to date with this extra ("" for none); costs a few milliseconds when it already is.
prepare() {
    if is_installed "$1"; then return; fi
    make_venv
    install_project "$1"
}

# The Debian packages that hold shared libraries, by the program's own table; what is not in it follows the usual naming.
debian_packages() {
    "$PYTHON_IN_VENV" -P -c '
import sys
from workbench.gui.qtguard import PACKAGES
print(*dict.fromkeys(PACKAGES.get(name, name.lower().replace(".so.", "")) for name in sys.argv[1:]))' "$@"
}

# The Qt plugin that will draw the window.
platform_plugin() {
    case ${QT_QPA_PLATFORM:-} in
        "") if [ -n "${DISPLAY:-}" ]; then echo xcb; else echo wayland; fi ;;
        *) echo "${QT_QPA_PLATFORM%%[:;]*}" ;;
    esac
}

# The shared libraries, one a line, that Qt needs to open a window here and that the system does not have.
missing_qt_libraries() {
    local pyside
    pyside=$("$PYTHON_IN_VENV" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')/PySide6
    ldd "$pyside"/QtWidgets.abi3.so "$pyside/Qt/plugins/platforms/libq$(platform_plugin).so" 2>/dev/null |
        awk '/not found/ { print $1 }' | sort -u
}

# Prints the command that installs these libraries, or nothing on a system that it does not know.
install_command() {
    if command -v apt-get >/dev/null 2>&1; then
        echo "apt-get install -y $(debian_packages "$@")"
    elif command -v dnf >/dev/null 2>&1; then
        echo "dnf install -y$(printf " '%s()(64bit)'" "$@")"
    fi
}

# Sets MISSING to the libraries that Qt lacks here, space-separated. What was found once is not looked for again.
look_for_qt_libraries() {
    local found
    found=$VENV/qt-libraries-found
    MISSING=""
    if [ "$(uname -s)" != Linux ] || [ "$(cat -- "$found" 2>/dev/null)" = "$(platform_plugin)" ]; then return; fi
    MISSING=$(missing_qt_libraries | tr '\n' ' ')
    if [ -z "$MISSING" ]; then platform_plugin >"$found"; fi
}

# Says which libraries are missing and how to get them.
name_missing_libraries() {
    local command
    # shellcheck disable=SC2086  # a list of names without spaces
    command=$(install_command $MISSING)
    say "Qt cannot open a window: these system libraries are missing: $MISSING"
    if [ -n "$command" ]; then
        say "Install them with:  sudo $command"
    else
        say "Install the packages of your system that hold them."
    fi
}
