# cmake -DSOURCE=<tests/browser of the sources> -DTARGET=<directory> -P install.cmake
# Copies the browser tests to TARGET and has npm install there what drives Chromium, once for each state of the lock
# file: nothing of that belongs into the sources.
foreach(program node npm)
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message(FATAL_ERROR "${program} is not installed; scripts/test.sh installs it")
  endif()
endforeach()

file(GLOB_RECURSE stale LIST_DIRECTORIES false ${TARGET}/*.mjs ${TARGET}/*.js)
list(FILTER stale EXCLUDE REGEX "/node_modules/")
if(stale)
  file(REMOVE ${stale})
endif()
file(COPY ${SOURCE}/ DESTINATION ${TARGET} PATTERN node_modules EXCLUDE)

file(SHA256 ${TARGET}/package-lock.json lock)
set(stamp ${TARGET}/node_modules/installed-${lock})
if(EXISTS ${stamp})
  return()
endif()
execute_process(COMMAND ${found_npm} ci --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY ${TARGET} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm could not install playwright-core; it needs its registry once")
endif()
file(WRITE ${stamp} "")
