# Sourced by the other scripts: installs what is missing, and nothing where nothing is.
# Debian 12 or later, Ubuntu 24.04 or later; root or sudo.

# install_packages PACKAGE...: those that dpkg doesn't know as installed.
install_packages() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    command -v apt-get >/dev/null || {
        echo "This script installs packages with apt-get, which is not here. Install these yourself:" \
            "${missing[*]}" >&2
        return 1
    }
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || {
            echo "Run this as root, or install sudo: it has to install ${missing[*]}" >&2
            return 1
        }
        as_root=(sudo)
    fi
    echo "Installing: ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

build_packages=(gcc libc6-dev cmake ninja-build pkg-config
    libavformat-dev libavcodec-dev libavfilter-dev libavutil-dev libswscale-dev libswresample-dev libx264-dev
    libsrt-gnutls-dev libmicrohttpd-dev libgnutls28-dev libjansson-dev libcyaml-dev libyaml-dev
    libcurl4-openssl-dev libcmocka-dev ca-certificates)

# Where several versions exist, the runtime of clang's sanitizers is called after the version.
clang_runtime_package() {
    local version
    version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\).*/\1/p' | head -n 1)
    [ -n "$version" ] && echo "libclang-rt-$version-dev"
}

install_build_dependencies() {
    install_packages "${build_packages[@]}" || return
    # npm brings what draws the charts of reports; the independent box parsers of the tests run on
    # Node.js. One that is there already, from wherever, will do.
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        install_packages nodejs npm
    fi
}

# The browser tests want Chromium. Ubuntu has it as a snap only, which may not run where tests do: they are skipped
# there, saying so, unless it is there already.
install_browser() {
    command -v chromium >/dev/null && return 0
    if grep -qsx 'ID=ubuntu' /etc/os-release; then
        echo "The browser tests will be skipped: install Chromium to run them"
        return 0
    fi
    install_packages chromium
}

install_test_dependencies() {
    install_build_dependencies || return
    install_browser || return
    install_packages clang ffmpeg curl netcat-openbsd haproxy openssl iproute2 iputils-ping || return
    # shellcheck disable=SC2046 # none where clang brings it along
    install_packages $(clang_runtime_package) || return
}
