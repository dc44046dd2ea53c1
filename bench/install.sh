# install: how bench/run and bench/run_updates get the participants that are not C. Sourced at the repository's root, with
# $folder set. Each function fails with a reason as the last line of its output.

say() { echo "bench: $*" >&2; }

need() { command -v "$1" || { echo "$1 is not installed"; return 1; }; }

# install_npm NAME: bench/peers/NAME with its locked packages, in $folder/peers/NAME.
install_npm() {
    need node && need npm || return 1
    copy=$folder/peers/$1
    mkdir -p "$copy"
    cmp -s "bench/peers/$1/package-lock.json" "$copy/installed-lock.json" ||
        (cp "bench/peers/$1"/package*.json "$copy" && cd "$copy" && timeout 300 npm ci --silent --ignore-scripts \
            --no-audit --no-fund && cp package-lock.json installed-lock.json) || return 1
    cp bench/peers/javascript.mjs "$folder/peers" && cp "bench/peers/$1"/*.mjs "$copy" || return 1
    rm -rf "$copy/templates"
    [ ! -d "bench/peers/$1/templates" ] || cp -r "bench/peers/$1/templates" "$copy"
}
