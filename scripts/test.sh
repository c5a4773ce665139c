#!/usr/bin/env bash
# Installs what is missing, builds with gcc and with clang, and passes all tests. The last line counts.
set -uo pipefail

usage() {
    cat <<'TEXT'
Usage: scripts/test.sh [STAGE...]

Stages (default: gcc clang):
  gcc     release build with gcc, warnings are errors; unit and end-to-end tests; where the stages clang and
          asan are asked for too, only what neither of them runs
  clang   the same with clang; unit tests; where the stage asan is asked for too, it builds
          the programs only
  asan    AddressSanitizer and UndefinedBehaviorSanitizer; unit and end-to-end tests
  tsan    ThreadSanitizer; the tests of everything that has threads, and the packager with viewers
  fuzz    replays the fuzzers' corpora (see tests/fuzz)
TEXT
}

case "${1:-}" in
-h | --help)
    usage
    exit 0
    ;;
esac
cd "$(dirname "$0")/.." || exit 1
. scripts/install-dependencies.sh
install_test_dependencies || exit 1

passed=0
failed=0
jobs=$(nproc)

fail() {
    echo "FAILED: $1" >&2
    failed=$((failed + 1))
}

# build STAGE TARGETS CMAKE-OPTION...: into build-STAGE.
build() {
    local stage=$1 targets=$2
    shift 2
    echo "== $stage: building"
    # shellcheck disable=SC2086 # several targets
    { cmake -S . -B "build-$stage" -G Ninja -DOPENHESP_WERROR=ON "$@" &&
        cmake --build "build-$stage" -j "$jobs" --target $targets; } >"build-$stage.log" 2>&1 && return 0
    tail -n 60 "build-$stage.log"
    fail "$stage: the build"
    return 1
}

# run_tests STAGE CTEST-OPTION...: adds to the counts.
run_tests() {
    local stage=$1 output ran bad
    shift
    echo "== $stage: testing"
    output=$(ctest --test-dir "build-$stage" --output-on-failure --no-tests=error -j "$jobs" "$@" 2>&1)
    local status=$?
    if [ $status -eq 0 ]; then
        echo "$output" | tail -n 6
    else
        echo "$output"
    fi
    ran=$(sed -n 's/.*tests passed, [0-9]* tests failed out of \([0-9]*\)/\1/p' <<<"$output")
    bad=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of .*/\1/p' <<<"$output")
    if [ -z "$ran" ]; then
        fail "$stage: no tests ran"
        return
    fi
    passed=$((passed + ran - bad))
    failed=$((failed + bad))
}

# Real links, a real proxy and a real browser add time under AddressSanitizer, and no code that the other tests don't
# reach; how much memory is resident says nothing there.
not_for_asan='e2e-memory e2e-player_over_link e2e-player_link_trace e2e-player_virtual e2e-player_http2'
not_for_asan_pattern="^(${not_for_asan// /|})\$"

# Lines in reports, and quickly built: a third of what a sanitizer's build takes is the optimiser's work on what it has
# put in.
sanitized=(-DCMAKE_BUILD_TYPE=RelWithDebInfo "-DCMAKE_C_FLAGS_RELWITHDEBINFO=-O1 -g1")
# gcc sees less of a function then, and takes what is set for what may not be.
sanitized_by_gcc=(-DCMAKE_C_COMPILER=gcc "${sanitized[@]}" -DCMAKE_C_FLAGS=-Wno-maybe-uninitialized)

# Hours of virtual time and thousands of resamples, of which sanitizers get a part.
longer_elsewhere='unit-packager-pace-pace unit-player-sim-stats-stats'

is_asked_for() {
    [[ " $stages " == *" $1 "* ]]
}

stage_gcc() {
    # What optimising the programs as a whole gives is speed, which nothing here asserts.
    local options=(-DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Release -DOPENHESP_WHOLE=OFF)
    if is_asked_for asan && is_asked_for clang; then
        # The end-to-end tests take as long as their streams last: those that run there needn't run twice, nor be
        # built twice by gcc.
        local here="$not_for_asan $longer_elsewhere"
        build gcc "hesp-packager player-sim $here" "${options[@]}" &&
            run_tests gcc -R "^(${here// /|}|unit-web)\$|^browser-"
    else
        build gcc all "${options[@]}" && run_tests gcc
    fi
}

stage_clang() {
    if is_asked_for asan; then
        # What the tests find they find there; here clang says what it thinks of the programs, for which it needn't
        # optimise them.
        build clang all -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DOPENHESP_TESTS=OFF
    else
        build clang all -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release &&
            run_tests clang -L unit -E '^unit-packager-track-day$'
    fi
}

stage_asan() {
    build asan all "${sanitized_by_gcc[@]}" -DOPENHESP_SANITIZE=address,undefined || return
    # Most of them wait for their streams: one more at a time than there are processors.
    ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 run_tests asan -j $((jobs + 1)) \
        -E "$not_for_asan_pattern|^(browser-|unit-web$)"
}

stage_tsan() {
    build tsan thread-tests "${sanitized_by_gcc[@]}" -DOPENHESP_SANITIZE=thread || return
    TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 run_tests tsan -L threads
}

stage_fuzz() {
    build fuzz fuzzers -DCMAKE_C_COMPILER=clang "${sanitized[@]}" -DOPENHESP_FUZZ=ON \
        -DOPENHESP_SANITIZE=address,undefined || return
    run_tests fuzz -L fuzz
}

[ $# -gt 0 ] || set -- gcc clang
stages=$*
for stage in "$@"; do
    case "$stage" in
    gcc | clang | asan | tsan | fuzz) "stage_$stage" ;;
    *)
        echo "test.sh: unknown stage '$stage'; see scripts/test.sh --help" >&2
        exit 2
        ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
