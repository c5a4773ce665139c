# cmake -DSOURCES=<the project> -DTARGET=<directory> -P install-web.cmake
# Copies the player's package to TARGET/web, and has npm install there what checks it, once for each state of the lock
# file.
foreach(program node npm)
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message(FATAL_ERROR "${program} is not installed; scripts/test.sh installs it")
  endif()
endforeach()

set(web ${TARGET}/web)
file(REMOVE_RECURSE ${web}/lib ${web}/types)
file(COPY ${SOURCES}/web/ DESTINATION ${web}
     PATTERN node_modules EXCLUDE PATTERN types EXCLUDE PATTERN page EXCLUDE)

file(SHA256 ${web}/package-lock.json lock)
set(stamp ${web}/node_modules/installed-${lock})
if(EXISTS ${stamp})
  return()
endif()
execute_process(COMMAND ${found_npm} ci --no-audit --no-fund --loglevel=error
                WORKING_DIRECTORY ${web} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "npm could not install the type checker; it needs its registry once")
endif()
file(WRITE ${stamp} "")
