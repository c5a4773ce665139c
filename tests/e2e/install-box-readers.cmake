# cmake -DTESTS=<tests of the sources> -DTARGET=<directory> -P install-box-readers.cmake
# Copies the box checker and what its own tests read to TARGET, laid out as in the sources, and has
# npm install its two parsers there, once for each state of the lock file.
foreach(program node npm)
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message(FATAL_ERROR "${program} is not installed; scripts/test.sh installs it")
  endif()
endforeach()

set(checker ${TARGET}/e2e/boxes)
file(COPY ${TESTS}/e2e/boxes DESTINATION ${TARGET}/e2e PATTERN node_modules EXCLUDE)
file(COPY ${TESTS}/fuzz/corpus/cmaf DESTINATION ${TARGET}/fuzz/corpus)

file(SHA256 ${checker}/package-lock.json lock)
set(stamp ${checker}/node_modules/installed-${lock})
if(EXISTS ${stamp})
  return()
endif()
execute_process(COMMAND ${found_npm} ci --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY ${checker} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm could not install the box parsers; it needs its registry once")
endif()
file(WRITE ${stamp} "")
