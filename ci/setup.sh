# Sourced by ci/mpstress and ci/test: install what is missing, build what is
# stale. Debian 12 or later; as root, or with sudo.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages="gcc libc6-dev cmake ninja-build pkg-config libcyaml-dev
    libyaml-dev libjansson-dev libxml2-dev libsqlite3-dev libdw-dev uthash-dev
    libxxhash-dev"
test_packages="g++ clang-14 libclang-rt-14-dev libcriterion-dev valgrind
    sqlite3 procps make groff-base"

say() {
    printf '%s\n' "$*" >&2
}

# install PACKAGE...: those that are missing, in one go; silent when none is.
install() {
    local package missing=()
    for package in "$@"; do
        case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) in
        "install ok installed") ;;
        *) missing+=("$package") ;;
        esac
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            say "these packages are missing: ${missing[*]}"
            say "install them as root: apt-get install ${missing[*]}"
            exit 2
        fi
        as_root=(sudo)
    fi
    say "installing: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! {
        "${as_root[@]}" apt-get update -qq &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get \
                install -y -qq --no-install-recommends "${missing[@]}"
    } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        say "apt-get could not install: ${missing[*]}"
        exit 2
    fi
    rm -f "$log"
}

# build DIRECTORY [CMAKE-OPTION...]: configure once, then build what changed.
build() {
    local directory=$project/$1
    shift
    local log
    log=$(mktemp)
    if ! {
        { [ -e "$directory/build.ninja" ] ||
            cmake -S "$project" -B "$directory" -G Ninja "$@"; } &&
            cmake --build "$directory"
    } >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        say "the build in $directory failed"
        exit 2
    fi
    rm -f "$log"
}
