# cmake -DTESTS=<tests of the sources> -DTARGET=<directory> -P install-box-readers.cmake
# Copies the box checker and what its own tests read to TARGET, laid out as in the sources, and has
# npm install its two parsers there.
include(${CMAKE_CURRENT_LIST_DIR}/../npm-ci.cmake)

file(COPY ${TESTS}/e2e/boxes DESTINATION ${TARGET}/e2e PATTERN node_modules EXCLUDE)
file(COPY ${TESTS}/fuzz/corpus/cmaf DESTINATION ${TARGET}/fuzz/corpus)
npm_ci(${TARGET}/e2e/boxes "the box parsers")
