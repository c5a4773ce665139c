# cmake -DSOURCE=<tests/browser of the sources> -DTARGET=<directory> -P install.cmake
# Copies the browser tests to TARGET, and has npm install there what drives Chromium.
include(${CMAKE_CURRENT_LIST_DIR}/../npm-ci.cmake)

file(GLOB_RECURSE stale LIST_DIRECTORIES false ${TARGET}/*.mjs ${TARGET}/*.js)
list(FILTER stale EXCLUDE REGEX "/node_modules/")
if(stale)
  file(REMOVE ${stale})
endif()
file(COPY ${SOURCE}/ DESTINATION ${TARGET} PATTERN node_modules EXCLUDE)
npm_ci(${TARGET} playwright-core)
